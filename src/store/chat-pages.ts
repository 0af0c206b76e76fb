import type { ButtonMeaning, ChatCard, TapAction } from '../core/chat/card.ts';
import { isTapAction } from '../core/chat/card.ts';
import type { Instant } from '../core/model.ts';
import type { StateDatabase } from './database.ts';

/** One message of ours in the operator's chat, or one that is to be there (F2). */
export interface ChatPage {
  readonly rowId: number;
  /** The notice that it is; null for what was asked for in the chat. */
  readonly noticeRowId: number | null;
  readonly text: string;
  readonly card: ChatCard;
  /** What was done with it, oldest first. */
  readonly told: readonly string[];
  /** The question that stands below it; null for none. */
  readonly asking: string | null;
  readonly madeAt: Instant;
  /** Null until the chat took it. */
  readonly messageId: number | null;
  readonly version: number;
}

export interface StoredButton {
  readonly id: string;
  readonly pageRowId: number;
  readonly action: TapAction;
  readonly subject: string;
  readonly hash: string;
}

interface PageRow {
  readonly row_id: number;
  readonly notice_row_id: number | null;
  readonly text: string;
  readonly card_json: string;
  readonly told_json: string;
  readonly asking: string | null;
  readonly made_at: number;
  readonly message_id: number | null;
  readonly version: number;
}

/** What nobody taps any more is taken out of the state, not out of the chat. */
const KEPT_MS = 30 * 86_400_000;
const TOLD_MAX = 12;
/** A page that cannot be shown so often is given up: whatever it says is in the state too. */
const ATTEMPTS_MAX = 20;

/** Stores a page that the next showing posts. Returns its row id. */
export function addPage(
  db: StateDatabase,
  page: {
    readonly noticeRowId?: number;
    readonly text: string;
    readonly card: ChatCard;
    readonly now: Instant;
  },
): number {
  db.prepare<[number]>('DELETE FROM chat_pages WHERE made_at < ?').run(page.now - KEPT_MS);
  const { lastInsertRowid } = db
    .prepare<[number | null, string, string, number]>(
      'INSERT INTO chat_pages (notice_row_id, text, card_json, made_at) VALUES (?, ?, ?, ?)',
    )
    .run(page.noticeRowId ?? null, page.text, JSON.stringify(page.card), page.now);
  return Number(lastInsertRowid);
}

/** The page that a notice became when it was first told with its buttons, now with this text; the same row at every repeat. */
export function pageOfNotice(
  db: StateDatabase,
  page: {
    readonly noticeRowId: number;
    readonly text: string;
    readonly card: ChatCard;
    readonly now: Instant;
  },
): number {
  const known = db
    .prepare<[number], { row_id: number }>('SELECT row_id FROM chat_pages WHERE notice_row_id = ?')
    .get(page.noticeRowId);
  if (known === undefined) return addPage(db, page);
  db.prepare<[string, number]>('UPDATE chat_pages SET text = ? WHERE row_id = ?').run(
    page.text,
    known.row_id,
  );
  return known.row_id;
}

export function pageByRowId(db: StateDatabase, rowId: number): ChatPage | null {
  const row = db.prepare<[number], PageRow>('SELECT * FROM chat_pages WHERE row_id = ?').get(rowId);
  return row === undefined ? null : toPage(row);
}

export function pageByMessageId(db: StateDatabase, messageId: number): ChatPage | null {
  const row = db.prepare<[number], PageRow>('SELECT * FROM chat_pages WHERE message_id = ?').get(messageId);
  return row === undefined ? null : toPage(row);
}

/** The newest list of drafts above a message of the chat: what a number in it means. By the chat's own numbers, not by anybody's clock. */
export function newestListAbove(db: StateDatabase, messageId: number): ChatPage | null {
  const rows = db
    .prepare<[number], PageRow>(
      'SELECT * FROM chat_pages WHERE message_id < ? ORDER BY message_id DESC LIMIT 50',
    )
    .all(messageId);
  return rows.map(toPage).find(({ card }) => card.kind === 'drafts') ?? null;
}

/** Pages that the chat does not show as they are now, oldest first. A notice is posted by whoever delivers notices. */
export function unshownPages(db: StateDatabase, limit: number): number[] {
  return db
    .prepare<[number, number], { row_id: number }>(
      `SELECT row_id FROM chat_pages WHERE version > shown_version
         AND (message_id IS NOT NULL OR notice_row_id IS NULL) AND attempts < ? ORDER BY row_id LIMIT ?`,
    )
    .all(ATTEMPTS_MAX, limit)
    .map(({ row_id }) => row_id);
}

/** Row ids of the pages of the last while that show one draft, newest first. */
export function pagesAbout(db: StateDatabase, draftId: string, limit: number): number[] {
  return db
    .prepare<[string, number], { row_id: number }>(
      `SELECT DISTINCT page_row_id AS row_id FROM chat_buttons WHERE subject = ? ORDER BY page_row_id DESC LIMIT ?`,
    )
    .all(draftId, limit)
    .map(({ row_id }) => row_id);
}

/** Something about the page changed: the chat is to show it. `told` is added below it; the question is replaced. */
export function changePage(
  db: StateDatabase,
  rowId: number,
  change: { readonly told?: string; readonly asking?: string | null; readonly card?: ChatCard } = {},
): void {
  const page = pageByRowId(db, rowId);
  if (page === null) return;
  const told = change.told === undefined ? page.told : [...page.told, change.told].slice(-TOLD_MAX);
  const asking = change.asking === undefined ? page.asking : change.asking;
  db.prepare<[string, string, string | null, number]>(
    'UPDATE chat_pages SET card_json = ?, told_json = ?, asking = ?, version = version + 1, attempts = 0 WHERE row_id = ?',
  ).run(JSON.stringify(change.card ?? page.card), JSON.stringify(told), asking, rowId);
}

/** The chat shows this version of it. */
export function markShown(
  db: StateDatabase,
  rowId: number,
  shown: { readonly version: number; readonly messageId: number | null },
): void {
  // The same number once more is one of another chat: what stood in the former one is out of reach.
  if (shown.messageId !== null)
    db.prepare<[number, number]>('DELETE FROM chat_pages WHERE message_id = ? AND row_id <> ?').run(
      shown.messageId,
      rowId,
    );
  db.prepare<[number, number | null, number]>(
    `UPDATE chat_pages SET shown_version = max(shown_version, ?), message_id = coalesce(?, message_id), attempts = 0
     WHERE row_id = ?`,
  ).run(shown.version, shown.messageId, rowId);
}

/** The chat did not take it, or did not say. */
export function markNotShown(db: StateDatabase, rowId: number): void {
  db.prepare<[number]>('UPDATE chat_pages SET attempts = attempts + 1 WHERE row_id = ?').run(rowId);
}

/** The button of a page that means this; the same one whenever it is asked for. `newId` is used when there is none. */
export function ensureButton(
  db: StateDatabase,
  button: Pick<ButtonMeaning, 'action' | 'subject' | 'hash'> & { readonly pageRowId: number },
  newId: () => string,
): string {
  const { pageRowId, action, subject, hash } = button;
  const known = db
    .prepare<[number, string, string, string], { id: string }>(
      'SELECT id FROM chat_buttons WHERE page_row_id = ? AND action = ? AND subject = ? AND text_hash = ?',
    )
    .get(pageRowId, action, subject, hash);
  if (known !== undefined) return known.id;
  const id = newId();
  db.prepare<[string, number, string, string, string]>(
    'INSERT INTO chat_buttons (id, page_row_id, action, subject, text_hash) VALUES (?, ?, ?, ?, ?)',
  ).run(id, pageRowId, action, subject, hash);
  return id;
}

export function buttonById(db: StateDatabase, id: string): StoredButton | null {
  const row = db
    .prepare<
      [string],
      { id: string; page_row_id: number; action: string; subject: string; text_hash: string }
    >('SELECT * FROM chat_buttons WHERE id = ?')
    .get(id);
  if (row === undefined || !isTapAction(row.action)) return null;
  return { id, pageRowId: row.page_row_id, action: row.action, subject: row.subject, hash: row.text_hash };
}

/** The key that buttons are signed with; null before the first one. */
export function readChatKey(db: StateDatabase): string | null {
  return db.prepare<[], { key: string }>('SELECT key FROM chat_key').get()?.key ?? null;
}

/** The same, made where there is none. In a transaction. */
export function ensureChatKey(db: StateDatabase, newKey: () => string, now: Instant): string {
  const known = readChatKey(db);
  if (known !== null) return known;
  const key = newKey();
  db.prepare<[string, number]>('INSERT INTO chat_key (id, key, made_at) VALUES (1, ?, ?)').run(key, now);
  return key;
}

function toPage(row: PageRow): ChatPage {
  return {
    rowId: row.row_id,
    noticeRowId: row.notice_row_id,
    text: row.text,
    // Written by addPage and changePage alone.
    card: JSON.parse(row.card_json) as ChatCard,
    told: JSON.parse(row.told_json) as readonly string[],
    asking: row.asking,
    madeAt: row.made_at,
    messageId: row.message_id,
    version: row.version,
  };
}
