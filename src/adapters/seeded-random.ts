import type { IdPrefix, Random } from '../ports.ts';

const BASE32 = '234567abcdefghijklmnopqrstuvwxyz';
const ID_LENGTH = 16;

/** The same numbers for the same seed (mulberry32): for rehearsals, where the same question must have the same answer. Nothing secret. */
export class SeededRandom implements Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  publicId(prefix: IdPrefix): string {
    let id = `${prefix}-`;
    for (let index = 0; index < ID_LENGTH; index += 1) id += BASE32.charAt(Math.floor(this.fraction() * 32));
    return id;
  }

  publicIds(prefix: IdPrefix, count: number): readonly string[] {
    return Array.from({ length: count }, () => this.publicId(prefix)).sort();
  }

  fraction(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}
