import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { readInboundMail } from '../../src/adapters/inbound-mail.ts';
import { classifyMail } from '../../src/core/inbound/classify.ts';
import { factsOfMail } from '../../src/core/facts/from-mail.ts';
import type { InboundVerdict } from '../../src/core/inbound/verdict.ts';
import { broken, FUZZ_MS, settings } from './fuzz.ts';
import { AUTOMATIC, HUMAN, NOTICES } from './seeds/mails.ts';

const RECEIVED_ON = '2026-11-22';
const WORDS = [
  '\r\n',
  '\r\n\r\n',
  '--b1',
  '--b1--',
  '=\r\n',
  '=?utf-8?B?',
  '?=',
  'Content-Type: message/rfc822\r\n',
  'Content-Transfer-Encoding: base64\r\n',
  'multipart/report; boundary=b1',
  'Action: failed\r\n',
  '550 5.1.1 user unknown',
  'Status: 5.1.1',
  '>',
  'unsubscribe',
  '<a@b.example>',
  '\xff\xfe',
  '\0',
  '"',
  ';',
  ' '.repeat(300),
  'charset=utf-7',
];

/** More mails of the real world, where there are some; nothing of them is kept. */
const MORE = process.env['FUZZ_MAILS'] ?? '';
const EXTRA = existsSync(MORE)
  ? readdirSync(MORE)
      .filter((name) => name.endsWith('.eml'))
      .map((name) => readFileSync(join(MORE, name)))
  : [];

async function verdictOf(bytes: Buffer): Promise<InboundVerdict> {
  const mail = await readInboundMail(bytes);
  expect(mail.headers.length).toBeLessThanOrEqual(2_000);
  expect(mail.text.length).toBeLessThanOrEqual(500_000);
  expect(mail.parts.length).toBeLessThanOrEqual(50);
  const verdict = classifyMail(mail, { receivedOn: RECEIVED_ON });
  expect(verdict.evidence.length).toBeGreaterThan(0);
  for (const fact of factsOfMail({
    verdict,
    key: 'k',
    at: Date.UTC(2026, 10, 22),
    from: null,
    subject: '',
    messageId: null,
    conversationId: null,
  })) {
    expect(fact.detail.length).toBeLessThan(5_000);
    expect(fact.trust).toBe('claimed');
  }
  return verdict;
}

describe('mail that came back', () => {
  test(
    'any bytes have a verdict, the same one each time, and cost no more than they may',
    async () => {
      await fc.assert(
        fc.asyncProperty(broken([...NOTICES, ...AUTOMATIC, ...HUMAN, ...EXTRA], WORDS), async (bytes) => {
          expect(await verdictOf(bytes)).toEqual(await verdictOf(bytes));
        }),
        settings(120),
      );
    },
    FUZZ_MS,
  );

  test(
    'whatever stands in its body, what a machine marked as its answer is no answer of a person',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...AUTOMATIC),
          broken([...HUMAN, ...NOTICES].map(bodyOf), WORDS),
          async (mail, body) => {
            const verdict = await verdictOf(Buffer.concat([headOf(mail), body]));
            expect(['human_reply', 'wrong_person']).not.toContain(verdict.kind);
          },
        ),
        settings(120),
      );
    },
    FUZZ_MS,
  );

  test(
    'whatever a person writes, they are not taken for a server that calls an address dead',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...HUMAN),
          broken([...NOTICES, ...HUMAN].map(bodyOf), WORDS),
          async (mail, body) => {
            const verdict = await verdictOf(Buffer.concat([headOf(mail), body]));
            expect(['dead_address', 'complaint']).not.toContain(verdict.kind);
          },
        ),
        settings(120),
      );
    },
    FUZZ_MS,
  );
});

const BREAK = '\r\n\r\n';

function headOf(mail: string): Buffer {
  return Buffer.from(mail.slice(0, mail.indexOf(BREAK) + BREAK.length));
}

function bodyOf(mail: string): string {
  return mail.slice(mail.indexOf(BREAK) + BREAK.length);
}
