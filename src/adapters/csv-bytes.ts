import { isUtf8 } from 'node:buffer';

export type Encoding = 'utf-8' | 'latin1';

/** The first byte that does not belong, counted from the beginning of the block; below 0: in the block before. */
export interface WrongByte {
  readonly offset: number;
  readonly byte: number;
}

/** Turns blocks of one file into text. A character may be cut in two by the end of a block, and a byte order mark is no text. */
export interface ByteDecoder {
  decode(block: Buffer, isLast: boolean): string | WrongByte;
}

/**
 * `latin1` is read as Windows-1252, as the web does: it is what spreadsheets mean by it, and it has the euro sign.
 * UTF-8 is strict: nothing is ever replaced by U+FFFD behind the operator's back (hardening 3).
 */
export function createByteDecoder(encoding: Encoding): ByteDecoder {
  return encoding === 'latin1' ? new Windows1252Decoder() : new Utf8Decoder();
}

const SAMPLE_BYTES = 4_096;

/** UTF-16 by its byte order mark, or by the NUL that every second byte of Western text is then (hardening 2). */
export function looksLikeUtf16(block: Buffer): boolean {
  const [first, second] = block;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return true;
  const sample = block.subarray(0, SAMPLE_BYTES);
  const nulls = sample.reduce((count, byte) => (byte === 0 ? count + 1 : count), 0);
  return sample.length > 0 && nulls * 5 > sample.length;
}

class Windows1252Decoder implements ByteDecoder {
  readonly #decoder = new TextDecoder('windows-1252');

  decode(block: Buffer): string {
    return this.#decoder.decode(block);
  }
}

class Utf8Decoder implements ByteDecoder {
  #carried: Buffer = Buffer.alloc(0);
  #isFirst = true;

  decode(block: Buffer, isLast: boolean): string | WrongByte {
    const bytes = this.#carried.length === 0 ? block : Buffer.concat([this.#carried, block]);
    const whole = isLast ? bytes.length : bytes.length - cutTail(bytes);
    const part = bytes.subarray(0, whole);
    if (!isUtf8(part)) {
      const offset = firstWrong(part);
      return { offset: offset - this.#carried.length, byte: part[offset] ?? 0 };
    }
    this.#carried = Buffer.from(bytes.subarray(whole));
    const from = this.#isFirst && startsWithMark(part) ? BYTE_ORDER_MARK.length : 0;
    this.#isFirst = false;
    return part.toString('utf8', from);
  }
}

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const SEQUENCE_BYTES_MAX = 4;

function startsWithMark(bytes: Buffer): boolean {
  return bytes.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);
}

/** How many bytes at the end are the beginning of a character whose rest is yet to come. */
function cutTail(bytes: Buffer): number {
  for (let back = 1; back < SEQUENCE_BYTES_MAX && back <= bytes.length; back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return back < sequenceLength(byte) ? back : 0;
  }
  return 0;
}

function sequenceLength(lead: number): number {
  return lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
}

/** Found by halving: everything before it is UTF-8 up to a character that is cut in two. */
function firstWrong(bytes: Buffer): number {
  let sound = 0;
  let wrong = bytes.length;
  while (wrong - sound > 1) {
    const middle = (sound + wrong) >>> 1;
    const part = bytes.subarray(0, middle);
    if (isUtf8(part.subarray(0, middle - cutTail(part)))) sound = middle;
    else wrong = middle;
  }
  return Math.max(0, startOfCharacter(bytes, wrong - 1));
}

/** The lead byte of the character that the byte at `at` should have gone on. */
function startOfCharacter(bytes: Buffer, at: number): number {
  for (let back = 1; back < SEQUENCE_BYTES_MAX; back += 1) {
    const lead = bytes[at - back] ?? 0;
    if (lead >= 0xc0 && back < sequenceLength(lead)) return at - back;
    if (lead < 0x80) return at;
  }
  return at;
}
