import type { OptOutSpool } from '../../adapters/spool.ts';
import type { HolidaysOf } from '../../core/guards/opening.ts';
import type { Instant, LeadFields, StoredSequence } from '../../core/model.ts';
import type { Policy } from '../../core/policy.ts';
import { isOperatingDay, operatorDay } from '../../core/time/operator-day.ts';
import type { SequencesByRowId } from '../../store/candidates.ts';
import type { StateDatabase } from '../../store/database.ts';
import { loadedHolidays } from '../../store/holidays.ts';
import { loadSequences } from '../../store/sequences.ts';

/** What every part of the engine reads: one state, one policy, one clock reading. Made once per run, or per message by `send`. */
export interface Engine {
  readonly db: StateDatabase;
  readonly policy: Policy;
  readonly now: Instant;
  readonly operatorDay: string;
  readonly sequences: SequencesByRowId;
  readonly holidaysOf: HolidaysOf;
  /** Guards switched off: empty but in a rehearsal and in the test that proves each guard's worth. */
  readonly without: ReadonlySet<string>;
  /** F5: one of thousands of runs on a throw-away copy. Whatever it decides is the same; it only looks at less for the sake of a count. */
  readonly isRehearsed: boolean;
  /** What readers decided on the unsubscribe page and the state does not have yet; null where nothing is drafted or sent. */
  readonly optOuts: OptOutSpool | null;
}

export interface EngineOptions {
  readonly db: StateDatabase;
  readonly policy: Policy;
  readonly now: Instant;
  readonly without: ReadonlySet<string>;
  readonly optOuts?: OptOutSpool;
  readonly isRehearsed?: boolean;
}

/** Opens the engine on a state: loads the applied sequences, nothing else. */
export function openEngine(options: EngineOptions): Engine {
  const { db, policy, now, without, optOuts, isRehearsed = false } = options;
  const sequences = new Map(loadSequences(db).map((sequence) => [sequence.rowId, sequence]));
  return {
    db,
    policy,
    now,
    operatorDay: operatorDay(now, policy.timezone),
    sequences,
    holidaysOf: loadedHolidays(db),
    without,
    isRehearsed,
    optOuts: optOuts ?? null,
  };
}

/** The same engine a moment later: `send` reads the clock again before each message. */
export function engineAt(engine: Engine, now: Instant): Engine {
  return { ...engine, now, operatorDay: operatorDay(now, engine.policy.timezone) };
}

/** A11: whether the operator works on this date; judged in the operator's zone. */
export function isOperatorsDay(engine: Pick<Engine, 'policy'>, isoDate: string): boolean {
  const { hours, holidays } = engine.policy;
  return isOperatingDay(isoDate, { weekdays: hours.weekdays, holidays });
}

/** The holidays of one lead as the timing functions ask for them. */
export function holidayJudge(
  engine: Engine,
  lead: Pick<LeadFields, 'country'>,
): (isoDate: string) => boolean {
  const days = engine.holidaysOf(lead.country);
  return (isoDate) => days.has(isoDate);
}

/** The sequences in a stable order, for matching and choosing. */
export function sequenceList(engine: Engine): readonly StoredSequence[] {
  return [...engine.sequences.values()];
}
