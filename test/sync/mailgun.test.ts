import { describe, expect, test } from 'vitest';

import { sync as syncSources, type SyncDocument } from '../helpers/sync.ts';
import { MailgunServer } from '../servers/mailgun.ts';
import { MailgunEventsServer } from '../servers/mailgun-events.ts';
import type { Desk } from '../commands/desk.ts';
import { event, expected, history, mailgunDesk, source, suppressedBy } from './mailgun-history.ts';
import { mailedDesk, outcomeOf, putSecret } from './many-mails.ts';

const sync = (bench: Desk): Promise<SyncDocument> => syncSources(bench, '--source', 'mailgun');

async function settle(bench: Desk, server: MailgunEventsServer): Promise<void> {
  server.now = () => bench.clock.now();
  for (let run = 0; run < 4; run += 1) {
    const { exit } = await sync(bench);
    expect(exit.name).toBe('OK');
    bench.clock.advance(15 * 60_000);
  }
}

describe('E2: the events of Mailgun, in bulk', () => {
  test('50,000 events, one in ten late, one in ten twice, a limiter and links that expire: few requests, and exact', async () => {
    const server = await MailgunEventsServer.start();
    const bench = mailgunDesk(server, 2_500);
    const EVENTS = 50_000;
    history(server, { count: EVENTS, mails: 2_500, endS: bench.clock.now() / 1_000 });
    server.limitEvery = 25;
    await settle(bench, server);
    const requests = server.requests.length;
    console.log(
      `50,000 events: ${String(requests)} requests (events / 300 + 20 = ${String(EVENTS / 300 + 20)})`,
    );
    expect(requests).toBeLessThanOrEqual(EVENTS / 300 + 20);
    expect(server.events).toHaveLength(EVENTS);
    const ids = new Set(server.events.map(({ event: each }) => each.id));
    expect(bench.row('SELECT count(*) AS count FROM message_events')).toEqual({ count: ids.size });
    expect(bench.row('SELECT count(*) AS count FROM message_events WHERE message_row_id IS NULL')).toEqual({
      count: 0,
    });
    expect(suppressedBy(bench)).toEqual(expected(2_500));
  }, 240_000);

  test('ten times the events cost at most ten times the requests', async () => {
    const requests: number[] = [];
    for (const count of [1_500, 15_000]) {
      const server = await MailgunEventsServer.start();
      const bench = mailgunDesk(server, 500);
      history(server, { count, mails: 500, endS: bench.clock.now() / 1_000 });
      await settle(bench, server);
      requests.push(server.requests.length);
    }
    const [small = 0, large = 0] = requests;
    expect(large).toBeLessThanOrEqual(10 * small);
  }, 120_000);

  test('a link that expired between two runs is no loss: reading begins again where all had arrived', async () => {
    const server = await MailgunEventsServer.start();
    const bench = mailgunDesk(server, 500);
    history(server, { count: 3_000, mails: 500, endS: bench.clock.now() / 1_000 });
    server.now = () => bench.clock.now();
    // A page takes so long that the time of the run is over after the first.
    server.watch = () => {
      bench.clock.advance(9 * 60_000);
    };
    expect((await sync(bench)).items[0]).toMatchObject({ outcome: 'unfinished' });
    server.watch = null;
    server.linkLifeMs = 60_000;
    bench.clock.advance(20 * 60_000);
    await settle(bench, server);
    const ids = new Set(server.events.map(({ event: each }) => each.id));
    expect(bench.row('SELECT count(*) AS count FROM message_events')).toEqual({ count: ids.size });
  }, 60_000);

  test('an event that arrives late behind a page that was read is found, though the reading went on over two runs', async () => {
    const server = await MailgunEventsServer.start();
    const bench = mailgunDesk(server, 400);
    const nowS = bench.clock.now() / 1_000;
    server.now = () => bench.clock.now();
    for (let number = 1; number <= 350; number += 1)
      server.put(event(number, { event: 'delivered', timestamp: nowS - 600 + number }));
    // It happened before the first page ends, and reaches the index while the reading rests.
    server.put(event(399, { event: 'complained', timestamp: nowS - 500 }), bench.clock.now() + 5 * 60_000);
    server.watch = () => {
      bench.clock.advance(9 * 60_000);
    };
    server.now = () => nowS * 1_000;
    expect((await sync(bench)).items[0]).toMatchObject({ outcome: 'unfinished' });
    server.watch = null;
    server.now = () => bench.clock.now();
    bench.clock.advance(31 * 60_000);
    await settle(bench, server);
    expect(suppressedBy(bench)).toEqual({ complained: 1 });
  }, 30_000);

  test('stopped after every page and begun again: the same final state', async () => {
    const outcomes = [];
    for (const breaksOff of [false, true]) {
      const server = await MailgunEventsServer.start();
      const bench = mailgunDesk(server, 300);
      history(server, { count: 2_400, mails: 300, endS: bench.clock.now() / 1_000 });
      server.now = () => bench.clock.now();
      if (breaksOff) {
        server.watch = () => {
          bench.clock.advance(9 * 60_000);
        };
        for (let run = 0; run < 7; run += 1)
          expect((await sync(bench)).items[0]).toMatchObject({ outcome: 'unfinished' });
        server.watch = null;
      }
      await settle(bench, server);
      outcomes.push(outcomeOf(bench));
    }
    expect(outcomes[1]).toEqual(outcomes[0]);
  }, 120_000);

  test('the newer interface, `logs`, tells the same', async () => {
    const outcomes = [];
    for (const index of ['events', 'logs']) {
      const server = await MailgunEventsServer.start();
      const bench = mailedDesk(`${source(server)}index = "${index}"\n`, 300);
      putSecret(bench, MailgunServer.KEY);
      history(server, { count: 1_500, mails: 300, endS: bench.clock.now() / 1_000 });
      await settle(bench, server);
      outcomes.push(outcomeOf(bench));
      if (index === 'logs')
        expect(server.requests.every(({ request }) => request.method === 'POST')).toBe(true);
    }
    expect(outcomes[1]).toEqual(outcomes[0]);
  }, 60_000);

  test('D4: a key that is refused ends as unavailable (69) at the first request, and no word of it is repeated', async () => {
    const server = await MailgunEventsServer.start();
    const bench = mailgunDesk(server, 1);
    putSecret(bench, 'key-of-somebody-else-0987654321');
    const document = await sync(bench);
    expect(document.exit.name).toBe('UNAVAILABLE');
    expect(server.requests).toHaveLength(1);
    expect(JSON.stringify(document)).not.toContain('0987654321');
    expect(bench.row("SELECT count(*) AS count FROM notices WHERE kind = 'source_failed'")).toEqual({
      count: 1,
    });
  });

  test('D4: an answer that repeats the key is told without it', async () => {
    const server = await MailgunEventsServer.start();
    const bench = mailgunDesk(server, 1);
    const body = JSON.stringify({ message: `what is ${MailgunServer.KEY}?` });
    server.fail({ kind: 'answer', answer: { status: 400, body }, acts: false });
    const document = await sync(bench);
    expect(document.exit.name).toBe('PARTIAL');
    expect(JSON.stringify(document)).toContain('what is');
    expect(JSON.stringify(document)).not.toContain(MailgunServer.KEY);
  });

  test('hardening 102: a clock that was a year ahead, while reading and while failing, hides nothing afterwards', async () => {
    const server = await MailgunEventsServer.start();
    const bench = mailgunDesk(server, 1);
    server.now = () => bench.clock.now();
    const today = bench.clock.now();
    bench.clock.set(today + 365 * 86_400_000);
    await sync(bench);
    server.fail({ kind: 'answer', answer: { status: 400, body: '{}' }, acts: false });
    await sync(bench);
    bench.clock.set(today);
    server.put(event(1, { event: 'complained', timestamp: today / 1_000 - 10 }));
    const { items } = await sync(bench);
    expect(items[0]).toMatchObject({ outcome: 'read', applied: 1 });
  });

  test('hardening 136: unknown types, ids of nobody and rubbish are passed over, and the rest counts', async () => {
    const server = await MailgunEventsServer.start();
    const bench = mailgunDesk(server, 2);
    const nowS = bench.clock.now() / 1_000;
    server.now = () => bench.clock.now();
    server.put(event(1, { event: 'levitated', timestamp: nowS - 10 }));
    server.put({ id: 'no-mail', event: 'complained', timestamp: nowS - 9, recipient: 'nobody@x.example' });
    server.put({ id: 'odd', event: 'failed', timestamp: nowS - 8, recipient: [1], message: 'text' });
    server.put(event(2, { event: 'complained', timestamp: nowS - 7 }));
    const { items } = await sync(bench);
    expect(items[0]).toMatchObject({ facts: 3, applied: 1, unmatched: 2 });
    expect(suppressedBy(bench)).toEqual({ complained: 1 });
  });

  test('E5: an open by a machine is told apart', async () => {
    const server = await MailgunEventsServer.start();
    const bench = mailgunDesk(server, 1);
    server.now = () => bench.clock.now();
    const timestamp = bench.clock.now() / 1_000 - 10;
    server.put(event(1, { event: 'opened', timestamp, 'client-info': { bot: 'gmail' } }));
    await sync(bench);
    expect(bench.row('SELECT kind, is_machine FROM message_events')).toEqual({
      kind: 'opened',
      is_machine: 1,
    });
  });

  test('a page that is HTML, or half an answer, is asked for again, and costs nothing', async () => {
    const server = await MailgunEventsServer.start();
    const bench = mailgunDesk(server, 1);
    server.now = () => bench.clock.now();
    server.put(event(1, { event: 'delivered', timestamp: bench.clock.now() / 1_000 - 10 }));
    server.fail({ kind: 'half answer' });
    expect(await sync(bench)).toMatchObject({ counts: { events: 1 }, exit: { name: 'OK' } });
  }, 20_000);
});
