import type { Decision } from '../../core/review-rules.ts';
import { addPage, changePage, type ChatPage, type StoredButton } from '../../store/chat-pages.ts';
import type { StoredMessage } from '../../store/messages.ts';
import { countOf, escapeText, truncate } from '../output/text.ts';
import { formatClock } from '../output/time.ts';
import { NO_DETAILS } from '../review/changes.ts';
import { decide } from '../review/decide.ts';
import type { Desk } from '../review/desk.ts';
import { react, type Reaction } from './chat-desk.ts';
import { batchHash, heldBatch } from './page-view.ts';

interface BatchTap {
  readonly page: ChatPage;
  readonly button: StoredButton;
}

const LINES_MAX = 40;

/**
 * A8: a held batch is released or dropped as one, by the same function as `review`; the first ones may be kept and the rest dropped. What
 * was tapped is about the messages that were held then: when one of them moved, nothing is done and the new numbers are shown.
 */
export function actOnBatch(desk: Desk, { page, button }: BatchTap): Reaction {
  const { state } = desk;
  const held = heldBatch(state, button.subject);
  if (held.length === 0 || batchHash(held) !== button.hash) {
    changePage(state.db, page.rowId, { asking: null });
    return react(
      held.length === 0
        ? 'Nothing of it is held any more.'
        : `The batch changed since this message: ${String(held.length)} are held now. Look again.`,
      `${button.subject}: stale, nothing was done`,
    );
  }
  switch (button.action) {
    case 'show_batch':
      return showBatch(desk, held);
    case 'release_batch':
      changePage(state.db, page.rowId, { asking: 'release_batch' });
      return react(`Release all ${String(held.length)}?`, 'asks whether to release the batch');
    case 'release_batch_yes':
      return decideBatch(desk, { page, parts: [{ decision: { kind: 'release' }, messages: held }] });
    case 'drop_batch':
      return decideBatch(desk, { page, parts: [{ decision: { kind: 'discard' }, messages: held }] });
    default: {
      const kept = page.card.kind === 'batch' ? page.card.usual : 0;
      const parts = [
        { decision: { kind: 'release' }, messages: held.slice(0, kept) },
        { decision: { kind: 'discard' }, messages: held.slice(kept) },
      ] as const;
      return decideBatch(desk, { page, parts });
    }
  }
}

function decideBatch(
  desk: Desk,
  of: {
    readonly page: ChatPage;
    readonly parts: readonly { readonly decision: Decision; readonly messages: readonly StoredMessage[] }[];
  },
): Reaction {
  const { state, engine, reviewer } = desk;
  const told = of.parts.flatMap(({ decision, messages }) => {
    const seen = messages.map((message) => ({ message, expectHash: message.textHash }));
    const decided = decide(desk, decision, { seen, details: NO_DETAILS });
    const done = decided.filter(({ result }) => result === 'done').length;
    const refused = decided.find(({ refusal }) => refusal !== null);
    const word = decision.kind === 'release' ? 'released' : 'dropped';
    return [
      ...(done > 0 ? [`${String(done)} ${word}`] : []),
      ...(refused === undefined
        ? []
        : [`${countOf(decided.length - done, 'message')} not ${word}: ${refused.detail ?? ''}`]),
    ];
  });
  const what = told.join(', ');
  const isDone = told.some((line) => /^\d+ (?:released|dropped)/.test(line));
  const at = formatClock(engine.now, engine.policy.timezone);
  const line = isDone ? `✓ ${what} by ${escapeText(reviewer.name)} ${at}` : `Nothing was done: ${what}`;
  changePage(state.db, of.page.rowId, { told: line, asking: null });
  return react(`${isDone ? 'Done' : 'Not done'}: ${what}.`);
}

/** Who would get what, in one message: the words of each are behind `/review`. */
function showBatch(desk: Desk, held: readonly StoredMessage[]): Reaction {
  const { state, engine } = desk;
  const lines = held
    .slice(0, LINES_MAX)
    .map(({ leadName, leadEmail, sequenceId, stepId, subject }, index) => {
      const who = escapeText(leadName ?? leadEmail);
      const what = `${escapeText(sequenceId)} › ${escapeText(stepId)}: ${escapeText(subject ?? '')}`;
      return truncate(`${String(index + 1)}  ${who} · ${what}`, 90);
    });
  const more = held.length - LINES_MAX;
  const leads = new Set(held.map(({ leadRowId }) => leadRowId)).size;
  const text = [
    `Held: ${countOf(held.length, 'message')} to ${countOf(leads, 'lead')}`,
    '',
    ...lines,
    ...(more > 0 ? [`and ${String(more)} more: headgate review list --state held`] : []),
  ].join('\n');
  addPage(state.db, { text, card: { kind: 'plain' }, now: engine.now });
  return react('Here they are.', 'showed the batch');
}
