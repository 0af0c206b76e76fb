import type { ReplySourceFacts } from '../core/guards/wake.ts';
import type { Instant } from '../core/model.ts';
import type { StateDatabase } from './database.ts';

interface ReplySourceRow {
  readonly read_to_end_at: number | null;
  readonly boot_id: string | null;
}

/** A21: how far each configured source was read, in the given order; one never read is all null. */
export function replySourceFacts(db: StateDatabase, sourceIds: readonly string[]): ReplySourceFacts[] {
  const select = db.prepare<[string], ReplySourceRow>(
    'SELECT read_to_end_at, boot_id FROM reply_sources WHERE source_id = ?',
  );
  return sourceIds.map((sourceId) => {
    const row = select.get(sourceId);
    return { sourceId, readToEndAt: row?.read_to_end_at ?? null, readOnBootId: row?.boot_id ?? null };
  });
}

/** A21: the source was read to its end just now, on this boot. */
export function recordReadToEnd(
  db: StateDatabase,
  reading: { sourceId: string; now: Instant; bootId: string | null },
): void {
  db.prepare<[string, number, string | null]>(
    `INSERT INTO reply_sources (source_id, read_to_end_at, boot_id) VALUES (?, ?, ?)
     ON CONFLICT (source_id) DO UPDATE SET read_to_end_at = excluded.read_to_end_at, boot_id = excluded.boot_id`,
  ).run(reading.sourceId, reading.now, reading.bootId);
}
