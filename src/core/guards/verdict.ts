import type { Instant } from '../model.ts';
import type { GuardName, Reason } from '../reasons.ts';

/** What a guard says. Never a bare boolean: every "no" has a reason that the operator can read (A13). */
export type Verdict =
  | { readonly kind: 'allow' }
  /** Not now; `until` is the earliest moment at which this guard could change its mind, if it knows one. */
  | {
      readonly kind: 'skip';
      readonly reason: Reason;
      readonly until: Instant | null;
      readonly detail: string;
    }
  /** Draft it, but a person must approve it whatever the sequence says. */
  | { readonly kind: 'ask'; readonly reason: Reason; readonly detail: string };

export const ALLOW: Verdict = { kind: 'allow' };

export function skip(reason: Reason, detail: string, until: Instant | null = null): Verdict {
  return { kind: 'skip', reason, until, detail };
}

export function ask(reason: Reason, detail: string): Verdict {
  return { kind: 'ask', reason, detail };
}

/** One line of `leads why`. */
export interface JudgedGuard {
  readonly name: GuardName;
  readonly verdict: Verdict;
}
