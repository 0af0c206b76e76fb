import { expect, test } from 'vitest';

import type { MessageState, StoredStep } from '../../src/core/model.ts';
import {
  candidateOfColdLead,
  candidateOfEnrollment,
  coldLeadCount,
  coldLeads,
  dueEnrollmentCount,
  dueEnrollments,
  notDueCount,
} from '../../src/store/candidates.ts';
import { claimDesk, type ClaimDesk, type Columns } from './claim-desk.ts';

const NOW = 10_000;
const EVERYBODY = { leadRowIds: null, sequenceRowIds: null };

const sequencesOf = (desk: ClaimDesk) => new Map([[desk.sequence.rowId, desk.sequence]]);

/** The row of each enrollment whose step is due, in the order in which a run meets them. */
const due = (
  desk: ClaimDesk,
  changes: Partial<Parameters<typeof dueEnrollments>[1]> = {},
): readonly unknown[] =>
  [
    ...dueEnrollments(desk.database, {
      job: 'drip',
      now: NOW,
      narrowing: EVERYBODY,
      expiresBefore: 500,
      sequences: sequencesOf(desk),
      ...changes,
    }),
  ].map(({ enrollment }) => enrollment?.rowId);

function enrolled(desk: ClaimDesk, nextDueAt: number, columns: Columns = {}): number {
  const lead = desk.lead(`lead${String(desk.random.fraction()).slice(2)}`);
  const enrollment = desk.enroll(lead, desk.sequence, { enrolledAt: 1, dueAt: nextDueAt });
  desk.set('enrollments', enrollment, columns);
  return enrollment;
}

const waitingOf = (desk: ClaimDesk, message: number): unknown =>
  candidateOfEnrollment(desk.database, desk.enrollmentOf(message), sequencesOf(desk))?.reservation.waiting;

const WAITING: readonly MessageState[] = [
  'reserved',
  'pending_approval',
  'approved',
  'sending',
  'uncertain',
  'held',
];
const OVER: readonly MessageState[] = [
  'sent',
  'failed',
  'rejected',
  'expired',
  'discarded',
  'skipped',
  'cancelled',
];

test.each(WAITING)('A7: a lead whose message is %s gets no second one', (state) => {
  const desk = claimDesk();
  const message = desk.put(state);
  expect(waitingOf(desk, message)).toEqual({ messageId: desk.id(message), state });
  expect(waitingOf(desk, desk.put('sent'))).toBeNull();
});

test.each(OVER)('A7: a message that is %s holds its lead no longer', (state) => {
  const desk = claimDesk();
  expect(waitingOf(desk, desk.put(state))).toBeNull();
});

test('A7: of several the oldest is named', () => {
  const desk = claimDesk();
  const first = desk.put('approved');
  desk.putNext(first, 1, 'held');
  expect(waitingOf(desk, first)).toMatchObject({ messageId: desk.id(first) });
});

test('A7: a mail that has left long ago does not hide the one that waits', () => {
  const desk = claimDesk();
  const first = desk.put('sent');
  const next = desk.putNext(first, 1, 'approved');
  expect(waitingOf(desk, first)).toEqual({ messageId: desk.id(next), state: 'approved' });
});

test('A17, D2: a draft that is about to expire holds its lead no longer; one of that very moment does', () => {
  const desk = claimDesk();
  const message = desk.put('approved', { drafted_at: 499 });
  const waits = (): readonly boolean[] =>
    [
      ...dueEnrollments(desk.database, {
        job: 'drip',
        now: Number.MAX_SAFE_INTEGER,
        narrowing: EVERYBODY,
        expiresBefore: 500,
        sequences: sequencesOf(desk),
      }),
    ].map(({ reservation }) => reservation.waiting !== null);
  expect(waits()).toEqual([false]);
  desk.set('messages', message, { drafted_at: 500 });
  expect(waits()).toEqual([true]);
  // At the door nothing is too old by this: send expires by itself.
  desk.set('messages', message, { drafted_at: 1 });
  expect(waitingOf(desk, message)).not.toBeNull();
});

test('A6: what is due comes follow-ups first, then longest overdue, then in its order; what is not due does not come', () => {
  const desk = claimDesk();
  const later = enrolled(desk, NOW);
  const [early, twin] = [enrolled(desk, 1_000), enrolled(desk, 1_000)];
  const followUp = enrolled(desk, 5_000, { is_first_step: 0, status: 'active' });
  enrolled(desk, NOW + 1);
  enrolled(desk, 1, { status: 'completed', ended_at: 1 });
  enrolled(desk, 1, { kind: 'nurture' });
  enrolled(desk, 1, { next_due_at: null });
  expect(due(desk)).toEqual([followUp, early, twin, later]);
  expect(dueEnrollmentCount(desk.database, 'drip', NOW)).toBe(4);
  expect(dueEnrollmentCount(desk.database, 'nurture', NOW)).toBe(1);
});

test('F3: a run that is narrowed looks at the named leads and sequences alone', () => {
  const desk = claimDesk();
  const [one, two] = [enrolled(desk, 1), enrolled(desk, 2)];
  const lead = Number(desk.get('enrollments', two)['lead_row_id']);
  expect(due(desk, { narrowing: { leadRowIds: new Set([lead]), sequenceRowIds: null } })).toEqual([two]);
  const sequenceRowIds = new Set([desk.sequence.rowId]);
  expect(due(desk, { narrowing: { leadRowIds: null, sequenceRowIds } })).toEqual([one, two]);
  expect(due(desk, { narrowing: { leadRowIds: null, sequenceRowIds: new Set([-1]) } })).toEqual([]);
  expect(due(desk, { sequences: new Map() })).toEqual([]);
});

test('C5: what is due is the step that the enrollment stands at, and nothing where that step is no more', () => {
  const desk = claimDesk();
  const [, second, last] = desk.sequence.steps;
  const enrollment = enrolled(desk, NOW, { next_step_row_id: second!.rowId, is_first_step: 0 });
  const at = (steps: readonly StoredStep[]): unknown =>
    candidateOfEnrollment(
      desk.database,
      enrollment,
      new Map([[desk.sequence.rowId, { ...desk.sequence, steps }]]),
    )?.step.id;
  expect(at(desk.sequence.steps)).toBe('case-study');
  expect(at([last!])).toBeUndefined();
});

test('the preview names who is written to, and nobody where there is no name', () => {
  const desk = claimDesk();
  const name = (fields: { firstName: string | null; lastName: string | null }): unknown => {
    const message = desk.put('approved', {}, fields);
    return candidateOfEnrollment(desk.database, desk.enrollmentOf(message), sequencesOf(desk))?.lead.name;
  };
  expect(name({ firstName: 'Maren', lastName: 'Vogt' })).toBe('Maren Vogt');
  expect(name({ firstName: null, lastName: null })).toBeNull();
});

test('D2: at the door stands what is alive: neither an ended enrollment nor one without a next step', () => {
  const desk = claimDesk();
  const at = (columns: Columns): unknown =>
    candidateOfEnrollment(desk.database, enrolled(desk, NOW, columns), sequencesOf(desk));
  expect(at({})).toMatchObject({
    job: 'drip',
    enrollment: { dueAt: NOW, nextDueAt: NOW, isFirstStep: true, parallel: false },
    step: { id: 'hello' },
  });
  expect(at({ status: 'active', is_first_step: 0, parallel: 1 })).toMatchObject({
    enrollment: { isFirstStep: false, parallel: true },
  });
  expect(at({ status: 'completed', ended_at: 1 })).toBeNull();
  expect(at({ next_due_at: null })).toBeNull();
});

test.each([
  ['opted_out', 'optedOut'],
  ['do_not_contact', 'doNotContact'],
  ['spam', 'spam'],
] as const)('B6: the door sees %s of this lead, as it is now', (column, fact) => {
  const desk = claimDesk();
  const message = desk.put('approved');
  const seen = (): unknown =>
    candidateOfEnrollment(desk.database, desk.enrollmentOf(message), sequencesOf(desk))?.lead[fact];
  expect(seen()).toBe(false);
  desk.set('leads', desk.leadOf(message), { [column]: 1 });
  expect(seen()).toBe(true);
});

test('A12, B6: the door sees who was put on the suppression list, and nobody else', () => {
  const desk = claimDesk();
  const written = { email: 'Maren@Vogt.example', emailKey: 'maren@vogt.example' };
  const [barred, other] = [desk.put('approved', {}, written), desk.put('approved')];
  desk.write(() =>
    desk.database
      .prepare('INSERT INTO suppressions (email_key, reason, added_at) VALUES (?, ?, 1)')
      .run(written.emailKey, 'hard_bounce'),
  );
  const reason = (message: number): unknown =>
    candidateOfEnrollment(desk.database, desk.enrollmentOf(message), sequencesOf(desk))?.lead
      .suppressedReason;
  expect([reason(barred), reason(other)]).toEqual(['hard_bounce', null]);
});

function cold(desk: ClaimDesk) {
  const choose = () => ({ sequence: desk.sequence, step: desk.sequence.steps[0]! });
  return {
    one: (lead: number) => candidateOfColdLead(desk.database, lead, choose)!,
    all: (
      now: number,
      chosen: Parameters<typeof candidateOfColdLead>[2] = choose,
      narrowing: Parameters<typeof coldLeads>[1]['narrowing'] = EVERYBODY,
    ) => {
      let unfit = 0;
      const leads = [
        ...coldLeads(desk.database, {
          now,
          narrowing,
          expiresBefore: 500,
          choose: chosen,
          onUnfit: () => (unfit += 1),
        }),
      ].map(({ lead }) => lead.rowId);
      return { leads, unfit };
    },
  };
}

test('B7: cold leads come longest due first, and none before its time', () => {
  const desk = claimDesk();
  const leads = ['late', 'early', 'twin', 'future', 'never'].map((name) => desk.lead(name));
  for (const [index, at] of [NOW, 5, 5, NOW + 1].entries())
    desk.set('leads', leads[index]!, { nurture_due_at: at });
  expect(cold(desk).all(NOW)).toEqual({ leads: [leads[1], leads[2], leads[0]], unfit: 0 });
  expect(cold(desk).all(NOW, () => null)).toEqual({ leads: [], unfit: 3 });
  expect(coldLeadCount(desk.database, NOW)).toBe(3);
});

test('F3: nurture too looks at the named leads and sequences alone', () => {
  const desk = claimDesk();
  const [one, two] = [desk.lead('one'), desk.lead('two')];
  for (const lead of [one, two]) desk.set('leads', lead, { nurture_due_at: 5 });
  const narrowed = (leadRowIds: number[] | null, sequenceRowIds: number[] | null): unknown =>
    cold(desk).all(NOW, undefined, {
      leadRowIds: leadRowIds === null ? null : new Set(leadRowIds),
      sequenceRowIds: sequenceRowIds === null ? null : new Set(sequenceRowIds),
    }).leads;
  expect(narrowed([two], null)).toEqual([two]);
  expect(narrowed(null, [desk.sequence.rowId])).toEqual([one, two]);
  expect(narrowed(null, [-1])).toEqual([]);
});

test('B7: which follow-up a lead gets is chosen by the lead and how many it has had', () => {
  const desk = claimDesk();
  const lead = desk.lead('cold');
  desk.set('leads', lead, { nurture_count: 3 });
  const asked: unknown[] = [];
  const choose = (by: { rowId: number; nurtureCount: number }) => {
    asked.push(by);
    return { sequence: desk.sequence, step: desk.sequence.steps[0]! };
  };
  expect(candidateOfColdLead(desk.database, lead, choose)).toMatchObject({
    job: 'nurture',
    enrollment: null,
  });
  expect(asked).toEqual([{ rowId: lead, nurtureCount: 3 }]);
  expect(candidateOfColdLead(desk.database, -1, choose)).toBeNull();
});

test.each([
  ['drafted', 'held', { reserved_at: 10, drafted_at: 70 }, 70],
  ['reserved', 'reserved', { reserved_at: 80, drafted_at: null }, 80],
  ['sent', 'sent', { reserved_at: 10, drafted_at: 20, sent_at: 90 }, 90],
  ['rejected', 'rejected', { reserved_at: 10, drafted_at: 20, ended_at: 60 }, 60],
  ['cancelled', 'cancelled', { reserved_at: 10, drafted_at: 20, ended_at: 60 }, 20],
  ['sent in a rehearsal that counts no more (D9)', 'sent', { sent_at: 90, counts: 0 }, null],
] as const)('B7, A2: a lead is cold since the last mail to it was %s', (_what, state, columns, at) => {
  const desk = claimDesk();
  const message = desk.put(state, columns);
  desk.put('sent', { sent_at: 5_000 });
  expect(cold(desk).one(desk.leadOf(message)).reservation.lastMessageAt).toBe(at);
});

test('A7: a lead in a live sequence gets no follow-up beside it', () => {
  const desk = claimDesk();
  const message = desk.put('approved');
  const [lead, enrollment] = [desk.leadOf(message), desk.enrollmentOf(message)];
  const inFlight = (): unknown => cold(desk).one(lead).reservation.inFlightSequence;
  for (const status of ['pending', 'active']) {
    desk.set('enrollments', enrollment, { status });
    expect(inFlight()).toBe('welcome');
  }
  expect(cold(desk).one(lead).reservation.waiting).toMatchObject({ messageId: desk.id(message) });
  desk.set('enrollments', enrollment, { status: 'completed', ended_at: 1 });
  expect(inFlight()).toBeNull();
  expect(cold(desk).one(desk.lead('free')).reservation).toEqual({
    waiting: null,
    inFlightSequence: null,
    lastMessageAt: null,
  });
});

test('A13: live enrollments that are not due yet are counted by job, without those that ended', () => {
  const desk = claimDesk();
  enrolled(desk, NOW);
  enrolled(desk, NOW + 1);
  enrolled(desk, NOW + 1, { status: 'active' });
  enrolled(desk, NOW + 1, { status: 'completed', ended_at: 1 });
  expect(notDueCount(desk.database, 'drip', NOW)).toBe(2);
  expect(notDueCount(desk.database, 'nurture', NOW)).toBe(0);
});
