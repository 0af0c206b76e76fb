import type { Instant } from '../model.ts';

/**
 * What the outside can tell of a message or its lead, whoever tells it (E2 to E5). `block` is a refusal that speaks of the sender or of
 * the moment, never of the address; `robot` is a ticket or challenge system; `send_failed` is a provider that gave up for another reason.
 */
export const FACT_KINDS = [
  'sent',
  'delivered',
  'opened',
  'clicked',
  'soft_bounce',
  'hard_bounce',
  'block',
  'send_failed',
  'complaint',
  'opt_out',
  'reply',
  'auto_reply',
  'not_there',
  'robot',
] as const;
export type FactKind = (typeof FACT_KINDS)[number];

/** Everything by which a fact may name the message that it is about; null and empty where it says nothing. */
export interface Reference {
  /** Our own public id, `m-…`, as a token or a variable carried it. */
  readonly messageId: string | null;
  /** Message-IDs in angle brackets, the likeliest first: In-Reply-To, then References from the newest. */
  readonly messageIdHeaders: readonly string[];
  /** The provider's id of the delivery. */
  readonly providerId: string | null;
  /** The provider's id of the conversation. */
  readonly conversationId: string | null;
  /** The address that the fact concerns: the recipient of ours, the writer of an answer. Normalised; null when it names none. */
  readonly emailKey: string | null;
}

/** One thing that came back, in our words. */
export interface IncomingFact {
  readonly kind: FactKind;
  /** The same for ever, and of no other fact of its source: a second one with it changes nothing (E7). */
  readonly key: string;
  /**
   * Where one service tells of the same both as an event and, without saying which event it was, as a state: the key of the state. With
   * it as its own key a fact is such a state, and is no news once any of its events is known; an event takes the place of its state.
   */
  readonly stateKey?: string;
  readonly at: Instant;
  readonly about: Reference;
  /**
   * `verified`: a provider's own record, or a webhook whose signature held. `claimed`: a mail that anybody may have written; it counts
   * only where it names a message of ours (E4).
   */
  readonly trust: 'verified' | 'claimed';
  /** One line for the lead's story; never a secret. */
  readonly detail: string;
  /** The person's own words, quotes cut away; null for everything but an answer. */
  readonly text: string | null;
  /** An auto-reply's stated return; null when it states none. */
  readonly until: Instant | null;
  /** A machine opened or clicked, not a person (E5). */
  readonly isMachine: boolean;
  /** What a person should look at before it is believed, as the end of a sentence; the operator is told. */
  readonly suspicion?: string;
  /** The Message-ID that was really used, where only the provider knows it: answers quote that one (D6). */
  readonly messageIdUsed?: string;
  /** The Message-ID of the mail that says it: a mail of ours that came round to us is nobody's answer (hardening 140). */
  readonly writtenAs?: string;
}
