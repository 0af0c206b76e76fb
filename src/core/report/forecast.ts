import type { HolidaysOf } from '../guards/opening.ts';
import { Heap } from '../heap.ts';
import type { Instant, SendWindow, StoredSequence, StoredStep } from '../model.ts';
import type { Policy } from '../policy.ts';
import { nextStep } from '../progress.ts';
import { APPROVE_AFTER_DEFAULT_MS, decidedAt, type PersonHabits } from '../rehearsal/person.ts';
import { FIRING_MINUTES, nextFiring, roundOf, type Round, type TimedJob } from '../rehearsal/timers.ts';
import { scheduleFrom } from '../schedule.ts';
import { DAY_MS } from '../time/durations.ts';
import { isOperatingDay, operatorDay } from '../time/operator-day.ts';
import { clampForward } from '../time/windows.ts';
import { addDays, startOfLocalDay } from '../time/zone.ts';

/** Live drip enrollments that stand at one step and fall due at one moment: one, or many that came together. */
export interface DuePlace {
  readonly sequenceRowId: number;
  readonly stepRowId: number;
  /** A6: follow-ups go before first steps. */
  readonly isFirstStep: boolean;
  /** The queue's key. */
  readonly dueAt: Instant;
  /** When nothing but hours, windows and caps keeps it: not before `dueAt`, nor before a watermark, a hold or a retry ends. */
  readonly readyAt: Instant;
  readonly enrolledAt: Instant;
  readonly zone: string;
  readonly country: string | null;
  readonly count: number;
  /** Their draft is written already; null: it is not. */
  readonly draft: WaitingDraft | null;
}

export interface WaitingDraft {
  readonly draftedAt: Instant;
  /** When it may leave; null: a person has yet to decide, since then. */
  readonly leavesAt: Instant | null;
  readonly waitsSince: Instant;
}

export interface ForecastInput {
  readonly places: readonly DuePlace[];
  /** Active ones; what stands in others plans nothing. */
  readonly sequences: readonly StoredSequence[];
  readonly now: Instant;
  /** How many of the operator's days, today included. */
  readonly days: number;
  readonly policy: Policy;
  readonly holidaysOf: HolidaysOf;
  /** Drafts of the last 24 hours, and of today: they use the cap up (A6). */
  readonly made: readonly { readonly at: Instant; readonly count: number }[];
  /** A5: after a doubt no sequence approves itself until a person has acted once. */
  readonly needsPerson: boolean;
}

export interface ForecastDay {
  readonly day: string;
  /** False on a weekend or holiday of the operator. */
  readonly isOpen: boolean;
  /** Drafts that are written. */
  readonly drafts: number;
  /** Emails that leave. */
  readonly total: number;
  /** The emails by row id of their step. */
  readonly steps: ReadonlyMap<number, number>;
}

/**
 * What the coming days hold if a person decides two hours after a draft, in office hours, if nobody answers and nothing is in doubt: as a
 * rehearsal of such days has it (F5), without playing it. Due times, windows, hours, rest days, firings of the timers and the person are the same
 * functions; so are the caps of A6, the order of the queue and the watermark (A2), while follow-ups of nurture, caps of sending and the blast
 * radius are left out. Costs what is due and what is planned, whatever else is stored.
 */
export function forecastDays(input: ForecastInput): readonly ForecastDay[] {
  return new Forecast(input).days();
}

interface Standing extends Omit<DuePlace, 'draft' | 'count'> {
  readonly sequence: StoredSequence;
  readonly step: StoredStep;
  readonly order: number;
  count: number;
}

/** Those that share hours and window: open together, or closed together. */
interface Ready {
  readonly zone: string;
  readonly country: string | null;
  readonly window: SendWindow | null;
  readonly queue: Heap<Standing>;
}

interface DayCount {
  drafts: number;
  readonly steps: Map<number, number>;
}

const DRIPS = firingsOf('drip');
const SENDS = firingsOf('send');
const NOBODY: ReadonlySet<number> = new Set();

class Forecast {
  readonly #input: ForecastInput;
  readonly #sequences: ReadonlyMap<number, StoredSequence>;
  readonly #waiting = new Heap<Standing>((one, other) => one.readyAt - other.readyAt);
  readonly #ready = new Map<string, Ready>();
  readonly #counts = new Map<string, DayCount>();
  readonly #made: { readonly at: Instant; readonly day: string; readonly count: number }[];
  readonly #habits: PersonHabits;
  readonly #endsAt: Instant;
  /** When a person has acted; from then on sequences approve themselves again. Infinity: never. */
  #personActsAt: Instant;
  #order = 0;

  constructor(input: ForecastInput) {
    this.#input = input;
    const { timezone, hours, holidays } = input.policy;
    this.#sequences = new Map(input.sequences.map((sequence) => [sequence.rowId, sequence]));
    const calendar = { weekdays: hours.weekdays, holidays };
    this.#habits = { timezone, calendar, approveAfterMs: APPROVE_AFTER_DEFAULT_MS };
    this.#made = input.made.map(({ at, count }) => ({ at, count, day: operatorDay(at, timezone) }));
    this.#endsAt = startOfLocalDay(addDays(operatorDay(input.now, timezone), input.days), timezone);
    this.#personActsAt = input.needsPerson ? Infinity : 0;
  }

  days(): readonly ForecastDay[] {
    const { now, days, policy } = this.#input;
    for (const place of this.#input.places) this.#stand(place);
    for (let at = firingFrom(now, DRIPS); at < this.#endsAt; at = nextFiring(at, DRIPS).at) this.#drip(at);
    const today = operatorDay(now, policy.timezone);
    return Array.from({ length: days }, (_, ahead) => {
      const day = addDays(today, ahead);
      const { drafts = 0, steps = new Map<number, number>() } = this.#counts.get(day) ?? {};
      const total = [...steps.values()].reduce((sum, count) => sum + count, 0);
      return { day, isOpen: isOperatingDay(day, this.#habits.calendar), drafts, total, steps };
    });
  }

  #stand({ draft, ...place }: DuePlace): void {
    const sequence = this.#sequences.get(place.sequenceRowId);
    const step = sequence?.steps.find(({ rowId }) => rowId === place.stepRowId);
    if (sequence === undefined || step?.deletedAt !== null) return;
    const standing = { ...place, sequence, step, order: this.#nextOrder() };
    if (draft === null) {
      this.#waiting.push(standing);
      return;
    }
    const leavesAt = draft.leavesAt ?? this.#leavesAt(draft.waitsSince);
    this.#send(standing, { draftedAt: draft.draftedAt, leavesAt });
  }

  /** One run: what is due, open and within the caps, follow-ups first and then longest overdue (A6). */
  #drip(at: Instant): void {
    const day = operatorDay(at, this.#input.policy.timezone);
    if (!isOperatingDay(day, this.#habits.calendar)) return;
    for (let due = this.#waiting.first; due !== undefined && due.readyAt <= at; due = this.#waiting.first) {
      this.#waiting.pop();
      this.#readyOf(due).queue.push(due);
    }
    let room = this.#roomAt(at, day);
    if (room <= 0) return;
    const open = [...this.#ready.values()].filter(
      (ready) => ready.queue.first !== undefined && this.#opensAt(ready, at) === at,
    );
    while (room > 0) {
      const next = firstOf(open)?.queue.pop();
      if (next === undefined) return;
      const count = Math.min(next.count, room);
      room -= count;
      if (count < next.count) this.#readyOf(next).queue.push({ ...next, count: next.count - count });
      this.#draft({ ...next, count }, at, day);
    }
  }

  #draft(standing: Standing, at: Instant, day: string): void {
    this.#countOf(day).drafts += standing.count;
    this.#made.push({ at, day, count: standing.count });
    const { sequence } = standing;
    const approvesItself = sequence.approve === 'auto' && at >= this.#personActsAt;
    const leavesAt = approvesItself ? at + this.#input.policy.limits.undoMs : this.#leavesAt(at);
    this.#send(standing, { draftedAt: at, leavesAt });
  }

  /** The mail leaves at the first firing of `send` at which it may, and the next step is scheduled from there (C2, C3). */
  #send(
    standing: Standing,
    { draftedAt, leavesAt }: { readonly draftedAt: Instant; readonly leavesAt: Instant },
  ): void {
    const { policy, holidaysOf, now } = this.#input;
    const { sequence, step, zone, country, enrolledAt, count } = standing;
    const sentAt = this.#sentAt(standing, Math.max(now, leavesAt));
    if (sentAt === null) return;
    const { steps } = this.#countOf(operatorDay(sentAt, policy.timezone));
    steps.set(step.rowId, (steps.get(step.rowId) ?? 0) + count);
    const next = nextStep(sequence.steps, step.rowId, NOBODY);
    if (next === null) return;
    const holidays = holidaysOf(country);
    const { nextDueAt } = scheduleFrom(
      { anchorAt: sentAt, enrolledAt, lastStepRowId: step.rowId },
      {
        ...{ sequence, step: next, leadZone: zone, policy },
        isHoliday: (isoDate) => holidays.has(isoDate),
      },
    );
    const readyAt = Math.max(
      nextDueAt,
      draftedAt + policy.limits.watermarkMs,
      sentAt + (next.noReplyMs ?? 0),
    );
    const stands = { sequence, step: next, stepRowId: next.rowId, sequenceRowId: sequence.rowId };
    const who = { zone, country, enrolledAt, count, isFirstStep: false, order: this.#nextOrder() };
    this.#waiting.push({ ...stands, ...who, dueAt: nextDueAt, readyAt });
  }

  /** Null: not within these days. */
  #sentAt(standing: Standing, from: Instant): Instant | null {
    const { timezone } = this.#input.policy;
    const ready = this.#readyOf(standing);
    let at = firingFrom(from, SENDS);
    while (at < this.#endsAt) {
      const day = operatorDay(at, timezone);
      const isWorking = isOperatingDay(day, this.#habits.calendar);
      const opensAt = isWorking ? this.#opensAt(ready, at) : startOfLocalDay(addDays(day, 1), timezone);
      if (opensAt === at) return at;
      // Later than `at` in either case, so that the loop comes to its end.
      at = firingFrom(opensAt, SENDS);
    }
    return null;
  }

  /** Infinity: never. */
  #opensAt({ zone, country, window }: Ready, at: Instant): Instant {
    const { policy, holidaysOf } = this.#input;
    const holidays = holidaysOf(country);
    const clamped = clampForward({
      ...{ notBefore: at, window, hours: policy.hours, leadZone: zone },
      isHoliday: (isoDate) => holidays.has(isoDate),
    });
    return clamped?.at ?? Infinity;
  }

  #roomAt(at: Instant, day: string): number {
    const { draftsPerDay, draftsPerRunDrip } = this.#input.policy.limits;
    let [onDay, within] = [0, 0];
    for (const made of this.#made) {
      if (made.day === day) onDay += made.count;
      if (made.at > at - DAY_MS) within += made.count;
    }
    return Math.min(draftsPerRunDrip, draftsPerDay - Math.max(onDay, within));
  }

  /** When a person has approved it and can no longer take that back (D7). Infinity: never. */
  #leavesAt(waitsSince: Instant): Instant {
    const actsAt = decidedAt(waitsSince, this.#habits, this.#input.now) ?? Infinity;
    this.#personActsAt = Math.min(this.#personActsAt, actsAt);
    return actsAt + this.#input.policy.limits.undoMs;
  }

  #readyOf({ sequence, step, zone, country }: Standing): Ready {
    const window = step.window ?? sequence.window;
    const key = JSON.stringify([zone, country, window]);
    const known = this.#ready.get(key) ?? { zone, country, window, queue: new Heap(byFairness) };
    this.#ready.set(key, known);
    return known;
  }

  #countOf(day: string): DayCount {
    const known = this.#counts.get(day) ?? { drafts: 0, steps: new Map<number, number>() };
    this.#counts.set(day, known);
    return known;
  }

  #nextOrder(): number {
    this.#order += 1;
    return this.#order;
  }
}

function firingsOf(wanted: TimedJob): Round {
  return roundOf(FIRING_MINUTES).filter(({ job }) => job === wanted);
}

/** The first firing not before `at`. */
function firingFrom(at: Instant, round: Round): Instant {
  return nextFiring(at - 1, round).at;
}

function byFairness(one: Standing, other: Standing): number {
  if (one.isFirstStep !== other.isFirstStep) return one.isFirstStep ? 1 : -1;
  return one.dueAt - other.dueAt || one.order - other.order;
}

function firstOf(open: readonly Ready[]): Ready | undefined {
  let best: Ready | undefined;
  for (const ready of open) {
    const [mine, theirs] = [ready.queue.first, best?.queue.first];
    if (mine === undefined) continue;
    if (theirs === undefined || byFairness(mine, theirs) < 0) best = ready;
  }
  return best;
}
