/** A mail of our own making, read back for people. */
export interface ReadableMail {
  /** By name in lower case, unfolded and decoded; of a repeated header the first. */
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string | null;
  readonly html: string | null;
}

const ENCODED_WORD = /=\?utf-8\?(?<encoding>[bq])\?(?<payload>[^?\s]*)\?=/gi;
const BETWEEN_ENCODED_WORDS = /(\?=)\s+(?==\?utf-8\?[bq]\?)/gi;

/**
 * Reads what composeMail wrote (RFC 5322, 2045, 2047): headers, and the two parts of a multipart/alternative in
 * quoted-printable. It is no general reader: other encodings are shown as they are.
 */
export function parseMail(raw: Uint8Array): ReadableMail {
  const { headers, body } = splitEntity(Buffer.from(raw).toString('latin1'));
  const boundary = /boundary="?([^";]+)"?/i.exec(headers.get('content-type') ?? '')?.[1];
  const parts = boundary === undefined ? [] : partsOf(body, boundary);
  return { headers, text: partText(parts, 'text/plain'), html: partText(parts, 'text/html') };
}

interface Entity {
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

function splitEntity(entity: string): Entity {
  const end = entity.indexOf('\r\n\r\n');
  const head = end === -1 ? entity : entity.slice(0, end);
  const headers = new Map<string, string>();
  for (const line of head.replace(/\r\n(?=[ \t])/g, '').split('\r\n')) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    if (colon > 0 && !headers.has(name)) headers.set(name, decodeWords(line.slice(colon + 1).trim()));
  }
  return { headers, body: end === -1 ? '' : entity.slice(end + 4) };
}

function partsOf(body: string, boundary: string): Entity[] {
  return `\r\n${body}`
    .split(`\r\n--${boundary}`)
    .slice(1)
    .filter((part) => !part.startsWith('--'))
    .map((part) => splitEntity(part.slice(part.indexOf('\r\n') + 2)));
}

function partText(parts: readonly Entity[], contentType: string): string | null {
  const part = parts.find(({ headers }) => headers.get('content-type')?.startsWith(contentType) === true);
  if (part === undefined) return null;
  const isQuoted = part.headers.get('content-transfer-encoding') === 'quoted-printable';
  const bytes = isQuoted ? decodeQuoted(part.body.replace(/=[ \t]*\r\n/g, '')) : part.body;
  return utf8(bytes).replaceAll('\r\n', '\n');
}

function decodeWords(value: string): string {
  const joined = value.replace(BETWEEN_ENCODED_WORDS, '$1');
  return joined.replace(ENCODED_WORD, (_, encoding: string, payload: string) =>
    encoding.toLowerCase() === 'b'
      ? Buffer.from(payload, 'base64').toString('utf8')
      : utf8(decodeQuoted(payload.replaceAll('_', ' '))),
  );
}

/** `=C3` to one byte, as a latin1 string. */
function decodeQuoted(text: string): string {
  return text.replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

function utf8(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
