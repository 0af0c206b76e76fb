import type { Instant } from '../core/model.ts';
import type { StateDatabase } from './database.ts';

/** D7: how long a provider wants to be left alone, and its words. */
export interface TransportWait {
  readonly untilAt: Instant;
  readonly detail: string;
}

/** Null when nobody asked for one, or it is over. */
export function transportWait(
  db: StateDatabase,
  { transport, now }: { transport: string; now: Instant },
): TransportWait | null {
  const row = db
    .prepare<[string, number], { until_at: number; detail: string }>(
      'SELECT until_at, detail FROM transport_waits WHERE transport = ? AND until_at > ?',
    )
    .get(transport, now);
  return row === undefined ? null : { untilAt: row.until_at, detail: row.detail };
}

/** In the transaction that settles the claim that was told so. */
export function keepTransportWait(
  db: StateDatabase,
  transport: string,
  { untilAt, detail }: TransportWait,
): void {
  db.assertInWrite();
  db.prepare(
    `INSERT INTO transport_waits (transport, until_at, detail) VALUES (?, ?, ?)
     ON CONFLICT (transport) DO UPDATE SET until_at = excluded.until_at, detail = excluded.detail`,
  ).run(transport, untilAt, detail.slice(0, 500));
}
