import { expect, test } from 'vitest';

import {
  keepSender,
  leadsBySender,
  noteSendingDay,
  pausedSenders,
  pauseReasonOf,
  pauseSender,
  rememberSender,
  resumeSender,
  senderCounts,
  senderOfLead,
  troubledSenders,
  type SenderDay,
} from '../../src/store/senders.ts';
import { claimDesk, DAY_MS, HOUR_MS, type ClaimDesk } from './claim-desk.ts';

const IDA = 'ida@mail.example.com';
const TOM = 'tom@mail.example.com';

const today = (desk: ClaimDesk, changes: Partial<SenderDay> = {}): SenderDay => ({
  now: desk.clock.now(),
  operatorDay: '2026-02-18',
  dayStartedAt: desk.clock.now() - 9 * HOUR_MS,
  isRehearsal: false,
  ...changes,
});

test('D6: each mailbox has used up what left from it, or may have; what stayed uses nothing up', () => {
  const desk = claimDesk();
  for (const state of ['sending', 'sent', 'uncertain', 'failed', 'approved'] as const)
    desk.put(state, { claimed_at: desk.clock.now(), sender: IDA });
  desk.put('sent', { sender: TOM });
  desk.put('sent', { sender: TOM, counts: 0 });
  desk.put('sent', { sender: null });
  const { used, sentToday } = senderCounts(desk.database, today(desk));
  expect([...used]).toEqual([
    [IDA, 3],
    [TOM, 1],
  ]);
  expect(sentToday).toEqual(used);
});

test('A6, D6: of the day and the last 24 hours the fuller one counts, each to the moment', () => {
  const desk = claimDesk();
  const day = today(desk);
  const dayAgo = day.now - DAY_MS;
  for (const at of [day.dayStartedAt, day.dayStartedAt - 1, dayAgo + 1, dayAgo, dayAgo - 1])
    desk.put('sent', { claimed_at: at, sender: IDA });
  expect(senderCounts(desk.database, day)).toMatchObject({
    used: new Map([[IDA, 3]]),
    sentToday: new Map([[IDA, 1]]),
  });
});

test('A6, D6: a day of more than 24 hours counts whole', () => {
  const desk = claimDesk();
  const day = today(desk, { dayStartedAt: desk.clock.now() - 25 * HOUR_MS });
  for (const at of [day.dayStartedAt - 1, day.dayStartedAt, day.now])
    desk.put('sent', { claimed_at: at, sender: IDA });
  expect(senderCounts(desk.database, day)).toMatchObject({
    used: new Map([[IDA, 2]]),
    sentToday: new Map([[IDA, 2]]),
  });
});

test('D6: a mailbox is warmed up by the days before today, and in earnest by the live ones alone', () => {
  const desk = claimDesk();
  const note = (operatorDay: string, isRehearsal: boolean, address = IDA): void =>
    noteSendingDay(desk.database, { address, operatorDay, isRehearsal });
  desk.write(() => {
    note('2026-02-16', false, 'Ida@Mail.example.com');
    note('2026-02-16', false);
    note('2026-02-17', false);
    note('2026-02-17', true);
    note('2026-02-15', true);
    note('2026-02-18', false);
    note('2026-02-17', false, TOM);
  });
  const daysBefore = (isRehearsal: boolean): unknown =>
    senderCounts(desk.database, today(desk, { isRehearsal })).daysBefore;
  expect(daysBefore(false)).toEqual(
    new Map([
      [IDA, 2],
      [TOM, 1],
    ]),
  );
  expect(daysBefore(true)).toEqual(
    new Map([
      [IDA, 3],
      [TOM, 1],
    ]),
  );
});

test('D6: a paused mailbox says since when and why; the first reason stays until a person resumes it', () => {
  const desk = claimDesk();
  const { database: db } = desk;
  const pause = (at: number, reason: string): boolean =>
    desk.write(() => pauseSender(db, { address: 'Ida@Mail.example.com', at, reason }));
  expect(pause(100, 'bounces')).toBe(true);
  expect(pause(200, 'complaints')).toBe(false);
  expect(pausedSenders(db)).toEqual(new Map([[IDA, { at: 100, reason: 'bounces' }]]));
  expect(senderCounts(db, today(desk)).pauses).toEqual(pausedSenders(db));
  expect(pauseReasonOf(db, 'IDA@mail.example.com')).toBe('bounces');
  expect(pauseReasonOf(db, TOM)).toBeNull();
});

test('D6: a resumed mailbox begins its record anew, can be paused again, and no other one is resumed with it', () => {
  const desk = claimDesk();
  const { database: db } = desk;
  const resume = (address: string): boolean => desk.write(() => resumeSender(db, address, 300));
  desk.write(() => {
    pauseSender(db, { address: IDA, at: 100, reason: 'bounces' });
    pauseSender(db, { address: TOM, at: 100, reason: 'bounces' });
  });
  expect(resume('Ida@Mail.example.com')).toBe(true);
  expect(resume(IDA)).toBe(false);
  expect(desk.rows('SELECT * FROM senders WHERE address = ?', IDA)).toEqual([
    { address: IDA, paused_at: null, pause_reason: null, judged_from_at: 300 },
  ]);
  expect([...pausedSenders(db).keys()]).toEqual([TOM]);
  expect(desk.write(() => pauseSender(db, { address: IDA, at: 400, reason: 'again' }))).toBe(true);
  expect(pausedSenders(db).get(IDA)).toEqual({ at: 400, reason: 'again' });
  desk.write(() => resumeSender(db, IDA, 500));
  expect(desk.column('SELECT judged_from_at FROM senders WHERE address = ?', IDA)).toEqual([500]);
});

test('D6: a lead keeps the mailbox of its last claim, its message the one that the journal names', () => {
  const desk = claimDesk();
  const { database: db } = desk;
  const [message, other] = [desk.put('sent'), desk.put('sent')];
  const lead = desk.leadOf(message);
  expect(senderOfLead(db, lead)).toBeNull();
  desk.write(() => {
    keepSender(db, lead, 'Ida@Mail.example.com');
    rememberSender(db, message, 'Ida@Mail.example.com');
  });
  expect(senderOfLead(db, lead)).toBe(IDA);
  desk.write(() => keepSender(db, lead, TOM));
  expect(senderOfLead(db, lead)).toBe(TOM);
  expect(senderOfLead(db, desk.leadOf(other))).toBeNull();
  expect(senderOfLead(db, -1)).toBeNull();
  expect([desk.get('messages', message)['sender'], desk.get('messages', other)['sender']]).toEqual([
    IDA,
    null,
  ]);
});

test('D6: the leads of each mailbox are counted, those without one nowhere', () => {
  const desk = claimDesk();
  const leads = [desk.lead('one'), desk.lead('two'), desk.lead('three'), desk.lead('four')];
  desk.write(() => {
    for (const lead of leads.slice(0, 2)) keepSender(desk.database, lead, IDA);
    keepSender(desk.database, leads[2]!, TOM);
  });
  expect([...leadsBySender(desk.database)].sort()).toEqual([
    [IDA, 2],
    [TOM, 1],
  ]);
});

test('D6: a mailbox is paused, resumed and remembered with what caused it, or not at all', () => {
  const { database: db } = claimDesk();
  expect(() => pauseSender(db, { address: IDA, at: 1, reason: 'x' })).toThrow(/must run inside/);
  expect(() => resumeSender(db, IDA, 1)).toThrow(/must run inside/);
  expect(() => rememberSender(db, 1, IDA)).toThrow(/must run inside/);
});

/** Something that came back about a message. */
function report(desk: ClaimDesk, message: number, kind: string, at: number): void {
  desk.write(() =>
    desk.database
      .prepare(
        `INSERT INTO message_events (source_id, key, kind, at, read_at, message_row_id, detail) VALUES ('test', ?, ?, ?, ?, ?, '')`,
      )
      .run(desk.random.publicId('m'), kind, at, at, message),
  );
}

test('D6: bounces and complaints are held against the mailbox of their mail, each mail once', () => {
  const desk = claimDesk();
  const sent = [1, 2, 3, 4].map(() => desk.put('sent', { claimed_at: 100, sender: IDA }));
  desk.put('uncertain', { claimed_at: 100, sender: IDA });
  desk.put('approved', { claimed_at: 100, sender: IDA });
  report(desk, desk.put('sent', { claimed_at: 100, sender: TOM }), 'soft_bounce', 100);
  for (const kind of ['hard_bounce', 'hard_bounce', 'complaint', 'complaint'])
    report(desk, sent[0]!, kind, 100);
  report(desk, sent[1]!, 'hard_bounce', 100);
  report(desk, sent[2]!, 'soft_bounce', 100);
  expect(troubledSenders(desk.database, 100)).toEqual(
    new Map([[IDA, { mails: 5, bounces: 2, complaints: 1 }]]),
  );
});

test('D6: a mail that was refused at the door counts among the mails and among the bounces', () => {
  const desk = claimDesk();
  desk.put('sent', { claimed_at: 100, sender: IDA });
  const refused = desk.put('failed', { claimed_at: 100, sender: IDA });
  report(desk, refused, 'hard_bounce', 100);
  report(desk, refused, 'complaint', 100);
  expect(troubledSenders(desk.database, 100).get(IDA)).toEqual({ mails: 2, bounces: 1, complaints: 1 });
});

test.each([
  ['is from before the window', 99, 100, {}],
  ['is about a mail from before the window', 100, 99, {}],
  ['is about a rehearsal that counts no more', 100, 100, { counts: 0 }],
  ['is about a mail of no mailbox', 100, 100, { sender: null }],
])('D6: what %s is held against nobody', (_what, at, claimedAt, columns) => {
  const desk = claimDesk();
  report(desk, desk.put('sent', { claimed_at: claimedAt, sender: IDA, ...columns }), 'complaint', at);
  expect(troubledSenders(desk.database, 100)).toEqual(new Map());
});

test('D6: what a person has looked at is held against nobody any more, of this mailbox', () => {
  const desk = claimDesk();
  desk.write(() => {
    pauseSender(desk.database, { address: IDA, at: 200, reason: 'bounces' });
    resumeSender(desk.database, IDA, 200);
  });
  for (const sender of [IDA, TOM])
    for (const claimedAt of [199, 200, 201])
      report(desk, desk.put('sent', { claimed_at: claimedAt, sender }), 'hard_bounce', 300);
  expect(troubledSenders(desk.database, 100)).toEqual(
    new Map([
      [IDA, { mails: 2, bounces: 2, complaints: 0 }],
      [TOM, { mails: 3, bounces: 3, complaints: 0 }],
    ]),
  );
  // A window that begins after the look counts by itself.
  expect(troubledSenders(desk.database, 201).get(IDA)).toEqual({ mails: 1, bounces: 1, complaints: 0 });
});
