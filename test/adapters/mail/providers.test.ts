import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';

import { describe, expect, onTestFinished, test } from 'vitest';

import { composeMail } from '../../../src/adapters/mail/compose.ts';
import { untilTomorrowMs } from '../../../src/adapters/http/retry-after.ts';
import { TEST_NOW } from '../../helpers/fakes.ts';
import {
  EXPIRED_CERTIFICATE,
  EXPIRED_CERTIFICATE_KEY,
  TEST_CERTIFICATE,
  TEST_CERTIFICATE_KEY,
} from '../../helpers/smtp-certificate.ts';
import { said } from '../../servers/mailgun.ts';
import { HTML_PAGE, json, type ProviderFault } from '../../servers/provider-server.ts';
import { error, ResendServer } from '../../servers/resend.ts';
import { encodedMail, PROVIDERS, rigOf } from './provider-mailers.ts';
import { mailToCompose } from './sample-mail.ts';

const yes = (): boolean => true;
const KEYED = ['resend', 'stream'] as const;

describe.each(PROVIDERS)('D8: %s', (provider) => {
  test('a mail arrives whole and once, and the provider id is told', async () => {
    const { server, mailer } = await rigOf(provider);
    const mail = await encodedMail(mailer);
    expect(await mailer.deliver(mail, yes)).toMatchObject({
      kind: 'accepted',
      providerId: expect.any(String),
    });
    expect([...server.taken()]).toEqual([[mail.id, 1]]);
    await mailer.close();
  });

  test('D1: the same mail makes the same body, whenever and wherever it is made', async () => {
    const { mailer } = await rigOf(provider);
    const [one, other] = [await encodedMail(mailer), await encodedMail(mailer)];
    expect(Buffer.from(one.payload!).equals(other.payload!)).toBe(true);
  });

  test('B6: a gate that is shut before the body lets not one request out', async () => {
    const { server, mailer } = await rigOf(provider);
    const mail = await encodedMail(mailer);
    expect(await mailer.deliver(mail, () => false)).toEqual({ kind: 'withdrawn' });
    expect(server.requests).toEqual([]);
  });

  test('what the gate throws is the caller’s own, and no mail leaves', async () => {
    const { server, mailer } = await rigOf(provider);
    const broken = (): boolean => {
      throw new Error('state is gone');
    };
    await expect(mailer.deliver(await encodedMail(mailer), broken)).rejects.toThrow('state is gone');
    expect(server.taken().size).toBe(0);
  });

  test('hardening 24, 42: a name with quotes, angle brackets and a comma does not break the request', async () => {
    const { server, mailer } = await rigOf(provider);
    const hostile = 'O"Brien, <b>\\ Zoë';
    const mail = await encodedMail(mailer, {
      from: { address: 'anna@mail.example.com', displayName: hostile },
      lead: { email: 'jan@lead.example', name: hostile },
    });
    expect(await mailer.deliver(mail, yes)).toMatchObject({ kind: 'accepted' });
    expect(server.timesTaken(mail.id)).toBe(1);
  });

  test('D4: a wrong key ends the run at once, and is not tried a second time', async () => {
    const { server, mailer } = await rigOf(provider, { key: 'wrong' });
    const mail = await encodedMail(mailer);
    const refused = { kind: 'refused', scope: 'run', permanent: true };
    expect(await mailer.deliver(mail, yes)).toMatchObject(refused);
    expect(await mailer.deliver(mail, yes)).toMatchObject(refused);
    expect(server.requests).toHaveLength(1);
  });

  test('hardening 146: a provider that is not there is no attempt of any mail: surely not sent, tried three times', async () => {
    const { server, mailer, waits } = await rigOf(provider);
    const mail = await encodedMail(mailer);
    await server.stop();
    expect(await mailer.deliver(mail, yes)).toMatchObject({
      kind: 'refused',
      scope: 'run',
      permanent: false,
    });
    expect(waits).toEqual([1_000, 2_000]);
  });

  test('hardening 146: a name that does not resolve is surely not sent', async () => {
    const { mailer } = await rigOf(provider, { baseUrl: 'https://provider.invalid' });
    expect(await mailer.deliver(await encodedMail(mailer), yes)).toMatchObject({
      kind: 'refused',
      scope: 'run',
    });
  });

  test('hardening 146: a redirect is not followed, whoever it points at, and ends the run', async () => {
    const { server, mailer } = await rigOf(provider);
    server.failBy(() => ({
      kind: 'answer',
      answer: { status: 307, headers: { location: '/' }, body: '' },
      acts: false,
    }));
    expect(await mailer.deliver(await encodedMail(mailer), yes)).toMatchObject({
      kind: 'refused',
      scope: 'run',
      permanent: true,
    });
    expect(server.requests).toHaveLength(1);
  });

  test('hardening 146: one mail that the provider refuses does not stop the others', async () => {
    const { server, mailer } = await rigOf(provider);
    server.fail({
      kind: 'answer',
      answer: json(422, { name: 'validation_error', message: 'no' }),
      acts: false,
    });
    const mail = await encodedMail(mailer);
    expect(await mailer.deliver(mail, yes)).toMatchObject({
      kind: 'refused',
      scope: 'message',
      permanent: true,
    });
    expect(await mailer.deliver(mail, yes)).toMatchObject({ kind: 'accepted' });
  });
});

/** What may have been taken, whatever was said, or not said, about it. */
const DOUBTS: readonly (readonly [name: string, fault: ProviderFault, taken: 0 | 1])[] = [
  [
    'a failure of the server after it took the mail',
    { kind: 'answer', answer: json(500, { name: 'application_error', message: 'oops' }), acts: true },
    1,
  ],
  [
    'a failure of the server before it took the mail',
    { kind: 'answer', answer: json(503, { message: 'away' }), acts: false },
    0,
  ],
  [
    'a gateway that gave up',
    { kind: 'answer', answer: { status: 504, body: '<html>gateway' }, acts: true },
    1,
  ],
  ['a connection reset after the body', { kind: 'reset after the body', acts: true }, 1],
  ['a connection reset while the body went out', { kind: 'reset after the body', acts: false }, 0],
  ['half an answer', { kind: 'half answer' }, 1],
  ['no answer at all', { kind: 'silence', acts: true }, 1],
  ['an answer one byte at a time', { kind: 'slow answer', msPerByte: 50 }, 1],
  ['an answer over 1 MB', { kind: 'huge answer', bytes: 1_100_000 }, 1],
  ['200 with a page of HTML', { kind: 'answer', answer: HTML_PAGE, acts: false }, 0],
  ['200 with ok: false', { kind: 'answer', answer: json(200, { ok: false }), acts: false }, 0],
  ['200 with an empty list', { kind: 'answer', answer: json(200, []), acts: false }, 0],
  [
    'a redirect to a page',
    { kind: 'answer', answer: { status: 303, headers: { location: '/' }, body: '' }, acts: true },
    1,
  ],
  ['a request timeout', { kind: 'answer', answer: { status: 408, body: '' }, acts: false }, 0],
];

describe.each(KEYED)(
  'D1, hardening 146: %s remembers keys, so a mail in doubt is asked about again',
  (provider) => {
    test.each(DOUBTS)('%s: the second question settles it, and it is taken once', async (_, fault) => {
      const { server, mailer } = await rigOf(provider);
      server.fail(fault);
      const mail = await encodedMail(mailer);
      expect(await mailer.deliver(mail, yes)).toMatchObject({ kind: 'accepted' });
      expect(server.timesTaken(mail.id)).toBe(1);
      expect(server.requests).toHaveLength(2);
      const [first, second] = server.requests.map(({ request }) => request);
      expect(second?.body.equals(first!.body)).toBe(true);
      expect(second?.headers['idempotency-key']).toBe(mail.id);
    });

    test('three times within a run and no more: then it is unknown', async () => {
      const { server, mailer, waits } = await rigOf(provider);
      server.failBy(() => ({ kind: 'reset after the body', acts: false }));
      expect(await mailer.deliver(await encodedMail(mailer), yes)).toMatchObject({ kind: 'unknown' });
      expect([server.requests.length, waits]).toEqual([3, [1_000, 2_000]]);
    });

    test('B6: called back after a first try in doubt it is unknown, not withdrawn', async () => {
      const { server, mailer } = await rigOf(provider);
      server.fail({ kind: 'silence', acts: true });
      let asked = 0;
      const once = (): boolean => (asked += 1) === 1;
      expect(await mailer.deliver(await encodedMail(mailer), once)).toMatchObject({ kind: 'unknown' });
      expect(server.requests).toHaveLength(1);
    });

    test('a no to the second question says nothing of the first: unknown, with both', async () => {
      const { server, mailer } = await rigOf(provider);
      server.fail(
        { kind: 'reset after the body', acts: true },
        { kind: 'answer', answer: json(422, { name: 'validation_error', message: 'odd' }), acts: false },
      );
      expect(await mailer.deliver(await encodedMail(mailer), yes)).toMatchObject({
        kind: 'unknown',
        detail: expect.stringContaining('asked again: 422'),
      });
    });

    test('while the first request is still under way the provider says so, and is asked later', async () => {
      const { server, mailer } = await rigOf(provider);
      const busy = {
        kind: 'answer',
        answer: json(409, { name: 'concurrent_idempotent_requests' }),
        acts: true,
      } as const;
      server.fail({ kind: 'silence', acts: true }, busy);
      const mail = await encodedMail(mailer);
      expect(await mailer.deliver(mail, yes)).toMatchObject({ kind: 'accepted' });
      expect(server.timesTaken(mail.id)).toBe(1);
    });

    test('two accounts are two memories: another key or address has another fingerprint, and it is no secret', async () => {
      const [one, other] = [await rigOf(provider), await rigOf(provider, { key: 're_other' })];
      expect(one.mailer.account).not.toBe(other.mailer.account);
      expect(one.mailer.account).toMatch(/^[0-9a-f]{16}$/);
      expect(one.mailer.keyLifeMs).toBe(24 * 3_600_000);
    });
  },
);

describe('D1: Mailgun remembers nothing', () => {
  test.each(DOUBTS)('%s: unknown, and never posted again', async (_, fault, taken) => {
    const { server, mailer } = await rigOf('mailgun');
    server.fail(fault);
    const mail = await encodedMail(mailer);
    expect(await mailer.deliver(mail, yes)).toMatchObject({ kind: 'unknown' });
    expect([server.requests.length, server.timesTaken(mail.id)]).toEqual([1, taken]);
    expect([mailer.keyLifeMs, mailer.account]).toEqual([null, null]);
  });

  test('each mail has a connection of its own: an idle one may close just as the next mail enters it', async () => {
    const { server, mailer } = await rigOf('mailgun');
    for (let mail = 0; mail < 3; mail += 1) await mailer.deliver(await encodedMail(mailer), yes);
    expect(server.connections).toBe(3);
  });
});

describe.each(PROVIDERS)('D7: %s, when it is too much for it', (provider) => {
  const tooMuch = (headers: Readonly<Record<string, string>>): ProviderFault => ({
    kind: 'answer',
    answer: { ...json(429, { name: 'rate_limit_exceeded', message: 'slow down' }, headers) },
    acts: false,
  });

  test.each([
    ['seconds', '7', 7_000],
    ['a date', new Date(TEST_NOW + 9_000).toUTCString(), 9_000],
    ['a date that is over', new Date(TEST_NOW - 9_000).toUTCString(), 0],
    ['nothing', '', 1_000],
    ['nonsense', 'soon', 1_000],
    ['ten years', '315360000', 1_000],
  ])('Retry-After as %s is honoured within the run', async (_, value, waitMs) => {
    const { server, mailer, waits } = await rigOf(provider);
    server.fail(tooMuch({ 'retry-after': value }));
    const mail = await encodedMail(mailer);
    expect(await mailer.deliver(mail, yes)).toMatchObject({ kind: 'accepted' });
    expect([waits, server.timesTaken(mail.id)]).toEqual([waitMs === 0 ? [] : [waitMs], 1]);
  });

  test('a long wait is not waited for: the run ends, and is told how long', async () => {
    const { server, mailer, waits } = await rigOf(provider);
    server.fail(tooMuch({ 'retry-after': '3600' }));
    const refused = { kind: 'refused', scope: 'run', permanent: false, retryAfterMs: 3_600_000 };
    expect(await mailer.deliver(await encodedMail(mailer), yes)).toMatchObject(refused);
    expect(waits).toEqual([]);
  });

  test('who stays too busy is left alone after three tries', async () => {
    const { server, mailer } = await rigOf(provider);
    server.failBy(() => tooMuch({}));
    expect(await mailer.deliver(await encodedMail(mailer), yes)).toMatchObject({
      kind: 'refused',
      scope: 'run',
      permanent: false,
    });
    expect(server.requests).toHaveLength(3);
  });

  test('so many requests a second and no more, however many mails wait', async () => {
    const { mailer, waits } = await rigOf(provider, { requestsPerSecond: 4 });
    const mail = await encodedMail(mailer);
    await Promise.all([1, 2, 3].map(() => mailer.deliver(mail, yes)));
    const [second = 0, third = 0] = waits;
    expect([second > 0 && second <= 250, third > 250 && third <= 500]).toEqual([true, true]);
  });
});

describe('Resend', () => {
  test('RFC 8058: the mail carries its headers, its answer address, and tags in ASCII', async () => {
    const { server, mailer } = await rigOf('resend');
    const mail = await encodedMail(
      mailer,
      {
        replyTo: 'tom@sender.example',
        thread: { inReplyTo: '<one@x.example>', references: ['<zero@x.example>'] },
      },
      { sequenceId: 'grüße', stepId: 'two words' },
    );
    await mailer.deliver(mail, yes);
    expect(server.mails[0]?.body).toMatchObject({
      from: 'Anna Bakker <anna@sender.example>',
      to: ['jan@lead.example'],
      subject: 'A quick thought, Jan',
      reply_to: ['tom@sender.example'],
      headers: {
        'In-Reply-To': '<one@x.example>',
        References: '<zero@x.example> <one@x.example>',
        'List-Unsubscribe': '<https://sender.example/u/token>',
        'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
        'X-Headgate-Message': mail.id,
      },
      tags: [
        { name: 'sequence', value: 'gr__e' },
        { name: 'step', value: 'two_words' },
      ],
    });
    const { text, html } = (await composeMail(mailToCompose())).parts;
    expect(server.mails[0]?.body).toMatchObject({
      text: expect.stringContaining(text.slice(0, 20)),
      html: expect.stringContaining(html.slice(0, 20)),
    });
  });

  test.each([
    ['a daily quota', 429, 'daily_quota_exceeded'],
    ['a monthly quota', 429, 'monthly_quota_exceeded'],
    ['a revoked key', 401, 'restricted_api_key'],
    ['a domain that is not verified', 403, 'validation_error'],
    ['a sender that it does not know', 422, 'invalid_from_address'],
    ['an unpaid bill', 402, 'payment_required'],
  ])('D4: %s ends the run', async (_, status, name) => {
    const { server, mailer } = await rigOf('resend');
    server.fail({ kind: 'answer', answer: error(status, name, 'words'), acts: false });
    expect(await mailer.deliver(await encodedMail(mailer), yes)).toMatchObject({
      kind: 'refused',
      scope: 'run',
      permanent: true,
      response: `${String(status)} ${name}: words`,
    });
  });

  test('a key that was used with another body: something of this id may have been taken, so it is unknown at once', async () => {
    const { server, mailer } = await rigOf('resend');
    await mailer.deliver(await encodedMail(mailer), yes);
    const edited = await encodedMail(mailer, { subject: 'Another subject' });
    expect(await mailer.deliver(edited, yes)).toMatchObject({
      kind: 'unknown',
      detail: expect.stringContaining('invalid_idempotent_request'),
    });
    expect([server.requests.length, server.timesTaken(edited.id)]).toEqual([2, 1]);
  });

  test('the key never stands in what is told', async () => {
    const { server, mailer } = await rigOf('resend');
    server.failBy(() => ({ kind: 'answer', answer: { status: 500, body: 'x'.repeat(5_000) }, acts: false }));
    const result = await mailer.deliver(await encodedMail(mailer), yes);
    expect(JSON.stringify(result)).not.toContain(ResendServer.KEY);
    expect(JSON.stringify(result).length).toBeLessThan(1_000);
  });
});

describe('Mailgun', () => {
  test('the exact MIME, our id as a variable, a tag per sequence and step, and the Message-ID really used', async () => {
    const { server, mailer } = await rigOf('mailgun');
    const mail = await encodedMail(mailer);
    expect(await mailer.deliver(mail, yes)).toMatchObject({
      messageIdHeader: mail.messageIdHeader,
      providerId: mail.messageIdHeader.slice(1, -1),
    });
    const [taken] = server.mails;
    expect(taken?.mime.equals(mail.raw)).toBe(true);
    expect(taken).toMatchObject({
      to: mail.to,
      variables: { 'message-id': mail.id },
      tags: ['welcome', 'welcome.hello'],
    });
  });

  test.each([
    ['an unknown domain', said(404, 'Domain not found: x.example')],
    ['an unpaid bill', said(402, 'Payment required')],
    ['a disabled domain', said(400, 'Domain mail.example.com is not allowed to send: disabled')],
  ])('D4: %s ends the run', async (_, answer) => {
    const { server, mailer } = await rigOf('mailgun');
    server.fail({ kind: 'answer', answer, acts: false });
    expect(await mailer.deliver(await encodedMail(mailer), yes)).toMatchObject({
      kind: 'refused',
      scope: 'run',
      permanent: true,
    });
  });

  test('D7: an allowance that says in words when it begins anew', async () => {
    const { server, mailer } = await rigOf('mailgun');
    const until = new Date(TEST_NOW + 7_200_000).toUTCString();
    const words = `Domain mail.example.com is not allowed to send: recipient limit exceeded, try again after ${until}`;
    server.fail({ kind: 'answer', answer: said(429, words), acts: false });
    expect(await mailer.deliver(await encodedMail(mailer), yes)).toMatchObject({
      kind: 'refused',
      scope: 'run',
      permanent: false,
      retryAfterMs: 7_200_000,
    });
  });
});

describe('the stream API', () => {
  test('D6, E6: a first mail starts a conversation, the next one names it, and the timer is the next step’s own', async () => {
    const { server, mailer } = await rigOf('stream');
    const first = await mailer.deliver(await encodedMail(mailer, {}, { noReplyMs: 259_200_000 }), yes);
    expect(first).toMatchObject({ kind: 'accepted', conversationId: 'conv_1', providerId: 'pend_1' });
    const next = await encodedMail(
      mailer,
      { messageId: 'm-second' },
      { conversationId: 'conv_1', stepId: 'more', noReplyMs: 1_000 },
    );
    expect(await mailer.deliver(next, yes)).toMatchObject({ kind: 'accepted', conversationId: 'conv_1' });
    expect(server.mails.map(({ body }) => body)).toMatchObject([
      {
        to: 'jan@lead.example',
        subject: 'A quick thought, Jan',
        noReplyEventAfter: 259_200_000,
        labels: ['welcome', 'welcome.hello'],
      },
      { convId: 'conv_1', noReplyEventAfter: 60_000, labels: ['welcome', 'welcome.more'] },
    ]);
    expect(Object.keys(server.mails[1]!.body)).not.toContain('subject');
  });

  test('the older guide’s answer is understood as well', async () => {
    const { server, mailer } = await rigOf('stream');
    server.isOlder = true;
    expect(await mailer.deliver(await encodedMail(mailer), yes)).toMatchObject({
      kind: 'accepted',
      conversationId: 'conv_1',
    });
  });

  test('D6, D7: a full day of the identity ends the run until tomorrow', async () => {
    const { server, mailer } = await rigOf('stream');
    server.room = 0;
    expect(await mailer.deliver(await encodedMail(mailer), yes)).toMatchObject({
      kind: 'refused',
      scope: 'run',
      permanent: false,
      retryAfterMs: untilTomorrowMs(TEST_NOW),
    });
  });

  test('a recipient that is rejected for itself does not stop the others', async () => {
    const { server, mailer } = await rigOf('stream');
    const results = [{ to: 'jan@lead.example', rejected: true, reason: 'do_not_contact' }];
    server.fail({ kind: 'answer', answer: json(429, { queued: 0, rejected: 1, results }), acts: false });
    expect(await mailer.deliver(await encodedMail(mailer), yes)).toMatchObject({
      kind: 'refused',
      scope: 'message',
      permanent: true,
    });
  });

  test('a conversation that is gone concerns its lead alone; an identity that is gone, everybody', async () => {
    const { mailer } = await rigOf('stream');
    const lost = await encodedMail(mailer, {}, { conversationId: 'conv_9' });
    expect(await mailer.deliver(lost, yes)).toMatchObject({ kind: 'refused', scope: 'message' });
    const { server, mailer: other } = await rigOf('stream');
    server.identities.clear();
    expect(await other.deliver(await encodedMail(other), yes)).toMatchObject({
      kind: 'refused',
      scope: 'run',
    });
  });
});

describe('hardening 146: the certificate of a provider', () => {
  const PAIRS = {
    valid: { cert: TEST_CERTIFICATE, key: TEST_CERTIFICATE_KEY },
    expired: { cert: EXPIRED_CERTIFICATE, key: EXPIRED_CERTIFICATE_KEY },
  };

  async function secureProvider(pair: keyof typeof PAIRS): Promise<{ port: number; bodies: () => number }> {
    let bodies = 0;
    const server = createServer(PAIRS[pair], (request, response) => {
      bodies += 1;
      request.resume();
      response.end('{"id":"00000000-0000-4000-8000-000000000001"}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    return { port: (server.address() as AddressInfo).port, bodies: () => bodies };
  }

  test.each([
    ['expired', 'expired', 'localhost', EXPIRED_CERTIFICATE],
    ['of another name', 'valid', '127.0.0.1', TEST_CERTIFICATE],
    ['that nobody vouches for', 'valid', 'localhost', EXPIRED_CERTIFICATE],
  ] as const)('%s: the run ends, and it gets neither key nor mail', async (_, pair, host, ca) => {
    const { port, bodies } = await secureProvider(pair);
    const { mailer } = await rigOf('resend', { baseUrl: `https://${host}:${String(port)}`, ca });
    const result = await mailer.deliver(await encodedMail(mailer), yes);
    expect(result).toMatchObject({ kind: 'refused', scope: 'run', permanent: true });
    expect(bodies()).toBe(0);
  });

  test('valid: the mail leaves', async () => {
    const { port } = await secureProvider('valid');
    const { mailer } = await rigOf('resend', {
      baseUrl: `https://localhost:${String(port)}`,
      ca: TEST_CERTIFICATE,
    });
    expect(await mailer.deliver(await encodedMail(mailer), yes)).toMatchObject({ kind: 'accepted' });
  });
});

describe.each(PROVIDERS)('hardening 146: %s, when nothing it says is clear', (provider) => {
  test('three mails in a row in doubt, and no other is given to it in this run', async () => {
    const { server, mailer } = await rigOf(provider);
    server.failBy(() => ({ kind: 'answer', answer: HTML_PAGE, acts: false }));
    const kinds: string[] = [];
    for (let number = 0; number < 5; number += 1) {
      const mail = await encodedMail(mailer, { messageId: `m-mail${String(number)}` });
      kinds.push((await mailer.deliver(mail, yes)).kind);
    }
    expect(kinds).toEqual(['unknown', 'unknown', 'unknown', 'refused', 'refused']);
    expect(new Set(server.requests.map(({ messageId }) => messageId)).size).toBe(3);
  });
});
