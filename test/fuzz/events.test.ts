import { createHmac } from 'node:crypto';

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { incomingOf } from '../../src/adapters/notify/telegram-update.ts';
import { AirtableTable } from '../../src/adapters/sources/airtable-table.ts';
import type { Fields } from '../../src/adapters/sources/event-fields.ts';
import { createHookSource } from '../../src/adapters/sources/hooks.ts';
import { mailgunFact } from '../../src/adapters/sources/mailgun-event.ts';
import { resendHookFact, resendListFact } from '../../src/adapters/sources/resend-event.ts';
import { streamFacts } from '../../src/adapters/sources/stream-event.ts';
import { FACT_KINDS, type IncomingFact } from '../../src/core/facts/fact.ts';
import { MAILGUN_KEY, RESEND_SECRET, STREAM_SECRET, testSite, type TestSite } from '../web/public/site.ts';
import { broken, brokenJson, FUZZ_MS, settings } from './fuzz.ts';
import { AIRTABLE, MAILGUN, RESEND_HOOKS, RESEND_MAILS, STREAM, TELEGRAM } from './seeds/events.ts';

const NOW = Date.UTC(2026, 10, 22);
/** What a `Date` can hold. */
const INSTANT_MAX = 8.64e15;

/** What the rest of the program may rely on, whatever a service sent. */
function expectFact(fact: IncomingFact): void {
  expect(FACT_KINDS).toContain(fact.kind);
  expect(Number.isSafeInteger(fact.at) && Math.abs(fact.at) <= INSTANT_MAX).toBe(true);
  expect(fact.key.length).toBeLessThan(5_000);
  expect(fact.detail.length).toBeLessThan(5_000);
  expect((fact.text ?? '').length).toBeLessThan(1_000_000);
  expect(fact.about.messageIdHeaders.length).toBeLessThan(1_000);
  expect(fact.about.messageId ?? 'm-a').toMatch(/^m-[a-z0-9]+$/);
  expect(fact.about.emailKey ?? 'a@b').toMatch(/^[^\s@]+@[^\s@]+$/);
  expect(fact.until === null || Number.isSafeInteger(fact.until)).toBe(true);
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

describe('events of the services', () => {
  test.each<[string, readonly unknown[], (event: Fields) => readonly (IncomingFact | null)[]]>([
    ['Mailgun', MAILGUN, (event) => [mailgunFact(event)]],
    ['Resend, told', RESEND_HOOKS, (event) => [resendHookFact(event, 'evt_1')]],
    ['Resend, listed', RESEND_MAILS, (event) => [resendListFact(event, NOW)]],
    ['the stream', STREAM, streamFacts],
  ])(
    '%s: whatever stands in one, it is a fact that can be stored, or none',
    (_, seeds, read) => {
      fc.assert(
        fc.property(brokenJson(seeds), (event) => {
          if (!isFields(event)) return;
          const facts = read(event).filter((fact) => fact !== null);
          for (const fact of facts) expectFact(fact);
          expect(read(event).filter((fact) => fact !== null)).toEqual(facts);
        }),
        settings(400),
      );
      // Unbroken each of them says something.
      for (const seed of seeds) expect(isFields(seed) && read(seed).some((fact) => fact !== null)).toBe(true);
    },
    FUZZ_MS,
  );

  test('an update of Telegram is a tap, words, something else, or nothing that could be confirmed', () => {
    fc.assert(
      fc.property(brokenJson(TELEGRAM), (update) => {
        const incoming = incomingOf(update);
        if (incoming === null) return;
        expect(Number.isSafeInteger(incoming.updateId) && Number.isSafeInteger(incoming.fromId)).toBe(true);
        expect(incoming.fromName.length).toBeLessThan(200);
        expect(JSON.stringify(incoming).length).toBeLessThan(40_000);
      }),
      settings(400),
    );
  });

  test('records of Airtable are cells of text, one to a column', () => {
    fc.assert(
      fc.property(fc.array(brokenJson(AIRTABLE), { maxLength: 3 }), (records) => {
        const table = new AirtableTable(['Written']);
        for (const record of records) if (isFields(record)) table.add(record);
        expect(table.size).toBeLessThanOrEqual(records.length);
        expect(table.excess).toBeNull();
        const layout = table.layout([]);
        if (!('at' in layout)) return;
        for (const rows of table
          .source('table', layout)
          .rows({ layout, delimiter: ',', rows: table.size, blockHashes: [] }))
          for (const { cells } of rows) for (const cell of cells) expect(typeof cell).toBe('string');
      }),
      settings(200),
    );
  });
});

const PATHS = ['/hooks/resend', '/hooks/mailgun', '/hooks/stream'] as const;
const BODIES = [
  ...MAILGUN.map((event) => ({
    signature: { timestamp: '1795305600', token: 't', signature: 'x' },
    'event-data': event,
  })),
  ...RESEND_HOOKS,
  ...STREAM,
].map((value) => JSON.stringify(value));
const WORDS = [
  '"',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '{"__proto__":1}',
  '"__proto__"',
  '\\u0000',
  '\\ud800',
  '1e999',
  '9'.repeat(400),
  'null',
  '[['.repeat(3_000),
  '{"a":'.repeat(3_000),
  '\0',
  '\xff',
];

/** The headers with which each service would sign these bytes; of Mailgun the body bears its own. */
function signed(path: (typeof PATHS)[number], body: Buffer, seconds: number): Record<string, string> {
  const key = Buffer.from(RESEND_SECRET.slice('whsec_'.length), 'base64');
  const mac = (secret: string | Buffer, head: string, form: 'hex' | 'base64'): string =>
    createHmac('sha256', secret).update(head).update(body).digest(form);
  const at = String(seconds);
  if (path === '/hooks/resend')
    return {
      'svix-id': `id-${mac('x', '', 'hex').slice(0, 20)}`,
      'svix-timestamp': at,
      'svix-signature': `v1,${mac(key, `id-${mac('x', '', 'hex').slice(0, 20)}.${at}.`, 'base64')}`,
    };
  return path === '/hooks/stream'
    ? { 'x-inboxbase-signature': `t=${at},v1=${mac(STREAM_SECRET, `${at}.`, 'hex')}` }
    : {};
}

/** Mailgun's signature does not cover the event, so a body of any shape can be signed. */
function signedByMailgun(event: unknown, seconds: number): string {
  const token = createHmac('sha256', 'token').update(JSON.stringify(event)).digest('hex');
  const signature = createHmac('sha256', MAILGUN_KEY)
    .update(`${String(seconds)}${token}`)
    .digest('hex');
  return JSON.stringify({ signature: { timestamp: String(seconds), token, signature }, 'event-data': event });
}

async function post(
  site: TestSite,
  path: string,
  sent: { headers: Record<string, string>; body: Buffer },
): Promise<number> {
  const response = await fetch(`${site.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...sent.headers },
    body: new Uint8Array(sent.body),
  });
  await response.arrayBuffer();
  return response.status;
}

describe('webhooks', () => {
  test(
    'no bytes without a signature are kept, and none make the server fail',
    async () => {
      const site = await testSite();
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...PATHS), broken(BODIES, WORDS), async (path, body) => {
          expect([400, 401, 413]).toContain(await post(site, path, { headers: {}, body }));
        }),
        settings(80),
      );
      expect(site.hooks.list(10)).toEqual([]);
    },
    FUZZ_MS,
  );

  test(
    'whatever a service signs is kept, and read into facts that can be stored',
    async () => {
      const site = await testSite();
      const seconds = Math.floor(site.clock.now() / 1_000);
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...PATHS),
          broken(BODIES, WORDS),
          brokenJson(MAILGUN),
          async (path, bytes, event) => {
            const body = path === '/hooks/mailgun' ? Buffer.from(signedByMailgun(event, seconds)) : bytes;
            const status = await post(site, path, { headers: signed(path, body, seconds), body });
            expect([200, 413]).toContain(status);
          },
        ),
        settings(80),
      );
      const facts: IncomingFact[] = [];
      for (const provider of ['resend', 'mailgun', 'stream'] as const) {
        const source = createHookSource({ provider, spool: site.hooks, isPreview: false, now: () => NOW });
        const from = {
          cursor: null,
          now: NOW,
          deadlineAt: NOW + 60_000,
          signal: new AbortController().signal,
        };
        for await (const page of source.pages(from)) facts.push(...page.facts);
      }
      expect(site.hooks.list(10)).toEqual([]);
      expect(facts.length).toBeGreaterThan(0);
      for (const fact of facts) expectFact(fact);
    },
    FUZZ_MS,
  );
});
