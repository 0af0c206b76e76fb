import type { StateDatabase } from './database.ts';

/** Names of the further columns that stored leads have, as their source wrote them; lint knows no others. Scans the leads. */
export function customColumnNames(db: StateDatabase): readonly string[] {
  return db
    .prepare<[], { key: string }>(
      `SELECT DISTINCT columns.key FROM leads, json_each(leads.custom_json) AS columns
       WHERE leads.custom_json <> '{}' ORDER BY columns.key`,
    )
    .all()
    .map((row) => row.key);
}
