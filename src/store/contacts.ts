import type { Instant } from '../core/model.ts';
import type { StateDatabase } from './database.ts';

/** B7: our sends and the lead's replies are contact; an older one never turns back a newer. */
export function recordContact(db: StateDatabase, leadRowId: number, at: Instant): void {
  db.prepare<[number, number]>(
    'UPDATE leads SET last_contact_at = max(coalesce(last_contact_at, 0), ?) WHERE row_id = ?',
  ).run(at, leadRowId);
}
