import { createHash, createPrivateKey, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

import { HeadgateError } from '../../core/errors.ts';

/** Who signs, and with what. */
export interface DkimIdentity {
  /** `d=`: the domain of the sender's address, so that the signature is aligned with From (RFC 7489, 3.1.1). */
  readonly domain: string;
  /** `s=`: the public key stands in DNS at `SELECTOR._domainkey.DOMAIN`. */
  readonly selector: string;
  /** A private key in PEM: RSA of at least 1024 bits, or Ed25519 (RFC 8463). */
  readonly privateKey: string;
}

/** Puts a DKIM-Signature in front of a mail in CRLF line ends; the same mail gets the same bytes (D1). */
export type DkimSigner = (raw: Uint8Array) => Uint8Array;

/**
 * Everything that says who wrote what to whom, and both headers of one-click unsubscribing: receivers honour those only
 * when the signature covers them (RFC 8058, 4; D10). A second From would be shown by some programs, so it is signed as
 * missing (RFC 6376, 5.4.2).
 */
const SIGNED_HEADERS = [
  ...['From', 'From', 'To', 'Subject', 'Date', 'Message-ID', 'Reply-To', 'In-Reply-To', 'References'],
  ...['MIME-Version', 'Content-Type', 'List-Unsubscribe', 'List-Unsubscribe-Post'],
].map((name) => name.toLowerCase());

const CRLF = '\r\n';
/** RFC 8301, 3.2. */
const RSA_BITS_MIN = 1_024;
const LINE_CHARACTERS = 76;
const DOMAIN = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/i;

/**
 * A signer for one sender, relaxed/relaxed with SHA-256 (RFC 6376); the key is read once. Throws HeadgateError
 * `dkim_key_unusable` (78): a mail that leaves unsigned without anybody noticing would be the worse fault.
 */
export function createDkimSigner(identity: DkimIdentity): DkimSigner {
  const { domain, selector } = identity;
  if (!DOMAIN.test(domain) || !DOMAIN.test(selector)) throw unusable(identity, 'its name is not one of DNS');
  const key = privateKeyOf(identity);
  const algorithm = key.asymmetricKeyType === 'ed25519' ? 'ed25519-sha256' : 'rsa-sha256';
  return (raw) => {
    const text = Buffer.from(raw).toString('latin1');
    const headEnd = text.indexOf(CRLF + CRLF);
    const signed = signedHeaders(text.slice(0, headEnd));
    const unsigned = signatureField(
      [
        ['v', '1'],
        ['a', algorithm],
        ['c', 'relaxed/relaxed'],
        ['d', domain.toLowerCase()],
        ['s', selector],
        ['bh', sha256(relaxedBody(text.slice(headEnd + 2 * CRLF.length))).toString('base64')],
      ],
      signed.names,
    );
    const signature = signatureOf(key, [...signed.fields, relaxedField(unsigned)].join(CRLF));
    return Buffer.from(`${unsigned}${folded(signature)}${CRLF}${text}`, 'latin1');
  };
}

function privateKeyOf(identity: DkimIdentity): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(identity.privateKey);
  } catch (error) {
    throw unusable(identity, 'it is not a private key in PEM, or it is locked with a passphrase', error);
  }
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (key.asymmetricKeyType === 'rsa' && bits < RSA_BITS_MIN)
    throw unusable(
      identity,
      `it has ${bits} bits, and receivers ignore RSA keys of fewer than ${RSA_BITS_MIN}`,
    );
  if (key.asymmetricKeyType !== 'rsa' && key.asymmetricKeyType !== 'ed25519')
    throw unusable(identity, `it is of the kind ${String(key.asymmetricKeyType)}, not RSA or Ed25519`);
  return key;
}

/** RFC 8463, 3: Ed25519 signs the hash, where RSA signs the text and hashes it itself. */
function signatureOf(key: KeyObject, text: string): string {
  const isEd25519 = key.asymmetricKeyType === 'ed25519';
  const signature = isEd25519
    ? sign(null, sha256(text), key)
    : sign('sha256', Buffer.from(text, 'latin1'), key);
  return signature.toString('base64');
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text, 'latin1').digest();
}

/** The fields to sign, the lowest of each name first (RFC 6376, 5.4.2), and the names for `h=`. */
function signedHeaders(head: string): {
  readonly fields: readonly string[];
  readonly names: readonly string[];
} {
  const present = Map.groupBy(head.split(/\r\n(?![ \t])/), nameOf);
  const fields: string[] = [];
  const names: string[] = [];
  for (const name of SIGNED_HEADERS) {
    const left = present.get(name);
    if (left === undefined) continue;
    names.push(name);
    const field = left.pop();
    if (field !== undefined) fields.push(relaxedField(field));
  }
  return { fields, names };
}

function nameOf(field: string): string {
  return field
    .slice(0, Math.max(field.indexOf(':'), 0))
    .trim()
    .toLowerCase();
}

/** RFC 6376, 3.4.2. */
function relaxedField(field: string): string {
  const value = field
    .slice(field.indexOf(':') + 1)
    .replaceAll(CRLF, '')
    .replace(/[ \t]+/g, ' ')
    .replace(/^ | $/g, '');
  return `${nameOf(field)}:${value}`;
}

/** RFC 6376, 3.4.4. */
function relaxedBody(body: string): string {
  const lines = body.split(CRLF).map((line) => line.replace(/[ \t]+/g, ' ').replace(/ $/, ''));
  while (lines.at(-1) === '') lines.pop();
  return lines.length === 0 ? '' : lines.join(CRLF) + CRLF;
}

/** The field up to its `b=`, which is still empty: that is what is signed (RFC 6376, 3.7). */
function signatureField(
  tags: readonly (readonly [name: string, value: string])[],
  headerNames: readonly string[],
): string {
  const words = [...tags.map(([name, value]) => `${name}=${value};`), ...headerWords(headerNames), 'b='];
  let line = 'DKIM-Signature:';
  const lines: string[] = [];
  for (const word of words) {
    if (line.length + 1 + word.length > LINE_CHARACTERS) {
      lines.push(line);
      line = '';
    }
    line += ` ${word}`;
  }
  return [...lines, line].join(CRLF);
}

/** `h=` one name a word, so that it can be folded at the colons. */
function headerWords(names: readonly string[]): readonly string[] {
  return names.map((name, index) => {
    const start = index === 0 ? 'h=' : '';
    return `${start}${name}${index === names.length - 1 ? ';' : ':'}`;
  });
}

function folded(signature: string): string {
  return signature.replace(/.{1,72}/g, `${CRLF} $&`);
}

function unusable({ domain, selector }: DkimIdentity, why: string, cause?: unknown): HeadgateError {
  return new HeadgateError(`the DKIM key ${selector} of ${domain} cannot be used: ${why}`, {
    code: 'dkim_key_unusable',
    exit: 'CONFIG',
    notDone: 'Nothing was sent.',
    fix: 'Make one: openssl genpkey -algorithm rsa -pkeyopt rsa_keygen_bits:2048 -out dkim.pem',
    permanent: true,
    cause,
  });
}
