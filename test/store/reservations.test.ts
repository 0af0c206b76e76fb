import { expect, test } from 'vitest';

import type { Job } from '../../src/core/model.ts';
import { reserve } from '../../src/store/drafts.ts';
import { hasReservations, skipUnwritten, undoReservations } from '../../src/store/reservations.ts';
import { claimDesk, type ClaimDesk } from './claim-desk.ts';

const RESERVED_AT = 5_000;

/** A run that stopped after it took the first step of this enrollment. Returns the message's row. */
function leaveReserved(desk: ClaimDesk, lead: number, enrollment: number, job: Job = 'drip'): number {
  const { messageRowId } = desk.write(() =>
    reserve(desk.database, {
      messageId: desk.random.publicId('m'),
      enrollmentRowId: enrollment,
      stepRowId: desk.sequence.steps[0]!.rowId,
      leadRowId: lead,
      job,
      runId: 'r-stopped',
      planId: null,
      askReason: null,
      now: RESERVED_AT,
      operatorDay: '2026-02-18',
    }),
  );
  return messageRowId;
}

function reserved(desk: ClaimDesk, job: Job = 'drip', watermarkAt: number | null = null) {
  const lead = desk.lead(`reserved${String(desk.random.fraction()).slice(2)}`);
  desk.set('leads', lead, { watermark_at: watermarkAt });
  const enrollment = desk.enroll(lead, desk.sequence);
  return { lead, enrollment, message: leaveReserved(desk, lead, enrollment, job) };
}

const undo = (desk: ClaimDesk, job: Job = 'drip'): number =>
  desk.write(() => undoReservations(desk.database, job));

test('a run knows of what an earlier one of its own job left reserved, and of nothing else', () => {
  const desk = claimDesk();
  desk.put('pending_approval');
  expect(hasReservations(desk.database, 'drip')).toBe(false);
  reserved(desk);
  expect(hasReservations(desk.database, 'drip')).toBe(true);
  expect(hasReservations(desk.database, 'nurture')).toBe(false);
});

test('A2, A6: a draft that was never written costs its lead no distance and the day no place', () => {
  const desk = claimDesk();
  const { lead, enrollment, message } = reserved(desk, 'drip', 1_000);
  const [other, nurtures] = [desk.put('pending_approval'), reserved(desk, 'nurture')];
  expect(desk.get('leads', lead)['watermark_at']).toBe(RESERVED_AT);
  expect(undo(desk)).toBe(1);
  expect(desk.get('leads', lead)['watermark_at']).toBe(1_000);
  expect(desk.column('SELECT row_id FROM messages ORDER BY row_id')).toEqual([other, nurtures.message]);
  expect(desk.column('SELECT message_row_id FROM draft_log ORDER BY 1')).toEqual([other, nurtures.message]);
  expect(desk.get('enrollments', enrollment)['status']).toBe('pending');
  expect(desk.get('leads', nurtures.lead)['watermark_at']).toBe(RESERVED_AT);
  expect(undo(desk)).toBe(0);
  expect(message).not.toBe(other);
});

test('A2: a lead that another draft was made for since keeps that distance', () => {
  const desk = claimDesk();
  const { lead } = reserved(desk);
  desk.set('leads', lead, { watermark_at: RESERVED_AT + 1 });
  undo(desk);
  expect(desk.get('leads', lead)['watermark_at']).toBe(RESERVED_AT + 1);
});

test('A2: no other lead that was drafted for at that very moment loses its distance', () => {
  const desk = claimDesk();
  reserved(desk);
  const other = desk.leadOf(desk.put('approved'));
  desk.set('leads', other, { watermark_at: RESERVED_AT });
  undo(desk);
  expect(desk.get('leads', other)['watermark_at']).toBe(RESERVED_AT);
});

test('D11: a new revision that was never written is the expired one of before, and the day of that one still counts', () => {
  const desk = claimDesk();
  const ended = desk.put('expired', { ended_at: 1 });
  leaveReserved(desk, desk.leadOf(ended), desk.enrollmentOf(ended));
  expect(desk.stored(ended)).toMatchObject({ state: 'reserved', revision: 2 });
  expect(undo(desk)).toBe(1);
  expect(desk.get('messages', ended)).toMatchObject({
    state: 'expired',
    revision: 1,
    ended_at: RESERVED_AT,
    subject: 'Hello',
  });
  expect(desk.column('SELECT revision FROM draft_log WHERE message_row_id = ?', ended)).toEqual([1]);
});

function followUp(desk: ClaimDesk) {
  const made = reserved(desk, 'nurture');
  desk.set('leads', made.lead, { nurture_count: 2, nurture_due_at: null });
  return made;
}

test('B7: a follow-up that was never written leaves no enrollment, and its lead is cold as before', () => {
  const desk = claimDesk({ kind: 'nurture' });
  const [first, other] = [followUp(desk), desk.lead('other')];
  desk.set('leads', other, { nurture_count: 2 });
  expect(undo(desk, 'nurture')).toBe(1);
  expect(desk.column('SELECT row_id FROM enrollments')).toEqual([]);
  expect(desk.get('leads', first.lead)).toMatchObject({ nurture_count: 1, nurture_due_at: RESERVED_AT });
  expect(desk.get('leads', other)['nurture_count']).toBe(2);
  const none = followUp(desk);
  desk.set('leads', none.lead, { nurture_count: 0 });
  undo(desk, 'nurture');
  expect(desk.get('leads', none.lead)['nurture_count']).toBe(0);
});

test('B7: a follow-up that got a mail before stays enrolled', () => {
  const desk = claimDesk({ kind: 'nurture' });
  const active = followUp(desk);
  desk.set('enrollments', active.enrollment, { status: 'active' });
  const written = followUp(desk);
  desk.putNext(written.message, 1, 'expired', { ended_at: 1 });
  expect(undo(desk, 'nurture')).toBe(2);
  expect(desk.column('SELECT row_id FROM enrollments ORDER BY row_id')).toEqual([
    active.enrollment,
    written.enrollment,
  ]);
  for (const { lead } of [active, written])
    expect(desk.get('leads', lead)).toMatchObject({ nurture_count: 2, nurture_due_at: null });
});

test('nothing is undone outside of a transaction', () => {
  const desk = claimDesk();
  expect(() => undoReservations(desk.database, 'drip')).toThrow(/must run inside/);
});

test('A16: a step that nobody writes any more is kept as skipped, so that it is never offered again', () => {
  const desk = claimDesk();
  const expired = desk.put('expired', { ended_at: 1, note: 'expired' });
  const step = {
    enrollmentRowId: desk.enrollmentOf(expired),
    leadRowId: desk.leadOf(expired),
    job: 'drip',
    runId: 'r-late',
    note: 'late',
    now: 700,
  } as const;
  const [hello, second] = desk.sequence.steps;
  desk.write(() => {
    skipUnwritten(desk.database, { ...step, messageId: 'm-other', stepRowId: hello!.rowId });
    skipUnwritten(desk.database, { ...step, messageId: 'm-second', stepRowId: second!.rowId });
  });
  expect(desk.get('messages', expired)).toMatchObject({
    id: desk.id(expired),
    state: 'skipped',
    note: 'late',
    ended_at: 700,
    run_id: 'r-test',
  });
  expect(desk.rows('SELECT * FROM messages WHERE id = ?', 'm-second')).toMatchObject([
    {
      enrollment_row_id: step.enrollmentRowId,
      step_row_id: second!.rowId,
      lead_row_id: step.leadRowId,
      job: 'drip',
      state: 'skipped',
      run_id: 'r-late',
      note: 'late',
      reserved_at: 700,
      ended_at: 700,
      subject: null,
    },
  ]);
});
