import { FACT_KINDS } from '../core/facts/fact.ts';
import type { Instant } from '../core/model.ts';
import type { StateDatabase } from './database.ts';
import { FORGOTTEN_WORDS } from './forgotten-sends.ts';

/** What stands where words were that were kept for long enough. */
const GONE = '(no longer kept)';

/** Rows of one kind that lose their words, or go, once they are old. */
export interface RetentionRule {
  readonly what:
    'texts' | 'events' | 'attempts' | 'answers' | 'notices' | 'verdicts' | 'plans' | 'runs' | 'chat';
  /** The keys of at most `@limit` of them that are older than `@before`, after the key `@after`. */
  readonly find: string;
  /** What becomes of those in `@keys`, a JSON list. */
  readonly forget: readonly string[];
}

const KEYS = '(SELECT value FROM json_each(@keys))';
const FACTS = FACT_KINDS.map((kind) => `'${kind}'`).join(', ');
const PAGE = 'ORDER BY key LIMIT @limit';

/**
 * D1, A6: the rows of mails, events and attempts stay: what was sent is never sent again, and the same report is known when it comes
 * again (E7). A live enrollment keeps all its words: the next step is written after them (D3).
 */
export const TEXT_RULES: readonly RetentionRule[] = [
  {
    what: 'texts',
    find: `SELECT m.row_id AS key FROM messages m WHERE m.row_id > @after
        AND m.state IN ('sent', 'failed', 'rejected', 'expired', 'discarded', 'skipped', 'cancelled')
        AND coalesce(m.sent_at, m.ended_at, m.reserved_at) < @before AND m.body_markdown <> '${GONE}'
        AND EXISTS (SELECT 1 FROM enrollments e WHERE e.row_id = m.enrollment_row_id AND e.ended_at IS NOT NULL) ${PAGE}`,
    forget: [
      `UPDATE messages SET subject = '${GONE}', preheader = NULL, body_markdown = '${GONE}', text_hash = '${FORGOTTEN_WORDS}'
         WHERE row_id IN ${KEYS}`,
      `UPDATE outgoing_mail SET raw = x'', payload = NULL, text_hash = '${FORGOTTEN_WORDS}' WHERE message_row_id IN ${KEYS}`,
    ],
  },
];

export const EVENT_RULES: readonly RetentionRule[] = [
  {
    what: 'events',
    find: `SELECT row_id AS key FROM message_events WHERE row_id > @after AND read_at < @before AND detail <> '' ${PAGE}`,
    forget: [`UPDATE message_events SET detail = '' WHERE row_id IN ${KEYS}`],
  },
  {
    what: 'attempts',
    find: `SELECT row_id AS key FROM attempts WHERE row_id > @after AND at < @before AND detail IS NOT NULL ${PAGE}`,
    forget: [`UPDATE attempts SET detail = NULL WHERE row_id IN ${KEYS}`],
  },
  {
    what: 'answers',
    find: `SELECT row_id AS key FROM timeline WHERE row_id > @after AND at < @before AND kind IN (${FACTS}) AND text <> kind ${PAGE}`,
    forget: [`UPDATE timeline SET text = kind WHERE row_id IN ${KEYS}`],
  },
  {
    what: 'notices',
    // Their keys stay: a notice that was told is not told again.
    find: `SELECT row_id AS key FROM notices WHERE row_id > @after AND delivered_at < @before AND text <> '${GONE}' ${PAGE}`,
    forget: [
      `UPDATE notices SET text = '${GONE}', card_json = NULL, last_error = NULL WHERE row_id IN ${KEYS}`,
    ],
  },
];

/** What a job's checkpoint, a waiting plan or a message that waits for a person names is kept, however old. */
export const RUN_RULES: readonly RetentionRule[] = [
  {
    what: 'verdicts',
    find: `SELECT row_id AS key FROM timeline WHERE row_id > @after AND at < @before AND kind = 'held_back' ${PAGE}`,
    forget: [`DELETE FROM timeline WHERE row_id IN ${KEYS}`],
  },
  {
    what: 'plans',
    find: `SELECT id AS key FROM plans WHERE id > @after AND made_at < @before AND state <> 'waiting' ${PAGE}`,
    forget: [`DELETE FROM plans WHERE id IN ${KEYS}`],
  },
  {
    what: 'runs',
    find: `SELECT row_id AS key FROM runs r WHERE row_id > @after AND started_at < @before AND finished_at IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.checkpoint_run_id = r.id)
        AND NOT EXISTS (SELECT 1 FROM plans p WHERE p.run_id = r.id)
        AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.run_id = r.id AND m.state IN ('reserved', 'pending_approval', 'approved', 'held', 'sending', 'uncertain'))
        AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.held_run_id = r.id AND m.state = 'held') ${PAGE}`,
    forget: [`DELETE FROM runs WHERE row_id IN ${KEYS}`],
  },
];

/** F2: what was said in the chat goes with the next page or tap; a chat that fell silent has neither. */
export const CHAT_RULES: readonly RetentionRule[] = [
  {
    what: 'chat',
    find: `SELECT row_id AS key FROM chat_updates WHERE row_id > @after AND received_at < @before AND acted_at IS NOT NULL ${PAGE}`,
    forget: [`DELETE FROM chat_updates WHERE row_id IN ${KEYS}`],
  },
  {
    what: 'chat',
    find: `SELECT row_id AS key FROM chat_pages WHERE row_id > @after AND made_at < @before ${PAGE}`,
    forget: [`DELETE FROM chat_pages WHERE row_id IN ${KEYS}`],
  },
];

/** The key of the last row and how many there were; null when there is none left. */
export interface ForgottenBatch {
  readonly last: number | string;
  readonly count: number;
}

/** Applies one rule to at most `limit` rows behind `after`, in the caller's transaction; null begins at the first. */
export function forgetBatch(
  db: StateDatabase,
  { find, forget, what }: RetentionRule,
  from: { readonly before: Instant; readonly after: number | string | null; readonly limit: number },
): ForgottenBatch | null {
  db.assertInWrite();
  const after = from.after ?? (what === 'plans' ? '' : 0);
  const rows = db
    .prepare<[{ before: number; after: number | string; limit: number }], { key: number | string }>(find)
    .all({ before: from.before, after, limit: from.limit });
  const last = rows.at(-1);
  if (last === undefined) return null;
  const keys = JSON.stringify(rows.map(({ key }) => key));
  for (const sql of forget) db.prepare<[{ keys: string }]>(sql).run({ keys });
  return { last: last.key, count: rows.length };
}
