import type { StepTiming } from '../model.ts';
import { plannedGapMs } from '../progress.ts';
import { addDays } from '../time/calendar.ts';
import { DAY_MS } from '../time/durations.ts';

/** So many live enrollments of one sequence wait at one step and fall due on one day. */
export interface DueGroup {
  readonly sequenceRowId: number;
  readonly stepRowId: number;
  /** The operator's day; one in the past is overdue. */
  readonly dueDay: string;
  readonly count: number;
  /** Their draft is written already: it needs no place under the cap any more. */
  readonly isDrafted: boolean;
}

/** The steps of a sequence that are still sent, in order. */
export interface ForecastSequence {
  readonly rowId: number;
  readonly steps: readonly { readonly rowId: number; readonly timing: StepTiming }[];
}

export interface ForecastInput {
  readonly groups: readonly DueGroup[];
  readonly sequences: readonly ForecastSequence[];
  /** The operator's day it is. */
  readonly today: string;
  readonly days: number;
  readonly draftsPerDay: number;
  /** Drafts that today's cap still allows. */
  readonly roomToday: number;
  readonly isOperatingDay: (isoDate: string) => boolean;
}

export interface ForecastDay {
  readonly day: string;
  /** False on a weekend or holiday of the operator. */
  readonly isOpen: boolean;
  readonly total: number;
  /** By row id of the step. */
  readonly steps: ReadonlyMap<number, number>;
}

/** A group on its way: `step` counts the live steps from 0. */
interface Cohort {
  readonly sequence: ForecastSequence;
  readonly step: number;
  readonly dueDay: string;
  count: number;
}

/**
 * What the coming days hold if every draft is approved on its day and nobody answers: due dates, the cap of a day and the operator's rest
 * days, follow-ups before first steps and then longest overdue, as the planner takes them (A6, A11). By the day: hours and windows of
 * leads move mails within it. One lead never moves more than one step a day (A1, A2).
 */
export function forecastDays(input: ForecastInput): readonly ForecastDay[] {
  const { days, today } = input;
  let waiting = startOf(input);
  const forecast: ForecastDay[] = [];
  for (let ahead = 0; ahead < days; ahead += 1) {
    const day = addDays(today, ahead);
    if (!input.isOperatingDay(day)) {
      forecast.push({ day, isOpen: false, total: 0, steps: new Map() });
      continue;
    }
    const room = ahead === 0 ? Math.min(input.roomToday, input.draftsPerDay) : input.draftsPerDay;
    const taken = takeDay(waiting, day, room);
    const steps = new Map<number, number>();
    for (const { cohort, count } of taken) {
      const rowId = cohort.sequence.steps[cohort.step]?.rowId ?? 0;
      steps.set(rowId, (steps.get(rowId) ?? 0) + count);
    }
    forecast.push({ day, isOpen: true, total: taken.reduce((sum, { count }) => sum + count, 0), steps });
    const next = taken.flatMap(({ cohort, count }) => afterSent({ ...cohort, count }, day));
    waiting = [...waiting.filter(({ count }) => count > 0), ...next];
  }
  return forecast;
}

function startOf({ groups, sequences, today }: ForecastInput): readonly Cohort[] {
  return groups.flatMap((group) => {
    const sequence = sequences.find(({ rowId }) => rowId === group.sequenceRowId);
    const step = sequence?.steps.findIndex(({ rowId }) => rowId === group.stepRowId) ?? -1;
    if (sequence === undefined || step === -1) return [];
    const cohort = { sequence, step, dueDay: group.dueDay, count: group.count };
    // A draft that is written is sent today at the earliest; only what follows it is still to come.
    return group.isDrafted ? afterSent(cohort, today) : [cohort];
  });
}

/** Takes what is due, as far as the room goes; the cohorts lose what was taken. */
function takeDay(
  waiting: readonly Cohort[],
  day: string,
  room: number,
): readonly { readonly cohort: Cohort; readonly count: number }[] {
  const due = waiting.filter(({ count, dueDay }) => count > 0 && dueDay <= day).sort(byFairness);
  let left = Math.max(0, room);
  return due.flatMap((cohort) => {
    const count = Math.min(cohort.count, left);
    left -= count;
    cohort.count -= count;
    return count === 0 ? [] : [{ cohort, count }];
  });
}

function byFairness(one: Cohort, other: Cohort): number {
  const first = Number(one.step === 0) - Number(other.step === 0);
  if (first !== 0) return first;
  return one.dueDay < other.dueDay ? -1 : one.dueDay > other.dueDay ? 1 : 0;
}

function afterSent({ sequence, step, count }: Cohort, sentDay: string): readonly Cohort[] {
  const next = sequence.steps[step + 1];
  if (next === undefined) return [];
  const days = Math.max(1, daysOf(sequence.steps[step]?.timing ?? null, next.timing));
  return [{ sequence, step: step + 1, dueDay: addDays(sentDay, days), count }];
}

/** Whole days from one mail to the next; working days count the weekend that is among five of them. */
function daysOf(previous: StepTiming | null, next: StepTiming): number {
  if (next.kind === 'day') return Math.ceil(plannedGapMs(previous, next) / DAY_MS);
  const { delay } = next;
  return delay.unit === 'elapsed' ? Math.ceil(delay.ms / DAY_MS) : Math.ceil((delay.days * 7) / 5);
}
