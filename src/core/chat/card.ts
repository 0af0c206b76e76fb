import type { Instant, OutboundJob } from '../model.ts';

/** One draft as a page of the chat shows it. */
export interface ShownDraft {
  readonly id: string;
  /** Of the words that were shown: an approval is of these and no others (D5). */
  readonly hash: string;
  /** Its lines on the page, replaced by what becomes of it. */
  readonly block: string;
}

/** What a page of the chat is about, and so which buttons stand below it (F2, cli.md 2.5). */
export type ChatCard =
  /** Drafts by number: the digest, and the answer to `/review`. */
  | { readonly kind: 'drafts'; readonly drafts: readonly ShownDraft[]; readonly total: number }
  /** One draft with all its words, as they are now. */
  | { readonly kind: 'draft'; readonly id: string; readonly hash: string }
  /** A8, D2: messages that a run of this job held, to be decided about as one. `usual`: a day's, rounded up; 0 where nobody knows. */
  | { readonly kind: 'batch'; readonly runId: string; readonly job: OutboundJob; readonly usual: number }
  /** A4, A5: a saved plan that waits for a person. */
  | { readonly kind: 'plan'; readonly planId: string; readonly count: number }
  /** A10: what is due, before everything goes on. */
  | { readonly kind: 'resume'; readonly sinceAt: Instant }
  /** Words without buttons. */
  | { readonly kind: 'plain' };

/** Every decision that a button can stand for. */
const TAP_ACTIONS = [
  'approve',
  'edit',
  'reject',
  'reject_now',
  'stop_asking',
  'hold',
  'release',
  'discard',
  'undo',
  'read',
  'read_all',
  'approve_all',
  'approve_all_yes',
  'no',
  'show_batch',
  'drop_batch',
  'keep_batch',
  'release_batch',
  'release_batch_yes',
  'show_plan',
  'confirm',
  'veto',
  'pause',
  'resume',
  'resume_yes',
] as const;
export type TapAction = (typeof TAP_ACTIONS)[number];

/** A button before it has an id: what it says and what it stands for. */
export interface ButtonMeaning {
  readonly label: string;
  readonly action: TapAction;
  /** m-…, r-…, p-…; empty for everything. */
  readonly subject: string;
  /** Hash of the words it is about; empty where there are none. */
  readonly hash: string;
}

export function isTapAction(word: string): word is TapAction {
  return TAP_ACTIONS.some((action) => action === word);
}
