import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Webhook } from 'standardwebhooks';
import { describe, expect, test, vi } from 'vitest';

import { mailgunCheck, resendCheck, streamCheck } from '../../../src/web/public/signatures.ts';
import { DAY_MS, MAILGUN_KEY, RESEND_SECRET, STREAM_SECRET, testSite, type TestSite } from './site.ts';

const FIXTURES = join(import.meta.dirname, '../../fixtures/signatures');
const read = (name: string): unknown => JSON.parse(readFileSync(join(FIXTURES, `${name}.json`), 'utf8'));

interface StandardVector {
  readonly name: string;
  readonly now: number;
  readonly secret: string;
  readonly headers: { readonly id: string; readonly timestamp: string; readonly signature: string };
  readonly body: string;
  readonly accepted: boolean;
}
interface MailgunVector {
  readonly key: string;
  readonly timestamp: string;
  readonly token: string;
  readonly signature: string;
  readonly valid: boolean;
}
interface StreamVector {
  readonly secret: string;
  readonly t: number;
  readonly body: string;
  readonly header: string;
  readonly valid: boolean;
}

const STANDARD = read('standard-webhooks') as readonly StandardVector[];
const MAILGUN = read('mailgun') as readonly MailgunVector[];
const STREAM = read('stream') as readonly StreamVector[];

describe('vectors of signatures (E5, hardening 133)', () => {
  test.each(STANDARD.map((vector) => [vector.name, vector] as const))(
    'Standard Webhooks: %s',
    (_, vector) => {
      const { id, timestamp, signature } = vector.headers;
      const headers = { 'svix-id': id, 'svix-timestamp': timestamp, 'svix-signature': signature };
      const verdict = resendCheck(vector.secret)({
        headers,
        body: Buffer.from(vector.body),
        now: vector.now * 1_000,
      });
      expect(verdict.kind === 'genuine').toBe(vector.accepted);
    },
  );

  test.each(STANDARD.map((vector) => [vector.name, vector] as const))(
    'the specification’s own package agrees: %s',
    (_, vector) => {
      vi.useFakeTimers({ now: vector.now * 1_000, toFake: ['Date'] });
      try {
        const { id, timestamp, signature } = vector.headers;
        const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature };
        const judge = (): void => {
          new Webhook(vector.secret).verify(vector.body, headers);
        };
        if (vector.accepted) expect(judge).not.toThrow();
        else expect(judge).toThrow();
      } finally {
        vi.useRealTimers();
      }
    },
  );

  test.each(MAILGUN.map((vector) => [vector.valid, vector] as const))('Mailgun: valid is %s', (_, vector) => {
    const { key, timestamp, token, signature, valid } = vector;
    const body = Buffer.from(
      JSON.stringify({ signature: { timestamp, token, signature }, 'event-data': {} }),
    );
    const verdict = mailgunCheck(key)({ headers: {}, body, now: Number(timestamp) * 1_000 });
    expect(verdict.kind === 'genuine').toBe(valid);
  });

  test.each(STREAM.map((vector) => [vector.valid, vector] as const))(
    'the stream API: valid is %s',
    (_, vector) => {
      const verdict = streamCheck(vector.secret)({
        headers: { 'x-inboxbase-signature': vector.header },
        body: Buffer.from(vector.body),
        now: vector.t * 1_000,
      });
      expect(verdict.kind === 'genuine').toBe(vector.valid);
      expect(verdict).toMatchObject({ eventId: 'evt_1' });
    },
  );

  test('secrets that are none of the provider’s are refused when the program starts', () => {
    for (const secret of ['', 'whsec_', 'not base64 at all!', 'whsec_short'])
      expect(() => resendCheck(secret)).toThrow(RangeError);
  });
});

interface Hook {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The event as each provider would sign it at that second. */
const SIGNED: Readonly<
  Record<'resend' | 'mailgun' | 'stream', (id: string, seconds: number, data?: string) => Hook>
> = {
  resend: (id, seconds, data = '{"type":"email.bounced"}') => ({
    path: '/hooks/resend',
    headers: {
      'svix-id': id,
      'svix-timestamp': String(seconds),
      'svix-signature': new Webhook(RESEND_SECRET).sign(id, new Date(seconds * 1_000), data),
    },
    body: data,
  }),
  mailgun: (id, seconds, data = '{"event":"failed"}') => {
    const signature = createHmac('sha256', MAILGUN_KEY)
      .update(`${String(seconds)}${id}`)
      .digest('hex');
    const words = JSON.stringify({ timestamp: String(seconds), token: id, signature });
    return { path: '/hooks/mailgun', headers: {}, body: `{"signature":${words},"event-data":${data}}` };
  },
  stream: (id, seconds, data = '{}') => {
    const body = `{"id":"${id}","type":"email.replied","data":${data}}`;
    const mac = createHmac('sha256', STREAM_SECRET)
      .update(`${String(seconds)}.${body}`)
      .digest('hex');
    const signature = `t=${String(seconds)},v1=${mac}`;
    return { path: '/hooks/stream', headers: { 'x-inboxbase-signature': signature }, body };
  },
};
const PROVIDERS = ['resend', 'mailgun', 'stream'] as const;

function post(site: TestSite, { path, headers, body }: Hook): Promise<Response> {
  const type = { 'content-type': 'application/json' };
  return fetch(`${site.url}${path}`, { method: 'POST', headers: { ...type, ...headers }, body });
}

const secondsOf = (site: TestSite): number => Math.floor(site.clock.now() / 1_000);

describe.each(PROVIDERS)('POST /hooks/%s', (provider) => {
  const sign = SIGNED[provider];

  test('hardening 138: an event is on the disk, byte for byte, before the 200', async () => {
    const site = await testSite();
    const hook = sign('evt_1', secondsOf(site));
    const response = await post(site, hook);
    expect(response.status).toBe(200);
    const [kept] = site.hooks.list(10);
    expect(kept).toMatchObject({ provider, eventId: 'evt_1', receivedAt: site.clock.now() });
    expect(Buffer.from(kept!.body).toString()).toBe(hook.body);
  });

  test('hardening 134: the same event again, or a day later, is answered 200 and stays one', async () => {
    const site = await testSite();
    const hook = sign('evt_1', secondsOf(site));
    await post(site, hook);
    expect((await post(site, hook)).status).toBe(200);
    site.clock.advance(60_000);
    expect((await post(site, sign('evt_1', secondsOf(site)))).status).toBe(200);
    site.clock.advance(DAY_MS);
    expect((await post(site, hook)).status).toBe(200);
    expect(site.hooks.list(10)).toHaveLength(1);
  });

  test('hardening 134: an old one that nobody knows is refused', async () => {
    const site = await testSite();
    const hook = sign('evt_1', secondsOf(site));
    site.clock.advance(DAY_MS);
    expect((await post(site, hook)).status).toBe(401);
    expect(site.hooks.list(10)).toEqual([]);
  });

  test('hardening 133: no signature, a wrong one, another secret’s: 401, and nothing kept', async () => {
    const site = await testSite();
    const hook = sign('evt_1', secondsOf(site));
    const swapped = Object.fromEntries(
      Object.entries(hook.headers).map(([name, value]) => [name, value.replace(/.{4}$/, 'AAA=')]),
    );
    for (const wrong of [
      { ...hook, headers: {}, body: '{}' },
      { ...hook, headers: swapped, body: hook.body.replace(/"signature":"..../, '"signature":"0000') },
      { ...hook, headers: {}, body: '' },
      { ...hook, headers: {}, body: '['.repeat(10_000) },
      { ...hook, headers: {}, body: '{"__proto__":{"signature":{"timestamp":"1"}}}' },
    ])
      expect((await post(site, wrong)).status).toBe(401);
    expect(site.hooks.list(10)).toEqual([]);
    expect(site.said.join()).toContain(`webhooks of ${provider} without a valid signature`);
  });

  test('hardening 136: an unknown type, five thousand events in one, strange keys and depth are kept as they are', async () => {
    const site = await testSite();
    const odd = [
      '{"event":"email.from_the_future"}',
      `[${'{"event":"opened"},'.repeat(4_999)}{}]`,
      `${'['.repeat(10_000)}${']'.repeat(10_000)}`,
      '{"__proto__":{"admin":true},"constructor":{"prototype":{"x":1}}}',
    ];
    for (const [index, data] of odd.entries())
      expect((await post(site, sign(`evt_${String(index)}`, secondsOf(site), data))).status).toBe(200);
    expect(site.hooks.list(10)).toHaveLength(odd.length);
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
  });

  test('without a secret nobody listens: told in the provider’s own way, so that it stops', async () => {
    const site = await testSite({ isWithoutHooks: true });
    const response = await post(site, sign('evt_1', secondsOf(site)));
    expect(response.status).toBe({ resend: 404, mailgun: 406, stream: 410 }[provider]);
  });

  test('hardening 132: a full disk is 503 with Retry-After, so that the provider comes again', async () => {
    const site = await testSite({
      hookRecord: () => {
        throw new Error('ENOSPC');
      },
    });
    const response = await post(site, sign('evt_1', secondsOf(site)));
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '60']);
  });

  test('only POST, at most 1 MB, and no more of them at once than the pool holds', async () => {
    const site = await testSite({ poolBytes: 100_000 });
    expect((await fetch(`${site.url}/hooks/${provider}`)).status).toBe(405);
    const large = { path: `/hooks/${provider}`, headers: {}, body: 'x'.repeat(1_048_577) };
    expect((await post(site, large)).status).toBe(413);
    expect((await post(site, { ...large, body: 'x'.repeat(200_000) })).status).toBe(503);
    expect((await post(site, sign('evt_1', secondsOf(site)))).status).toBe(200);
  });
});

test('hardening 133: a body that says the same in other bytes is another body', async () => {
  const site = await testSite();
  for (const provider of ['resend', 'stream'] as const) {
    const hook = SIGNED[provider]('evt_1', secondsOf(site), '{"a":1,"b":"ü"}');
    const spaced = JSON.stringify(JSON.parse(hook.body), null, 1);
    expect((await post(site, { ...hook, body: spaced })).status).toBe(401);
  }
});

test('E5: one delivered by two providers under one id is two events', async () => {
  const site = await testSite();
  for (const provider of PROVIDERS) await post(site, SIGNED[provider]('evt_1', secondsOf(site)));
  expect(site.hooks.list(10)).toHaveLength(3);
});

test('Mailgun: a signature that was seen does not vouch for another body', async () => {
  const site = await testSite();
  const hook = SIGNED.mailgun('evt_1', secondsOf(site));
  await post(site, hook);
  expect((await post(site, { ...hook, body: hook.body.replace('failed', 'complained') })).status).toBe(200);
  const kept = site.hooks.list(10).map(({ body }) => Buffer.from(body).toString());
  expect(kept).toEqual([hook.body]);
});
