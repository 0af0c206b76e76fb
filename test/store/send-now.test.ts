import { expect, test } from 'vitest';

import { askForStepNow, isAskedForNow } from '../../src/store/send-now.ts';
import { claimDesk, type ClaimDesk } from './claim-desk.ts';

const ask = (desk: ClaimDesk, enrollmentRowId: number, now: number): boolean =>
  desk.write(() => askForStepNow(desk.database, { enrollmentRowId, now }));

test('C6: the waiting step of this enrollment alone is due now', () => {
  const desk = claimDesk();
  const [asked, other] = [desk.put('approved'), desk.put('approved')].map((each) => desk.enrollmentOf(each));
  const before = desk.get('enrollments', other!);
  const now = desk.clock.now() + 5;
  expect(ask(desk, asked!, now)).toBe(true);
  expect(desk.get('enrollments', asked!)).toMatchObject({ due_at: now, next_due_at: now, sent_now_at: now });
  expect(desk.get('enrollments', other!)).toEqual(before);
  expect([asked, other].map((each) => isAskedForNow(desk.database, each!))).toEqual([true, false]);
});

test.each([
  ['that has ended', { status: 'cancelled', cancel_reason: 'replied', ended_at: 1 }],
  ['that is completed', { status: 'completed', ended_at: 1 }],
  ['that has no step left', { next_step_row_id: null, next_due_at: null, due_at: null }],
])('C6: nothing can be asked for of an enrollment %s', (_which, columns) => {
  const desk = claimDesk();
  const enrollment = desk.enrollmentOf(desk.put('sent'));
  desk.set('enrollments', enrollment, columns);
  expect(ask(desk, enrollment, 5)).toBe(false);
  expect(desk.get('enrollments', enrollment)['sent_now_at']).toBeNull();
});

test('C6: a pending enrollment can be asked as well as an active one', () => {
  const desk = claimDesk();
  for (const status of ['pending', 'active']) {
    const enrollment = desk.enrollmentOf(desk.put('sent'));
    desk.set('enrollments', enrollment, { status });
    expect(ask(desk, enrollment, 5)).toBe(true);
  }
});

test('C6: what was asked for keeps its time until the next email has gone out', () => {
  const desk = claimDesk();
  const enrollment = desk.enrollmentOf(desk.put('sent'));
  const anchor = Number(desk.get('enrollments', enrollment)['anchor_at']);
  for (const [sentNowAt, isAsked] of [
    [null, false],
    [anchor - 1, false],
    [anchor, true],
    [anchor + 1, true],
  ] as const) {
    desk.set('enrollments', enrollment, { sent_now_at: sentNowAt });
    expect(isAskedForNow(desk.database, enrollment)).toBe(isAsked);
  }
  expect(isAskedForNow(desk.database, -1)).toBe(false);
  expect(() => askForStepNow(desk.database, { enrollmentRowId: enrollment, now: 1 })).toThrow(
    /must run inside/,
  );
});
