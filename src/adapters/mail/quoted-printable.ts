const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const EQUALS = 0x3d;
const TILDE = 0x7e;
const HEX_DIGITS = Buffer.from('0123456789ABCDEF');
const FROM = Buffer.from('From ');

/** One less than the 76 of RFC 2045, 6.7: the sign of a soft line break has to fit behind them. */
const COLUMNS_MAX = 75;
/** A byte takes three characters, and 25 such bytes one soft line break of three more. */
const OUTPUT_PER_BYTE_MAX = 4;

/**
 * Text as quoted-printable (RFC 2045, 6.7): ASCII, lines of at most 76 characters that end in CRLF, in no line a blank at its
 * end. Line breaks of any kind are line breaks. A "From " at the beginning of a line is encoded too, since stores and
 * filters would put a ">" before it (hardening 51).
 */
export function quotedPrintable(text: string): string {
  const input = Buffer.from(text);
  const output = Buffer.allocUnsafe((input.length + 1) * OUTPUT_PER_BYTE_MAX);
  let length = 0;
  let column = 0;
  for (let index = 0; index < input.length; index += 1) {
    const byte = input[index] ?? 0;
    if (isLineBreak(byte)) {
      if (byte === CARRIAGE_RETURN && input[index + 1] === LINE_FEED) index += 1;
      length = writeLineBreak(output, length);
      column = 0;
      continue;
    }
    let isLiteral = isLiteralByte(byte) && !(isBlank(byte) && endsLine(input, index));
    if (column + (isLiteral ? 1 : 3) > COLUMNS_MAX) {
      output[length] = EQUALS;
      length = writeLineBreak(output, length + 1);
      column = 0;
    }
    if (column === 0 && isLiteral) isLiteral = !isFromLine(input, index);
    if (isLiteral) output[length] = byte;
    else writeEncoded(output, length, byte);
    length += isLiteral ? 1 : 3;
    column += isLiteral ? 1 : 3;
  }
  return output.toString('latin1', 0, length);
}

function isLineBreak(byte: number): boolean {
  return byte === LINE_FEED || byte === CARRIAGE_RETURN;
}

function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB;
}

function isLiteralByte(byte: number): boolean {
  return byte === TAB || (byte >= SPACE && byte <= TILDE && byte !== EQUALS);
}

function endsLine(input: Buffer, index: number): boolean {
  const next = input[index + 1];
  return next === undefined || isLineBreak(next);
}

function isFromLine(input: Buffer, index: number): boolean {
  if (input[index] !== FROM[0]) return false;
  return FROM.equals(input.subarray(index, index + FROM.length));
}

/** Returns where the next character goes. */
function writeLineBreak(output: Buffer, at: number): number {
  output[at] = CARRIAGE_RETURN;
  output[at + 1] = LINE_FEED;
  return at + 2;
}

function writeEncoded(output: Buffer, at: number, byte: number): void {
  output[at] = EQUALS;
  output[at + 1] = HEX_DIGITS[byte >> 4] ?? 0;
  output[at + 2] = HEX_DIGITS[byte & 0x0f] ?? 0;
}
