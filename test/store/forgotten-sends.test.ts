import { expect, test } from 'vitest';

import {
  FORGOTTEN_WORDS,
  forceState,
  insertForgotten,
  logDraftedAnew,
} from '../../src/store/forgotten-sends.ts';
import { claimDesk, type ClaimDesk } from './claim-desk.ts';

const AT = 9_000;

/** What the send journal says of the first step of an enrollment. */
function told(desk: ClaimDesk, enrollment: number, lead: number) {
  return {
    messageId: 'm-journal',
    enrollmentRowId: enrollment,
    leadRowId: lead,
    stepRowId: desk.sequence.steps[0]!.rowId,
    job: 'drip',
    at: AT,
    operatorDay: '2026-02-19',
    isRehearsal: false,
  } as const;
}

const insert = (desk: ClaimDesk, message: Parameters<typeof insertForgotten>[1]): void =>
  desk.write(() => insertForgotten(desk.database, message));

test.each([
  ['sent', AT, false],
  ['uncertain', null, true],
] as const)(
  'A15: a mail that left after the backup is %s again, and uses the caps of its day up',
  (state, sentAt, isRehearsal) => {
    const desk = claimDesk();
    const lead = desk.lead('forgotten');
    const [enrollment, other] = [
      desk.enroll(lead, desk.sequence),
      desk.enroll(desk.lead('other'), desk.sequence),
    ];
    insert(desk, { ...told(desk, enrollment, lead), state, isRehearsal });
    const [row] = desk.rows('SELECT * FROM messages');
    expect(row).toMatchObject({
      id: 'm-journal',
      enrollment_row_id: enrollment,
      step_row_id: desk.sequence.steps[0]!.rowId,
      lead_row_id: lead,
      job: 'drip',
      state,
      run_id: 'r-journal',
      note: 'settled by the send journal',
      text_hash: FORGOTTEN_WORDS,
      reserved_at: AT,
      drafted_at: AT,
      claimed_at: AT,
      sent_at: sentAt,
      dry: isRehearsal ? 1 : 0,
      counts: 1,
    });
    expect(row!['subject']).toMatch(/after the backup/);
    expect(desk.rows('SELECT * FROM draft_log')).toMatchObject([
      {
        message_row_id: row!['row_id'],
        revision: 1,
        lead_row_id: lead,
        job: 'drip',
        run_id: 'r-journal',
        made_at: AT,
        operator_day: '2026-02-19',
      },
    ]);
    expect(desk.get('leads', lead)['watermark_at']).toBe(AT);
    expect(desk.get('enrollments', enrollment)['status']).toBe('active');
    expect(desk.get('enrollments', other)['status']).toBe('pending');
  },
);

test('A15, D1: another draft of that step in the backup is the mail that left, with the words that it has', () => {
  const desk = claimDesk();
  const message = desk.put('cancelled', { ended_at: 3, key_used_at: 4, subject: 'Its own', note: 'old' });
  const other = desk.get('messages', desk.put('approved'));
  insert(desk, {
    ...told(desk, desk.enrollmentOf(message), desk.leadOf(message)),
    state: 'sent',
    isRehearsal: true,
  });
  expect(desk.get('messages', message)).toMatchObject({
    id: 'm-journal',
    state: 'sent',
    note: 'settled by the send journal',
    subject: 'Its own',
    body_markdown: 'Hello there',
    claimed_at: AT,
    sent_at: AT,
    dry: 1,
    ended_at: null,
    key_used_at: null,
  });
  expect(desk.get('messages', message)['text_hash']).not.toBe(FORGOTTEN_WORDS);
  expect(desk.get('messages', Number(other['row_id']))).toEqual(other);
  expect(
    desk.rows('SELECT run_id, made_at, operator_day FROM draft_log WHERE message_row_id = ?', message),
  ).toEqual([{ run_id: 'r-journal', made_at: AT, operator_day: '2026-02-19' }]);
  expect(desk.column('SELECT made_at FROM draft_log WHERE message_row_id = ?', other['row_id'])).toEqual([
    desk.clock.now(),
  ]);
});

test('A15: a draft without words gets some, since nothing leaves without', () => {
  const desk = claimDesk();
  const message = desk.put('expired', { subject: null, body_markdown: null, text_hash: null });
  insert(desk, { ...told(desk, desk.enrollmentOf(message), desk.leadOf(message)), state: 'sent' });
  expect(desk.stored(message).textHash).toBe(FORGOTTEN_WORDS);
  expect(desk.stored(message).bodyMarkdown).toMatch(/after the backup/);
});

test('A2, B5: the past takes no distance back and wakes no enrollment that has ended', () => {
  const desk = claimDesk();
  const message = desk.put('expired');
  const [lead, enrollment] = [desk.leadOf(message), desk.enrollmentOf(message)];
  desk.set('leads', lead, { watermark_at: AT + 1 });
  desk.set('enrollments', enrollment, { status: 'completed', ended_at: 1 });
  insert(desk, { ...told(desk, enrollment, lead), state: 'sent' });
  expect(desk.get('leads', lead)['watermark_at']).toBe(AT + 1);
  expect(desk.get('enrollments', enrollment)['status']).toBe('completed');
});

test('A6, A8: a message that was drafted anew after the backup is its next revision, on the day that the journal names', () => {
  const desk = claimDesk();
  const message = desk.put('expired', { ended_at: 1 });
  const [other, lead] = [desk.put('expired', { ended_at: 1 }), desk.leadOf(message)];
  desk.set('leads', lead, { watermark_at: 1 });
  desk.write(() =>
    logDraftedAnew(desk.database, {
      messageRowId: message,
      messageId: desk.id(message),
      leadRowId: lead,
      at: AT,
      operatorDay: '2026-02-19',
    }),
  );
  expect(desk.get('messages', message)).toMatchObject({ revision: 2, reserved_at: AT, drafted_at: AT });
  expect(desk.stored(other).revision).toBe(1);
  expect(desk.get('leads', lead)['watermark_at']).toBe(AT);
  expect(
    desk.rows('SELECT * FROM draft_log WHERE message_row_id = ? ORDER BY revision', message),
  ).toMatchObject([
    { revision: 1, run_id: 'r-test', operator_day: '2026-02-18' },
    {
      revision: 2,
      run_id: 'r-journal',
      made_at: AT,
      operator_day: '2026-02-19',
      lead_row_id: lead,
      job: 'drip',
    },
  ]);
});

test.each([
  ['sent', AT],
  ['uncertain', null],
] as const)('A15: whatever an older state believed, by the journal a message is %s', (state, sentAt) => {
  const desk = claimDesk();
  const before = {
    ended_at: 1,
    key_used_at: 2,
    note: 'old',
    subject: null,
    body_markdown: null,
    text_hash: null,
  };
  const message = desk.put('discarded', before);
  const other = desk.get('messages', desk.put('approved'));
  const force = (changes: { readonly isRehearsal: boolean }): void =>
    desk.write(() =>
      forceState(desk.database, {
        messageRowId: message,
        state,
        at: AT,
        detail: 'by the journal',
        ...changes,
      }),
    );
  force({ isRehearsal: true });
  expect(desk.get('messages', message)).toMatchObject({
    state,
    note: 'by the journal',
    claimed_at: AT,
    sent_at: sentAt,
    dry: 1,
    ended_at: null,
    key_used_at: null,
    text_hash: FORGOTTEN_WORDS,
  });
  expect(desk.stored(message).subject).toMatch(/not in the backup/);
  expect(desk.stored(message).bodyMarkdown).toMatch(/not in the backup/);
  expect(desk.get('messages', Number(other['row_id']))).toEqual(other);
  desk.set('messages', message, { subject: 'Its own', body_markdown: 'Words', text_hash: 'hash' });
  force({ isRehearsal: false });
  expect(desk.stored(message)).toMatchObject({
    subject: 'Its own',
    bodyMarkdown: 'Words',
    textHash: 'hash',
    dry: false,
  });
});

test('A15: the past is corrected whole or not at all', () => {
  const desk = claimDesk();
  const message = desk.put('expired');
  const of = told(desk, desk.enrollmentOf(message), desk.leadOf(message));
  expect(() => insertForgotten(desk.database, { ...of, state: 'sent' })).toThrow(/must run inside/);
  expect(() => logDraftedAnew(desk.database, { ...of, messageRowId: message })).toThrow(/must run inside/);
  const forced = { messageRowId: message, state: 'sent', at: AT, isRehearsal: false, detail: '' } as const;
  expect(() => forceState(desk.database, forced)).toThrow(/must run inside/);
});

test('A15: whose words are lost says so where the mark of its words would stand, and means no mail that has any', () => {
  expect(FORGOTTEN_WORDS).toBe('forgotten');
});
