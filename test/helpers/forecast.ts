import type { StepTiming } from '../../src/core/model.ts';
import type { Policy } from '../../src/core/policy.ts';
import {
  forecastDays,
  type DuePlace,
  type ForecastDay,
  type ForecastInput,
} from '../../src/core/report/forecast.ts';
import { sequenceDefinition, stepDefinition, storedSequence } from './definitions.ts';
import { openHoursPolicy } from './policy.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
/** Wednesday, 18 February 2026, 09:00 UTC. */
export const NOW = Date.UTC(2026, 1, 18, 9);

export const after = (days: number): StepTiming => ({
  kind: 'after',
  delay: { unit: 'elapsed', ms: days * DAY_MS },
});
export const STEPS = [0, 2, 3].map((days, index) => stepDefinition(`s${index}`, { timing: after(days) }));
/** Steps 100, 101 and 102: at once, two days on, three days on. */
const SEQUENCE = storedSequence(sequenceDefinition('web', STEPS));
/** Monday to Friday, around the clock. */
export const OPEN = openHoursPolicy({
  hours: { weekdays: [1, 2, 3, 4, 5], startMinute: 0, endMinute: 1440 },
});

/** One lead in UTC or more, due at once at a step. */
export function place(stepRowId: number, count: number, changes: Partial<DuePlace> = {}): DuePlace {
  const dueAt = changes.dueAt ?? NOW;
  return {
    ...{ sequenceRowId: 1, stepRowId, isFirstStep: stepRowId === 100, dueAt, readyAt: dueAt },
    ...{ enrolledAt: NOW, zone: 'UTC', country: null, count, draft: null },
    ...changes,
  };
}

/** A week from Wednesday on, of the sequence of three steps. */
export function forecast(
  places: readonly DuePlace[],
  changes: Partial<ForecastInput> = {},
): readonly ForecastDay[] {
  return forecastDays({
    ...{ places, sequences: [SEQUENCE], now: NOW, days: 7, policy: OPEN, made: [], needsPerson: false },
    holidaysOf: () => new Set<string>(),
    ...changes,
  });
}

export function limited(limits: Partial<Policy['limits']>, changes: Partial<Policy> = {}): Policy {
  return { ...OPEN, limits: { ...OPEN.limits, ...limits }, ...changes };
}

export const capped = (perRun: number, perDay: number, changes: Partial<Policy> = {}): Policy =>
  limited({ draftsPerRunDrip: perRun, draftsPerDay: perDay }, changes);

export const totals = (days: readonly ForecastDay[]): readonly number[] => days.map(({ total }) => total);
export const drafts = (days: readonly ForecastDay[]): readonly number[] => days.map((day) => day.drafts);
