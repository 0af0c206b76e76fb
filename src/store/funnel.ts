import { WAITING_STATES, type EnrollmentStatus } from '../core/model.ts';
import type { StateDatabase } from './database.ts';

/** What became of the messages of one step. */
export interface StepFunnel {
  readonly sent: number;
  /** Sent while nothing was for real (D9). */
  readonly rehearsed: number;
  readonly waiting: number;
  readonly replied: number;
}

/** How far those who were enrolled in one sequence came, and how it ended for them. */
export interface SequenceFunnel {
  readonly enrolled: number;
  readonly completed: number;
  readonly replied: number;
  readonly bounced: number;
  readonly complained: number;
  readonly unsubscribed: number;
  /** Any other end before the last step. */
  readonly stopped: number;
  /** By row id of the step; a step without messages is missing. */
  readonly steps: ReadonlyMap<number, StepFunnel>;
}

interface EndRow {
  readonly sequence_row_id: number;
  readonly status: EnrollmentStatus;
  readonly reason: string | null;
  readonly count: number;
}

interface StepRow extends StepFunnel {
  readonly sequence_row_id: number;
  readonly step_row_id: number;
}

/** A reply, and an opt-out, count where they ended an enrollment; whoever answers the last step of all has completed it by then. */
const ENDS = `
  SELECT e.sequence_row_id, e.status, count(*) AS count,
    CASE WHEN e.status <> 'completed' THEN e.cancel_reason
      ELSE (SELECT v.kind FROM messages m JOIN message_events v ON v.message_row_id = m.row_id AND v.kind = 'reply'
        WHERE m.enrollment_row_id = e.row_id LIMIT 1) END AS reason
  FROM enrollments e GROUP BY e.sequence_row_id, e.status, reason`;

const STEPS = `
  SELECT t.sequence_row_id, m.step_row_id,
    sum(m.state = 'sent' AND m.dry = 0) AS sent, sum(m.state = 'sent' AND m.dry = 1) AS rehearsed,
    sum(m.state IN (${WAITING_STATES.map((state) => `'${state}'`).join(', ')})) AS waiting,
    sum(m.state = 'sent' AND EXISTS (SELECT 1 FROM message_events v WHERE v.message_row_id = m.row_id AND v.kind = 'reply')) AS replied
  FROM messages m JOIN steps t ON t.row_id = m.step_row_id GROUP BY m.step_row_id`;

/**
 * F4: the funnels of all sequences, by row id of the sequence: one query over the enrollments and one over the messages, so that it costs
 * what there is. A sequence that nobody was ever enrolled in is missing.
 */
export function sequenceFunnels(db: StateDatabase): ReadonlyMap<number, SequenceFunnel> {
  const steps = db.prepare<[], StepRow>(STEPS).all();
  const ends = db.prepare<[], EndRow>(ENDS).all();
  const funnels = new Map<number, SequenceFunnel>();
  for (const id of new Set(ends.map((row) => row.sequence_row_id))) {
    const own = ends.filter((row) => row.sequence_row_id === id);
    const countOf = (isMeant: (row: EndRow) => boolean): number =>
      own.filter(isMeant).reduce((sum, row) => sum + row.count, 0);
    const ended = (...reasons: readonly string[]): number =>
      countOf((row) => row.status === 'cancelled' && reasons.includes(row.reason ?? ''));
    funnels.set(id, {
      enrolled: countOf(() => true),
      completed: countOf((row) => row.status === 'completed'),
      replied: ended('replied') + countOf((row) => row.status === 'completed' && row.reason === 'reply'),
      bounced: ended('bounced'),
      complained: ended('complained'),
      unsubscribed: ended('opted_out'),
      stopped:
        countOf((row) => row.status === 'cancelled' || row.status === 'failed') -
        ended('replied', 'bounced', 'complained', 'opted_out'),
      steps: new Map(
        steps.filter((row) => row.sequence_row_id === id).map((row) => [row.step_row_id, stepOf(row)]),
      ),
    });
  }
  return funnels;
}

/** The funnel of a sequence that nobody was enrolled in. */
export const EMPTY_FUNNEL: SequenceFunnel = {
  enrolled: 0,
  completed: 0,
  replied: 0,
  bounced: 0,
  complained: 0,
  unsubscribed: 0,
  stopped: 0,
  steps: new Map(),
};

function stepOf({ sent, rehearsed, waiting, replied }: StepRow): StepFunnel {
  return { sent, rehearsed, waiting, replied };
}
