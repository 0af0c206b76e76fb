import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { DEFINITIONS } from './definitions.table.ts';
import { LEAD_FILES } from './lead-files.table.ts';
import { COUNT, numbersIn, readList } from './list.ts';
import { numbersNamedIn, type Standing } from './named-tests.ts';

/** The page with all 150 is the list: this holds it to what runs. */

const TESTS = join(import.meta.dirname, '..');
const ENTRIES = readList();

/** Their names are made of the rows of a table, which no parser sees. */
const TABLES: Readonly<Record<string, readonly { readonly number: number }[]>> = {
  'hardening/lead-files': LEAD_FILES,
  'hardening/definitions': DEFINITIONS,
};

const namedIn = new Map<string, ReadonlyMap<number, Standing>>();

function numbersOf(file: string): ReadonlyMap<number, Standing> {
  const known = namedIn.get(file);
  if (known !== undefined) return known;
  const path = join(TESTS, `${file}.test.ts`);
  const named = existsSync(path) ? new Map(numbersNamedIn(path)) : new Map<number, Standing>();
  for (const { number } of TABLES[file] ?? []) named.set(number, 'always');
  namedIn.set(file, named);
  return named;
}

test('the list has every number from 1 to 150 once, each with an input and an outcome', () => {
  expect(ENTRIES.map(({ number }) => number)).toEqual(Array.from({ length: COUNT }, (_, index) => index + 1));
  for (const { number, input, outcome } of ENTRIES) {
    expect(input, String(number)).not.toBe('');
    expect(outcome, String(number)).not.toBe('');
  }
});

test('every file that the list names has a test which names that number', () => {
  const missing = ENTRIES.flatMap(({ number, files }) =>
    files.filter((file) => !numbersOf(file).has(number)).map((file) => `${String(number)}: ${file}`),
  );
  expect(missing).toEqual([]);
});

test('150 of 150 are shown by a test that runs on every machine', () => {
  const shown = ENTRIES.filter(({ number, files }) =>
    files.some((file) => numbersOf(file).get(number) === 'always'),
  );
  expect(`${String(shown.length)} of ${String(COUNT)}`).toBe('150 of 150');
});

test('a name tells its numbers', () => {
  expect(numbersIn('hardening 41 to 43, 57: names')).toEqual([41, 42, 43, 57]);
  expect(numbersIn('D1, hardening 132 and 138: killed')).toEqual([132, 138]);
  expect(numbersIn('hardening 1.3: four runs')).toEqual([]);
  expect(numbersIn('hardening: the same word')).toEqual([]);
});
