import type { Instant } from './model.ts';

/** How long a link to the review page may be opened (cli.md 5.3). */
export const LINK_LIFE_MS = 60_000;
/** How long a session lasts, whatever is done in it: a working day. */
export const SESSION_LIFE_MS = 12 * 3_600_000;
/** A14: a clock that went back by more is not believed; a key must not live on because of it. */
const CLOCK_SLACK_MS = 120_000;

/** What opens the review page: a link, once, or a session. */
export interface WebKey {
  readonly kind: 'link' | 'session';
  /** Whose acts they are. */
  readonly person: string;
  readonly bootId: string;
  readonly madeAt: Instant;
  readonly endsAt: Instant;
}

/** F6: a key opens nothing after its time, before it, or after a reboot. A boot that cannot be named is another one. */
export function opens(key: WebKey, { now, bootId }: { now: Instant; bootId: string | null }): boolean {
  return key.bootId === bootId && now < key.endsAt && now > key.madeAt - CLOCK_SLACK_MS;
}
