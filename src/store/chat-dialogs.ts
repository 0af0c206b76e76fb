import type { Instant } from '../core/model.ts';
import type { StateDatabase } from './database.ts';

/** A person was asked for words about one draft. */
export interface ChatDialog {
  readonly rowId: number;
  readonly userId: number;
  readonly userName: string;
  readonly kind: 'edit' | 'reject';
  readonly pageRowId: number;
  readonly cardRowId: number | null;
  readonly draftId: string;
  /** Of the words that they saw. */
  readonly hash: string;
}

const SELECT_DIALOG = `SELECT row_id AS rowId, user_id AS userId, user_name AS userName, kind, page_row_id AS pageRowId,
  card_row_id AS cardRowId, draft_id AS draftId, text_hash AS hash FROM chat_dialogs`;

/** Opens one; a person answers one question of a page at a time, and a draft is asked about once. */
export function openDialog(db: StateDatabase, dialog: Omit<ChatDialog, 'rowId'>, now: Instant): void {
  db.prepare<[number, number, number, string]>(
    `UPDATE chat_dialogs SET closed_at = ?
     WHERE closed_at IS NULL AND ((page_row_id = ? AND user_id = ?) OR draft_id = ?)`,
  ).run(now, dialog.pageRowId, dialog.userId, dialog.draftId);
  db.prepare<[number, string, string, number, number | null, string, string]>(
    `INSERT INTO chat_dialogs (user_id, user_name, kind, page_row_id, card_row_id, draft_id, text_hash)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    dialog.userId,
    dialog.userName,
    dialog.kind,
    dialog.pageRowId,
    dialog.cardRowId,
    dialog.draftId,
    dialog.hash,
  );
}

/** What an answer of this person to this page is about: the question asked last. */
export function dialogAnswered(
  db: StateDatabase,
  { pageRowId, userId }: { readonly pageRowId: number; readonly userId: number },
): ChatDialog | null {
  return (
    db
      .prepare<[number, number, number], ChatDialog>(
        `${SELECT_DIALOG} WHERE closed_at IS NULL AND (page_row_id = ? OR card_row_id = ?) AND user_id = ?
         ORDER BY row_id DESC LIMIT 1`,
      )
      .get(pageRowId, pageRowId, userId) ?? null
  );
}

/** The open questions that a page shows. */
export function dialogsOfPage(db: StateDatabase, pageRowId: number): ChatDialog[] {
  return db
    .prepare<[number, number], ChatDialog>(
      `${SELECT_DIALOG} WHERE closed_at IS NULL AND (page_row_id = ? OR card_row_id = ?) ORDER BY row_id`,
    )
    .all(pageRowId, pageRowId);
}

/** The draft was decided about, or the question taken back. */
export function closeDialogs(db: StateDatabase, draftId: string, now: Instant): void {
  db.prepare<[number, string]>(
    'UPDATE chat_dialogs SET closed_at = ? WHERE closed_at IS NULL AND draft_id = ?',
  ).run(now, draftId);
}
