import { describe, expect, test } from 'vitest';

import { createTerminal } from '../../../src/commands/output/terminal.ts';
import { Screen } from '../../../src/commands/review/screen.ts';
import type { OutputStream } from '../../../src/ports.ts';

/** A screen on a terminal of this size that keeps each write. */
function screenOf(rows: number | null, env: Readonly<Record<string, string>> = {}) {
  const writes: string[] = [];
  const stdout: OutputStream = {
    isTty: true,
    columns: 80,
    rows,
    isJournal: false,
    write: (text) => {
      writes.push(text);
    },
  };
  const nothing = () => Promise.resolve(null);
  const stdin = {
    isTty: true,
    readLine: nothing,
    readKey: nothing,
    releaseKeys: () => undefined,
    readHidden: nothing,
  };
  const io = { stdin: { ...stdin, readAll: () => Promise.resolve('') }, stdout, stderr: stdout, env };
  const terminal = createTerminal({ isTty: true, columns: 80, env, color: false, ascii: false });
  const screen = new Screen(io);
  return {
    screen,
    writes,
    draw: (lines: readonly string[]) => {
      screen.draw(terminal, lines);
    },
  };
}

/* eslint-disable no-control-regex -- escape sequences are what is looked for */
describe('a screen that is redrawn in place', () => {
  const long = Array.from({ length: 20 }, (_, row) => `row ${String(row)} ${'x'.repeat(60)}`);

  test('cli.md 2.4: one write a key, and only the lines that changed: a slow line carries few bytes', () => {
    const { draw, writes } = screenOf(24);
    draw([...long, '> ']);
    draw([...long.with(3, 'changed'), '> ']);
    expect(writes).toHaveLength(2);
    expect(writes[1]).toBe('\u001B[4;1Hchanged\u001B[K\u001B[21;1H> \u001B[K');
  });

  test('what stood on the terminal before is not wiped but scrolled up', () => {
    const { draw, writes } = screenOf(24);
    draw(['one', '> ']);
    expect(writes[0]).toBe(`${'\n'.repeat(23)}\u001B[Hone\u001B[K\r\n> \u001B[K\u001B[J`);
  });

  test('it uses no second screen, hides no cursor and changes no mode: there is nothing to restore', () => {
    const { draw, screen, writes } = screenOf(24);
    draw([...long, '> ']);
    screen.forget();
    draw(['short', '> ']);
    screen.end();
    expect(writes.join('')).not.toMatch(/\u001B\[\?|\u001B[78c=>]/);
  });

  test('fewer lines than before leave nothing of the former ones', () => {
    const { draw, writes } = screenOf(24);
    draw([...long, '> ']);
    draw(['one', '> ']);
    expect(writes[1]).toMatch(/> \u001B\[K\u001B\[J$/);
  });

  test('the side of a box stands in its column, however wide the terminal takes an emoji to be', () => {
    const { draw, writes } = screenOf(24);
    draw([' │ 👩‍💻   │', '> ']);
    expect(writes[0]).toContain(' │ 👩‍💻\u001B[K\u001B[9G│');
  });

  test.each<[number | null, Readonly<Record<string, string>>]>([
    [null, {}],
    [24, { TERM: 'dumb' }],
    [5, {}],
  ])('rows %j and %j: one screen below the other, without any sequence', (rows, env) => {
    const { draw, writes } = screenOf(rows, env);
    draw(['one', '> ']);
    draw(['one', '> 3']);
    draw(['two', '> ']);
    expect(writes).toEqual(['\none\n> ', '\n> 3', '\ntwo\n> ']);
  });
});
