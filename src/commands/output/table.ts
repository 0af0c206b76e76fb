import type { Terminal } from './terminal.ts';
import { displayWidth, escapeText, padEnd, padStart, truncate } from './text.ts';

export interface TableColumn<Row> {
  /** Shown in upper case, on a terminal only. */
  readonly header: string;
  /** What people see. It is escaped and cut to fit; null shows as a dash. */
  readonly cell: (row: Row) => string | null;
  /** What a pipe gets instead: whole, ISO times, ids. Left out: `cell`. Null becomes an empty field. */
  readonly raw?: (row: Row) => string | null;
  /** Columns below which this one is never cut; default 8. Ids and times set it to a large number: never cut. */
  readonly minWidth?: number;
  readonly align?: 'left' | 'right';
  /** Colours a finished, padded cell. */
  readonly style?: (row: Row, text: string) => string;
}

/** For `minWidth` of a column that loses its meaning when cut. */
export const NEVER_CUT = Number.MAX_SAFE_INTEGER;

const GAP = '  ';
const MIN_WIDTH_DEFAULT = 8;

/**
 * A list as lines. On a terminal: a header, columns fitted to the width by cutting the widest first, one line
 * a row always. In a pipe: tabs, no header, nothing cut, so that `cut` and `awk` can rely on it.
 */
export function renderTable<Row>(
  terminal: Terminal,
  rows: readonly Row[],
  columns: readonly TableColumn<Row>[],
): readonly string[] {
  return terminal.isTty ? renderFitted(terminal, rows, columns) : rows.map((row) => renderRaw(row, columns));
}

function renderRaw<Row>(row: Row, columns: readonly TableColumn<Row>[]): string {
  return columns.map(({ cell, raw }) => escapeText((raw ?? cell)(row) ?? '')).join('\t');
}

function renderFitted<Row>(
  terminal: Terminal,
  rows: readonly Row[],
  columns: readonly TableColumn<Row>[],
): readonly string[] {
  if (rows.length === 0) return [];
  const headers = columns.map(({ header }) => header.toUpperCase());
  const cells = rows.map((row) =>
    columns.map(({ cell }) => {
      const text = cell(row);
      return text === null || text === '' ? terminal.symbols.dash : escapeText(text);
    }),
  );
  const widths = fitWidths(naturalWidths(headers, cells), columns, terminal.width);
  const line = (texts: readonly string[], row: Row | null): string =>
    columns
      .map((column, index) => {
        const width = widths[index] ?? 0;
        const text = truncate(texts[index] ?? '', width, terminal.symbols.ellipsis);
        const isLast = index === columns.length - 1;
        const padded = column.align === 'right' ? padStart(text, width) : isLast ? text : padEnd(text, width);
        return row === null || column.style === undefined ? padded : column.style(row, padded);
      })
      .join(GAP);
  return [
    terminal.dim(line(headers, null)),
    ...cells.map((texts, index) => line(texts, rows[index] ?? null).trimEnd()),
  ];
}

function naturalWidths(headers: readonly string[], cells: readonly (readonly string[])[]): number[] {
  return headers.map((header, index) =>
    cells.reduce((width, row) => Math.max(width, displayWidth(row[index] ?? '')), displayWidth(header)),
  );
}

/**
 * Takes the missing columns one by one from the widest column that may still shrink: first down to each
 * column's own floor, then, on a very narrow terminal, down to a single character.
 */
function fitWidths<Row>(
  natural: readonly number[],
  columns: readonly TableColumn<Row>[],
  terminalWidth: number,
): readonly number[] {
  const widths = [...natural];
  let excess = widths.reduce((sum, width) => sum + width, GAP.length * (widths.length - 1)) - terminalWidth;
  for (const floorMax of [NEVER_CUT, 1]) {
    const floors = columns.map(({ minWidth = MIN_WIDTH_DEFAULT }) =>
      minWidth === NEVER_CUT ? NEVER_CUT : Math.min(minWidth, floorMax),
    );
    while (excess > 0) {
      const widest = indexOfWidest(widths, floors);
      if (widest === null) break;
      widths[widest] = (widths[widest] ?? 0) - 1;
      excess -= 1;
    }
  }
  return widths;
}

function indexOfWidest(widths: readonly number[], floors: readonly number[]): number | null {
  let found: number | null = null;
  widths.forEach((width, index) => {
    if (width <= (floors[index] ?? 0)) return;
    if (found === null || width > (widths[found] ?? 0)) found = index;
  });
  return found;
}
