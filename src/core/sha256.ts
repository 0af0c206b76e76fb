/**
 * HMAC with SHA-256 (FIPS 180-4, RFC 2104) for the few short texts that every run hashes: the parts of the machine's
 * identity. Loading `node:crypto` for them costs an idle run 5 ms, a fifth of a bare start, several hundred times a day.
 * Anything long, and anything secret, is hashed by `node:crypto`.
 */

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;
const ROUNDS = 64;
const INNER_PAD = 0x36;
const OUTER_PAD = 0x5c;

/** Hex HMAC-SHA-256 of a text in UTF-8 under a key of at most 64 bytes. Throws RangeError for a longer key. */
export function hmacSha256(key: string, text: string): string {
  const encoder = new TextEncoder();
  const keyBytes = encoder.encode(key);
  if (keyBytes.length > BLOCK_BYTES)
    throw new RangeError('A key of more than 64 bytes is hashed by node:crypto');
  const padded = new Uint8Array(BLOCK_BYTES);
  padded.set(keyBytes);
  const inner = digest(
    joined(
      padded.map((byte) => byte ^ INNER_PAD),
      encoder.encode(text),
    ),
  );
  return digest(
    joined(
      padded.map((byte) => byte ^ OUTER_PAD),
      inner,
    ),
  ).toHex();
}

/** The first 32 bits of the fractional part of a root of each of the first primes: the standard's constants. */
function primeRoots(count: number, root: (prime: number) => number): Int32Array {
  const constants = new Int32Array(count);
  let found = 0;
  for (let candidate = 2; found < count; candidate += 1) {
    if (!isPrime(candidate)) continue;
    // The array keeps the lower 32 bits: the whole part falls off.
    constants[found] = root(candidate) * 2 ** 32;
    found += 1;
  }
  return constants;
}

function isPrime(candidate: number): boolean {
  for (let divisor = 2; divisor * divisor <= candidate; divisor += 1) {
    if (candidate % divisor === 0) return false;
  }
  return true;
}

const INITIAL_STATE = primeRoots(8, Math.sqrt);
const ROUND_CONSTANTS = primeRoots(ROUNDS, Math.cbrt);

function digest(message: Uint8Array): Uint8Array {
  const padded = padMessage(message);
  const state = Int32Array.from(INITIAL_STATE);
  const schedule = new Int32Array(ROUNDS);
  for (let offset = 0; offset < padded.byteLength; offset += BLOCK_BYTES) {
    expandBlock(padded, offset, schedule);
    compress(state, schedule);
  }
  const bytes = new Uint8Array(DIGEST_BYTES);
  const view = new DataView(bytes.buffer);
  for (const [index, value] of state.entries()) view.setInt32(index * 4, value);
  return bytes;
}

/** The message, a 1 bit, zeros, and the message's length in bits as 64 bits, up to a whole number of blocks. */
function padMessage(message: Uint8Array): DataView {
  const byteLength = Math.ceil((message.length + 9) / BLOCK_BYTES) * BLOCK_BYTES;
  const bytes = new Uint8Array(byteLength);
  bytes.set(message);
  bytes[message.length] = 0x80;
  const view = new DataView(bytes.buffer);
  view.setBigUint64(byteLength - 8, BigInt(message.length) * 8n);
  return view;
}

function expandBlock(padded: DataView, offset: number, schedule: Int32Array): void {
  for (let round = 0; round < ROUNDS; round += 1) {
    if (round < 16) {
      schedule[round] = padded.getInt32(offset + round * 4);
      continue;
    }
    const near = word(schedule, round - 2);
    const far = word(schedule, round - 15);
    schedule[round] =
      word(schedule, round - 16) +
      word(schedule, round - 7) +
      (rotate(far, 7) ^ rotate(far, 18) ^ (far >>> 3)) +
      (rotate(near, 17) ^ rotate(near, 19) ^ (near >>> 10));
  }
}

/** One block. Letters are those of the standard, 6.2.2. */
function compress(state: Int32Array, schedule: Int32Array): void {
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let round = 0; round < ROUNDS; round += 1) {
    const choice = (e & f) ^ (~e & g);
    const majority = (a & b) ^ (a & c) ^ (b & c);
    const first =
      (h +
        (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) +
        choice +
        word(ROUND_CONSTANTS, round) +
        word(schedule, round)) |
      0;
    const second = ((rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + majority) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + second) | 0;
  }
  for (const [index, value] of [a, b, c, d, e, f, g, h].entries()) state[index] = word(state, index) + value;
}

function rotate(value: number, bits: number): number {
  return (value >>> bits) | (value << (32 - bits));
}

function word(words: Int32Array, index: number): number {
  return words[index] ?? 0;
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}
