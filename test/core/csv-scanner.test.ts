import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { csvLine, plainCell, safeCsvLine } from '../../src/core/csv-format.ts';
import { delimiterName, detectDelimiter } from '../../src/core/csv-delimiter.ts';
import { CsvScanner, ROW_CHARACTERS_MAX, type Delimiter } from '../../src/core/csv-scanner.ts';

/** Everything at once, or in parts of a length. */
function scan(
  text: string,
  partLength = Infinity,
  delimiter: Delimiter = ',',
): { rows: unknown[]; scanner: CsvScanner } {
  const scanner = new CsvScanner(delimiter);
  const rows: unknown[] = [];
  for (let at = 0; at === 0 || at < text.length; at += partLength) {
    const isLast = at + partLength >= text.length;
    for (const { line, cells, problem } of scanner.push(text.slice(at, at + partLength), isLast)) {
      rows.push(problem === null ? [line, ...cells] : [line, ...cells, { problem }]);
    }
    if (isLast) break;
  }
  return { rows, scanner };
}

describe('rows', () => {
  test.each([
    [
      'a,b\nc,d\n',
      [
        [1, 'a', 'b'],
        [2, 'c', 'd'],
      ],
    ],
    [
      'a,b\r\nc,d',
      [
        [1, 'a', 'b'],
        [2, 'c', 'd'],
      ],
    ],
    [
      'a\rb\n\rc\r\n',
      [
        [1, 'a'],
        [2, 'b'],
        [4, 'c'],
      ],
    ],
    [
      'a,\n,b\n,\n',
      [
        [1, 'a', ''],
        [2, '', 'b'],
        [3, '', ''],
      ],
    ],
    [
      '\n\na\n\nb',
      [
        [3, 'a'],
        [5, 'b'],
      ],
    ],
    [
      '"a,b","c""d"\n""\n',
      [
        [1, 'a,b', 'c"d'],
        [2, ''],
      ],
    ],
    [
      '"a\nb\r\nc\rd",e\nf,g',
      [
        [1, 'a\nb\r\nc\rd', 'e'],
        [5, 'f', 'g'],
      ],
    ],
    ['5" pipe, "x"\n', [[1, '5" pipe', ' "x"']]],
    [
      '"a"b,c\nd,e',
      [
        [1, 'ab', 'c', { problem: 'text behind the closing quote of column 1' }],
        [2, 'd', 'e'],
      ],
    ],
    ['x,"a" "b",c', [[1, 'x', 'a "b"', 'c', { problem: 'text behind the closing quote of column 2' }]]],
    ['', []],
  ])('%j', (text, rows) => {
    expect(scan(text).rows).toEqual(rows);
    expect(scan(text).scanner.fault, 'a sound text is not refused').toBeNull();
    for (const partLength of [1, 2, 3, 5]) expect(scan(text, partLength).rows).toEqual(rows);
  });

  test('tabs, semicolons and bars separate as commas do', () => {
    for (const delimiter of ['\t', ';', '|'] as const) {
      expect(scan(`a${delimiter}"b${delimiter}c"`, 2, delimiter).rows).toEqual([[1, 'a', `b${delimiter}c`]]);
    }
  });

  test('hardening 12: rows that end in CR are handed out as they come, and not kept until the end', () => {
    const scanner = new CsvScanner(',');
    expect(scanner.push('a\rb\rc', false).map(({ cells }) => cells)).toEqual([['a'], ['b']]);
    expect(scanner.push('\r', true).map(({ cells }) => cells)).toEqual([['c']]);
  });

  test('the count of rows is the number of rows, without their cells being made', () => {
    const text = 'a,b\n"c\n\n",d\n\ne"f\n';
    for (const partLength of [2, 7, 100]) {
      const scanner = new CsvScanner(',');
      let rows = 0;
      for (let at = 0; at < text.length; at += partLength) {
        rows += scanner.count(text.slice(at, at + partLength), at + partLength >= text.length);
      }
      expect(rows).toBe(3);
    }
  });
});

describe('a text that is unusable', () => {
  test('hardening 10: a quote that stays open is named by the line on which it opens', () => {
    const { scanner, rows } = scan('a\n"b\nc",d,"e\nf\n', 4);
    expect(rows).toEqual([[1, 'a']]);
    expect(scanner.fault).toMatchObject({ code: 'csv_quote_open', line: 3 });
    expect(scanner.push('more"\n', true)).toEqual([]);
  });

  test.each([
    ['in quotes', `a\nb,"${'x'.repeat(ROW_CHARACTERS_MAX)}`, 'csv_quote_open'],
    ['without quotes', `a\nb,${'x'.repeat(ROW_CHARACTERS_MAX)}`, 'csv_row_too_large'],
  ])('hardening 14: a row %s that never ends is given up at the limit', (_, text, code) => {
    const scanner = new CsvScanner(',');
    scanner.push(text, false);
    expect(scanner.fault).toMatchObject({ code, line: 2 });
  });

  test('hardening 14: a row beyond the limit is refused also when it ends in the same part', () => {
    expect(scan(`a\nb,${'x'.repeat(ROW_CHARACTERS_MAX)}\nc\n`).scanner.fault).toMatchObject({ line: 2 });
  });
});

describe('hardening 10, 14: the limit of one row', () => {
  const limit = 'x'.repeat(ROW_CHARACTERS_MAX);

  test('a row of exactly so many characters is taken, whole or in parts', () => {
    expect(scan(`${limit}\nb\n`).rows).toEqual([
      [1, limit],
      [2, 'b'],
    ]);
    const scanner = new CsvScanner(',');
    expect(scanner.push(limit, false)).toEqual([]);
    expect(scanner.fault).toBeNull();
    expect(scanner.push('\n', true)).toHaveLength(1);
  });

  test('it is one row that counts, not all rows of a part together', () => {
    const long = limit.slice(0, ROW_CHARACTERS_MAX / 2 + 1);
    const { rows, scanner } = scan(`${long}\n${long}\n${long}\n`);
    expect([rows.length, scanner.fault]).toEqual([3, null]);
  });

  test('the operator is told what is wrong with the row, and by which line', () => {
    const endless = (text: string): unknown => {
      const scanner = new CsvScanner(',');
      scanner.push(text, false);
      return scanner.fault;
    };
    expect(endless(`"a",${limit}`)).toEqual({
      code: 'csv_row_too_large',
      line: 1,
      problem: 'this row is longer than 1048576 characters',
    });
    expect(endless(`a,"${limit}`)).toEqual({
      code: 'csv_quote_open',
      line: 1,
      problem: 'the quote opened on this line is not closed within 1048576 characters',
    });
    expect(scan('"a').scanner.fault).toEqual({
      code: 'csv_quote_open',
      line: 1,
      problem: 'the quote opened on this line is not closed before the end of the file',
    });
  });
});

test('rows are those of an established parser, however odd the cells and wherever the parts are cut', () => {
  const cell = fc.string({
    unit: fc.constantFrom('a', 'b', ',', '"', '\n', '\r', ' ', '\u00e9'),
    maxLength: 6,
  });
  const grid = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(
      grid,
      fc.constantFrom('\n', '\r\n', '\r'),
      fc.integer({ min: 1, max: 9 }),
      (rows, end, length) => {
        const text = rows.map((cells) => csvLine(cells).replace(/\n$/, end)).join('');
        const expected = parse(text, { relax_column_count: true, record_delimiter: ['\r\n', '\n', '\r'] });
        expect(scan(text, length).rows.map((row) => (row as unknown[]).slice(1))).toEqual(expected);
      },
    ),
    { seed: 9, numRuns: 500 },
  );
});

describe('the delimiter', () => {
  test.each([
    ['a,b,c\n1;2;3', ','],
    ['a;b;c\n1,2,3', ';'],
    ['a\tb\n', '\t'],
    ['a|b|c,d\n', '|'],
    ['"a;b;c",d\n', ','],
    ['"a\n;;;",b', ','],
    ['email', ','],
    ['', ','],
    ['\r\n\na;b', ';'],
  ])('of %j is %j', (text, delimiter) => {
    expect(detectDelimiter(text)).toEqual({ delimiter, skip: 0, firstLine: 1 });
  });

  test.each([
    [',', 'commas'],
    [';', 'semicolons'],
    ['\t', 'tabs'],
    ['|', 'vertical bars'],
  ] as const)('%j is called %s', (delimiter, name) => {
    expect(delimiterName(delimiter)).toBe(name);
  });

  test('is what the line "sep=" says', () => {
    expect(detectDelimiter('sep=;\r\na,b')).toEqual({ delimiter: ';', skip: 7, firstLine: 2 });
    expect(detectDelimiter('sep=x\na,b')).toEqual({ delimiter: ',', skip: 0, firstLine: 1 });
    expect(detectDelimiter('a,b\nsep=;\n')).toEqual({ delimiter: ',', skip: 0, firstLine: 1 });
  });
});

test('what is written reads back, and for people formulas are defused', () => {
  expect(csvLine(['a', 'b,c', 'd"e', ' f', ''])).toBe('a,"b,c","d""e"," f",\n');
  expect(safeCsvLine(['=1+1', '+cmd', '-2', '@x', '\t=1', 'a=b', ''])).toBe(
    `'=1+1,'+cmd,'-2,'@x,'\t=1,a=b,\n`,
  );
});

test('hardening 17: the apostrophe that we put in front of a formula comes off again, and no other does', () => {
  for (const cell of ['=1+1', "'=1", "''-2", '\t=1', ' @x', "o'brien", "'quoted'", '']) {
    const written = safeCsvLine([cell])
      .replace(/\n$/, '')
      .replace(/^"(.*)"$/s, '$1');
    expect(plainCell(written), cell).toBe(cell);
  }
});
