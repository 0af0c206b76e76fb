import { expect, test } from 'vitest';

import {
  complete,
  draft,
  reserve,
  type Completion,
  type MessageWords,
  type Reserved,
  type ReservedStep,
  type ReservingRun,
  type Settlement,
} from '../../src/store/drafts.ts';
import { claimDesk, type ClaimDesk } from './claim-desk.ts';

const NOW = 5_000;
const RUN: ReservingRun = {
  job: 'drip',
  runId: 'r-writing',
  planId: 'p-plan',
  now: NOW,
  operatorDay: '2026-02-18',
};
const WORDS: MessageWords = {
  subject: 'Subject',
  preheader: 'Preheader',
  bodyMarkdown: 'Body',
  textHash: 'hash',
};
const PENDING: Settlement = {
  to: 'pending_approval',
  holdCause: null,
  heldFrom: null,
  note: null,
  now: 6_000,
  bootId: 'boot-1',
  leavesAt: null,
};

/** The first step of a new lead, that nobody has taken. */
function step(desk: ClaimDesk, name: string, changes: Partial<ReservedStep> = {}): ReservedStep {
  const leadRowId = desk.lead(name);
  return {
    messageId: `m-${name}`,
    enrollmentRowId: desk.enroll(leadRowId, desk.sequence),
    stepRowId: desk.sequence.steps[0]!.rowId,
    leadRowId,
    askReason: null,
    ...changes,
  };
}

const take = (desk: ClaimDesk, of: ReservedStep, run: Partial<ReservingRun> = {}): Reserved =>
  desk.write(() => reserve(desk.database, { ...RUN, ...run, ...of }));

const finish = (desk: ClaimDesk, messageRowId: number, changes: Partial<Completion> = {}): void =>
  desk.write(() => complete(desk.database, { ...PENDING, ...WORDS, messageRowId, ...changes }));

/** The draft of a message as an earlier run left it: of that step, and no longer alive. */
const ended = (desk: ClaimDesk, state: 'expired' | 'discarded'): { message: number; of: ReservedStep } => {
  const message = desk.put(state, { ended_at: 1, released: 1, note: 'old', edited_at: 2, held_until: 3 });
  const of = {
    messageId: 'm-anew',
    enrollmentRowId: desk.enrollmentOf(message),
    stepRowId: desk.sequence.steps[0]!.rowId,
    leadRowId: desk.leadOf(message),
    askReason: 'late',
  };
  return { message, of };
};

test('A2, A6: who takes a step takes the distance of its lead and a place of the day with it', () => {
  const desk = claimDesk();
  const [of, other] = [step(desk, 'taken', { askReason: 'late' }), step(desk, 'other')];
  desk.set('leads', of.leadRowId, { watermark_at: 4_000 });
  const reserved = take(desk, of);
  expect(reserved).toMatchObject({ messageId: 'm-taken', revision: 1 });
  expect(desk.get('messages', reserved.messageRowId)).toMatchObject({
    id: 'm-taken',
    enrollment_row_id: of.enrollmentRowId,
    step_row_id: of.stepRowId,
    lead_row_id: of.leadRowId,
    job: 'drip',
    state: 'reserved',
    run_id: 'r-writing',
    plan_id: 'p-plan',
    ask_reason: 'late',
    reserved_at: NOW,
    previous_watermark_at: 4_000,
    subject: null,
    drafted_at: null,
    approved_by: null,
    leaves_at: null,
    held_by_job: null,
  });
  expect(desk.rows('SELECT * FROM draft_log')).toMatchObject([
    {
      message_row_id: reserved.messageRowId,
      revision: 1,
      lead_row_id: of.leadRowId,
      job: 'drip',
      run_id: 'r-writing',
      made_at: NOW,
      operator_day: '2026-02-18',
      counts_in_mean: 1,
    },
  ]);
  expect(desk.get('leads', of.leadRowId)['watermark_at']).toBe(NOW);
  expect(desk.get('leads', other.leadRowId)['watermark_at']).toBeNull();
});

test('A2: a clock that went back takes no distance away', () => {
  const desk = claimDesk();
  const of = step(desk, 'ahead');
  desk.set('leads', of.leadRowId, { watermark_at: NOW + 1 });
  const { messageRowId } = take(desk, of);
  expect(desk.get('leads', of.leadRowId)['watermark_at']).toBe(NOW + 1);
  expect(desk.stored(messageRowId).previousWatermarkAt).toBe(NOW + 1);
  const batch = desk.sequence.steps.slice(1).map((each) => ({
    ...of,
    ...WORDS,
    messageId: `m-${each.id}`,
    stepRowId: each.rowId,
  }));
  const made = desk.write(() => draft(desk.database, { run: RUN, settlement: PENDING }, batch));
  const before = made.map((each) => desk.stored(each.messageRowId).previousWatermarkAt);
  expect(before).toEqual([NOW + 1, NOW + 1]);
});

test.each([
  'pending_approval',
  'approved',
  'held',
  'sending',
  'sent',
  'uncertain',
  'rejected',
  'skipped',
] as const)('D1: a step whose message is %s is never written again', (state) => {
  const desk = claimDesk();
  const message = desk.put(state);
  const before = desk.get('messages', message);
  const of = {
    messageId: 'm-twice',
    enrollmentRowId: desk.enrollmentOf(message),
    stepRowId: desk.sequence.steps[0]!.rowId,
    leadRowId: desk.leadOf(message),
    askReason: null,
  };
  expect(() => take(desk, of)).toThrow(/UNIQUE/);
  expect(desk.get('messages', message)).toEqual(before);
  expect(desk.column('SELECT count(*) FROM draft_log')).toEqual([1]);
});

test.each(['expired', 'discarded'] as const)(
  'D11: a message that was %s becomes its next revision, under its id, and nothing of the old one lives on',
  (state) => {
    const desk = claimDesk();
    const { message, of } = ended(desk, state);
    desk.set('messages', message, {
      hold_cause: 'operator',
      held_from: 'approved',
      held_by_job: 'send',
      held_run_id: 'r-held',
      approved_at: 4,
      approved_by: 'ann',
      approved_boot_id: 'boot-0',
      leaves_at: 5,
      previous_watermark_at: 3,
    });
    const watermarkAt = state === 'expired' ? 4_000 : null;
    const bystander = desk.get('messages', desk.put(state, { ended_at: 1 }));
    desk.set('leads', of.leadRowId, { watermark_at: watermarkAt });
    expect(take(desk, of)).toEqual({ messageRowId: message, messageId: desk.id(message), revision: 2 });
    const gone = [
      ...['hold_cause', 'held_from', 'held_by_job', 'held_run_id', 'held_until', 'note', 'drafted_at'],
      ...['edited_at', 'approved_at', 'approved_by', 'approved_boot_id', 'leaves_at', 'ended_at'],
    ];
    expect(desk.get('messages', message)).toMatchObject({
      state: 'reserved',
      revision: 2,
      run_id: 'r-writing',
      plan_id: 'p-plan',
      ask_reason: 'late',
      reserved_at: NOW,
      previous_watermark_at: watermarkAt,
      released: 0,
      ...Object.fromEntries(gone.map((name) => [name, null])),
    });
    expect(desk.get('messages', Number(bystander['row_id']))).toEqual(bystander);
    expect(desk.column('SELECT revision FROM draft_log WHERE message_row_id = ?', message)).toEqual([1, 2]);
  },
);

test('A6: a draft is logged under its own number, also behind one that was undone', () => {
  const desk = claimDesk();
  const undone = take(desk, step(desk, 'undone'));
  take(desk, step(desk, 'kept'));
  desk.write(() => {
    for (const sql of [
      'DELETE FROM draft_log WHERE message_row_id = ?',
      'DELETE FROM messages WHERE row_id = ?',
    ])
      desk.database.prepare(sql).run(undone.messageRowId);
  });
  const { messageRowId } = take(desk, step(desk, 'behind'));
  expect(desk.get('messages', messageRowId)['id']).toBe('m-behind');
  expect(desk.column('SELECT run_id FROM draft_log WHERE message_row_id = ?', messageRowId)).toEqual([
    'r-writing',
  ]);
});

test('D11: another step of the same enrollment is a message of its own', () => {
  const desk = claimDesk();
  const { message, of } = ended(desk, 'expired');
  const reserved = take(desk, { ...of, stepRowId: desk.sequence.steps[1]!.rowId });
  expect(reserved).toMatchObject({ messageId: 'm-anew', revision: 1 });
  expect(desk.stored(message).state).toBe('expired');
});

test('D4: a draft is complete at once: its words, where it waits, and its enrollment is active', () => {
  const desk = claimDesk();
  const of = step(desk, 'one');
  const bystander = take(desk, step(desk, 'two'));
  desk.set('enrollments', of.enrollmentRowId, { verdict_reason: 'hours', verdict_until: 9 });
  const { messageRowId } = take(desk, of);
  finish(desk, messageRowId, { note: 'a note', leavesAt: 7_000 });
  expect(desk.get('messages', messageRowId)).toMatchObject({
    state: 'pending_approval',
    subject: 'Subject',
    preheader: 'Preheader',
    body_markdown: 'Body',
    text_hash: 'hash',
    note: 'a note',
    drafted_at: 6_000,
    leaves_at: 7_000,
    hold_cause: null,
    held_from: null,
    held_by_job: null,
    held_run_id: null,
    approved_at: null,
    approved_by: null,
    approved_boot_id: null,
  });
  expect(desk.get('enrollments', of.enrollmentRowId)).toMatchObject({
    status: 'active',
    verdict_reason: null,
    verdict_until: null,
  });
  expect(desk.stored(bystander.messageRowId)).toMatchObject({ state: 'reserved', subject: null });
});

test('D2, D4: words that come too late change nothing: the draft was withdrawn, or has its words', () => {
  const desk = claimDesk();
  for (const state of ['cancelled', 'approved', 'sent'] as const) {
    const message = desk.put(state);
    const before = desk.get('messages', message);
    finish(desk, message);
    expect(desk.get('messages', message)).toEqual(before);
  }
});

test('D4: a draft without words cannot be', () => {
  const desk = claimDesk();
  for (const empty of [{ subject: ' ' }, { bodyMarkdown: '' }]) {
    const { messageRowId } = take(desk, step(desk, `empty${Object.keys(empty)[0]!}`));
    expect(() => finish(desk, messageRowId, empty)).toThrow(/CHECK/);
    expect(desk.stored(messageRowId).state).toBe('reserved');
  }
});

test('D2: an approval by the sequence says when, on which boot, and when it leaves', () => {
  const desk = claimDesk();
  const { messageRowId } = take(desk, step(desk, 'one'));
  finish(desk, messageRowId, { to: 'approved', leavesAt: 7_000 });
  expect(desk.stored(messageRowId)).toMatchObject({
    state: 'approved',
    approvedAt: 6_000,
    approvedBy: 'sequence',
    approvedBootId: 'boot-1',
    leavesAt: 7_000,
  });
});

test.each(['blast_radius', 'doubt'] as const)(
  'A8: a draft held for %s names the run that holds it, and only the first kind is left out of the mean',
  (holdCause) => {
    const desk = claimDesk();
    const { message, of } = ended(desk, 'expired');
    const other = take(desk, step(desk, 'other'));
    take(desk, of);
    finish(desk, message, { to: 'held', holdCause, heldFrom: 'approved' });
    expect(desk.get('messages', message)).toMatchObject({
      state: 'held',
      hold_cause: holdCause,
      held_from: 'approved',
      held_by_job: 'drip',
      held_run_id: 'r-writing',
      approved_at: null,
    });
    const counts = 'SELECT message_row_id, revision, counts_in_mean FROM draft_log ORDER BY 1, 2';
    expect(desk.rows(counts).map((row) => Object.values(row))).toEqual([
      [message, 1, 1],
      [message, 2, holdCause === 'blast_radius' ? 0 : 1],
      [other.messageRowId, 1, 1],
    ]);
  },
);

test('B5: an enrollment that has ended is not brought back to life by a draft', () => {
  const desk = claimDesk();
  const of = step(desk, 'ended');
  const { messageRowId } = take(desk, of);
  desk.set('enrollments', of.enrollmentRowId, { status: 'completed', ended_at: 1, verdict_reason: 'hours' });
  finish(desk, messageRowId);
  expect(desk.get('enrollments', of.enrollmentRowId)).toMatchObject({
    status: 'completed',
    verdict_reason: 'hours',
  });
});

test('D4: a batch with its words is drafted at once, in its order, new messages and revisions alike', () => {
  const desk = claimDesk();
  const { message, of } = ended(desk, 'expired');
  const [one, two] = [step(desk, 'one'), step(desk, 'two', { askReason: 'late' })];
  const bystander = step(desk, 'bystander');
  const second = { ...one, messageId: 'm-second', stepRowId: desk.sequence.steps[1]!.rowId };
  const words = (subject: string): MessageWords => ({ ...WORDS, subject });
  const settlement = { ...PENDING, to: 'held', holdCause: 'blast_radius', heldFrom: 'approved' } as const;
  const made = desk.write(() =>
    draft(desk.database, { run: RUN, settlement }, [
      { ...one, ...words('First') },
      { ...of, ...words('Anew') },
      { ...two, ...words('Other') },
      { ...second, ...words('Second') },
    ]),
  );
  expect(made.map(({ messageId, revision }) => [messageId, revision])).toEqual([
    ['m-one', 1],
    [desk.id(message), 2],
    ['m-two', 1],
    ['m-second', 1],
  ]);
  const rows = made.map(({ messageRowId }) => desk.get('messages', messageRowId));
  expect(rows.map((row) => row['subject'])).toEqual(['First', 'Anew', 'Other', 'Second']);
  expect(rows.map((row) => row['id'])).toEqual(made.map(({ messageId }) => messageId));
  for (const row of rows)
    expect(row).toMatchObject({
      state: 'held',
      hold_cause: 'blast_radius',
      held_from: 'approved',
      held_by_job: 'drip',
      held_run_id: 'r-writing',
      drafted_at: 6_000,
      reserved_at: NOW,
      preheader: 'Preheader',
      body_markdown: 'Body',
      text_hash: 'hash',
    });
  expect(rows[2]).toMatchObject({ ask_reason: 'late', lead_row_id: two.leadRowId });
  // A2: the second draft of a lead in one batch goes back to the first one's moment.
  expect(rows[3]).toMatchObject({ previous_watermark_at: NOW, step_row_id: second.stepRowId });
  const kept = made.map(({ messageRowId }) =>
    desk.column(
      'SELECT counts_in_mean FROM draft_log WHERE message_row_id = ? ORDER BY revision',
      messageRowId,
    ),
  );
  expect(kept).toEqual([[0], [1, 0], [0], [0]]);
  expect(desk.column(`SELECT status FROM enrollments ORDER BY row_id`)).toEqual([
    'active',
    'active',
    'active',
    'pending',
  ]);
  expect(desk.get('leads', bystander.leadRowId)['watermark_at']).toBeNull();
});

test('a batch of none makes nothing, and none is made outside of a transaction', () => {
  const desk = claimDesk();
  expect(desk.write(() => draft(desk.database, { run: RUN, settlement: PENDING }, []))).toEqual([]);
  const of = step(desk, 'one');
  expect(() => reserve(desk.database, { ...RUN, ...of })).toThrow(/must run inside/);
  expect(() => complete(desk.database, { ...PENDING, ...WORDS, messageRowId: 1 })).toThrow(/must run inside/);
  expect(desk.column('SELECT count(*) FROM messages')).toEqual([0]);
});
