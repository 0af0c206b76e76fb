import { join } from 'node:path';

import { expect, test } from 'vitest';

import { answer, importDesk, type ImportDesk } from '../commands/import-desk.ts';
import type { CliResult } from '../helpers/cli.ts';
import {
  expectNoOutwardAction,
  expectNothingChanged,
  expectNothingLost,
  expectPlainWords,
  lasting,
  remember,
} from './general-rule.ts';
import { LEAD_FILES, type LeadFileRow } from './lead-files.table.ts';

const KNOWN = ['kept@kept.example', 'out@out.example'];
const ROWS = LEAD_FILES.map((row) => ({ ...row, row }));

test.each(ROWS)('hardening $number: $title', async ({ row }) => {
  const desk = importDesk();
  const file = join(desk.directory, 'headgate.db');
  for (const name of ['kept', 'out']) desk.lead(name, { source: null, optedOut: name === 'out' });
  desk.file(row.bytes);
  await expectPreview(desk, row);
  const first = await importAs(desk, row);
  const after = remember(file);
  const again = await importAs(desk, row);
  expect(saidOf(again, row)).toEqual(saidOf(first, row));
  for (const table of ['leads', 'enrollments', 'suppressions'])
    expect(remember(file).get(table), table).toEqual(after.get(table));
});

/** The file once more, for people; what it says and what it leaves behind. */
async function importAs(desk: ImportDesk, row: LeadFileRow): Promise<CliResult> {
  const file = join(desk.directory, 'headgate.db');
  const before = remember(file);
  const result = await desk.run(['leads', 'import', 'leads.csv', ...(row.flags ?? [])]);
  const after = remember(file);
  expect(result.code).toBe(row.exit);
  expectPlainWords(result, 'leads import');
  for (const words of row.says ?? []) expect(result.stdout + result.stderr).toContain(words);
  expectNoOutwardAction(before, after);
  expectNothingLost(before, after);
  if (row.stored === undefined) expectNothingChanged(before, after);
  const stored = desk.leads().map(({ email }) => email);
  expect(stored.filter((email) => !KNOWN.includes(email))).toEqual(row.stored ?? []);
  if (row.first !== undefined) expect(desk.leadOf(keyOf(row))).toMatchObject(row.first);
  return result;
}

/** What programs read before anything is stored: the place of every refused row, and what stood there. */
async function expectPreview(desk: ImportDesk, row: LeadFileRow): Promise<void> {
  const file = join(desk.directory, 'headgate.db');
  const before = remember(file);
  const words = ['leads', 'import', 'leads.csv', '--preview', ...(row.flags ?? [])];
  const { code, rejects, remarks } = await answer(desk, words);
  expectNothingChanged(before, remember(file));
  expect(code).toBe(row.exit);
  expect(rejects.map(({ line, field, reason }) => [line, field, reason])).toEqual(row.refuses ?? []);
  for (const { value } of rejects) expect(value).toMatch(/^"[^\n\r\0]{1,70}"$/);
  if (row.remarks !== undefined) expect(remarks).toEqual(row.remarks);
}

function saidOf({ code, stderr, stdout }: CliResult, row: LeadFileRow): readonly unknown[] {
  // The counts are others the second time: who was new is known.
  const refusals = stdout.split('\n').filter((line) => line.includes('leads.csv'));
  return [code, lasting(stderr), row.exit === 65 ? lasting(stdout) : refusals.map(lasting)];
}

function keyOf(row: LeadFileRow): string {
  return (row.stored?.[0] ?? '').toLowerCase();
}
