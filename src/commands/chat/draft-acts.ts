import type { Decision } from '../../core/review-rules.ts';
import { isUnsent, STATE_TEXTS } from '../../core/review-rules.ts';
import { closeDialogs, openDialog } from '../../store/chat-dialogs.ts';
import { addPage, changePage, pageByRowId, pagesAbout, type ChatPage } from '../../store/chat-pages.ts';
import { messageById, type StoredMessage } from '../../store/messages.ts';
import { NO_DETAILS } from '../review/changes.ts';
import { decide, type Decided } from '../review/decide.ts';
import { DECISION_WORDS } from '../review/decision-text.ts';
import type { Desk } from '../review/desk.ts';
import { formatClock } from '../output/time.ts';
import { react, type Actor, type Reaction } from './chat-desk.ts';

/** One draft as somebody in the chat saw it. */
export interface SeenDraft {
  readonly id: string;
  /** Hash of the words that they saw; null for somebody who named it by its id. */
  readonly hash: string | null;
  /** For a release, the hold that they saw. */
  readonly holdSeen?: string;
}

const PAGES_ABOUT_MAX = 6;
const TEXT_CHANGED = 'The text changed since this message. Here is the new one.';

/**
 * D5, F2: decides about one draft in the words that were seen, by the same function as `review`. Stale words decide nothing: the new ones
 * are shown instead. Every page that shows the draft is told. In the caller's transaction.
 */
export function decideDraft(
  desk: Desk,
  decision: Decision,
  { draft, reason = null }: { readonly draft: SeenDraft; readonly reason?: string | null },
): Reaction {
  const message = messageById(desk.engine.db, draft.id);
  if (message === null) return react('This draft is gone.');
  const { hash, ...rest } = draft;
  const seen = [{ ...rest, message, expectHash: hash }];
  const [decided] = decide(desk, decision, { seen, details: { ...NO_DETAILS, reason } });
  if (decided === undefined) throw new Error('A decision about nothing');
  if (decided.refusal?.reason === 'text_changed') return showNewText(desk, message);
  if (decided.result === 'done') closeDialogs(desk.engine.db, draft.id, desk.engine.now);
  touchPagesAbout(desk, draft.id);
  const answer = resultText(desk, decision, decided);
  return react(answer, `${decision.kind} ${draft.id}: ${answer}`);
}

/** `Approved, leaves 08:17.` or why not. */
export function resultText({ engine }: Desk, decision: Decision, decided: Decided): string {
  const words = DECISION_WORDS[decision.kind];
  const { message, result, detail } = decided;
  if (result === 'refused') return `${words.not}: ${detail ?? ''}.`;
  if (result === 'unchanged') return `${sentence(detail ?? STATE_TEXTS[message.state])}.`;
  if (message.state !== 'approved' || message.leavesAt === null) return `${words.done}.`;
  return `${words.done}: leaves ${formatClock(message.leavesAt, engine.policy.timezone)}.`;
}

/** D5: what was tapped was said about other words. */
export function showNewText(desk: Desk, message: StoredMessage): Reaction {
  if (!isUnsent(message.state)) {
    touchPagesAbout(desk, message.id);
    return react(`Nothing was done: ${STATE_TEXTS[message.state]}.`);
  }
  touchPagesAbout(desk, message.id);
  showDraft(desk, message);
  return react(TEXT_CHANGED, `${message.id}: stale, nothing was done`);
}

/** Puts the whole draft into the chat, unless a page with these very words is the newest about it. Returns the row id of that page. */
export function showDraft(desk: Desk, message: StoredMessage): number {
  const { db, now } = desk.engine;
  const hash = message.textHash ?? '';
  const known = pagesAbout(db, message.id, PAGES_ABOUT_MAX).find((rowId) => {
    const card = pageByRowId(db, rowId)?.card;
    return card?.kind === 'draft' && card.id === message.id && card.hash === hash;
  });
  if (known === undefined)
    return addPage(db, { text: '', card: { kind: 'draft', id: message.id, hash }, now });
  changePage(db, known);
  return known;
}

/** Everything in the chat that shows this draft is behind. */
export function touchPagesAbout({ engine }: Desk, draftId: string): void {
  for (const rowId of pagesAbout(engine.db, draftId, PAGES_ABOUT_MAX)) changePage(engine.db, rowId);
}

/** Asks the person for words: the new text, or the reason (cli.md 2.5). Nothing is decided yet. */
export function askForWords(
  desk: Desk,
  of: {
    readonly kind: 'edit' | 'reject';
    readonly draft: SeenDraft;
    readonly page: ChatPage;
    readonly actor: Actor;
  },
): Reaction {
  const { kind, draft, page, actor } = of;
  const { db, now } = desk.engine;
  const message = messageById(db, draft.id);
  if (message === null) return react('This draft is gone.');
  if (message.textHash !== draft.hash) return showNewText(desk, message);
  if (!isUnsent(message.state)) {
    touchPagesAbout(desk, draft.id);
    return react(`Nothing was asked: ${STATE_TEXTS[message.state]}.`);
  }
  // Whoever writes other words needs the present ones before them.
  const cardRowId = kind === 'reject' || page.card.kind === 'draft' ? null : showDraft(desk, message);
  openDialog(
    db,
    {
      kind,
      cardRowId,
      userId: actor.id,
      userName: actor.name,
      pageRowId: page.rowId,
      draftId: draft.id,
      hash: message.textHash ?? '',
    },
    now,
  );
  touchPagesAbout(desk, draft.id);
  const answer =
    kind === 'edit' ? 'Reply to this message with the new text.' : 'Reply to this message with the reason.';
  return react(answer, `asks for words: ${kind} ${draft.id}`);
}

/** The question is taken back; the draft is as it was. */
export function stopAsking(desk: Desk, draftId: string): Reaction {
  closeDialogs(desk.engine.db, draftId, desk.engine.now);
  touchPagesAbout(desk, draftId);
  return react('It stays as it is.');
}

export function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
