import { headedHtml } from '../../core/notices/html.ts';
import type { ChatFailure, ChatText, OperatorChat } from '../../ports.ts';
import { markNotShown, markShown, pageByRowId, unshownPages } from '../../store/chat-pages.ts';
import { writeKeepingDoubt, type OperatorState } from '../operator-state.ts';
import { atNow } from './chat-desk.ts';
import { keyboardOf } from './keyboard.ts';
import { viewOf } from './page-view.ts';

/** So many pages in one go; the next one takes the rest. */
const PAGES_MAX = 20;
/** About one message a second and chat, as the service asks for; it takes a few at once. */
const SPACING_MS = 1_100;
const AT_ONCE = 3;

export interface Showing {
  readonly chat: OperatorChat;
  /** Waits, or less when the run is told to end. */
  readonly pause: (ms: number) => Promise<void>;
  readonly mayGoOn: () => boolean;
}

/**
 * Makes the chat show what changed (F2): a page that stands there is edited, never repeated; one that is new is posted. The row is the
 * truth: what could not be shown now is shown by the next run. Returns what went wrong first; null for nothing.
 */
export async function showPages(state: OperatorState, showing: Showing): Promise<ChatFailure | null> {
  for (const [index, rowId] of unshownPages(state.db, PAGES_MAX).entries()) {
    if (!showing.mayGoOn()) return null;
    if (index >= AT_ONCE) await showing.pause(SPACING_MS);
    const failure = await showPage(atNow(state), rowId, showing.chat);
    // One that the chat will not have must not stand before all others; a chat that is gone takes none of them.
    if (failure !== null && (failure.kind === 'failed' || !failure.isForGood)) return failure;
  }
  return null;
}

async function showPage(
  state: OperatorState,
  rowId: number,
  chat: OperatorChat,
): Promise<ChatFailure | null> {
  const ready = writeKeepingDoubt(state, () => {
    const page = pageByRowId(state.db, rowId);
    if (page === null) return null;
    const { text, rows } = viewOf(state, page);
    // Counted before the call: one that kills us each time is given up as well.
    markNotShown(state.db, rowId);
    const keyboard = keyboardOf(state, { pageRowId: rowId, rows });
    return { page, shown: { html: headedHtml(text), keyboard, isQuiet: true } satisfies ChatText };
  });
  if (ready === null) return null;
  const { page, shown } = ready;
  const answer = page.messageId === null ? await chat.post(shown) : await chat.edit(page.messageId, shown);
  if (answer.kind === 'refused' || answer.kind === 'failed') return answer;
  const messageId = answer.kind === 'posted' ? answer.messageId : null;
  writeKeepingDoubt(state, () => {
    markShown(state.db, rowId, { version: page.version, messageId });
  });
  return null;
}
