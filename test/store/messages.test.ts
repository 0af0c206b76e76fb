import { expect, test } from 'vitest';

import {
  approvedIds,
  countInState,
  isBlastRadiusHoldOpen,
  lastSentWords,
  messageById,
  messageCountOfRun,
  messagesInState,
  messagesInStates,
  messagesOfLead,
  messagesOfRun,
  moveMessage,
} from '../../src/store/messages.ts';
import { claimDesk, type ClaimDesk } from './claim-desk.ts';

/** As many pending messages as asked for, in one statement: copies of one, each with a lead and an enrollment of its own. */
function fill(desk: ClaimDesk, count: number): void {
  const first = desk.put('pending_approval');
  const numbers = `WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < ${String(count - 1)})`;
  desk.write(() => {
    const { database: db } = desk;
    db.prepare(
      `INSERT INTO leads (row_id, id, email, email_key, zone, zone_rule, stage, status, imported_at, changed_at)
       ${numbers} SELECT 10000 + i, 'l-' || i, i || '@many.example', i || '@many.example', 'UTC', 'operator', 'new', 'new', 1, 1 FROM n`,
    ).run();
    db.prepare(
      `INSERT INTO enrollments (row_id, id, lead_row_id, sequence_row_id, kind, status, enrolled_at, anchor_at)
       ${numbers} SELECT 10000 + i, 'e-' || i, 10000 + i, ?, 'drip', 'active', 1, 1 FROM n`,
    ).run(desk.sequence.rowId);
    const copied =
      'step_row_id, job, state, run_id, subject, body_markdown, text_hash, reserved_at, drafted_at';
    db.prepare(
      `INSERT INTO messages (id, enrollment_row_id, lead_row_id, ${copied})
       ${numbers} SELECT 'm-' || i, 10000 + i, 10000 + i, ${copied} FROM n, messages WHERE messages.row_id = ?`,
    ).run(first);
  });
}

test('D1: a message is read back column by column as it is kept', () => {
  const desk = claimDesk();
  const columns = {
    job: 'nurture',
    revision: 3,
    run_id: 'r-own',
    ask_reason: 'late',
    hold_cause: 'operator',
    held_from: 'approved',
    held_until: 11,
    note: 'a note',
    subject: 'Subject',
    preheader: 'Preheader',
    body_markdown: 'Body',
    text_hash: 'hash',
    reserved_at: 12,
    drafted_at: 13,
    edited_at: 14,
    approved_at: 15,
    approved_by: 'ann',
    approved_boot_id: 'boot-7',
    leaves_at: 16,
    claimed_at: 17,
    key_used_at: 18,
    sent_at: 19,
    attempts: 2,
    retry_at: 20,
    last_error: '450 later',
    released: 1,
    dry: 1,
    previous_watermark_at: 21,
  };
  const fields = { lastName: 'Vogt', sourceFormId: 'form-1', firstName: 'Maren' };
  const message = desk.put('held', columns, fields);
  const lead = desk.get('leads', desk.leadOf(message));
  const stored = messageById(desk.database, desk.id(message));
  expect(stored).toEqual({
    rowId: message,
    id: desk.id(message),
    enrollmentRowId: desk.enrollmentOf(message),
    stepRowId: desk.sequence.steps[0]!.rowId,
    leadRowId: desk.leadOf(message),
    job: 'nurture',
    state: 'held',
    revision: 3,
    runId: 'r-own',
    askReason: 'late',
    holdCause: 'operator',
    heldFrom: 'approved',
    heldUntil: 11,
    note: 'a note',
    subject: 'Subject',
    preheader: 'Preheader',
    bodyMarkdown: 'Body',
    textHash: 'hash',
    reservedAt: 12,
    draftedAt: 13,
    editedAt: 14,
    approvedAt: 15,
    approvedBy: 'ann',
    approvedBootId: 'boot-7',
    leavesAt: 16,
    claimedAt: 17,
    keyUsedAt: 18,
    sentAt: 19,
    attempts: 2,
    retryAt: 20,
    lastError: '450 later',
    released: true,
    dry: true,
    previousWatermarkAt: 21,
    enrollmentId: desk.get('enrollments', desk.enrollmentOf(message))['id'],
    leadId: lead['id'],
    leadEmail: 'lead1@lead1.example',
    leadName: 'Maren Vogt',
    leadZone: 'UTC',
    leadFormId: 'form-1',
    sequenceId: 'welcome',
    stepId: 'hello',
  });
});

test('an id that nobody has is no message, and a lead without a name has none', () => {
  const desk = claimDesk();
  expect(messageById(desk.database, 'm-nobody')).toBeNull();
  const nameless = desk.put('approved', {}, { firstName: null, lastName: null });
  expect(desk.stored(nameless)).toMatchObject({ leadName: null, released: false, dry: false });
  expect(desk.stored(desk.put('approved', {}, { firstName: null, lastName: 'Vogt' })).leadName).toBe('Vogt');
});

test('A6: the queue of send is what is approved, longest approved first, and of one moment in their order', () => {
  const desk = claimDesk();
  const late = desk.put('approved', { approved_at: 300 });
  const first = desk.put('approved', { approved_at: 100 });
  const twins = [desk.put('approved', { approved_at: 200 }), desk.put('approved', { approved_at: 200 })];
  for (const state of ['pending_approval', 'held', 'sending', 'sent', 'uncertain'] as const)
    desk.put(state, { approved_at: 50 });
  const queue = [first, ...twins, late].map((message) => desk.id(message));
  expect([...approvedIds(desk.database)]).toEqual(queue);
});

test('messages are listed and counted by state, oldest first, and no more than asked for', () => {
  const desk = claimDesk();
  const [one, two] = [desk.put('sending'), desk.put('uncertain')];
  const three = desk.put('sending');
  desk.put('sent');
  const listed = (limit?: number): readonly number[] =>
    messagesInStates(desk.database, ['sending', 'uncertain'], limit).map(({ rowId }) => rowId);
  expect(listed()).toEqual([one, two, three]);
  expect(listed(2)).toEqual([one, two]);
  expect(countInState(desk.database, 'sending')).toBe(2);
  expect(countInState(desk.database, 'approved')).toBe(0);
});

test.each([999, 1_000, 1_001])(
  'D2: of %i messages in one state a run meets each once, in their order',
  (count) => {
    const desk = claimDesk();
    fill(desk, count);
    const met = [...messagesInState(desk.database, 'pending_approval')].map(({ rowId }) => rowId);
    expect(met).toEqual(
      desk.column(`SELECT row_id FROM messages WHERE state = 'pending_approval' ORDER BY row_id`),
    );
    expect(new Set(met).size).toBe(count);
    expect([...messagesInState(desk.database, 'approved')]).toEqual([]);
  },
);

test('D6: an answer in the thread quotes the mail that left last, of this enrollment alone', () => {
  const desk = claimDesk();
  const first = desk.put('sent', { sent_at: 20, subject: 'newest', body_markdown: 'newest words' });
  desk.putNext(first, 1, 'sent', { sent_at: 10, subject: 'older' });
  desk.putNext(first, 2, 'uncertain', { sent_at: 40, subject: 'nobody knows' });
  desk.put('sent', { sent_at: 30, subject: 'somebody else' });
  expect(lastSentWords(desk.database, desk.enrollmentOf(first))).toEqual({
    subject: 'newest',
    bodyMarkdown: 'newest words',
  });
  expect(lastSentWords(desk.database, desk.enrollmentOf(desk.put('approved')))).toBeNull();
});

test('A8: a run answers for what it made and for what it held, one by one', () => {
  const desk = claimDesk();
  const held = desk.put('held', { held_run_id: 'r-two' });
  const made = desk.put('approved', { run_id: 'r-two' });
  const other = desk.put('approved');
  const ids = (runId: string): readonly number[] =>
    messagesOfRun(desk.database, runId).map(({ rowId }) => rowId);
  expect(ids('r-two')).toEqual([held, made]);
  expect(ids('r-test')).toEqual([held, other]);
  expect(messageCountOfRun(desk.database, 'r-two')).toBe(1);
  expect(messageCountOfRun(desk.database, 'r-none')).toBe(0);
});

test('B6: all messages of a lead are found, those of nobody else', () => {
  const desk = claimDesk();
  const first = desk.put('sent');
  desk.put('sent');
  const next = desk.putNext(first, 1, 'approved');
  expect(messagesOfLead(desk.database, desk.leadOf(first)).map(({ rowId }) => rowId)).toEqual([first, next]);
});

const HELD = { hold_cause: 'blast_radius', held_from: 'approved', held_by_job: 'drip', drafted_at: 1_000 };

test.each([
  ['it is another job', { held_by_job: 'send' }],
  ['it is held for another cause', { hold_cause: 'operator' }],
  ['it is too old to be sent (D2)', { drafted_at: 499 }],
])('A8: a held batch does not stop a job when %s', (_when, columns) => {
  const desk = claimDesk();
  const isOpen = (): boolean => isBlastRadiusHoldOpen(desk.database, { job: 'drip', expiresBefore: 500 });
  desk.put('held', { ...HELD, ...columns });
  expect(isOpen()).toBe(false);
  desk.put('pending_approval', HELD);
  expect(isOpen()).toBe(false);
  desk.put('held', { ...HELD, drafted_at: 500 });
  expect(isOpen()).toBe(true);
});

test('D1: who comes second finds the message moved, and changes nothing of it', () => {
  const desk = claimDesk();
  const [message, other] = [desk.put('approved'), desk.put('approved')];
  const seen = desk.stored(message);
  const claim = (at: number): boolean =>
    desk.write(() =>
      moveMessage(desk.database, seen, { to: 'sending', change: { claimed_at: at, attempts: 1 } }),
    );
  expect(claim(100)).toBe(true);
  expect(claim(200)).toBe(false);
  expect(desk.stored(message)).toMatchObject({ state: 'sending', claimedAt: 100, attempts: 1 });
  expect(desk.stored(other)).toMatchObject({ state: 'approved', claimedAt: null, attempts: 0 });
});

test('D1: a move without a change leaves every other column alone', () => {
  const desk = claimDesk();
  const message = desk.put('approved', { approved_at: 7 });
  const before = desk.stored(message);
  expect(
    desk.write(() =>
      moveMessage(desk.database, before, {
        to: 'held',
        change: { hold_cause: 'doubt', held_from: 'approved' },
      }),
    ),
  ).toBe(true);
  expect(desk.stored(message)).toEqual({
    ...before,
    state: 'held',
    holdCause: 'doubt',
    heldFrom: 'approved',
  });
  const held = desk.stored(message);
  expect(desk.write(() => moveMessage(desk.database, held, { to: 'approved' }))).toBe(true);
  expect(desk.stored(message)).toMatchObject({ state: 'approved', holdCause: 'doubt', approvedAt: 7 });
});

test('D2: a move that no rule knows is refused by name, and staying where it is is none', () => {
  const desk = claimDesk();
  const message = desk.stored(desk.put('pending_approval'));
  const move = (to: 'sending' | 'pending_approval'): unknown =>
    desk.write(() => moveMessage(desk.database, message, { to, change: { note: 'n' } }));
  expect(() => move('sending')).toThrow(
    expect.objectContaining({ code: 'illegal_transition', exit: 'SOFTWARE' }),
  );
  expect(desk.stored(message.rowId).note).toBeNull();
  expect(move('pending_approval')).toBe(true);
  expect(desk.stored(message.rowId).note).toBe('n');
});

test('D1: nothing moves outside of a transaction', () => {
  const desk = claimDesk();
  const message = desk.stored(desk.put('approved'));
  expect(() => moveMessage(desk.database, message, { to: 'sending' })).toThrow(/must run inside/);
});
