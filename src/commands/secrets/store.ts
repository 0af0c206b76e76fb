import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';

import { replaceFile, syncFolder } from '../../adapters/durable-file.ts';
import { runTool } from '../../adapters/service-manager.ts';
import {
  credentialFiles,
  ENCRYPTED_STORE,
  encryptedName,
  PLAIN_STORE,
} from '../../config/credential-store.ts';

/** How a secret is kept: encrypted for this machine, or in plain for root alone. */
export type SecretForm = 'encrypted' | 'plain';

export interface StoredSecret {
  readonly name: string;
  readonly form: SecretForm;
  readonly path: string;
}

/** What storing came to; `why` tells why it is not encrypted. */
export interface Storing {
  readonly secret: StoredSecret;
  readonly why: string | null;
}

/**
 * Stores a secret under `root` (empty for this machine) and takes its other form away. Encrypted with the key of this machine where
 * systemd-creds can do it; in plain, mode 0600, elsewhere, in another system, and where that was asked for.
 */
export function storeSecret(
  root: string,
  { name, text, isPlain }: { readonly name: string; readonly text: string; readonly isPlain: boolean },
): Storing {
  const files = filesOf(root, name);
  const why = isPlain || root !== '' ? null : encrypt(name, text, files.encrypted);
  const isEncrypted = !isPlain && root === '' && why === null;
  const form: SecretForm = isEncrypted ? 'encrypted' : 'plain';
  if (!isEncrypted) {
    makeStore(files.plain);
    replaceFile(files.plain, text);
  }
  removeFile(isEncrypted ? files.plain : files.encrypted);
  return { secret: { name, form, path: files[form] }, why };
}

/** What is stored, by name; a secret in both forms is listed twice. Throws what the file system throws. */
export function storedSecrets(root: string): readonly StoredSecret[] {
  const suffix = encryptedName('');
  const plain = namesIn(`${root}${PLAIN_STORE}`).filter((name) => !name.endsWith(suffix));
  const encrypted = namesIn(`${root}${ENCRYPTED_STORE}`)
    .filter((name) => name.endsWith(suffix))
    .map((name) => name.slice(0, -suffix.length));
  const all = [
    ...plain.map((name) => ({ name, form: 'plain' as const, path: filesOf(root, name).plain })),
    ...encrypted.map((name) => ({ name, form: 'encrypted' as const, path: filesOf(root, name).encrypted })),
  ];
  return all.sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** Takes every form of it away. */
export function removeSecret(secrets: readonly StoredSecret[]): void {
  for (const { path } of secrets) removeFile(path);
}

function filesOf(root: string, name: string): Readonly<Record<SecretForm, string>> {
  const { plain, encrypted } = credentialFiles(name);
  return { plain: `${root}${plain}`, encrypted: `${root}${encrypted}` };
}

/** Null when it is done, else why not. The secret goes through a pipe: arguments are everybody's to read. */
function encrypt(name: string, text: string, path: string): string | null {
  makeStore(path);
  const writing = `${path}.${String(process.pid)}.new`;
  const answer = runTool('systemd-creds', ['encrypt', `--name=${encryptedName(name)}`, '-', writing], text);
  if (answer?.isDone !== true) {
    rmSync(writing, { force: true });
    return answer === null ? 'systemd-creds is not installed' : (answer.text.split('\n')[0] ?? 'it failed');
  }
  chmodSync(writing, 0o600);
  renameSync(writing, path);
  syncFolder(dirname(path));
  return null;
}

function makeStore(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
}

function removeFile(path: string): void {
  if (!existsSync(path)) return;
  rmSync(path);
  syncFolder(dirname(path));
}

function namesIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((file) => /^headgate\.(.+(?<!\.new))$/.exec(file)?.[1] ?? []);
}
