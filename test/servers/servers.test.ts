import { request as httpRequest } from 'node:http';

import { describe, expect, test } from 'vitest';

import type { Exchange } from './fixtures/exchange.ts';
import { MAILGUN_CONTENT_TYPE, MAILGUN_EXCHANGES } from './fixtures/mailgun.ts';
import { RESEND_EXCHANGES } from './fixtures/resend.ts';
import { STREAM_EXCHANGES } from './fixtures/stream.ts';
import { MailgunServer } from './mailgun.ts';
import type { ProviderServer } from './provider-server.ts';
import { ResendServer } from './resend.ts';
import { StreamServer } from './stream.ts';

const AGENT = { 'user-agent': 'headgate-test/1' };
const JSON_TYPE = { 'content-type': 'application/json' };
const RESEND = { ...AGENT, ...JSON_TYPE, authorization: `Bearer ${ResendServer.KEY}` };
const STREAM = { ...AGENT, ...JSON_TYPE, authorization: `Bearer ${StreamServer.KEY}` };
const MAILGUN = {
  'content-type': MAILGUN_CONTENT_TYPE,
  authorization: `Basic ${Buffer.from(`api:${MailgunServer.KEY}`).toString('base64')}`,
};

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** As the bare protocol has it: no header that was not asked for. */
function ask(
  server: ProviderServer,
  headers: Readonly<Record<string, string>>,
  exchange: Partial<Exchange>,
): Promise<Answer> {
  const { method = 'POST', path = '/', body } = exchange;
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  const changed = Object.entries({ ...headers, ...exchange.headers }).filter(([, value]) => value !== null);
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${server.url}${path}`, {
      method,
      headers: Object.fromEntries(changed) as Record<string, string>,
    });
    request.on('error', reject);
    request.on('response', (response) => {
      let got = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (got += chunk));
      response.on('error', reject);
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text: got });
      });
    });
    request.end(method === 'GET' ? undefined : text);
  });
}

function check(answer: Answer, { status, holds }: Exchange): void {
  expect(answer.status).toBe(status);
  if (typeof holds === 'string') expect(answer.text).toContain(holds);
  else expect(JSON.parse(answer.text)).toMatchObject(holds);
}

describe('a loopback provider refuses what the real one would, so that no test passes on a request that production would not', () => {
  test.each(RESEND_EXCHANGES)('Resend: $name', async (exchange) => {
    const server = await ResendServer.start();
    check(await ask(server, RESEND, exchange), exchange);
    expect(server.mails).toHaveLength(exchange.takes);
  });

  test.each(MAILGUN_EXCHANGES)('Mailgun: $name', async (exchange) => {
    const server = await MailgunServer.start();
    check(await ask(server, MAILGUN, exchange), exchange);
    expect(server.mails).toHaveLength(exchange.takes);
  });

  test.each(STREAM_EXCHANGES)('stream API: $name', async (exchange) => {
    const server = await StreamServer.start();
    check(await ask(server, STREAM, exchange), exchange);
    expect(server.mails).toHaveLength(exchange.takes);
  });
});

describe('a loopback provider remembers keys as the real one does', () => {
  const mail = { from: 'tom@mail.example.com', to: 'ann@lead.example', subject: 'Hi', text: 'Hello' };
  const keyed = { path: '/emails', headers: { 'idempotency-key': 'm-1' }, body: mail };

  test('the same body again gets the first answer and is not taken again; another body is refused', async () => {
    const server = await ResendServer.start();
    const first = await ask(server, RESEND, keyed);
    const second = await ask(server, RESEND, keyed);
    const other = await ask(server, RESEND, { ...keyed, body: { ...mail, text: 'Other' } });
    expect([second.status, second.text]).toEqual([200, first.text]);
    expect([other.status, JSON.parse(other.text).name]).toEqual([409, 'invalid_idempotent_request']);
    expect(server.timesTaken('m-1')).toBe(1);
  });

  test('after 24 hours a key protects nothing: the mail is taken twice', async () => {
    const server = await ResendServer.start();
    await ask(server, RESEND, keyed);
    const later = server.now() + 24 * 3_600_000;
    server.now = () => later;
    await ask(server, RESEND, keyed);
    expect(server.timesTaken('m-1')).toBe(2);
  });

  test('while the first request is still running, the second is told so', async () => {
    const server = await ResendServer.start();
    server.fail({ kind: 'slow answer', msPerByte: 5 });
    const first = ask(server, RESEND, keyed);
    while (server.timesTaken('m-1') === 0) await new Promise((resolve) => setImmediate(resolve));
    const second = await ask(server, RESEND, keyed);
    expect([second.status, JSON.parse(second.text).name]).toEqual([409, 'concurrent_idempotent_requests']);
    expect((await first).status).toBe(200);
  });

  test('the stream API says that an answer is a repeated one', async () => {
    const server = await StreamServer.start();
    const send = {
      path: '/v1/identities/tom.ledd%40inbox.example/send',
      headers: { 'idempotency-key': 'm-1' },
      body: { to: 'ann@lead.example', subject: 'Hi', text: 'Hello' },
    };
    await ask(server, STREAM, send);
    expect((await ask(server, STREAM, send)).headers['idempotent-replayed']).toBe('true');
    expect(server.mails).toHaveLength(1);
  });

  test('a full day rejects every recipient', async () => {
    const server = await StreamServer.start();
    server.room = 0;
    const body = { to: 'ann@lead.example', subject: 'Hi', text: 'Hello' };
    const { status, text } = await ask(server, STREAM, {
      path: '/v1/identities/tom.ledd%40inbox.example/send',
      body,
    });
    expect([status, text]).toEqual([429, expect.stringContaining('cap_exceeded')]);
  });
});

describe('a loopback provider fails on demand', () => {
  const send = {
    path: '/emails',
    body: { from: 'tom@mail.example.com', to: 'a@b.example', subject: 'Hi', text: 'Hello' },
  };

  test.each([
    [{ kind: 'reset after the body', acts: true }, 1],
    [{ kind: 'reset after the body', acts: false }, 0],
    [{ kind: 'reset before the body' }, 0],
    [{ kind: 'half answer' }, 1],
  ] as const)('%j breaks the connection, with %i mail taken', async (fault, taken) => {
    const server = await ResendServer.start();
    server.fail(fault);
    await expect(ask(server, RESEND, send)).rejects.toThrow();
    expect(server.mails).toHaveLength(taken);
  });

  test('an answer of ours, with the mail taken behind it', async () => {
    const server = await ResendServer.start();
    server.fail({ kind: 'answer', answer: { status: 502, body: 'bad gateway' }, acts: true });
    expect((await ask(server, RESEND, send)).status).toBe(502);
    expect(server.mails).toHaveLength(1);
  });
});
