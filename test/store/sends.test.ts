import { expect, test } from 'vitest';

import type { MessageState } from '../../src/core/model.ts';
import { listAudit } from '../../src/store/audit.ts';
import {
  claimedTransport,
  keepMail,
  keepReceipt,
  liveDaysBefore,
  recordAttempt,
  sendsBetween,
  sendsMade,
  storedMail,
  type AttemptEvent,
} from '../../src/store/sends.ts';
import { claimDesk, DAY_MS, HOUR_MS, type ClaimDesk } from './claim-desk.ts';

const LEFT: readonly MessageState[] = ['sending', 'sent', 'uncertain'];
const STAYED: readonly MessageState[] = ['pending_approval', 'approved', 'held', 'failed', 'cancelled'];

const event = (desk: ClaimDesk, message: number, changes: Partial<AttemptEvent> = {}): AttemptEvent => ({
  messageRowId: message,
  messageId: desk.id(message),
  attempt: 1,
  event: 'claimed',
  at: desk.clock.now(),
  operatorDay: '2026-02-18',
  runId: 'r-one',
  transport: 'smtp',
  detail: null,
  ...changes,
});

test('A6: what left, is leaving or may have left uses the caps of sending up; what surely stayed does not', () => {
  const desk = claimDesk();
  const now = desk.clock.now();
  for (const state of [...LEFT, ...STAYED]) desk.put(state, { claimed_at: now });
  const made = sendsMade(desk.database, { now, dayStartedAt: now - HOUR_MS });
  expect(made).toEqual({ onOperatorDay: 3, inLast24Hours: 3 });
});

test('A6: the day counts from midnight itself, the other span up to 24 hours and not a moment more', () => {
  const desk = claimDesk();
  const now = desk.clock.now();
  const dayStartedAt = now - 9 * HOUR_MS;
  for (const at of [dayStartedAt, dayStartedAt - 1, now - DAY_MS + 1, now - DAY_MS])
    desk.put('sent', { claimed_at: at });
  expect(sendsMade(desk.database, { now, dayStartedAt })).toEqual({ onOperatorDay: 1, inLast24Hours: 3 });
});

test('D9: a rehearsal that was started again uses nothing up', () => {
  const desk = claimDesk();
  const now = desk.clock.now();
  desk.put('sent', { counts: 0, dry: 1 });
  expect(sendsMade(desk.database, { now, dayStartedAt: now - HOUR_MS })).toEqual({
    onOperatorDay: 0,
    inLast24Hours: 0,
  });
  const span = { fromAt: 0, toAt: now + 1, judgedOnly: false };
  expect(sendsBetween(desk.database, span)).toBe(0);
});

test('A8: a stretch of time begins with its first moment and ends before its last', () => {
  const desk = claimDesk();
  const now = desk.clock.now();
  const span = { fromAt: now - DAY_MS, toAt: now, judgedOnly: false };
  for (const at of [now - DAY_MS - 1, now - DAY_MS, now - 1, now]) desk.put('sent', { claimed_at: at });
  for (const state of [...LEFT, ...STAYED]) desk.put(state, { claimed_at: now - HOUR_MS });
  expect(sendsBetween(desk.database, span)).toBe(2 + LEFT.length);
});

test('A8: what a person released from a held batch is not judged again, but it left all the same', () => {
  const desk = claimDesk();
  const now = desk.clock.now();
  desk.put('sent', { released: 1 });
  desk.put('sent');
  const span = { fromAt: now - HOUR_MS, toAt: now + 1 };
  expect(sendsBetween(desk.database, { ...span, judgedOnly: true })).toBe(1);
  expect(sendsBetween(desk.database, { ...span, judgedOnly: false })).toBe(2);
});

test('A8: the mean looks at the last days with a run of this job, newest first, and never at today', () => {
  const desk = claimDesk();
  desk.write(() => {
    const add = desk.database.prepare('INSERT INTO job_days (job, operator_day) VALUES (?, ?)');
    for (const day of ['2026-02-15', '2026-02-16', '2026-02-17', '2026-02-18']) add.run('send', day);
    add.run('drip', '2026-02-14');
  });
  const query = { job: 'send', operatorDay: '2026-02-18' };
  expect(liveDaysBefore(desk.database, { ...query, limit: 2 })).toEqual(['2026-02-17', '2026-02-16']);
  expect(liveDaysBefore(desk.database, { ...query, limit: 9 })).toEqual([
    '2026-02-17',
    '2026-02-16',
    '2026-02-15',
  ]);
});

test('D1: every attempt is kept as it was told, and a server that says too much is cut short', () => {
  const desk = claimDesk();
  const message = desk.put('sending');
  const results = ['accepted', 'refused', 'unknown', 'withdrawn'] as const;
  desk.write(() => {
    recordAttempt(desk.database, event(desk, message, { account: 'team', textHash: 'abc' }));
    for (const [index, kind] of results.entries())
      recordAttempt(
        desk.database,
        event(desk, message, { attempt: index + 2, event: kind, detail: 'x'.repeat(1_001) }),
      );
  });
  const kept = desk.rows('SELECT * FROM attempts ORDER BY row_id');
  expect(kept[0]).toMatchObject({
    message_row_id: message,
    attempt: 1,
    event: 'claimed',
    at: desk.clock.now(),
    operator_day: '2026-02-18',
    run_id: 'r-one',
    transport: 'smtp',
    account: 'team',
    detail: null,
  });
  expect(kept.map((row) => row['event'])).toEqual(['claimed', ...results]);
  expect(kept[1]).toMatchObject({ account: null, detail: 'x'.repeat(1_000) });
});

test('A13: each attempt has its entry in the audit trail, a claim with the hash of the words that leave', () => {
  const desk = claimDesk();
  const message = desk.put('sending');
  const head = desk.write(() => {
    recordAttempt(desk.database, event(desk, message, { textHash: 'abc' }));
    recordAttempt(desk.database, event(desk, message, { event: 'accepted' }));
    recordAttempt(desk.database, event(desk, message, { event: 'refused' }));
    recordAttempt(desk.database, event(desk, message, { event: 'unknown' }));
    return recordAttempt(desk.database, event(desk, message, { event: 'withdrawn' }));
  });
  const all = { since: null, subjects: [desk.id(message)], subjectPrefix: null, limit: 100 };
  const entries = listAudit(desk.database, { ...all, kinds: null });
  expect(entries.map(({ kind, actor, detail }) => [kind, actor, JSON.parse(detail) as unknown])).toEqual([
    ['send_claimed', 'run:r-one', { attempt: 1, transport: 'smtp', text_hash: 'abc' }],
    ['send_accepted', 'run:r-one', { attempt: 1, transport: 'smtp' }],
    ['send_refused', 'run:r-one', { attempt: 1, transport: 'smtp' }],
    ['send_unknown', 'run:r-one', { attempt: 1, transport: 'smtp' }],
    ['send_withdrawn', 'run:r-one', { attempt: 1, transport: 'smtp' }],
  ]);
  expect(head).toEqual({ number: entries.at(-1)!.number, hash: entries.at(-1)!.hash });
});

test('D1: the same end of the same attempt is never written twice, nor changed, nor taken away', () => {
  const desk = claimDesk();
  const message = desk.put('sending');
  const record = (): unknown => desk.write(() => recordAttempt(desk.database, event(desk, message)));
  record();
  expect(record).toThrow(/UNIQUE/);
  expect(() => desk.set('attempts', 1, { event: 'accepted' })).toThrow(/append-only/);
  expect(() => desk.set('attempts', 1, { attempt: 2 })).toThrow(/append-only/);
  expect(() => desk.write(() => desk.database.prepare('DELETE FROM attempts').run())).toThrow(/append-only/);
});

test('D1: the transport of a doubt is the one of the last claim, whatever was told of it since', () => {
  const desk = claimDesk();
  const [message, other] = [desk.put('sending'), desk.put('sending')];
  expect(claimedTransport(desk.database, message)).toBe('unknown');
  desk.write(() => {
    recordAttempt(desk.database, event(desk, message, { attempt: 2, transport: 'resend' }));
    recordAttempt(desk.database, event(desk, message, { attempt: 1, transport: 'smtp' }));
    recordAttempt(desk.database, event(desk, message, { attempt: 3, event: 'unknown', transport: 'outbox' }));
    recordAttempt(desk.database, event(desk, other, { attempt: 4, transport: 'mailgun' }));
  });
  expect(claimedTransport(desk.database, message)).toBe('resend');
});

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const mailOf = (message: number, changes: Partial<Parameters<typeof keepMail>[1]> = {}) => ({
  messageRowId: message,
  revision: 1,
  textHash: 'words',
  transport: 'smtp',
  messageIdHeader: '<one@mail.example.com>',
  sender: 'tom@mail.example.com',
  recipient: 'lead1@lead1.example',
  raw: bytes('raw one'),
  payload: null,
  ...changes,
});

test('D1, D5: an attempt finds the very bytes of the one before, for the same words over the same transport alone', () => {
  const desk = claimDesk();
  const message = desk.put('approved');
  const asked = { messageRowId: message, textHash: 'words', transport: 'smtp' };
  expect(storedMail(desk.database, asked)).toBeNull();
  desk.write(() => keepMail(desk.database, mailOf(message, { payload: bytes('body') })));
  expect(storedMail(desk.database, asked)).toEqual({
    messageIdHeader: '<one@mail.example.com>',
    sender: 'tom@mail.example.com',
    recipient: 'lead1@lead1.example',
    raw: Buffer.from('raw one'),
    payload: Buffer.from('body'),
  });
  expect(storedMail(desk.database, { ...asked, textHash: 'other words' })).toBeNull();
  expect(storedMail(desk.database, { ...asked, transport: 'resend' })).toBeNull();
  expect(storedMail(desk.database, { ...asked, messageRowId: message + 1 })).toBeNull();
});

test('D5: bytes that were kept once stay as they are while words, transport and sender are the same', () => {
  const desk = claimDesk();
  const message = desk.put('approved');
  desk.write(() => {
    keepMail(desk.database, mailOf(message));
    keepMail(
      desk.database,
      mailOf(message, { raw: bytes('composed again'), messageIdHeader: '<two@mail.example.com>' }),
    );
  });
  expect(desk.rows('SELECT message_id_header, raw FROM outgoing_mail')).toEqual([
    { message_id_header: '<one@mail.example.com>', raw: Buffer.from('raw one') },
  ]);
});

test.each([
  ['words', { textHash: 'edited' }],
  ['transport', { transport: 'resend', payload: bytes('request') }],
  ['sender', { sender: 'ida@mail.example.com' }],
])('D5: with another %s the bytes of before are replaced whole', (_what, changes) => {
  const desk = claimDesk();
  const message = desk.put('approved');
  const second = mailOf(message, {
    revision: 2,
    messageIdHeader: '<two@mail.example.com>',
    recipient: 'new@lead1.example',
    raw: bytes('raw two'),
    ...changes,
  });
  desk.write(() => {
    keepMail(desk.database, mailOf(message));
    keepMail(desk.database, second);
  });
  expect(desk.rows('SELECT * FROM outgoing_mail')).toMatchObject([
    {
      message_row_id: message,
      revision: 2,
      text_hash: second.textHash,
      message_id_header: '<two@mail.example.com>',
      sender: second.sender,
      recipient: 'new@lead1.example',
      raw: Buffer.from('raw two'),
      transport: second.transport,
      payload: second.payload === null ? null : Buffer.from(second.payload),
    },
  ]);
});

test.each([
  { providerId: 'p-1', messageIdHeader: null, conversationId: null },
  { providerId: null, messageIdHeader: '<used@provider.example>', conversationId: null },
  { providerId: null, messageIdHeader: null, conversationId: 'c-1' },
])('D6: whatever a provider says of a mail is kept for its answers: %o', (receipt) => {
  const desk = claimDesk();
  const [message, other] = [desk.put('sending'), desk.put('sending')];
  desk.write(() => {
    keepMail(desk.database, mailOf(message));
    keepMail(desk.database, mailOf(other));
    keepReceipt(desk.database, message, receipt);
  });
  const said =
    'SELECT provider_id, message_id_used, conversation_id FROM outgoing_mail ORDER BY message_row_id';
  expect(desk.rows(said).map((row) => Object.values(row))).toEqual([
    [receipt.providerId, receipt.messageIdHeader, receipt.conversationId],
    [null, null, null],
  ]);
});

test('D6: a provider that says nothing takes nothing away of what was known', () => {
  const desk = claimDesk();
  const message = desk.put('sending');
  desk.write(() => {
    keepMail(desk.database, mailOf(message));
    keepReceipt(desk.database, message, { providerId: 'p-1', messageIdHeader: null, conversationId: null });
    keepReceipt(desk.database, message, { providerId: null, messageIdHeader: null, conversationId: null });
  });
  expect(desk.column('SELECT provider_id FROM outgoing_mail')).toEqual(['p-1']);
});
