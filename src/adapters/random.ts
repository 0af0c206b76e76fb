import { closeSync, openSync, readSync } from 'node:fs';
import type { Random } from '../ports.ts';

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';
const ID_LENGTH = 16;
/** Asking the system costs more than an id: an import makes 200,000 of them. */
const BYTES_AT_ONCE = 4_096;

let bytes = Buffer.alloc(0);
let used = 0;
/** A whole id in one piece: put together from pieces, 200,000 of them keep the collector of garbage busy. */
const text = Buffer.from(`?-${BASE32.slice(0, ID_LENGTH)}`);
const ID_AT = 2;

/** The machine's randomness: the only place that asks for it. */
export const systemRandom: Random = {
  publicId(prefix) {
    if (used + ID_LENGTH > bytes.length) {
      bytes = randomBytes(bytes.length === 0 ? ID_LENGTH : BYTES_AT_ONCE);
      used = 0;
    }
    text[0] = prefix.charCodeAt(0);
    for (let index = 0; index < ID_LENGTH; index += 1) {
      // One byte per character; its low five bits are uniform because 32 divides 256.
      text[ID_AT + index] = BASE32.charCodeAt((bytes[used + index] ?? 0) & 31);
    }
    used += ID_LENGTH;
    return text.toString('latin1');
  },
  fraction: () => Math.random(),
};

/** The kernel's own generator: loading node:crypto to ask it for us costs an idle run 5 ms. */
function randomBytes(count: number): Buffer<ArrayBuffer> {
  const taken = Buffer.alloc(count);
  const source = openSync('/dev/urandom', 'r');
  try {
    if (readSync(source, taken) !== count) throw new Error('/dev/urandom gave too few bytes');
  } finally {
    closeSync(source);
  }
  return taken;
}
