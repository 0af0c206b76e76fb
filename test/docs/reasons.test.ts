import { describe, expect, test } from 'vitest';

import { everyKey } from '../../src/config/reference.ts';
import { REASON_TEXTS } from '../../src/core/reason-texts.ts';
import { COMMANDS } from '../../src/commands/registry.ts';
import { desk, welcome } from '../commands/desk.ts';

/** What stands in back quotes in the explanations. */
const QUOTED = Object.values(REASON_TEXTS).flatMap((text) =>
  [...text.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ''),
);

describe('the explanations of the reasons', () => {
  test('name only keys of the configuration, of sequence.toml, flags and commands that exist', () => {
    const keys = new Set(everyKey().map(({ key }) => key.replace('[]', '')));
    const others = new Set(['STOP', 'late', 'max_late', 'no_reply', '--limit', 'hours.start', 'hours.end']);
    const unknown = QUOTED.filter((word) => {
      if (keys.has(word) || others.has(word)) return false;
      return !COMMANDS.some(
        ({ path }) => word === `headgate ${path}` || word.startsWith(`headgate ${path} `),
      );
    });
    expect(unknown).toEqual([]);
  });

  test('are what `leads why --verbose` says after its answer, and only then', async () => {
    const { run, apply, lead, enroll, leadId, clock } = desk();
    const enrolled = lead('maren', { optedOut: true });
    enroll(enrolled, apply(welcome()), { enrolledAt: clock.now() });
    const meaning = `   opted_out: ${REASON_TEXTS.opted_out}`;
    const verbose = await run(['leads', 'why', leadId(enrolled), '-v']);
    expect(verbose.stdout.split('\n')).toContain(meaning);
    const plain = await run(['leads', 'why', leadId(enrolled)]);
    expect(plain.stdout).not.toContain(REASON_TEXTS.opted_out);
  });
});
