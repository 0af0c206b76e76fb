import { join } from 'node:path';

import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { csvLine, plainCell, safeCsvLine } from '../../src/core/csv-format.ts';
import { CsvScanner } from '../../src/core/csv-scanner.ts';
import { importDesk } from '../commands/import-desk.ts';
import { expectNothingLost, expectPlainWords, remember } from '../hardening/general-rule.ts';
import { LEAD_FILES } from '../hardening/lead-files.table.ts';
import { broken, FUZZ_MS, settings } from './fuzz.ts';

const SEEDS = LEAD_FILES.map(({ bytes }) => bytes).filter((bytes) => bytes.length < 10_000);
const WORDS = [
  '"',
  '""',
  ',',
  ';',
  '\r',
  '\n',
  '\r\n',
  '\t',
  '|',
  '\uFEFF',
  '\0',
  '@',
  'email',
  ',,,,,,',
  'sep=;\n',
  'headgate_line',
];

test(
  'any file of leads is taken, taken in part or refused in plain words, and loses nothing that was there',
  async () => {
    const desk = importDesk();
    desk.lead('kept');
    const file = join(desk.directory, 'headgate.db');
    await fc.assert(
      fc.asyncProperty(broken(SEEDS, WORDS), async (bytes) => {
        desk.file(bytes);
        const before = remember(file);
        const result = await desk.run(['leads', 'import', 'leads.csv', '--yes']);
        expect([0, 32, 65]).toContain(result.code);
        expectPlainWords(result, 'leads import');
        const after = remember(file);
        // A row of the file may be news of a lead that an earlier file brought.
        expect(after.get('leads')?.length).toBeGreaterThanOrEqual(before.get('leads')?.length ?? 0);
        for (const table of ['enrollments', 'suppressions', 'messages'])
          expectNothingLost(new Map([[table, before.get(table) ?? []]]), after);
        if (result.code === 65 && result.stdout === '')
          expect(after.get('leads')).toEqual(before.get('leads'));
      }),
      settings(40),
    );
  },
  FUZZ_MS,
);

test(
  'good rows before and behind a broken one are stored, unless the whole file is refused',
  async () => {
    const desk = importDesk();
    let round = 0;
    await fc.assert(
      fc.asyncProperty(broken(['x,y', '"a ""b""",c', 'ann@a.example,"two\nlines"'], WORDS), async (row) => {
        round += 1;
        const [first, last] = [`a${String(round)}@first.example`, `z${String(round)}@last.example`];
        desk.file(
          Buffer.concat([Buffer.from(`email,notes\n${first},1\n`), row, Buffer.from(`\n${last},2\n`)]),
        );
        const { code } = await desk.run(['leads', 'import', 'leads.csv', '--yes']);
        const stored = desk.leads().filter(({ email }) => email === first || email === last);
        if (code !== 65) expect(stored.map(({ email }) => email)).toContain(first);
        // What stands behind an open quote is a part of it.
        if (code !== 65 && !row.includes('"')) expect(stored).toHaveLength(2);
      }),
      settings(40),
    );
  },
  FUZZ_MS,
);

test('any rows, written by us, are read back by us and by another reader as they were', () => {
  const cell = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 8 }),
    fc.constantFrom('"', '=1', "'", '\r\n', ',', ' x ', "'=x", '+49'),
  );
  const rows = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(rows, (cells) => {
      // An empty line is no row.
      const text = cells.map((row) => csvLine(['r', ...row])).join('');
      const ours = new CsvScanner(',').push(text, true).map((record) => record.cells);
      expect(ours).toEqual(cells.map((row) => ['r', ...row]));
      expect(parse(text, { relaxColumnCount: true, recordDelimiter: '\n' })).toEqual(ours);
      const safe = new CsvScanner(',').push(cells.map((row) => safeCsvLine(['r', ...row])).join(''), true);
      expect(safe.map((record) => record.cells.map(plainCell))).toEqual(ours);
      for (const { cells: each } of safe)
        for (const value of each) expect(value).not.toMatch(/^[\s]*[=+\-@]/);
    }),
    settings(300),
  );
});
