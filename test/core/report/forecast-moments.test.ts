import { describe, expect, test } from 'vitest';

import type { SendWindow, StepDefinition, StoredSequence, Weekday } from '../../../src/core/model.ts';
import type { DuePlace, ForecastDay } from '../../../src/core/report/forecast.ts';
import { sequenceDefinition, stepDefinition, storedSequence } from '../../helpers/definitions.ts';
import {
  after,
  capped,
  DAY_MS,
  drafts,
  forecast,
  HOUR_MS,
  limited,
  MINUTE_MS,
  NOW,
  OPEN,
  place,
  totals,
} from '../../helpers/forecast.ts';

/** Of February 2026 (the 18th is a Wednesday), in UTC: '18T23:03:00.001'. */
const at = (time: string): number => Date.parse(`2026-02-${time}Z`);
const WITHOUT_WATERMARK = limited({ watermarkMs: 0 });

/** Steps 100, 101… of these changes, at once unless told otherwise. */
function sequenceOf(
  approve: 'ask' | 'auto',
  ...steps: readonly Partial<StepDefinition>[]
): readonly StoredSequence[] {
  const defined = steps.map((changes, index) =>
    stepDefinition(`s${String(index)}`, { timing: after(0), ...changes }),
  );
  return [storedSequence(sequenceDefinition('web', defined, { approve }))];
}

const ASKS = sequenceOf('ask', {});
const APPROVES_ITSELF = sequenceOf('auto', {});
const afterMs = (ms: number): Partial<StepDefinition> => ({
  timing: { kind: 'after', delay: { unit: 'elapsed', ms } },
});

const due = (dueAt: number, changes: Partial<DuePlace> = {}): DuePlace =>
  place(100, 1, { dueAt, ...changes });
/** A draft of days ago that was approved and may leave from then on. */
const approved = (leavesAt: number, changes: Partial<DuePlace> = {}): DuePlace =>
  due(NOW, { draft: { draftedAt: NOW - 3 * DAY_MS, leavesAt, waitsSince: leavesAt }, ...changes });

const dayWith = (days: readonly ForecastDay[], isIt: (day: ForecastDay) => boolean): string =>
  days.find(isIt)?.day.slice(-2) ?? 'none';
const draftedOn = (days: readonly ForecastDay[]): string => dayWith(days, (day) => day.drafts > 0);
const leavesOn = (days: readonly ForecastDay[]): string => dayWith(days, ({ steps }) => steps.has(100));

describe('F5: a forecast knows the minutes at which the timers fire', () => {
  test.each([
    ['due as drip fires', '18T23:03:00.000', '18T09:00:00.000', '18'],
    ['due a millisecond later', '18T23:03:00.001', '18T09:00:00.000', '19'],
    ['asked as the last drip of the day fires', '18T09:00:00.000', '18T23:03:00.000', '18'],
    ['asked a millisecond later', '18T09:00:00.000', '18T23:03:00.001', '19'],
  ])('%s: drafted on the right side of midnight', (_name, dueAt, now, day) => {
    expect(draftedOn(forecast([due(at(dueAt))], { now: at(now) }))).toBe(day);
  });

  test.each([
    ['18T08:00:00.000', '18T09:05:00.000'],
    ['18T10:00:00.000', '18T10:05:00.000'],
    ['18T10:05:00.000', '18T10:05:00.000'],
    ['18T10:05:00.001', '18T10:15:00.000'],
    ['18T10:15:00.001', '18T10:25:00.000'],
    ['18T10:25:00.001', '18T10:35:00.000'],
    ['18T10:35:00.001', '18T10:45:00.000'],
    ['18T10:45:00.001', '18T10:55:00.000'],
    ['18T10:55:00.000', '18T10:55:00.000'],
    ['18T10:55:00.001', '18T11:05:00.000'],
  ])('C2: what may leave at %s leaves at %s, and the next delay counts from then', (leavesAt, sentAt) => {
    const untilLastDripMs = at('18T23:03:00.000') - at(sentAt);
    const nextDraftedOn = (delayMs: number): string =>
      draftedOn(
        forecast([approved(at(leavesAt))], {
          ...{ sequences: sequenceOf('ask', {}, afterMs(delayMs)), policy: WITHOUT_WATERMARK },
        }),
      );
    expect([nextDraftedOn(untilLastDripMs), nextDraftedOn(untilLastDripMs + 1)]).toEqual(['18', '19']);
  });

  test('E6: a step for those who did not answer waits for its no_reply, whatever its delay', () => {
    const nextDraftedOn = (noReplyMs: number | null): string =>
      draftedOn(
        forecast([approved(at('18T10:05:00.000'))], {
          ...{ sequences: sequenceOf('ask', {}, { noReplyMs }), policy: WITHOUT_WATERMARK },
        }),
      );
    const untilMs = at('19T23:03:00.000') - at('18T10:05:00.000');
    expect([null, untilMs, untilMs + 1].map(nextDraftedOn)).toEqual(['18', '19', '20']);
  });

  test('D7: no mail leaves while its approval can be undone, be it by a person or by the sequence', () => {
    const leaves = (sequences: typeof ASKS, dueAt: string, undoMs: number): string =>
      leavesOn(forecast([due(at(dueAt))], { sequences, policy: limited({ undoMs }) }));
    // The sequence approves at 23:03, the person two hours after 09:03.
    const bySequence = [52 * MINUTE_MS, 52 * MINUTE_MS + 1];
    expect(bySequence.map((ms) => leaves(APPROVES_ITSELF, '18T23:00:00.000', ms))).toEqual(['18', '19']);
    const byPerson = [12 * HOUR_MS + 52 * MINUTE_MS, 12 * HOUR_MS + 52 * MINUTE_MS + 1];
    expect(byPerson.map((ms) => leaves(ASKS, '18T09:00:00.000', ms))).toEqual(['18', '19']);
  });

  test('A5: after a doubt a sequence approves itself again from the moment at which a person has acted', () => {
    // 13 hours to undo: what is approved at 09:03 leaves before midnight, what a person approves at 11:03 does not.
    const policy = limited({ undoMs: 13 * HOUR_MS });
    const waits = { draftedAt: NOW - DAY_MS, leavesAt: null, waitsSince: NOW - DAY_MS };
    const steps = sequenceOf('auto', {}, {});
    const leaves = (now: number, needsPerson: boolean, others: readonly DuePlace[]): string =>
      leavesOn(forecast([...others, due(NOW - HOUR_MS)], { now, policy, sequences: steps, needsPerson }));
    const decidedUpon = [place(101, 1, { draft: waits })];
    // The person looks in as the forecast begins, which is as drip fires.
    expect(leaves(at('18T09:03:00.000'), true, decidedUpon)).toBe('18');
    expect(leaves(at('18T09:03:00.000'), true, [])).toBe('19');
    expect(leaves(at('18T09:03:00.000'), false, [])).toBe('18');
  });
});

describe("F5: a day is one of the operator's, from its midnight on", () => {
  test.each([
    ['UTC', '18T23:55:00.000', '18'],
    ['UTC', '18T23:55:00.001', '19'],
    ['Europe/Berlin', '18T22:55:00.000', '18'],
    ['Europe/Berlin', '18T22:55:00.001', '19'],
    ['America/New_York', '19T04:55:00.000', '18'],
    ['America/New_York', '19T04:55:00.001', '19'],
    // A firing at the very midnight: 18:15 UTC.
    ['Asia/Kathmandu', '18T18:05:00.000', '18'],
    ['Asia/Kathmandu', '18T18:05:00.001', '19'],
  ])('%s: an email of %s UTC counts for the %sth', (timezone, leavesAt, day) => {
    expect(leavesOn(forecast([approved(at(leavesAt))], { policy: { ...OPEN, timezone } }))).toBe(day);
  });

  test('what leaves after the days asked for is not counted', () => {
    expect(totals(forecast([approved(at('18T23:55:00.000'))], { days: 1 }))).toEqual([1]);
    expect(totals(forecast([approved(at('18T23:55:00.001'))], { days: 1 }))).toEqual([0]);
    expect(drafts(forecast([due(at('18T23:03:00.001'))], { days: 1 }))).toEqual([0]);
  });
});

describe('A6: the drafts of a day and of 24 hours use the cap up, to the millisecond', () => {
  const ONE = capped(1, 1);

  test.each([
    ['a day before the last drip of today', '17T23:03:00.000', '18'],
    ['a millisecond less before it', '17T23:03:00.001', '19'],
  ])('a draft made %s', (_name, madeAt, day) => {
    const made = [{ at: at(madeAt), count: 1 }];
    const days = forecast([due(NOW)], { now: at('18T23:00:00.000'), policy: ONE, made });
    expect(draftedOn(days)).toBe(day);
  });

  test('the drafts that it foresees count like those that are made', () => {
    const three = [place(100, 3, { dueAt: at('18T23:00:00.000') })];
    expect(drafts(forecast(three, { policy: ONE, sequences: ASKS, days: 4 }))).toEqual([1, 1, 1, 0]);
  });

  test('a draft of 00:00 is still one of today at 23:03 of a day that lasts 25 hours', () => {
    const policy = {
      ...ONE,
      timezone: 'Europe/Berlin',
      hours: { ...OPEN.hours, weekdays: [1, 2, 3, 4, 5, 6, 7] as const },
    };
    const made = [{ at: Date.UTC(2026, 9, 24, 22), count: 1 }];
    const days = forecast([due(NOW)], { policy, made, now: Date.UTC(2026, 9, 25, 22), days: 2 });
    expect(days.map((day) => [day.day, day.drafts])).toEqual([
      ['2026-10-25', 0],
      ['2026-10-26', 1],
    ]);
  });
});

describe('A11: nobody is written to on a day of rest', () => {
  const holidaysOf = (country: string | null): ReadonlySet<string> =>
    new Set(country === 'DE' ? ['2026-02-19'] : []);
  const THURSDAY = at('19T09:00:00.000');
  /** Noon of Friday in UTC, and already Saturday in New Zealand. */
  const FRIDAY_NOON = at('20T12:00:00.000');

  test.each([
    ['DE', '20'],
    ['AT', '19'],
    [null, '19'],
  ])("a lead of %s, on a holiday of Germany's: drafted and sent on the %sth", (country, day) => {
    const from = { holidaysOf, sequences: APPROVES_ITSELF };
    expect(draftedOn(forecast([due(THURSDAY, { country })], from))).toBe(day);
    expect(leavesOn(forecast([due(THURSDAY, { country })], from))).toBe(day);
    expect(leavesOn(forecast([approved(THURSDAY, { country })], from))).toBe(day);
  });

  test("C2: a holiday of the lead's is no working day of a delay", () => {
    const steps = sequenceOf(
      'ask',
      ...[{}, { timing: { kind: 'after', delay: { unit: 'working_days', days: 2 } } } as const],
    );
    const nextDraftedOn = (country: string): string =>
      draftedOn(forecast([approved(NOW, { country })], { holidaysOf, sequences: steps }));
    expect(['AT', 'DE'].map(nextDraftedOn)).toEqual(['20', '23']);
  });

  test("a holiday of the operator's stops drafts and mail for everybody, wherever they live", () => {
    const policy = { ...OPEN, holidays: ['2026-02-19'] };
    const days = forecast([due(THURSDAY)], { policy, sequences: APPROVES_ITSELF });
    expect([draftedOn(days), leavesOn(days)]).toEqual(['20', '20']);
    expect(days.filter(({ isOpen }) => !isOpen).map(({ day }) => day.slice(-2))).toEqual(['19', '21', '22']);
    expect(leavesOn(forecast([approved(THURSDAY)], { policy }))).toBe('20');
  });

  test.each([
    ["Saturday of the operator's, Friday of the lead's", 'Pacific/Auckland', 'UTC'],
    ["Friday of the operator's, Saturday of the lead's", 'UTC', 'Pacific/Auckland'],
  ])('%s: what falls due waits for Monday', (_name, timezone, zone) => {
    const policy = { ...OPEN, timezone };
    const days = forecast([due(FRIDAY_NOON, { zone })], { policy, sequences: APPROVES_ITSELF });
    expect([draftedOn(days), leavesOn(days)]).toEqual(['23', '23']);
    expect(leavesOn(forecast([approved(FRIDAY_NOON, { zone })], { policy }))).toBe('23');
  });

  test('hours that never open hold drafts and mail alike', () => {
    const policy = { ...OPEN, hours: { ...OPEN.hours, startMinute: 600, endMinute: 600 } };
    const days = forecast([due(NOW), approved(NOW)], { policy, sequences: APPROVES_ITSELF });
    expect([drafts(days), totals(days)]).toEqual([Array(7).fill(0), Array(7).fill(0)]);
  });

  test('a person who works today and never again approves nothing of this evening', () => {
    const wednesdays = Array.from({ length: 54 }, (_, week) =>
      new Date(NOW + (week + 1) * 7 * DAY_MS).toISOString().slice(0, 10),
    );
    const policy = { ...OPEN, hours: { ...OPEN.hours, weekdays: [3] as const }, holidays: wednesdays };
    const evening = at('18T18:00:00.000');
    const days = forecast(
      [due(evening), due(NOW, { draft: { draftedAt: evening, leavesAt: null, waitsSince: evening } })],
      {
        ...{ policy, now: evening },
      },
    );
    expect([drafts(days)[0], totals(days)]).toEqual([1, Array(7).fill(0)]);
  });
});

describe('C3: the window of a step', () => {
  const on = (weekday: Weekday): SendWindow => ({
    ...{ startMinute: 0, endMinute: 1440, zone: 'lead', weekdays: [weekday] },
  });

  test.each([
    ['none', null, null, '18'],
    ["the sequence's", null, on(4), '19'],
    ["the step's", on(5), null, '20'],
    ["the step's, not the sequence's", on(5), on(4), '20'],
  ])('%s: drafted and sent within it', (_name, ofStep, ofSequence, day) => {
    const steps = [stepDefinition('s0', { timing: after(0), window: ofStep })];
    const sequence = sequenceDefinition('web', steps, { approve: 'auto', window: ofSequence });
    const sequences = [storedSequence(sequence)];
    const days = forecast([due(NOW)], { sequences });
    expect([draftedOn(days), leavesOn(days)]).toEqual([day, day]);
    expect(leavesOn(forecast([approved(NOW)], { sequences }))).toBe(day);
  });

  test('A1: what does not leave within the days asked for has no step behind it in them', () => {
    const policy = WITHOUT_WATERMARK;
    const sequences = sequenceOf('ask', { window: on(1) }, {});
    expect(drafts(forecast([approved(NOW)], { policy, sequences, days: 5 }))).toEqual([0, 0, 0, 0, 0]);
    expect(drafts(forecast([approved(NOW)], { policy, sequences, days: 6 }))).toEqual([0, 0, 0, 0, 0, 1]);
  });
});
