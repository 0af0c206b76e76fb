import { describe, expect, test } from 'vitest';

import type { Desk } from '../commands/desk.ts';
import { sync } from '../helpers/sync.ts';
import { StreamServer } from '../servers/stream.ts';
import { StreamEventsServer } from '../servers/stream-events.ts';
import { leadEmail, mailedDesk, outcomeOf, putSecret } from './many-mails.ts';

function streamDesk(server: StreamEventsServer, mails: number): Desk {
  const bench = mailedDesk(
    `[[source]]
id = "stream"
kind = "stream"
identity = "${StreamEventsServer.IDENTITY}"
key = { file = "key" }
base_url = "${server.url}"
requests_per_second = 1000
`,
    mails,
  );
  putSecret(bench, StreamServer.KEY);
  bench.database.write(() => {
    bench.database
      .prepare(
        "UPDATE outgoing_mail SET conversation_id = 'conv_' || message_row_id, provider_id = 'pend_' || message_row_id",
      )
      .run();
  });
  return bench;
}

function conversation(number: number): string {
  return `conv_${String(number)}`;
}

/** What happened in an hour: most mails were sent, some people answered, some were away, some addresses are dead. */
function anHour(server: StreamEventsServer, of: { events: number; mails: number; startMs: number }): void {
  for (let index = 0; index < of.events; index += 1) {
    const number = 1 + (index % of.mails);
    const ts = of.startMs + index * 700;
    const common = { ts, convId: conversation(number) };
    if (index < of.mails) {
      server.put({ ...common, type: 'email.sent', data: { pendingId: `pend_${String(number)}` } });
    } else if (number % 40 === 0 && index < 2 * of.mails) {
      const data = {
        from: leadEmail(number),
        subject: 'Re: Hello',
        text: 'Thanks, please call me on Monday.',
      };
      server.put({ ...common, type: 'email.replied', data });
    } else if (number % 41 === 0 && index < 2 * of.mails) {
      const data = {
        from: leadEmail(number),
        subject: 'Automatic reply: Hello',
        text: 'I am out of the office and will return on 2 March 2026.',
        headers: { 'Auto-Submitted': 'auto-replied' },
      };
      server.put({ ...common, type: 'email.replied', data });
    } else if (number % 42 === 0 && index < 2 * of.mails) {
      const data = {
        recipient: leadEmail(number),
        bounceType: 'hard',
        code: '5.1.1',
        reason: '550 5.1.1 User unknown',
      };
      server.put({ ...common, type: 'email.bounced', data });
    } else server.put({ ...common, type: index % 5 === 0 ? 'email.no_reply' : 'mailbox.replaced', data: {} });
  }
}

describe('E3: the event log of one identity', () => {
  test('off for an hour with 5,000 events, then walked with overlapping pages: nothing missed, nothing twice', async () => {
    const outcomes = [];
    for (const overlap of [0, 37]) {
      const server = await StreamEventsServer.start();
      const bench = streamDesk(server, 1_000);
      anHour(server, { events: 5_000, mails: 1_000, startMs: bench.clock.now() - 3_500_000 });
      server.overlap = overlap;
      expect(await sync(bench)).toMatchObject({
        exit: { name: 'OK' },
        counts: { repeated: 0, unmatched: 0 },
      });
      outcomes.push(outcomeOf(bench));
      const count = (where: string): unknown =>
        bench.row(`SELECT count(*) AS count FROM enrollments WHERE ${where}`)['count'];
      expect(count("cancel_reason = 'replied'")).toBe(25);
      expect(count("cancel_reason = 'bounced'")).toBe(22);
      expect(bench.row('SELECT count(*) AS count FROM leads WHERE held_until IS NOT NULL')).toEqual({
        count: 24,
      });
    }
    expect(outcomes[1]).toEqual(outcomes[0]);
  }, 60_000);

  test('read again from the beginning (--since 0), nothing happens a second time', async () => {
    const server = await StreamEventsServer.start();
    const bench = streamDesk(server, 100);
    anHour(server, { events: 300, mails: 100, startMs: bench.clock.now() - 3_500_000 });
    await sync(bench);
    const before = outcomeOf(bench);
    const again = await sync(bench, '--source', 'stream', '--since', '0');
    expect(again.counts).toMatchObject({ events: 0 });
    expect(outcomeOf(bench)).toEqual(before);
  });

  test('an absence note is no answer, though the service calls it one: the sequence goes on after the return', async () => {
    const server = await StreamEventsServer.start();
    const bench = streamDesk(server, 41);
    server.put({
      type: 'email.replied',
      convId: conversation(41),
      ts: bench.clock.now(),
      data: {
        from: leadEmail(41),
        subject: 'Automatic reply: Hello',
        text: 'I am out of the office and will be back on 2 March 2026.',
        headers: { 'Auto-Submitted': 'auto-replied' },
      },
    });
    await sync(bench);
    expect(bench.row('SELECT status FROM enrollments WHERE row_id = 41')).toEqual({ status: 'active' });
    expect(bench.row('SELECT held_until AS until FROM leads WHERE row_id = 41')).toEqual({
      until: Date.UTC(2026, 2, 2),
    });
  });

  test('the older form of an event means the same', async () => {
    const server = await StreamEventsServer.start();
    server.isOlder = true;
    const bench = streamDesk(server, 1);
    server.put({
      type: 'email.replied',
      convId: conversation(1),
      ts: bench.clock.now(),
      data: { from: leadEmail(1), subject: 'Re: Hello', text: 'Yes please.' },
    });
    await sync(bench);
    expect(bench.row('SELECT cancel_reason FROM enrollments')).toEqual({ cancel_reason: 'replied' });
  });
});

describe('A21: while answers are not read, nothing leaves', () => {
  test('six hours without a reading: drip and send are cold (30); after one good sync they go on', async () => {
    const server = await StreamEventsServer.start();
    const bench = streamDesk(server, 1);
    const exitOf = async (word: string): Promise<string> => (await bench.json([word])).exit.name;
    await sync(bench);
    for (const job of ['drip', 'nurture', 'send']) await bench.run([job]);
    await bench.run(['confirm', '--yes']);
    await bench.run(['confirm', '--none', '--yes']);
    expect(await exitOf('drip')).toBe('OK');
    bench.clock.advance(6 * 3_600_000 + 60_000);
    for (const job of ['drip', 'send']) expect(await exitOf(job), job).toBe('COLD_START');
    server.fail({ kind: 'answer', acts: false, answer: { status: 503, body: '' } });
    await sync(bench);
    for (const job of ['drip', 'send']) expect(await exitOf(job), job).not.toBe('COLD_START');
  }, 30_000);
});
