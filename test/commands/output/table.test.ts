import { describe, expect, test } from 'vitest';

import { NEVER_CUT, renderTable, type TableColumn } from '../../../src/commands/output/table.ts';
import { createTerminal, type Terminal } from '../../../src/commands/output/terminal.ts';
import { displayWidth } from '../../../src/commands/output/text.ts';

interface Row {
  readonly id: string;
  readonly name: string;
  readonly subject: string | null;
}

const COLUMNS: readonly TableColumn<Row>[] = [
  { header: 'id', cell: (row) => row.id, minWidth: NEVER_CUT },
  { header: 'lead', cell: (row) => row.name, raw: (row) => `${row.name.toLowerCase()}@example.com` },
  { header: 'subject', cell: (row) => row.subject },
];

const ROWS: readonly Row[] = [
  { id: 'm-aaaaaaaaaaaaaaaa', name: 'Maren', subject: 'Quick case study you might find relevant' },
  { id: 'm-b', name: 'Tom\u001B[2J', subject: null },
];

function terminal(columns: number, isTty = true): Terminal {
  return createTerminal({ isTty, columns, env: { NO_COLOR: '1' }, color: null, ascii: false });
}

describe('on a terminal', () => {
  test('a header in upper case and aligned columns', () => {
    expect(renderTable(terminal(100), ROWS, COLUMNS)).toEqual([
      'ID                  LEAD      SUBJECT',
      'm-aaaaaaaaaaaaaaaa  Maren     Quick case study you might find relevant',
      'm-b                 Tom\\e[2J  —',
    ]);
  });

  test.each([10, 30, 38, 45, 60, 80])(
    'rows are never wider than %i columns where a cut is allowed',
    (width) => {
      const lines = renderTable(terminal(width), ROWS, COLUMNS);
      expect(lines).toHaveLength(3);
      // Ids are never cut: they are typed back.
      const floor = ROWS[0]?.id.length ?? 0;
      for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(Math.max(width, floor + 6));
      expect(lines[1]).toContain('m-aaaaaaaaaaaaaaaa');
    },
  );

  test('the widest column is cut first', () => {
    expect(renderTable(terminal(50), ROWS, COLUMNS)[1]).toBe(
      'm-aaaaaaaaaaaaaaaa  Maren     Quick case study yo…',
    );
  });

  test('an empty list has no header: the command says what is empty', () => {
    expect(renderTable(terminal(80), [], COLUMNS)).toEqual([]);
  });

  test('numbers align to the right, and a style sees the padded cell', () => {
    const columns: readonly TableColumn<number>[] = [
      { header: 'n', cell: String, align: 'right', style: (_row, text) => `<${text}>` },
      { header: 'x', cell: () => 'x' },
    ];
    expect(renderTable(terminal(80), [5, 10], columns)).toEqual([' N  X', '< 5>  x', '<10>  x']);
  });
});

test('in a pipe: tabs, no header, nothing cut, nothing obeyed', () => {
  expect(renderTable(terminal(20, false), ROWS, COLUMNS)).toEqual([
    'm-aaaaaaaaaaaaaaaa\tmaren@example.com\tQuick case study you might find relevant',
    'm-b\ttom\\e[2j@example.com\t',
  ]);
});
