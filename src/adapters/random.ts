import { randomBytes } from 'node:crypto';
import type { Random } from '../ports.ts';

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';
const ID_LENGTH = 16;

/** The machine's randomness: the only place that asks for it. */
export const systemRandom: Random = {
  publicId(prefix) {
    // One byte per character; its low five bits are uniform because 32 divides 256.
    const characters = Array.from(randomBytes(ID_LENGTH), (byte) => BASE32.charAt(byte & 31));
    return `${prefix}-${characters.join('')}`;
  },
  fraction: () => Math.random(),
};
