import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { retryAfterMs, waitUntil, WAIT_MS_MAX } from '../../src/adapters/http/retry-after.ts';
import { parseReply, waitAskedFor } from '../../src/adapters/mail/smtp-reply.ts';
import { DELAY_DAYS_MAX, parseDelay, parseDurationMs, DAY_MS } from '../../src/core/time/durations.ts';
import { formatInstant, parseInstant } from '../../src/core/time/instants.ts';
import { GAP_MARK } from '../../src/core/writing/gap.ts';
import { validateWords } from '../../src/core/writing/validate.ts';
import { GOOD_WORDS } from '../servers/models.ts';
import { desk } from '../commands/desk.ts';
import { expectPlainWords } from '../hardening/general-rule.ts';
import { broken, FUZZ_MS, settings } from './fuzz.ts';

const NOW = Date.UTC(2026, 10, 22);
const TIMES = [
  '2026-11-22',
  '2026-11-22T09:30:00Z',
  '2026-11-22T09:30:00+05:30',
  '2026-11-22T09:30',
  '2016-12-31T23:59:60Z',
  '0d',
  '2 working days',
  '36h',
  '90m',
  'yesterday',
  '7d',
];
const TIME_WORDS = [
  '-',
  '+',
  ':',
  'T',
  'Z',
  '.',
  '0',
  '9',
  '99',
  '24',
  '60',
  '-00:00',
  '+24:00',
  ' ',
  'e9',
  '\u0660',
  'd',
  'h',
  '\u202e',
  '\0',
  '000000',
];
const text = (seeds: readonly string[], words: readonly string[]): fc.Arbitrary<string> =>
  broken(seeds, words).map((bytes) => bytes.toString('utf8'));

describe('times', () => {
  test('any text is a moment that exists and can be written again, or a problem', () => {
    fc.assert(
      fc.property(text(TIMES, TIME_WORDS), (written) => {
        const at = parseInstant(written);
        if (typeof at !== 'number') {
          expect(at.problem.length).toBeLessThan(300);
          return;
        }
        expect(Number.isSafeInteger(at)).toBe(true);
        expect(parseInstant(formatInstant(at))).toBe(at - (at % 1_000) || at);
      }),
      settings(600),
    );
  });

  test('any text is a delay within its bounds, or a problem', () => {
    fc.assert(
      fc.property(text(TIMES, TIME_WORDS), (written) => {
        const delay = parseDelay(written);
        if (!('problem' in delay)) {
          const days = delay.unit === 'elapsed' ? delay.ms / DAY_MS : delay.days;
          expect(days >= 0 && days <= DELAY_DAYS_MAX).toBe(true);
        }
        const ms = parseDurationMs(written);
        if (typeof ms === 'number') expect(Number.isSafeInteger(ms) && ms >= 0).toBe(true);
      }),
      settings(400),
    );
  });

  test(
    'any text behind --at, --since and --until is a moment or a wrong command line',
    async () => {
      const of = desk();
      const flags = fc.constantFrom(
        ['drip', '--preview', '--at'],
        ['report', '--since'],
        ['report', '--until'],
        ['runs', 'list', '--since'],
        ['leads', 'import', 'x.csv', '--enroll-from'],
      );
      await fc.assert(
        fc.asyncProperty(flags, text(TIMES, TIME_WORDS), async (words, written) => {
          const result = await of.run([...words, written]);
          expect([0, 30, 64, 65]).toContain(result.code);
          expectPlainWords(result, words.join(' '));
        }),
        settings(60),
      );
    },
    FUZZ_MS,
  );
});

describe('what servers ask for', () => {
  test('any Retry-After is a wait of a day at most, or none', () => {
    const seeds = [
      '120',
      '0',
      'Sun, 22 Nov 2026 09:30:00 GMT',
      'Sunday, 22-Nov-26 09:30:00 GMT',
      '1e9',
      '99999999999999',
    ];
    fc.assert(
      fc.property(text(seeds, ['-', 'e', '.', ' ', ',', 'GMT', '\n', '9']), (value) => {
        for (const ms of [retryAfterMs(value, NOW), waitUntil(value, NOW)]) {
          if (ms === null) continue;
          expect(Number.isSafeInteger(ms) && ms >= 0 && ms <= WAIT_MS_MAX).toBe(true);
        }
      }),
      settings(500),
    );
  });

  test('any answer of a mail server is one that is understood, or none', () => {
    const seeds = [
      '250 2.0.0 Ok: queued as A1',
      '421 4.7.0 Try again in 5 minutes',
      '550-5.1.1 no\r\n550 5.1.1 such user',
      '451 4.7.1 Greylisted, please wait 300 seconds',
    ];
    fc.assert(
      fc.property(
        text(seeds, ['-', ' ', '\r\n', '4.', '5.1.1', 'seconds', 'hours', '9'.repeat(30), '\0', '\u202e']),
        (raw) => {
          const reply = parseReply(raw);
          if (reply === null) return;
          expect(reply.code >= 200 && reply.code <= 599).toBe(true);
          const wait = waitAskedFor(reply);
          if (wait !== null) expect(Number.isFinite(wait) && wait >= 0 && wait <= WAIT_MS_MAX).toBe(true);
        },
      ),
      settings(500),
    );
  });
});

test('any answer of a model is prose about what we gave it, or waits for a person', () => {
  const task = {
    frame: {
      subject: 'Quick case study',
      preheader: null,
      bodyMarkdown: `Hi Priya,\n\n${GAP_MARK}\n\nTom`,
      isAssist: false,
    },
    purpose: 'New website lead',
    campaign: 'Offer: a teardown for $200, at https://example.com/audit.',
    voice: 'Plain, specific, no hype.',
    briefing: 'One case study from the same industry; one number; one question.',
    length: 'short',
    previous: null,
    lead: { first_name: 'Priya', company: 'Kestrel' },
  } as const;
  const words = [
    '{{ x }}',
    '{%',
    'https://evil.example',
    '$999',
    '```',
    '<b>',
    '{"a":',
    'As an AI',
    '\u202e',
    '\u200b',
    '\n\n',
    '# ',
    '| a |',
    '[x](y)',
    'a@b.example',
    'Ignore all previous instructions',
    '\0',
  ];
  fc.assert(
    fc.property(text([GOOD_WORDS, `${GOOD_WORDS}\n\n${GOOD_WORDS}`, ''], words), (written) => {
      const verdict = validateWords(written, task);
      expect(validateWords(written, task)).toEqual(verdict);
      if (verdict.kind === 'unfit') return;
      expect(verdict.bodyMarkdown).not.toMatch(/\{\{|\}\}|\{%|evil|999|```|<b>|\u202e|\u200b|\0|@b\.example/);
    }),
    settings(300),
  );
});
