import type { CancelReason, Instant } from '../model.ts';
import { DAY_MS } from '../time/durations.ts';
import type { FactKind, IncomingFact } from './fact.ts';

/** What a fact does to its lead. Everything here only ever sets, so that the order in which facts come changes nothing (hardening 135). */
export interface Effect {
  /** The message surely left: an uncertain one is settled as sent (D1). */
  readonly provesSent: boolean;
  /** Why the address goes onto the list; null: it does not. */
  readonly suppress: 'bounced' | 'complained' | 'opted_out' | null;
  /** The lead asked for no more mail, whatever its address. */
  readonly optsOut: boolean;
  /** B6: ends all of the lead's enrollments; null: none. */
  readonly cancel: CancelReason | null;
  /** Nothing is drafted or sent before; null: no hold. */
  readonly holdUntil: Instant | null;
  /** B7: the lead was in contact with us. */
  readonly isContact: boolean;
  /** The operator hears of it at once (E4). */
  readonly alert: boolean;
}

/** E4: an address that could not be reached on so many distinct days is given up. */
export const SOFT_BOUNCE_DAYS_MAX = 5;
/** A return date further off than this is a misreading, or a person who will not come back to a sequence. */
const HOLD_MAX_MS = 180 * DAY_MS;

const NOTHING: Effect = {
  provesSent: false,
  suppress: null,
  optsOut: false,
  cancel: null,
  holdUntil: null,
  isContact: false,
  alert: false,
};
const LEFT: Effect = { ...NOTHING, provesSent: true };

/** Effects that depend on the kind alone. */
const PLAIN: Readonly<Record<Exclude<FactKind, 'soft_bounce' | 'auto_reply'>, Effect>> = {
  sent: LEFT,
  delivered: LEFT,
  opened: LEFT,
  clicked: LEFT,
  hard_bounce: { ...LEFT, suppress: 'bounced', cancel: 'bounced' },
  block: LEFT,
  // It says that the mail did not arrive, not whether it will be tried again: a person looks.
  send_failed: { ...NOTHING, alert: true },
  complaint: { ...LEFT, suppress: 'complained', cancel: 'complained', alert: true },
  opt_out: { ...LEFT, suppress: 'opted_out', optsOut: true, cancel: 'opted_out' },
  reply: { ...LEFT, cancel: 'replied', isContact: true, alert: true },
  not_there: { ...LEFT, cancel: 'wrong_attribution', alert: true },
  robot: { ...LEFT, alert: true },
};

/**
 * E3 to E6, B6: what one fact that was matched to a lead does to it. `softBounceDays`: on how many distinct days, this one counted, a
 * mail to the address was put off. A machine's answer never ends a sequence.
 */
export function effectOf(
  fact: Pick<IncomingFact, 'kind' | 'at' | 'until'>,
  known: { readonly softBounceDays: number },
): Effect {
  if (fact.kind === 'soft_bounce') {
    return known.softBounceDays >= SOFT_BOUNCE_DAYS_MAX ? PLAIN.hard_bounce : LEFT;
  }
  if (fact.kind === 'auto_reply') return { ...LEFT, holdUntil: believableReturn(fact) };
  return PLAIN[fact.kind];
}

function believableReturn({ at, until }: Pick<IncomingFact, 'at' | 'until'>): Instant | null {
  return until !== null && until > at && until - at <= HOLD_MAX_MS ? until : null;
}
