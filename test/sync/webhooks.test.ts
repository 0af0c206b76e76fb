import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { createHookSpool, type HookProvider } from '../../src/adapters/hook-spool.ts';
import type { Desk } from '../commands/desk.ts';
import { MailgunServer } from '../servers/mailgun.ts';
import { MailgunEventsServer } from '../servers/mailgun-events.ts';
import { ResendServer } from '../servers/resend.ts';
import { ResendMailsServer } from '../servers/resend-mails.ts';
import { leadEmail, mailedDesk, mailId, putSecret } from './many-mails.ts';

interface SyncDocument {
  readonly counts: Readonly<Record<string, number>>;
  readonly items: readonly Readonly<Record<string, unknown>>[];
  readonly exit: { readonly name: string };
}

async function sync(bench: Desk, ...flags: string[]): Promise<SyncDocument> {
  return (await bench.json(['sync', ...flags])) as unknown as SyncDocument;
}

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
