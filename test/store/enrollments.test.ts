import { expect, test } from 'vitest';

import type { MessageState } from '../../src/core/model.ts';
import {
  cancelEnrollment,
  cancelLeadEnrollments,
  clearRetries,
  countFailure,
  endEnrollment,
  enrollmentByPublicId,
  enrollmentByRowId,
  enrollmentsOfLead,
  setDue,
  setNextStep,
  setRetry,
  settledStepRowIds,
} from '../../src/store/enrollments.ts';
import { withdrawDraft } from '../../src/store/sequence-enrollments.ts';
import { claimDesk, type ClaimDesk } from './claim-desk.ts';

const UNSENT: readonly MessageState[] = ['reserved', 'pending_approval', 'approved', 'held'];
const NOT_OURS: readonly MessageState[] = [
  'sending',
  'sent',
  'uncertain',
  'failed',
  'rejected',
  'expired',
  'skipped',
];
const ENDED = { status: 'completed', ended_at: 1, due_at: null, next_due_at: null };

const cancel = (desk: ClaimDesk, enrollmentRowId: number): boolean =>
  desk.write(() => cancelEnrollment(desk.database, { enrollmentRowId, reason: 'replied', now: 900 }));

test.each(UNSENT)('B6: whoever is stopped gets nothing of what was %s', (state) => {
  const desk = claimDesk();
  const [message, other] = [desk.put(state), desk.put(state)];
  const enrollment = desk.enrollmentOf(message);
  expect(cancel(desk, enrollment)).toBe(true);
  expect(desk.get('messages', message)).toMatchObject({ state: 'cancelled', ended_at: 900, note: 'replied' });
  expect(desk.stored(other).state).toBe(state);
  expect(desk.get('enrollments', enrollment)).toMatchObject({
    status: 'cancelled',
    cancel_reason: 'replied',
    next_step_row_id: null,
    due_at: null,
    next_due_at: null,
    ended_at: 900,
  });
  expect(desk.get('enrollments', desk.enrollmentOf(other))['ended_at']).toBeNull();
  expect(desk.rows('SELECT * FROM timeline ORDER BY row_id DESC LIMIT 1')).toMatchObject([
    { lead_row_id: desk.leadOf(message), at: 900, kind: 'cancelled', text: 'enrollment cancelled: replied' },
  ]);
});

test.each(NOT_OURS)(
  'B6, D1: what is %s is left to whom it belongs when its enrollment is cancelled',
  (state) => {
    const desk = claimDesk();
    const message = desk.put(state);
    const before = desk.get('messages', message);
    expect(cancel(desk, desk.enrollmentOf(message))).toBe(true);
    expect(desk.get('messages', message)).toEqual(before);
  },
);

test('B5: an enrollment that has ended is never ended again, and its drafts are left alone', () => {
  const desk = claimDesk();
  const message = desk.put('approved');
  const enrollment = desk.enrollmentOf(message);
  desk.set('enrollments', enrollment, ENDED);
  expect(cancel(desk, enrollment)).toBe(false);
  expect(cancel(desk, -1)).toBe(false);
  expect(desk.stored(message).state).toBe('approved');
  expect(desk.get('enrollments', enrollment)).toMatchObject({ status: 'completed', cancel_reason: null });
});

test('B6: all live enrollments of a lead are cancelled, those of nobody else', () => {
  const desk = claimDesk();
  const [message, other] = [desk.put('approved'), desk.put('approved')];
  const lead = desk.leadOf(message);
  desk.set('enrollments', desk.enrollmentOf(message), ENDED);
  const again = desk.enroll(lead, desk.sequence);
  const stop = (): number =>
    desk.write(() => cancelLeadEnrollments(desk.database, lead, { reason: 'opted_out', now: 900 }));
  expect(stop()).toBe(1);
  expect(stop()).toBe(0);
  expect(enrollmentsOfLead(desk.database, lead).map(({ rowId, status }) => [rowId, status])).toEqual([
    [desk.enrollmentOf(message), 'completed'],
    [again, 'cancelled'],
  ]);
  expect(desk.stored(other).state).toBe('approved');
  const outside = { enrollmentRowId: again, reason: 'x', now: 1 };
  expect(() => cancelEnrollment(desk.database, outside)).toThrow(/must run inside/);
});

test('B5: the end of an enrollment keeps its last step, unless it names a new one, and forgets why it waited', () => {
  const desk = claimDesk();
  const [hello] = desk.sequence.steps;
  const [one, two] = [desk.put('sent'), desk.put('sent')].map((each) => desk.enrollmentOf(each));
  desk.set('enrollments', one!, { verdict_reason: 'hours', verdict_until: 5 });
  const end = { status: 'completed', reason: null, now: 900 } as const;
  desk.write(() => {
    endEnrollment(desk.database, { ...end, enrollmentRowId: one!, lastStepRowId: hello!.rowId });
    setNextStep(desk.database, {
      enrollmentRowId: two!,
      anchorAt: 5,
      lastStepRowId: hello!.rowId,
      nextStepRowId: desk.sequence.steps[1]!.rowId,
      dueAt: 6,
      nextDueAt: 7,
    });
    endEnrollment(desk.database, { ...end, status: 'failed', enrollmentRowId: two! });
  });
  expect(desk.get('enrollments', one!)).toMatchObject({
    status: 'completed',
    last_step_row_id: hello!.rowId,
    verdict_reason: null,
    verdict_until: null,
    ended_at: 900,
  });
  expect(desk.get('enrollments', two!)).toMatchObject({ status: 'failed', last_step_row_id: hello!.rowId });
});

test('C5, D1: a step that was delivered, maybe delivered, rejected or passed over is never offered again', () => {
  const settled: readonly MessageState[] = ['sent', 'uncertain', 'rejected', 'skipped'];
  const open: readonly MessageState[] = ['approved', 'held', 'sending', 'expired', 'discarded', 'failed'];
  const desk = claimDesk();
  const first = desk.put('sent');
  const own = (state: MessageState): boolean => {
    desk.set('messages', first, {
      state,
      ...(state === 'held' ? { hold_cause: 'doubt', held_from: 'approved' } : {}),
    });
    return settledStepRowIds(desk.database, desk.enrollmentOf(first)).has(desk.sequence.steps[0]!.rowId);
  };
  desk.put('sent');
  expect(settled.filter((state) => !own(state))).toEqual([]);
  expect(open.filter(own)).toEqual([]);
  expect(settledStepRowIds(desk.database, desk.enrollmentOf(desk.put('held'))).size).toBe(0);
});

test('C2: the next step of a live enrollment begins without the failures and verdicts of the one before', () => {
  const desk = claimDesk();
  const [live, ended] = [desk.put('sent'), desk.put('sent')].map((each) => desk.enrollmentOf(each));
  const worn = {
    retry_at: 1,
    failed_attempts: 2,
    last_error: '450',
    verdict_reason: 'retry_wait',
    verdict_until: 3,
  };
  desk.set('enrollments', live!, { ...worn, status: 'active' });
  desk.set('enrollments', ended!, { ...ENDED, next_step_row_id: null });
  const before = desk.get('enrollments', ended!);
  const [hello, second] = desk.sequence.steps;
  const next = {
    anchorAt: 5,
    lastStepRowId: hello!.rowId,
    nextStepRowId: second!.rowId,
    dueAt: 6,
    nextDueAt: 7,
  };
  desk.write(() => {
    for (const enrollmentRowId of [live!, ended!]) setNextStep(desk.database, { ...next, enrollmentRowId });
  });
  expect(enrollmentByRowId(desk.database, live!)).toMatchObject({
    ...next,
    status: 'active',
    isFirstStep: false,
    failedAttempts: 0,
    verdictReason: null,
    verdictUntil: null,
  });
  expect(desk.get('enrollments', live!)).toMatchObject({ retry_at: null, last_error: null });
  expect(desk.get('enrollments', ended!)).toEqual(before);
  desk.write(() => setNextStep(desk.database, { ...next, lastStepRowId: null, enrollmentRowId: live! }));
  expect(enrollmentByRowId(desk.database, live!)?.isFirstStep).toBe(true);
});

test('A6, B9: a step is put off for live enrollments alone, by itself', () => {
  const desk = claimDesk();
  const [live, ended, other] = ['sent', 'sent', 'sent'].map(() => desk.enrollmentOf(desk.put('sent')));
  desk.set('enrollments', live!, { due_at: 10 });
  desk.set('enrollments', ended!, { ...ENDED, next_step_row_id: null });
  const [before, bystander] = [desk.get('enrollments', ended!), desk.get('enrollments', other!)];
  desk.write(() => {
    for (const enrollmentRowId of [live!, ended!]) {
      setDue(desk.database, { enrollmentRowId, nextDueAt: 50 });
      setRetry(desk.database, { enrollmentRowId, retryAt: 60, error: '450 later' });
    }
  });
  expect(desk.get('enrollments', live!)).toMatchObject({
    due_at: 10,
    next_due_at: 50,
    retry_at: 60,
    last_error: '450 later',
  });
  desk.write(() => setDue(desk.database, { enrollmentRowId: live!, dueAt: 20, nextDueAt: 70 }));
  expect(desk.get('enrollments', live!)).toMatchObject({ due_at: 20, next_due_at: 70 });
  expect(desk.get('enrollments', ended!)).toEqual(before);
  expect(desk.get('enrollments', other!)).toEqual(bystander);
  const outside = { enrollmentRowId: live!, retryAt: 1, error: '' };
  expect(() => setRetry(desk.database, outside)).toThrow(/must run inside/);
});

test('B5: failures are counted one by one, of this enrollment alone', () => {
  const desk = claimDesk();
  const [one, two] = [desk.put('sending'), desk.put('sending')].map((each) => desk.enrollmentOf(each));
  const fail = (): number => desk.write(() => countFailure(desk.database, one!, '450 later'));
  expect([fail(), fail(), fail()]).toEqual([1, 2, 3]);
  expect(desk.get('enrollments', one!)['last_error']).toBe('450 later');
  expect(desk.get('enrollments', two!)['failed_attempts']).toBe(0);
  expect(desk.write(() => countFailure(desk.database, -1, ''))).toBe(0);
});

test('whoever waited for words at these steps is due again, and nobody else', () => {
  const desk = claimDesk();
  const [hello, second] = desk.sequence.steps;
  const waiting = {
    retry_at: 99,
    last_error: 'model',
    verdict_reason: 'retry_wait',
    verdict_until: 99,
    next_due_at: 50,
  };
  const make = (columns: Readonly<Record<string, string | number | null>>): number => {
    const enrollment = desk.enrollmentOf(desk.put('expired'));
    desk.set('enrollments', enrollment, { ...waiting, ...columns });
    return enrollment;
  };
  const cleared = [make({}), make({ is_first_step: 0, status: 'active' })];
  const kept = [
    make({ next_due_at: 51 }),
    make({ kind: 'nurture' }),
    make({ next_step_row_id: second!.rowId }),
    make({ status: 'completed', ended_at: 1 }),
  ];
  make({ retry_at: null });
  const clear = (): number =>
    desk.write(() => clearRetries(desk.database, { kind: 'drip', stepRowIds: [hello!.rowId], before: 50 }));
  expect(clear()).toBe(2);
  for (const each of cleared)
    expect(desk.get('enrollments', each)).toMatchObject({
      retry_at: null,
      last_error: null,
      verdict_reason: null,
      verdict_until: null,
    });
  for (const each of kept) expect(desk.get('enrollments', each)['retry_at']).toBe(99);
  const of = { kind: 'drip', stepRowIds: [], before: 1 } as const;
  expect(() => clearRetries(desk.database, of)).toThrow(/must run inside/);
});

test('an enrollment is found by either id, and one that nobody has is none', () => {
  const desk = claimDesk();
  const enrollment = desk.enrollmentOf(desk.put('sent'));
  desk.set('enrollments', enrollment, { parallel: 1 });
  const stored = enrollmentByRowId(desk.database, enrollment);
  expect(stored).toMatchObject({ rowId: enrollment, status: 'active', parallel: true, isFirstStep: true });
  expect(enrollmentByPublicId(desk.database, stored!.id)).toEqual(stored);
  expect(enrollmentByPublicId(desk.database, 'e-nobody')).toBeNull();
  expect(enrollmentByRowId(desk.database, -1)).toBeNull();
  desk.set('enrollments', enrollment, { parallel: 0 });
  expect(enrollmentByRowId(desk.database, enrollment)?.parallel).toBe(false);
});

test('C5: the unsent draft of a removed step is withdrawn, and what is being sent or has left is not', () => {
  const desk = claimDesk();
  const withdraw = (message: number): boolean =>
    desk.write(() =>
      withdrawDraft(desk.database, {
        enrollmentRowId: desk.enrollmentOf(message),
        stepRowId: desk.sequence.steps[0]!.rowId,
        reason: 'removed',
        now: 900,
      }),
    );
  for (const state of UNSENT) {
    const message = desk.put(state);
    const next = desk.putNext(message, 1, state, { subject: 'S', body_markdown: 'B', text_hash: 'h' });
    expect(withdraw(message)).toBe(true);
    expect(desk.get('messages', message)).toMatchObject({
      state: 'cancelled',
      ended_at: 900,
      note: 'removed',
    });
    expect(desk.stored(next).state).toBe(state);
  }
  for (const state of NOT_OURS) {
    const message = desk.put(state);
    expect(withdraw(message)).toBe(false);
    expect(desk.stored(message).state).toBe(state);
  }
});
