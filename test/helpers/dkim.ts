import { generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

import type { DKIMResult } from 'mailauth';
import { dkimVerify } from 'mailauth/lib/dkim/verify';

/** A key as an operator makes it, and the DNS record that goes with it. */
export interface DkimKey {
  readonly pem: string;
  readonly record: string;
}

export function rsaKey(bits = 2_048): DkimKey {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: bits });
  return { pem: pemOf(privateKey), record: `v=DKIM1; k=rsa; p=${spkiOf(publicKey).toString('base64')}` };
}

export function ed25519Key(): DkimKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  // RFC 8463, 4: the record holds the bare key of 32 bytes.
  const bare = spkiOf(publicKey).subarray(-32).toString('base64');
  return { pem: pemOf(privateKey), record: `v=DKIM1; k=ed25519; p=${bare}` };
}

/**
 * What an independent verifier says of the one signature of a mail, as strict as the standard is, with names that are
 * looked up in `records` and nowhere else.
 */
export async function judgeDkim(
  raw: Uint8Array,
  records: Readonly<Record<string, string>>,
): Promise<{ readonly verdict: string; readonly signature: DKIMResult | undefined }> {
  const resolver = (name: string): Promise<string[][]> => {
    const record = records[name];
    if (record !== undefined) return Promise.resolve([[record]]);
    return Promise.reject(Object.assign(new Error(`no record at ${name}`), { code: 'ENOTFOUND' }));
  };
  const { results } = await dkimVerify(Buffer.from(raw), { resolver, strict: true });
  const [signature] = results;
  return { verdict: results.length === 1 ? (signature?.status.result ?? 'none') : 'none', signature };
}

/** The names of `h=` as they stand in the mail, lower case. */
export function signedNames(raw: Uint8Array): readonly string[] {
  const [field = ''] = Buffer.from(raw)
    .toString('latin1')
    .split(/\r\n(?![ \t])/)
    .filter((each) => each.startsWith('DKIM-Signature:'));
  const list = /[;\s]h=([^;]*);/.exec(field)?.[1] ?? '';
  return list.replace(/\s/g, '').toLowerCase().split(':');
}

function pemOf(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' });
}

function spkiOf(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' });
}
