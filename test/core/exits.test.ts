import { expect, test } from 'vitest';

import { EXIT_CODES, EXIT_PRECEDENCE, strongestExit, type ExitName } from '../../src/core/exits.ts';

test('cli.md 2.7: a script that looks at an exit code finds the one that the contract names', () => {
  expect(EXIT_CODES).toEqual({
    ...{ OK: 0, NOTHING_DUE: 20, WOULD_ACT: 21 },
    ...{ COLD_START: 30, HELD: 31, PARTIAL: 32, STALE_PLAN: 33, PAUSED: 34 },
    ...{ USAGE: 64, DATAERR: 65, UNAVAILABLE: 69, SOFTWARE: 70, TEMPFAIL: 75, NOPERM: 77, CONFIG: 78 },
  });
});

test('cli.md 2.7: of several outcomes the one that needs somebody most is the exit', () => {
  expect([...EXIT_PRECEDENCE].sort()).toEqual(Object.keys(EXIT_CODES).sort());
  for (const [index, name] of EXIT_PRECEDENCE.entries()) {
    const weaker = EXIT_PRECEDENCE.slice(index);
    expect(strongestExit([...weaker].reverse())).toBe(name);
  }
  const inOrder: readonly (readonly [ExitName, ExitName])[] = [
    ['SOFTWARE', 'CONFIG'],
    ['TEMPFAIL', 'PAUSED'],
    ['PAUSED', 'COLD_START'],
    ['COLD_START', 'HELD'],
    ['HELD', 'PARTIAL'],
    ['PARTIAL', 'WOULD_ACT'],
    ['WOULD_ACT', 'NOTHING_DUE'],
    ['NOTHING_DUE', 'OK'],
  ];
  for (const [stronger, weaker] of inOrder) expect(strongestExit([weaker, stronger])).toBe(stronger);
  expect(strongestExit([])).toBe('OK');
});
