import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { classifyMail } from '../../../src/core/inbound/classify.ts';
import { htmlToText } from '../../../src/core/inbound/html-text.ts';
import { classify, DAEMON, mail, RECEIVED_ON } from './mails.ts';

const NAMES = [
  'from',
  'to',
  'subject',
  'auto-submitted',
  'precedence',
  'return-path',
  'x-failed-recipients',
  'content-type',
  'in-reply-to',
  'references',
  'delivered-to',
  'list-id',
];
const TYPES = [
  'message/delivery-status',
  'message/feedback-report',
  'message/rfc822',
  'text/rfc822-headers',
  'text/plain',
];
const FRAGMENTS = [
  'On 1 May 2026 ',
  'wrote:',
  '> ',
  '\n',
  '\r\n',
  '-----Original Message-----',
  'From:',
  '550 5.1.1 ',
  '<a@b.example>',
  'Final-Recipient: rfc822; ',
  'Action: failed',
  'until 31.2.',
  'stop',
  '{"Message":',
  '\u0000',
  '\uD800',
  '@',
  '=?utf-8?q?=',
  '&#x',
  '<blockquote>',
];

const soup = fc
  .array(fc.oneof(fc.constantFrom(...FRAGMENTS), fc.string({ unit: 'binary', maxLength: 12 })), {
    maxLength: 60,
  })
  .map((pieces) => pieces.join(''));
const header = fc.record({ name: fc.constantFrom(...NAMES), value: soup });
const part = fc.record({ contentType: fc.constantFrom(...TYPES), text: soup });
const anyMail = fc.record({
  headers: fc.array(header, { maxLength: 20 }),
  text: soup,
  parts: fc.array(part, { maxLength: 5 }),
  isWhole: fc.boolean(),
});

describe('hardening 139 to 145: whatever a stranger sends', () => {
  test('every mail has a verdict that names its evidence', () => {
    fc.assert(
      fc.property(anyMail, (any) => {
        const verdict = classifyMail(any, { receivedOn: RECEIVED_ON });
        expect(verdict.evidence.length).toBeGreaterThan(0);
        expect(verdict.returnsOn === null || verdict.returnsOn >= RECEIVED_ON).toBe(true);
      }),
      { seed: 144, numRuns: 400 },
    );
  });

  test('E7: the same mail has the same verdict', () => {
    fc.assert(
      fc.property(anyMail, (any) => {
        const [first, second] = [1, 2].map(() => classifyMail(any, { receivedOn: RECEIVED_ON }));
        expect(second).toEqual(first);
      }),
      { seed: 145, numRuns: 100 },
    );
  });

  const MEGABYTE = 1_000_000;
  test.each([
    'a',
    ' ',
    '\n',
    '@',
    '<',
    '-',
    '>',
    '> ',
    '0',
    '1.',
    '5.1.1 ',
    '550 ',
    'a@b.example ',
    'a@',
    '<a@b.example>\n',
    'user ',
    'no such ',
    'the mailbox of ',
    'box: ',
    'automatic reply ',
    'abuse report ',
    'spam@',
    'Out: 250-',
    '2500-',
    'http://a ',
    "Unknown address error 550-'",
    'On 1 May 2026 ',
    'On 1 May 2026 a wrote\n',
    'schrieb 1.1.2026:\n',
    'From: a\n',
    '-- Original Message\n',
    'Message-ID: ',
    'Final-Recipient: rfc822; a@b.example\nAction: failed\n',
    'back on 1 May ',
    '<div>',
    '<script>',
    '<!--',
    '&',
    '{"Message":"',
    'é\u0301',
    '>>> DATA\n',
    '_=*~\n',
  ])('a megabyte of %j is read in one go', (piece) => {
    const text = piece.repeat(Math.ceil(MEGABYTE / piece.length));
    const parts = ['message/delivery-status', 'message/rfc822'].map((contentType) => ({ contentType, text }));
    for (const verdict of [
      classify({ text }),
      classify({ headers: DAEMON, text }),
      classify({ headers: { ...DAEMON, subject: text.slice(0, 100_000), references: text }, parts }),
    ])
      expect(verdict.evidence.length).toBeGreaterThan(0);
    expect(
      htmlToText(text, { decodeReferences: (raw) => raw, charactersMax: MEGABYTE }).length,
    ).toBeLessThanOrEqual(MEGABYTE * 2);
  });

  test('a report on ten thousand recipients is cut', () => {
    const text = 'Final-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.1.1\n\n'.repeat(10_000);
    const parts = [{ contentType: 'message/delivery-status', text }];
    expect(
      classifyMail(mail({ headers: DAEMON, parts }), { receivedOn: RECEIVED_ON }).recipients.length,
    ).toBe(50);
  });
});
