import { describe, expect, test } from 'vitest';

import { createTerminal, type TerminalTraits } from '../../../src/commands/output/terminal.ts';

const BASE: TerminalTraits = { isTty: true, columns: null, env: {}, color: null, ascii: false };

function colors(traits: Partial<TerminalTraits>): boolean {
  return createTerminal({ ...BASE, ...traits }).color;
}

describe('colour', () => {
  test('only on a terminal, and never on a dumb one', () => {
    expect(colors({})).toBe(true);
    expect(colors({ isTty: false })).toBe(false);
    expect(colors({ env: { TERM: 'dumb' } })).toBe(false);
  });

  test('NO_COLOR and --no-color beat FORCE_COLOR; an empty NO_COLOR is none', () => {
    expect(colors({ env: { NO_COLOR: '1', FORCE_COLOR: '1' } })).toBe(false);
    expect(colors({ color: false, env: { FORCE_COLOR: '1' } })).toBe(false);
    expect(colors({ env: { NO_COLOR: '' } })).toBe(true);
  });

  test('FORCE_COLOR colours a pipe, FORCE_COLOR=0 nothing', () => {
    expect(colors({ isTty: false, env: { FORCE_COLOR: '1' } })).toBe(true);
    expect(colors({ env: { FORCE_COLOR: '0' } })).toBe(false);
  });

  test('styles wrap text on colour terminals and leave it alone elsewhere', () => {
    expect(createTerminal(BASE).red('x')).toBe('\u001B[31mx\u001B[39m');
    expect(createTerminal(BASE).red('')).toBe('');
    expect(createTerminal({ ...BASE, isTty: false }).bold('x')).toBe('x');
  });
});

describe('symbols', () => {
  test.each([
    [{ LANG: 'en_GB.UTF-8' }, false],
    [{ LANG: 'C' }, true],
    [{ LANG: 'C.utf8' }, false],
    [{ LANG: 'en_GB.UTF-8', LC_ALL: 'POSIX' }, true],
    [{}, false],
  ])('with %j ASCII is %s', (env, ascii) => {
    expect(createTerminal({ ...BASE, env }).ascii).toBe(ascii);
  });

  test('--ascii draws nothing beyond ASCII', () => {
    const { symbols } = createTerminal({ ...BASE, ascii: true });
    for (const symbol of Object.values(symbols) as string[]) expect(symbol).toMatch(/^[ -~]+$/);
  });
});

test('an unknown width is 80 columns', () => {
  expect(createTerminal(BASE).width).toBe(80);
  expect(createTerminal({ ...BASE, columns: 132 }).width).toBe(132);
});
