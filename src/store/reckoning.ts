import type { OutdatedQueue } from '../core/reckoning.ts';
import type { StateDatabase } from './database.ts';

/** What the values of this state were worked out with, as `formatReckoning` wrote it; null when nobody wrote it down. */
export function readReckoning(db: StateDatabase): string | null {
  const row = db
    .prepare<[], { reckoned_with: string | null }>('SELECT reckoned_with FROM state_header')
    .get();
  return row?.reckoned_with ?? null;
}

/** In the transaction that worked them out again. */
export function writeReckoning(db: StateDatabase, text: string): void {
  db.assertInWrite();
  db.prepare<[string]>('UPDATE state_header SET reckoned_with = ?').run(text);
}

const PAGE_ROWS = 1_000;

/** Row ids of the leads whose place in nurture's queue may be wrong. The caller may write between two of them. */
export function* leadsOutOfQueue(db: StateDatabase, outdated: OutdatedQueue): Generator<number> {
  if (outdated.kind === 'none') return;
  const least = outdated.kind === 'all' ? 0 : outdated.least;
  const statement = db.prepare<[number, number], { row_id: number }>(
    `SELECT row_id FROM leads WHERE row_id > ? AND nurture_count >= ? ORDER BY row_id LIMIT ${PAGE_ROWS}`,
  );
  for (let after = 0; ;) {
    const rows = statement.all(after, least);
    for (const row of rows) yield row.row_id;
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE_ROWS) return;
    after = last.row_id;
  }
}

/** A lead that lives by the operator's zone, and had another one. */
export interface MovedLead {
  readonly rowId: number;
  readonly country: string | null;
}

/** Gives every lead without a zone of its own the operator's, in the caller's transaction, and names those that had another one. */
export function* moveToOperatorZone(db: StateDatabase, zone: string): Generator<MovedLead> {
  db.assertInWrite();
  const find = db.prepare<[number, string], MovedLead>(
    `SELECT row_id AS rowId, country FROM leads WHERE row_id > ? AND zone_rule = 'operator' AND zone <> ?
     ORDER BY row_id LIMIT ${PAGE_ROWS}`,
  );
  const move = db.prepare<[string, number]>('UPDATE leads SET zone = ? WHERE row_id = ?');
  for (let after = 0; ;) {
    const rows = find.all(after, zone);
    for (const row of rows) {
      move.run(zone, row.rowId);
      yield row;
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE_ROWS) return;
    after = last.rowId;
  }
}
