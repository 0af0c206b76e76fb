import { describe, expect, test } from 'vitest';

import { faultOf, startLeadCsv, type CsvProblem, type LeadCsvStart } from '../../src/core/lead-csv.ts';
import type { ColumnRename } from '../../src/core/lead-columns.ts';

function start(
  text: string,
  { isLast = true, renames = [] }: { isLast?: boolean; renames?: readonly ColumnRename[] } = {},
): LeadCsvStart | CsvProblem {
  return startLeadCsv(text, { isLast, renames });
}

function begun(text: string, isLast = true): LeadCsvStart {
  const read = start(text, { isLast });
  if ('code' in read) throw new Error(read.what);
  return read;
}

describe('the beginning of a lead file (hardening 4 to 7, 13)', () => {
  test('delimiter, header and the first rows, with their lines', () => {
    const { delimiter, layout, records } = begun('email;Shoe Size\nann@x.example;4\nbob@x.example;5\n');
    expect(delimiter).toBe(';');
    expect(layout.custom).toEqual([{ name: 'shoe_size', index: 1 }]);
    expect(records.map(({ line, cells }) => [line, ...cells])).toEqual([
      [2, 'ann@x.example', '4'],
      [3, 'bob@x.example', '5'],
    ]);
  });

  test('the line sep= is no header, and is counted', () => {
    const { delimiter, layout, records } = begun('sep=|\nemail|spam\nann@x.example|1\n');
    expect([delimiter, layout.width]).toEqual(['|', 2]);
    expect(records.map(({ line }) => line)).toEqual([3]);
  });

  test('a row that the first part does not complete goes on in the next one', () => {
    const { records, scanner } = begun('email\nann@x.exa', false);
    expect(records).toEqual([]);
    expect(scanner.push('mple\n', true)).toMatchObject([{ line: 2, cells: ['ann@x.example'] }]);
    expect(faultOf(scanner)).toBeNull();
  });

  test('--map says which column is the address', () => {
    const renames = [{ from: 'Kontakt', to: 'email' }];
    expect(start('Kontakt\nann@x.example\n', { renames })).toHaveProperty('layout.at.email', 0);
  });

  test.each([
    ['', { code: 'header_missing', line: null, what: 'there is no header row' }],
    ['\n\n', { code: 'header_missing', line: null, what: 'there is no header row' }],
    ['\n,\n', { code: 'header_missing', line: 2, what: 'there is no header row' }],
    ['name\nann\n', { code: 'email_missing', line: 1, what: expect.stringContaining('the file has name') }],
    ['"email"x,b\n', { code: 'csv_header', line: 1, what: 'text behind the closing quote of column 1' }],
    ['email\n"ann', { code: 'csv_quote_open', line: 2, what: expect.stringContaining('not closed') }],
  ])('%j is no lead file', (text, problem) => {
    expect(start(text)).toMatchObject(problem);
  });

  test('a header that is missing or unfit comes with a way out', () => {
    const fix = 'Put the names of the columns into the first line: email,first_name,…';
    expect(start('')).toHaveProperty('fix', fix);
    expect(start('mail\n')).toHaveProperty('fix', 'Say which column holds the address: --map mail=email');
  });
});
