import type { ProviderAnswer } from './provider-server.ts';

interface Remembered {
  readonly fingerprint: string;
  readonly at: number;
  answer: ProviderAnswer;
  isRunning: boolean;
}

/** What a provider says of a key: go on, the first answer again, taken with another body, or still at it. */
export type KeyVerdict =
  | { readonly kind: 'new' }
  | { readonly kind: 'replay'; readonly answer: ProviderAnswer }
  | { readonly kind: 'other body' }
  | { readonly kind: 'running' };

/** Idempotency keys as both providers that have them describe it: remembered for 24 hours from the first use, then forgotten. */
export class KeyMemory {
  private readonly keys = new Map<string, Remembered>();
  private readonly lifeMs: number;

  constructor(lifeMs = 24 * 3_600_000) {
    this.lifeMs = lifeMs;
  }

  ask(key: string, { fingerprint, now }: { fingerprint: string; now: number }): KeyVerdict {
    const known = this.keys.get(key);
    if (known === undefined || now - known.at >= this.lifeMs) return { kind: 'new' };
    if (known.fingerprint !== fingerprint) return { kind: 'other body' };
    return known.isRunning ? { kind: 'running' } : { kind: 'replay', answer: known.answer };
  }

  remember(
    key: string,
    { fingerprint, now, answer }: { fingerprint: string; now: number; answer: ProviderAnswer },
  ): void {
    this.keys.set(key, { fingerprint, at: now, answer, isRunning: true });
  }

  /** The request that brought the key is over. */
  finish(key: string): void {
    const known = this.keys.get(key);
    if (known !== undefined) known.isRunning = false;
  }
}
