import { createPublicKey } from 'node:crypto';

import type { OwnDkimKey } from '../../core/doctor/dkim-record.ts';

/**
 * The public half of a private key in PEM, as DNS may publish it (RFC 6376, 3.6.1; RFC 8463, 4): RSA as SubjectPublicKeyInfo, which is
 * usual, or as RSAPublicKey; Ed25519 as its 32 bytes. Null for what is no such key.
 */
export function publicDkimKey(pem: string): OwnDkimKey | null {
  let key;
  try {
    key = createPublicKey(pem);
  } catch {
    // Not PEM, not a key, or locked: `createDkimSigner` says which when a mail is to be signed.
    return null;
  }
  const spki = key.export({ type: 'spki', format: 'der' });
  if (key.asymmetricKeyType === 'ed25519') {
    const bare = spki.subarray(-ED25519_BYTES).toString('base64');
    return { kind: 'ed25519', bits: ED25519_BYTES * 8, published: [bare, spki.toString('base64')] };
  }
  if (key.asymmetricKeyType !== 'rsa') return null;
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  const pkcs1 = key.export({ type: 'pkcs1', format: 'der' });
  return { kind: 'rsa', bits, published: [spki.toString('base64'), pkcs1.toString('base64')] };
}

const ED25519_BYTES = 32;
