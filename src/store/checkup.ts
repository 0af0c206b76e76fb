import type { WaitingLeads } from '../core/doctor/openings.ts';
import type { StateDatabase } from './database.ts';
import { loadSequences } from './sequences.ts';

/** What SQLite says of an open state. */
export interface StateDescription {
  readonly journalMode: string;
  readonly schemaVersion: number;
  readonly sqliteVersion: string;
}

export function describeState(db: StateDatabase): StateDescription {
  const row = db
    .prepare<[], { journalMode: string; schemaVersion: number; sqliteVersion: string }>(
      `SELECT (SELECT journal_mode FROM pragma_journal_mode) AS journalMode,
         (SELECT user_version FROM pragma_user_version) AS schemaVersion, sqlite_version() AS sqliteVersion`,
    )
    .get();
  if (row === undefined) throw new Error('SQLite answers a SELECT without FROM with one row');
  return row;
}

/** How many leads wait for which step, by where they live (C3, A11). Looks at every live enrollment: for a person who asks, not for a run. */
export function waitingLeads(db: StateDatabase): readonly WaitingLeads[] {
  const steps = new Map(
    loadSequences(db)
      .filter(({ status }) => status !== 'archived')
      .flatMap((sequence) =>
        sequence.steps.map(
          (step) =>
            [
              step.rowId,
              { sequenceId: sequence.id, stepId: step.id, window: step.window ?? sequence.window },
            ] as const,
        ),
      ),
  );
  return db
    .prepare<[], { stepRowId: number; zone: string; country: string | null; leads: number }>(
      `SELECT e.next_step_row_id AS stepRowId, l.zone, l.country, count(*) AS leads
       FROM enrollments e JOIN leads l ON l.row_id = e.lead_row_id
       WHERE e.status IN ('pending', 'active') AND e.next_step_row_id IS NOT NULL
       GROUP BY e.next_step_row_id, l.zone, l.country ORDER BY e.next_step_row_id, l.zone, l.country`,
    )
    .all()
    .flatMap(({ stepRowId, ...place }) => {
      const step = steps.get(stepRowId);
      return step === undefined ? [] : [{ ...step, ...place }];
    });
}
