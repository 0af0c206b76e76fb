import type { Engine } from './engine.ts';

/** How many messages the send journal proved sent, or could not prove unsent. */
export interface JournalSettlement {
  readonly sent: number;
  readonly uncertain: number;
}

/**
 * A15: settles what an older state still holds as approved or being sent against the send journal, which a restore does
 * not turn back. `adopt` and `restore` call it inside their transaction, before they hold what is left.
 */
export type SettleAgainstSendJournal = (engine: Engine) => JournalSettlement;

/** For a state without a send journal: nothing has left that it would not know of. */
export const WITHOUT_SEND_JOURNAL: SettleAgainstSendJournal = () => ({ sent: 0, uncertain: 0 });
