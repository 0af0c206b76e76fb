import { join } from 'node:path';

/** Where systemd looks for what LoadCredential= names without a folder, and what `secrets set` writes (systemd.exec(5), Credentials). */
export const PLAIN_STORE = '/etc/credstore';
export const ENCRYPTED_STORE = '/etc/credstore.encrypted';

/**
 * A unit knows one way for each name of a credential, so the encrypted form of a secret has a name of its own: both may be given, and
 * neither needs a change of the units.
 */
export function encryptedName(name: string): string {
  return `${name}.encrypted`;
}

/** The files of a secret, of which one is there. Their names carry ours: the folders are everybody's. */
export function credentialFiles(name: string): { readonly plain: string; readonly encrypted: string } {
  return {
    plain: join(PLAIN_STORE, `headgate.${name}`),
    encrypted: join(ENCRYPTED_STORE, `headgate.${encryptedName(name)}`),
  };
}
