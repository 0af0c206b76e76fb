import type { Instant } from '../../core/model.ts';

/** Counts what each of many names did in the last minute; remembers a bounded number of them. */
export class RateLimit {
  readonly #perMinute: number;
  readonly #seen = new Map<string, { sinceAt: Instant; count: number }>();

  constructor(perMinute: number) {
    this.#perMinute = perMinute;
  }

  /** Counts one more; true when that is too many. */
  isOver(name: string, now: Instant): boolean {
    const known = this.#seen.get(name);
    const isFresh = known !== undefined && Math.abs(now - known.sinceAt) < MINUTE_MS;
    const entry = isFresh ? known : { sinceAt: now, count: 0 };
    entry.count += 1;
    // Last in the map is last seen: what is forgotten first has been quiet longest.
    this.#seen.delete(name);
    this.#seen.set(name, entry);
    if (this.#seen.size > NAMES_MAX)
      for (const oldest of this.#seen.keys()) return this.#forget(oldest, entry);
    return entry.count > this.#perMinute;
  }

  #forget(oldest: string, entry: { count: number }): boolean {
    this.#seen.delete(oldest);
    return entry.count > this.#perMinute;
  }
}

const MINUTE_MS = 60_000;
const NAMES_MAX = 10_000;
