import { expect, test } from 'vitest';

import { listSends, type SendQuery } from '../../src/store/send-list.ts';
import { claimDesk, type ClaimDesk } from './claim-desk.ts';

const list = (desk: ClaimDesk, query: Partial<SendQuery> = {}): readonly string[] =>
  listSends(desk.database, { sequence: null, leadRowId: null, state: null, limit: 100, ...query }).map(
    ({ id }) => id,
  );

test('F4: a delivery is shown with its lead, its step and everything that came back, programs apart', () => {
  const desk = claimDesk();
  const columns = {
    approved_at: 11,
    claimed_at: 12,
    sent_at: 13,
    attempts: 2,
    dry: 1,
    last_error: '450 later',
  };
  const message = desk.put('sent', columns);
  const other = desk.put('sent', { claimed_at: 1, sent_at: 1 });
  desk.write(() => {
    const add = desk.database.prepare(
      `INSERT INTO message_events (source_id, key, kind, at, read_at, message_row_id, is_machine, detail) VALUES ('test', ?, ?, 1, 1, ?, ?, '')`,
    );
    const events = ['opened', 'opened', 'opened', 'clicked', 'clicked', 'reply', 'auto_reply'];
    for (const [index, kind] of events.entries()) add.run(String(index), kind, message, index === 2 ? 1 : 0);
    add.run('other', 'reply', other, 0);
    desk.keepMail(message);
  });
  const shown = listSends(desk.database, { sequence: null, leadRowId: null, state: null, limit: 1 });
  expect(shown).toEqual([
    {
      id: desk.id(message),
      state: 'sent',
      leadId: desk.leadId(desk.leadOf(message)),
      email: 'lead1@lead1.example',
      zone: 'UTC',
      sequence: 'welcome',
      step: 'hello',
      subject: 'Hello',
      approvedAt: 11,
      claimedAt: 12,
      sentAt: 13,
      attempts: 2,
      opens: 2,
      machineOpens: 1,
      clicks: 2,
      replies: 1,
      dry: 1,
      messageIdHeader: '<one@mail.example.com>',
      lastError: '450 later',
    },
  ]);
});

test('F4: whatever was claimed once is listed, and what the journal alone knows of; nothing that never set out', () => {
  const desk = claimDesk();
  const listed = [
    desk.put('approved', { attempts: 1, claimed_at: null }),
    desk.put('failed', { claimed_at: 2 }),
    desk.put('uncertain', { claimed_at: 3, attempts: 0 }),
    desk.put('sent', { claimed_at: 4, sent_at: 4, attempts: 0 }),
  ];
  desk.put('approved');
  desk.put('held');
  expect(new Set(list(desk))).toEqual(new Set(listed.map((each) => desk.id(each))));
});

test('F4: newest first, by when it left, else by when it was tried; of one moment the later one', () => {
  const desk = claimDesk();
  const old = desk.put('sent', { claimed_at: 900, sent_at: 100 });
  const tried = desk.put('uncertain', { claimed_at: 300 });
  const twins = [desk.put('sent', { sent_at: 200 }), desk.put('sent', { sent_at: 200 })];
  const order = [tried, twins[1]!, twins[0]!, old].map((each) => desk.id(each));
  expect(list(desk)).toEqual(order);
  expect(list(desk, { limit: 2 })).toEqual(order.slice(0, 2));
});

test('F4: the list narrows to a sequence, a lead or a state', () => {
  const desk = claimDesk();
  const [sent, doubt] = [desk.put('sent'), desk.put('uncertain')];
  expect(list(desk, { sequence: 'welcome' })).toHaveLength(2);
  expect(list(desk, { sequence: 'other' })).toEqual([]);
  expect(list(desk, { leadRowId: desk.leadOf(sent) })).toEqual([desk.id(sent)]);
  expect(list(desk, { state: 'uncertain' })).toEqual([desk.id(doubt)]);
  expect(list(desk, { state: 'uncertain', leadRowId: desk.leadOf(sent) })).toEqual([]);
});
