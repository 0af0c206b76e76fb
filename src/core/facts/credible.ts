import type { Instant } from '../model.ts';
import { DAY_MS, MINUTE_MS } from '../time/durations.ts';
import type { FactKind, IncomingFact } from './fact.ts';

/** The message that a fact was matched to, as far as belief needs it. */
export interface MatchedMessage {
  readonly claimedAt: Instant | null;
  /** The address it went to, normalised. */
  readonly emailKey: string;
}

/** By which of its references a fact was matched; `address` is a hint and no more. */
export type MatchedBy = 'message' | 'conversation' | 'address';

/** Clocks of other machines are not ours. */
export const CLOCK_SKEW_MS = 10 * MINUTE_MS;
/** How long after a mail an answer without any reference to it may still be one. */
const ANSWER_BY_ADDRESS_MAX_MS = 30 * DAY_MS;

/** What a person may write without naming our mail; a notice of a machine must name it. */
const FROM_A_PERSON: ReadonlySet<FactKind> = new Set<FactKind>([
  'reply',
  'auto_reply',
  'opt_out',
  'not_there',
  'robot',
]);
/**
 * Who wrote it, where that is another address than the one our mail went to; null where it is the same, is not known, or writes for
 * nobody. A mail that names ours (by our return address, In-Reply-To or References, in this order) answers ours, whoever wrote it: the
 * lead has forwarded it, or writes from a second address. Which of the two, nobody can tell, so the safe side is taken: the lead gets no
 * further step (E4, B6), the writer, where that is a lead as well, neither, and the operator is told who wrote. Who is no lead of ours
 * gets nothing from us, and is put on no list: a sender is easily forged.
 */
export function otherWriter(
  { kind, about }: Pick<IncomingFact, 'kind' | 'about'>,
  message: Pick<MatchedMessage, 'emailKey'>,
): string | null {
  return FROM_A_PERSON.has(kind) && about.emailKey !== message.emailKey ? about.emailKey : null;
}

/** These speak of the recipient itself: about another address they are a forgery or a forwarded mail's trouble. */
const ABOUT_THE_RECIPIENT: ReadonlySet<FactKind> = new Set<FactKind>([
  'soft_bounce',
  'hard_bounce',
  'block',
  'complaint',
]);

/**
 * E4: whether a fact may be believed of this message. A provider's own record may, wherever it names the delivery. A mail is written
 * by anybody: a bounce or complaint must name our message and the address that it went to, an answer must have come after it, and
 * soon where nothing but the writer's address connects the two. To be asked for no more mail is never too late.
 */
export function isCredible(
  fact: Pick<IncomingFact, 'kind' | 'at' | 'about' | 'trust'>,
  { message, by }: { readonly message: MatchedMessage; readonly by: MatchedBy },
): boolean {
  if (message.claimedAt === null) return false;
  const isAfter = fact.at >= message.claimedAt - CLOCK_SKEW_MS;
  if (by === 'address') {
    const isSoon = fact.kind === 'opt_out' || fact.at - message.claimedAt <= ANSWER_BY_ADDRESS_MAX_MS;
    return FROM_A_PERSON.has(fact.kind) && isAfter && isSoon;
  }
  const concerned = fact.about.emailKey;
  const isOfAnother = concerned !== null && concerned !== message.emailKey;
  if (ABOUT_THE_RECIPIENT.has(fact.kind) && isOfAnother) return false;
  return fact.trust === 'verified' || isAfter;
}
