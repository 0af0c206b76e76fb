import { spawnSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';

import { expect, test } from 'vitest';

const MODULE = pathToFileURL(join(import.meta.dirname, '../../src/adapters/console-input.ts')).href;

/** Runs a few lines in a real process with `input` on its stdin; they see `stdin` and print with `show`. */
function withInput(input: string, body: string): unknown {
  const script = `
    const { createInputStream } = await import(${JSON.stringify(MODULE)});
    const stdin = createInputStream();
    const show = (value) => process.stdout.write(JSON.stringify(value));
    ${body}
    process.exit(0);`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    input,
    encoding: 'utf8',
  });
  return JSON.parse(stdout) as unknown;
}

test('lines typed ahead are read one by one, and then the end', () => {
  const read =
    'show([await stdin.readLine(), await stdin.readLine(), await stdin.readLine(), await stdin.readLine()]);';
  expect(withInput('one\r\ntwo\nlast', read)).toEqual(['one', 'two', 'last', null]);
});

test('an empty input is the end at once', () => {
  expect(withInput('', 'show([await stdin.readLine(), stdin.isTty]);')).toEqual([null, false]);
});

test('a piped file is read whole, as UTF-8 even across chunks', () => {
  const text = 'é'.repeat(70_000);
  expect(withInput(text, 'show((await stdin.readAll()).length);')).toBe(70_000);
});

test('keys come by what was pressed', () => {
  const read =
    'const keys = []; for (let i = 0; i < 6; i += 1) keys.push(await stdin.readKey()); show(keys);';
  expect(withInput('aA\r\u001B[A\u0003é', read)).toEqual(['a', 'A', 'enter', 'up', 'ctrl-c', 'é']);
});

test('no key is the end', () => {
  expect(withInput('', 'show(await stdin.readKey());')).toBeNull();
});
