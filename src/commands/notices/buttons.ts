import { headedHtml } from '../../core/notices/html.ts';
import type { NoticeChannel, OperatorMessage } from '../../ports.ts';
import { pageByRowId, pageOfNotice } from '../../store/chat-pages.ts';
import type { WaitingNotice } from '../../store/notices.ts';
import { keyboardOf } from '../chat/keyboard.ts';
import { hasApprovers } from '../chat/open-chat.ts';
import { viewOf } from '../chat/page-view.ts';
import { atNow } from '../chat/chat-desk.ts';
import type { OperatorState } from '../operator-state.ts';

/** A notice that can be decided about in the chat. */
export interface NoticePage {
  readonly pageRowId: number;
  readonly version: number;
  /** What the message says with its buttons, and what can be tapped. */
  readonly message: Pick<OperatorMessage, 'text' | 'html' | 'keyboard'>;
}

/**
 * F2: the page that a notice becomes in a chat whose people may decide; null for every other notice, channel and chat. In the transaction
 * that claims the notice: what is about to be posted can be tapped, whatever is heard of the posting. A summary has no buttons.
 */
export function buttonsOf(
  state: OperatorState,
  of: { readonly channel: NoticeChannel; readonly batch: readonly WaitingNotice[]; readonly text: string },
): NoticePage | null {
  const [notice, ...others] = of.batch;
  if (notice === undefined || notice.card === null || others.length > 0) return null;
  if (of.channel.name !== 'telegram' || !hasApprovers(state.workspace)) return null;
  const now = atNow(state);
  const { rowId: noticeRowId, card } = notice;
  const pageRowId = pageOfNotice(state.db, { noticeRowId, card, text: of.text, now: now.now });
  const page = pageByRowId(state.db, pageRowId);
  if (page === null) return null;
  const { text, rows } = viewOf(now, page);
  const keyboard = keyboardOf(now, { pageRowId, rows });
  return { pageRowId, version: page.version, message: { text, html: headedHtml(text), keyboard } };
}
