import { closeSync, openSync, readSync } from 'node:fs';
import type { Random } from '../ports.ts';

/** In the order in which SQLite sorts them. */
const BASE32 = '234567abcdefghijklmnopqrstuvwxyz';
const BASE32_BYTES = Buffer.from(BASE32);
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
  publicIds: manyIds,
  fraction: () => Math.random(),
};

/** Cut out of one text, of bytes that are put in order before they become characters: each id made alone takes three times as long. */
function manyIds(prefix: string, count: number): readonly string[] {
  const random = randomBytes(count * ID_LENGTH);
  const places = placesByBeginning(random, count);
  const width = ID_AT + ID_LENGTH;
  // Full of beginnings: an id is as long as nine of them.
  const made = Buffer.alloc(count * width, `${prefix}-`);
  for (let id = 0; id < count; id += 1) {
    const from = id * ID_LENGTH;
    const to = (places[id] ?? 0) * width + ID_AT;
    for (let index = 0; index < ID_LENGTH; index += 1) {
      made[to + index] = BASE32_BYTES[(random[from + index] ?? 0) & 31] ?? 0;
    }
  }
  const all = made.toString('latin1');
  return Array.from({ length: count }, (_, id) => all.slice(id * width, (id + 1) * width));
}

const BEGINNINGS = 1_024;

/** Where each id stands once they are in order of their first two characters, found by counting. */
function placesByBeginning(random: Buffer, count: number): Uint32Array {
  const beginningOf = (id: number): number => {
    const at = id * ID_LENGTH;
    return ((random[at] ?? 0) & 31) * 32 + ((random[at + 1] ?? 0) & 31);
  };
  const next = new Uint32Array(BEGINNINGS);
  for (let id = 0; id < count; id += 1) next[beginningOf(id)] = (next[beginningOf(id)] ?? 0) + 1;
  // From how many begin so to where the first of them stands.
  let before = 0;
  for (const [beginning, many] of next.entries()) {
    next[beginning] = before;
    before += many;
  }
  const places = new Uint32Array(count);
  for (let id = 0; id < count; id += 1) {
    const place = next[beginningOf(id)] ?? 0;
    next[beginningOf(id)] = place + 1;
    places[id] = place;
  }
  return places;
}

/** The kernel's own generator: loading node:crypto to ask it for us costs an idle run 5 ms. */
function randomBytes(count: number): Buffer<ArrayBuffer> {
  const taken = Buffer.alloc(count);
  const source = openSync('/dev/urandom', 'r');
  try {
    let filled = 0;
    // A signal may cut a large portion short.
    while (filled < count) {
      const given = readSync(source, taken, filled, count - filled, null);
      if (given === 0) throw new Error('/dev/urandom gave too few bytes');
      filled += given;
    }
  } finally {
    closeSync(source);
  }
  return taken;
}
