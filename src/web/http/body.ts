import type { IncomingMessage } from 'node:http';

import { collectWaste } from './garbage.ts';

/** What bodies may hold in memory together, so that many senders cannot do what one may not (hardening 128). */
export class BodyPool {
  #free: number;
  /** Each sender costs a piece of 64 kB that Node has read, whatever it sends. */
  #readers = READERS_MAX;

  constructor(bytes: number) {
    this.#free = bytes;
  }

  enter(): boolean {
    if (this.#readers === 0) return false;
    this.#readers -= 1;
    return true;
  }

  leave(): void {
    this.#readers += 1;
  }

  take(bytes: number): boolean {
    if (bytes > this.#free) return false;
    this.#free -= bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.#free += bytes;
  }
}

const READERS_MAX = 64;

export type BodyResult =
  | { readonly kind: 'whole'; readonly bytes: Buffer }
  | { readonly kind: 'too_large' }
  /** The pool is empty. */
  | { readonly kind: 'busy' }
  /** The peer went away. */
  | { readonly kind: 'broken' };

/** Reads a body of at most `bytesMax` bytes. What it was given of the pool it has given back when it returns. */
export function readBody(
  request: IncomingMessage,
  { bytesMax, pool }: { readonly bytesMax: number; readonly pool: BodyPool },
): Promise<BodyResult> {
  // The parser admits digits only, and one length.
  if (Number(request.headers['content-length'] ?? 0) > bytesMax)
    return Promise.resolve({ kind: 'too_large' });
  if (!pool.enter()) return Promise.resolve({ kind: 'busy' });
  return new Promise((resolve) => {
    const kept = new GrowingBuffer(pool, bytesMax);
    const end = (result: BodyResult): void => {
      request.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose);
      // Whatever breaks later is nobody's error any more.
      request.on('error', () => undefined);
      if (result.kind !== 'whole') request.pause();
      kept.giveBack();
      pool.leave();
      resolve(result);
    };
    const onData = (chunk: Buffer): void => {
      const trouble = kept.add(chunk);
      collectWaste();
      if (trouble !== null) end({ kind: trouble });
    };
    const onEnd = (): void => {
      end({ kind: 'whole', bytes: kept.bytes() });
    };
    const onClose = (): void => {
      end({ kind: 'broken' });
    };
    request.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose);
  });
}

/** What Node reads at a time; a body that needs more is one of few, and grows in few steps. */
const FIRST_BYTES = 65_536;
const GROWTH = 4;

/** Bytes copied together as they come: a list of one-byte chunks would hold a hundred times their size. */
class GrowingBuffer {
  readonly #pool: BodyPool;
  readonly #bytesMax: number;
  #buffer = Buffer.alloc(0);
  #size = 0;

  constructor(pool: BodyPool, bytesMax: number) {
    this.#pool = pool;
    this.#bytesMax = bytesMax;
  }

  add(chunk: Buffer): 'too_large' | 'busy' | null {
    const size = this.#size + chunk.length;
    if (size > this.#bytesMax) return 'too_large';
    if (size > this.#buffer.length && !this.#grow(size)) return 'busy';
    chunk.copy(this.#buffer, this.#size);
    this.#size = size;
    return null;
  }

  #grow(size: number): boolean {
    const capacity = Math.min(this.#bytesMax, Math.max(size, FIRST_BYTES, this.#buffer.length * GROWTH));
    if (!this.#pool.take(capacity - this.#buffer.length)) return false;
    const grown = Buffer.allocUnsafeSlow(capacity);
    this.#buffer.copy(grown, 0, 0, this.#size);
    this.#buffer = grown;
    return true;
  }

  bytes(): Buffer {
    return this.#buffer.subarray(0, this.#size);
  }

  giveBack(): void {
    this.#pool.giveBack(this.#buffer.length);
  }
}
