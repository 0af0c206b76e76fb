import { describe, expect, test } from 'vitest';

import type { StoredSequence, StoredStep } from '../../src/core/model.ts';
import { scheduleFrom, scheduleStep, type ScheduleInput } from '../../src/core/schedule.ts';
import { candidate, DAY_MS, HOUR_MS, testPolicy, WEDNESDAY } from '../helpers/candidates.ts';

const { sequence, step } = candidate();
const day = (number: number): StoredStep['timing'] => ({ kind: 'day', day: number });
const after = (ms: number): StoredStep['timing'] => ({ kind: 'after', delay: { unit: 'elapsed', ms } });
const window = (startMinute: number, endMinute: number) =>
  ({ startMinute, endMinute, zone: 'lead', weekdays: [] }) as const;

/** A lead in UTC, enrolled on a Wednesday at 10:00, in a workspace that works from nine to five. */
const INPUT: ScheduleInput = {
  sequence,
  step: { timing: after(2 * DAY_MS), window: null },
  previousStep: null,
  enrolledAt: WEDNESDAY,
  previousSendAt: null,
  leadZone: 'UTC',
  isHoliday: () => false,
  policy: testPolicy(),
};

describe('C2: when a step falls due', () => {
  test('the first one counts from the enrollment, the next from the mail before it', () => {
    expect(scheduleStep(INPUT).dueAt).toBe(WEDNESDAY + 2 * DAY_MS);
    expect(scheduleStep({ ...INPUT, previousSendAt: WEDNESDAY + HOUR_MS }).dueAt).toBe(
      WEDNESDAY + HOUR_MS + 2 * DAY_MS,
    );
  });

  test('steps with a day keep the gap that was planned between them, however late the one before was', () => {
    const late = {
      ...INPUT,
      step: { timing: day(3), window: null },
      previousStep: { timing: day(1) },
      previousSendAt: WEDNESDAY + 5 * DAY_MS,
    };
    expect(scheduleStep(late).dueAt).toBe(WEDNESDAY + 7 * DAY_MS);
    const gap = 'watermark' as const;
    expect(scheduleStep({ ...late, sequence: { ...sequence, gap } }).dueAt).toBe(WEDNESDAY + 6 * DAY_MS);
  });
});

describe('C3: when it is offered', () => {
  test('at its due time where that is open, else at the next opening; it stays due since then', () => {
    expect(scheduleStep(INPUT)).toEqual({ dueAt: WEDNESDAY + 2 * DAY_MS, nextDueAt: WEDNESDAY + 2 * DAY_MS });
    const saturday = { ...INPUT, step: { timing: after(3 * DAY_MS), window: null } };
    expect(scheduleStep(saturday)).toEqual({
      dueAt: WEDNESDAY + 3 * DAY_MS,
      nextDueAt: Date.UTC(2026, 1, 23, 9),
    });
  });

  test('a step’s own window goes before that of its sequence', () => {
    const inSequence = { ...INPUT, sequence: { ...sequence, window: window(13 * 60, 15 * 60) } };
    expect(scheduleStep(inSequence).nextDueAt).toBe(WEDNESDAY + 2 * DAY_MS + 3 * HOUR_MS);
    const own = { ...inSequence, step: { ...INPUT.step, window: window(16 * 60, 17 * 60) } };
    expect(scheduleStep(own).nextDueAt).toBe(WEDNESDAY + 2 * DAY_MS + 6 * HOUR_MS);
  });

  test('where a year offers no opening the lead does not vanish: it is offered, and the hours guard says why', () => {
    const never = { ...INPUT, isHoliday: () => true };
    expect(scheduleStep(never)).toEqual({ dueAt: WEDNESDAY + 2 * DAY_MS, nextDueAt: WEDNESDAY + 2 * DAY_MS });
  });
});

describe('where an enrollment stands', () => {
  const first: StoredStep = { ...step, rowId: 1, id: 'first', position: 0, timing: day(0) };
  const second: StoredStep = { ...step, rowId: 2, id: 'second', position: 1, timing: day(4) };
  const third: StoredStep = { ...step, rowId: 3, id: 'third', position: 2, timing: day(6) };
  const of = (next: StoredStep) => ({
    step: next,
    sequence: { ...sequence, steps: [first, second, third] } satisfies Partial<StoredSequence>,
    leadZone: 'UTC',
    isHoliday: () => false,
    policy: testPolicy(),
  });

  test('A16: a first step that was restarted counts from its restart, not from the enrollment', () => {
    const anchors = { anchorAt: WEDNESDAY + 5 * DAY_MS, enrolledAt: WEDNESDAY, lastStepRowId: null };
    expect(scheduleFrom(anchors, of(first)).dueAt).toBe(WEDNESDAY + 5 * DAY_MS);
    const onDayTwo = { ...first, timing: day(2) };
    expect(scheduleFrom(anchors, of(onDayTwo)).dueAt).toBe(WEDNESDAY + 7 * DAY_MS);
  });

  test('C2: later steps count their days from the enrollment, and their gap from the step that was really the last', () => {
    const onTime = { anchorAt: WEDNESDAY, enrolledAt: WEDNESDAY, lastStepRowId: 1 };
    expect(scheduleFrom(onTime, of(second)).dueAt).toBe(WEDNESDAY + 4 * DAY_MS);
    const late = { anchorAt: WEDNESDAY + 9 * DAY_MS, enrolledAt: WEDNESDAY, lastStepRowId: 2 };
    expect(scheduleFrom(late, of(third)).dueAt).toBe(WEDNESDAY + 11 * DAY_MS);
    // The second one was deleted before its turn came: six days lie between the first and the third.
    expect(scheduleFrom({ ...late, lastStepRowId: 1 }, of(third)).dueAt).toBe(WEDNESDAY + 15 * DAY_MS);
  });
});
