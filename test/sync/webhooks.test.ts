import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { createHookSpool, type HookProvider } from '../../src/adapters/hook-spool.ts';
import type { Desk } from '../commands/desk.ts';
import { sync } from '../helpers/sync.ts';
import { MailgunServer } from '../servers/mailgun.ts';
import { MailgunEventsServer } from '../servers/mailgun-events.ts';
import { ResendServer } from '../servers/resend.ts';
import { ResendMailsServer } from '../servers/resend-mails.ts';
import { leadEmail, mailedDesk, mailId, putSecret } from './many-mails.ts';

/** Puts a webhook into the inbox as the public page does once its signature held. */
function arrives(bench: Desk, provider: HookProvider, eventId: string, body: unknown): void {
  mkdirSync(inbox(bench), { recursive: true });
  const spool = createHookSpool(inbox(bench));
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  spool.record({ provider, eventId, receivedAt: bench.clock.now(), body: bytes });
}

function inbox(bench: Desk): string {
  return join(bench.directory, 'hooks.d');
}

function nameProviders(bench: Desk): void {
  bench.database.write(() => {
    bench.database.prepare("UPDATE outgoing_mail SET provider_id = 're_' || message_row_id").run();
  });
}

function resendHook(number: number, type: string, more: Readonly<Record<string, unknown>> = {}): unknown {
  return {
    type,
    created_at: '2026-02-18T08:30:00.000Z',
    data: { email_id: `re_${String(number)}`, to: [leadEmail(number)], subject: 'Hello', ...more },
  };
}

describe('E5: what webhooks brought is taken into the state', () => {
  test('once, and the inbox is empty afterwards', async () => {
    const bench = hookDesk(6);
    arrives(bench, 'resend', 'msg_1', resendHook(1, 'email.delivered'));
    arrives(bench, 'resend', 'msg_2', resendHook(2, 'email.complained'));
    const bounce = { type: 'Permanent', subType: 'NoEmail', message: 'user unknown', diagnosticCode: [] };
    arrives(bench, 'resend', 'msg_3', resendHook(3, 'email.bounced', { bounce }));
    const full = {
      type: 'Transient',
      subType: 'MailboxFull',
      message: '452 mailbox full',
      diagnosticCode: [],
    };
    arrives(bench, 'resend', 'msg_4', resendHook(4, 'email.bounced', { bounce: full }));
    arrives(
      bench,
      'resend',
      'msg_5',
      resendHook(5, 'email.suppressed', { suppressed: { reason: 'previous_complaint' } }),
    );
    expect(await sync(bench)).toMatchObject({ counts: { events: 5, unmatched: 0 }, exit: { name: 'OK' } });
    expect(suppressed(bench)).toEqual([
      [leadEmail(2), 'complained'],
      [leadEmail(3), 'bounced'],
      [leadEmail(5), 'complained'],
    ]);
    expect(readdirSync(inbox(bench))).toEqual([]);
    expect((await sync(bench)).items).toEqual([]);
  });

  test('hardening 134: the same one a second time changes nothing', async () => {
    const bench = hookDesk(1);
    arrives(bench, 'resend', 'msg_1', resendHook(1, 'email.complained'));
    await sync(bench);
    arrives(bench, 'resend', 'msg_1', resendHook(1, 'email.complained'));
    expect(await sync(bench)).toMatchObject({ counts: { events: 0, repeated: 1 } });
    expect(bench.row("SELECT count(*) AS count FROM notices WHERE kind = 'complaint'")).toEqual({ count: 1 });
  });

  test('hardening 136: a type that nobody knows, and a body that is none, are taken away and change nothing', async () => {
    const bench = hookDesk(1);
    arrives(bench, 'resend', 'msg_1', resendHook(1, 'contact.created'));
    arrives(bench, 'stream', 'evt_1', 'no json');
    arrives(bench, 'mailgun', 'token_1', {
      'event-data': { __proto__: { event: 'complained' }, event: 'levitated' },
    });
    expect(await sync(bench)).toMatchObject({ counts: { events: 0 }, exit: { name: 'OK' } });
    expect(suppressed(bench)).toEqual([]);
    expect(readdirSync(inbox(bench))).toEqual([]);
  });

  test('a preview leaves them where they are', async () => {
    const bench = hookDesk(1);
    arrives(bench, 'resend', 'msg_1', resendHook(1, 'email.complained'));
    await sync(bench, '--preview');
    expect(suppressed(bench)).toEqual([]);
    expect(await sync(bench)).toMatchObject({ counts: { events: 1 } });
  });

  test('E7: what a webhook told already is not told again by the list of events', async () => {
    const server = await MailgunEventsServer.start();
    const bench = mailedDesk(
      `[[source]]\nid = "mailgun"\nkind = "mailgun"\ndomain = "${MailgunServer.DOMAIN}"\nkey = { file = "key" }\nbase_url = "${server.url}"\n`,
      1,
    );
    putSecret(bench, MailgunServer.KEY);
    server.now = () => bench.clock.now();
    const event = {
      id: 'ev-1',
      event: 'complained',
      timestamp: bench.clock.now() / 1_000 - 60,
      recipient: leadEmail(1),
      'user-variables': { 'message-id': mailId(1) },
    };
    server.put(event);
    arrives(bench, 'mailgun', 'token_1', { signature: {}, 'event-data': event });
    const { items } = await sync(bench);
    expect(items).toMatchObject([
      { source: 'hooks-mailgun', applied: 1 },
      { source: 'mailgun', applied: 0, repeated: 1 },
    ]);
    expect(bench.row("SELECT count(*) AS count FROM notices WHERE kind = 'complaint'")).toEqual({ count: 1 });
  });
});

describe('E2: the mails of Resend, by pages', () => {
  test('their last events, a hundred mails a request, and the Message-ID that answers will quote', async () => {
    const server = await ResendMailsServer.start();
    const bench = mailedDesk(
      `[[source]]\nid = "resend"\nkind = "resend"\nkey = { file = "key" }\nbase_url = "${server.url}"\nrequests_per_second = 1000\n`,
      450,
    );
    putSecret(bench, ResendServer.KEY);
    nameProviders(bench);
    for (let number = 1; number <= 450; number += 1) {
      server.mails.unshift({
        id: `re_${String(number)}`,
        message_id: `<re-${String(number)}@resend.example>`,
        to: [leadEmail(number)],
        created_at: new Date(bench.clock.now() - 3_600_000 + number).toISOString(),
        last_event: number === 7 ? 'complained' : 'delivered',
      });
    }
    expect(await sync(bench)).toMatchObject({ counts: { events: 450 } });
    expect(server.requests).toHaveLength(5);
    expect(suppressed(bench)).toEqual([[leadEmail(7), 'complained']]);
    expect(bench.row('SELECT message_id_used AS id FROM outgoing_mail WHERE message_row_id = 9')).toEqual({
      id: '<re-9@resend.example>',
    });
    expect(await sync(bench)).toMatchObject({ counts: { events: 0, repeated: 450 } });
  });
});

describe('E2: an account of Resend that no run can walk through', () => {
  const SOURCES = (url: string): string =>
    `[[source]]\nid = "resend"\nkind = "resend"\nkey = { file = "key" }\nbase_url = "${url}"\nrequests_per_second = 1000\n
[[source]]\nid = "crm"\nkind = "csv"\npath = "incoming"\n`;

  /** 1,200 mails, the newest first, and a service so slow that a request takes a minute of the run's eight. */
  async function slowDesk(): Promise<{ server: ResendMailsServer; bench: Desk }> {
    const server = await ResendMailsServer.start();
    const bench = mailedDesk(SOURCES(server.url), 1_200);
    putSecret(bench, ResendServer.KEY);
    nameProviders(bench);
    for (let number = 1; number <= 1_200; number += 1)
      server.mails.unshift(listed(bench, number, 'delivered'));
    server.watch = () => bench.clock.advance(60_000);
    return { server, bench };
  }

  function listed(bench: Desk, number: number, last_event: string): ResendMailsServer['mails'][number] {
    return {
      id: `re_${String(number)}`,
      message_id: `<re-${String(number)}@resend.example>`,
      to: [leadEmail(number)],
      created_at: new Date(bench.clock.now() - 7_200_000 + number).toISOString(),
      last_event,
    };
  }

  async function walkToEnd(bench: Desk): Promise<number> {
    for (let runs = 1; runs <= 6; runs += 1) {
      const { items } = await sync(bench);
      if (items.find(({ source }) => source === 'resend')?.['outcome'] === 'read') return runs;
    }
    throw new Error('it never came to its end');
  }

  test('each run goes on where the last one stopped, until every mail was seen', async () => {
    const { server, bench } = await slowDesk();
    expect(await walkToEnd(bench)).toBeGreaterThan(1);
    expect(bench.row('SELECT count(*) AS n FROM message_events')).toEqual({ n: 1_200 });
    // Twelve pages, each asked for once.
    expect(server.requests).toHaveLength(12);
  });

  test('the next walk begins at the newest again, and sees what changed in the meantime', async () => {
    const { server, bench } = await slowDesk();
    await walkToEnd(bench);
    server.mails.at(-3)!.last_event = 'complained';
    server.mails[0]!.last_event = 'opened';
    await walkToEnd(bench);
    expect(suppressed(bench)).toEqual([[leadEmail(3), 'complained']]);
    expect(bench.row("SELECT count(*) AS n FROM message_events WHERE kind = 'opened'")).toEqual({ n: 1 });
  });

  test('a mail that is gone, and with it the place to go on from, costs a walk and no more', async () => {
    const { server, bench } = await slowDesk();
    await sync(bench);
    server.mails.splice(0, 900);
    server.watch = null;
    await walkToEnd(bench);
    expect(bench.row('SELECT count(*) AS n FROM message_events WHERE message_row_id <= 300')).toEqual({
      n: 300,
    });
  });

  test('after two weeks off it looks as far back as the last walk left something open', async () => {
    const { server, bench } = await slowDesk();
    server.watch = null;
    await walkToEnd(bench);
    bench.clock.advance(14 * 86_400_000);
    server.mails.at(-1)!.last_event = 'complained';
    await walkToEnd(bench);
    expect(suppressed(bench)).toEqual([[leadEmail(1), 'complained']]);
  });

  test('no source behind it starves: each has its turn in every run', async () => {
    const { bench } = await slowDesk();
    mkdirSync(join(bench.directory, 'incoming'));
    writeFileSync(join(bench.directory, 'incoming', 'a.csv'), 'email\nmaren@vogt.example\n');
    expect((await sync(bench)).items).toMatchObject([
      { source: 'resend', outcome: 'unfinished' },
      { source: 'crm', outcome: 'read', new: 1 },
    ]);
  });
});

describe('E7: one event of Resend is one fact, whichever way it comes', () => {
  const listedAs = (bench: Desk, last_event: string): ResendMailsServer['mails'][number] => ({
    id: 're_1',
    message_id: '<re-1@resend.example>',
    to: [leadEmail(1)],
    created_at: new Date(bench.clock.now() - 3_600_000).toISOString(),
    last_event,
  });
  const HARD = { type: 'Permanent', subType: 'NoEmail', message: 'user unknown', diagnosticCode: [] };

  async function bothDesk(): Promise<{ server: ResendMailsServer; bench: Desk }> {
    const server = await ResendMailsServer.start();
    const bench = mailedDesk(
      `[[source]]\nid = "resend"\nkind = "resend"\nkey = { file = "key" }\nbase_url = "${server.url}"\n`,
      1,
    );
    putSecret(bench, ResendServer.KEY);
    nameProviders(bench);
    return { server, bench };
  }

  const kinds = (bench: Desk): unknown =>
    bench.database
      .prepare<[], { kind: string }>('SELECT kind FROM message_events ORDER BY kind')
      .all()
      .map(({ kind }) => kind);

  test('a complaint that the webhook told is not told again by the list, nor the other way round', async () => {
    for (const isHookFirst of [true, false]) {
      const { server, bench } = await bothDesk();
      const told = [
        (): void => arrives(bench, 'resend', 'msg_1', resendHook(1, 'email.complained')),
        (): number => server.mails.push(listedAs(bench, 'complained')),
      ];
      for (const tell of isHookFirst ? told : told.toReversed()) {
        tell();
        await sync(bench);
      }
      expect(kinds(bench)).toEqual(['complaint']);
      expect(bench.row("SELECT count(*) AS n FROM notices WHERE kind = 'complaint'")).toEqual({ n: 1 });
    }
  });

  test('the list says "bounced" and no more: the webhook that follows still condemns the address', async () => {
    const { server, bench } = await bothDesk();
    server.mails.push(listedAs(bench, 'bounced'));
    await sync(bench);
    expect([kinds(bench), suppressed(bench)]).toEqual([['soft_bounce'], []]);
    arrives(bench, 'resend', 'msg_1', resendHook(1, 'email.bounced', { bounce: HARD }));
    await sync(bench);
    expect([kinds(bench), suppressed(bench)]).toEqual([['hard_bounce'], [[leadEmail(1), 'bounced']]]);
    await sync(bench);
    expect(kinds(bench)).toEqual(['hard_bounce']);
  });

  test('E5: every opening that a webhook told counts, and the list adds none', async () => {
    const { server, bench } = await bothDesk();
    server.mails.push(listedAs(bench, 'opened'));
    await sync(bench);
    for (const id of ['msg_1', 'msg_2', 'msg_3']) arrives(bench, 'resend', id, resendHook(1, 'email.opened'));
    await sync(bench);
    expect(kinds(bench)).toEqual(['opened', 'opened', 'opened']);
    await sync(bench);
    expect(kinds(bench)).toEqual(['opened', 'opened', 'opened']);
  });
});

function hookDesk(mails: number): Desk {
  const bench = mailedDesk('', mails);
  nameProviders(bench);
  return bench;
}

function suppressed(bench: Desk): readonly (readonly [string, string])[] {
  return bench.database
    .prepare<[], { email_key: string; reason: string }>(
      'SELECT email_key, reason FROM suppressions ORDER BY email_key',
    )
    .all()
    .map(({ email_key, reason }) => [email_key, reason] as const);
}
