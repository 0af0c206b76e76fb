import { expect, test } from 'vitest';

import { judgeConfig, judgeLint, type ConfigFacts, type LintFacts } from '../../../src/core/doctor/config.ts';
import { checkDesk, count, countVerdicts } from '../../../src/core/doctor/finding.ts';
import { lineOf } from './line-of.ts';

const FILE = 'headgate.toml';

test.each<[string, ConfigFacts, string[]]>([
  [
    'one that is right, and what it could mean beside',
    { kind: 'valid', file: FILE, keysSet: 1, remarks: ['no approver is named', 'the allowlist is open'] },
    [
      'config/headgate_toml pass: headgate.toml is valid | 1 key, 0 unknown',
      'config/remark warn: headgate.toml could be meant otherwise | no approver is named | headgate config validate',
      'config/remark warn: headgate.toml could be meant otherwise | the allowlist is open | headgate config validate',
    ],
  ],
  [
    'one with errors: the first of them',
    { kind: 'invalid', file: FILE, issues: ['line 3: no such key', 'line 5: no number'] },
    [
      'config/headgate_toml problem: the configuration has 2 errors | line 3: no such key | headgate config validate',
    ],
  ],
  [
    'one that is nowhere: where it was looked for',
    { kind: 'missing', lookedAt: ['/a/headgate.toml', '/b/headgate.toml'] },
    [
      'config/headgate_toml problem: there is no workspace | /a/headgate.toml, /b/headgate.toml | headgate init DIR   or name one with -C DIR',
    ],
  ],
  [
    'one that may not be read',
    { kind: 'denied', path: '/srv/mail' },
    [
      'config/headgate_toml problem: the workspace cannot be read | /srv/mail: permission denied | sudo headgate doctor   or as the owner of the workspace',
    ],
  ],
])('F7: a configuration, %s', (_name, facts, lines) => {
  expect(judgeConfig(facts).map(lineOf)).toEqual(lines);
});

const CLEAN: LintFacts = { sequences: 2, steps: 1, errors: 0, warnings: 0, first: null };

test.each<[Partial<LintFacts>, string]>([
  [{}, 'pass: 2 sequences, 1 step, 0 lint errors | headgate sequences lint'],
  [
    { errors: 1, warnings: 3, first: 'a.md:4: no subject' },
    'problem: 2 sequences, 1 step, 1 lint error | a.md:4: no subject | headgate sequences lint',
  ],
  [
    { warnings: 2, first: 'a.md:9: long' },
    'warn: 2 sequences, 1 step, 2 lint warnings | a.md:9: long | headgate sequences lint',
  ],
  [{ errors: 1 }, 'problem: 2 sequences, 1 step, 1 lint error |  | headgate sequences lint'],
  [{ warnings: 1 }, 'warn: 2 sequences, 1 step, 1 lint warning |  | headgate sequences lint'],
  [
    { sequences: 0, steps: 0 },
    'warn: there are no sequences | nobody is ever written to | headgate sequences new ID',
  ],
])('F7: the files of sequences with %j', (change, line) => {
  expect(lineOf(judgeLint({ ...CLEAN, ...change }))).toBe(`config/sequences ${line}`);
});

test('F7: what nobody looked at is counted apart from what passed, so that no silence counts as health', () => {
  const desk = checkDesk('mail', 'mx');
  const findings = [
    desk.pass('a', ''),
    desk.pass('b', ''),
    desk.skipped('c', ''),
    desk.warn('d', '', 'x'),
    desk.problem('e', '', 'x'),
  ];
  expect(countVerdicts(findings)).toEqual({ pass: 2, skipped: 1, warn: 1, problem: 1 });
  expect(lineOf(desk.skipped('MX', 'no domain'))).toBe('mail/mx skipped: MX | no domain');
  expect([count(0, 'entry', 'entries'), count(1, 'entry', 'entries'), count(2, 'lead')]).toEqual([
    '0 entries',
    '1 entry',
    '2 leads',
  ]);
});
