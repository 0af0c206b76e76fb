import type { StateDatabase } from './database.ts';

export type SqlValue = string | number | null;

export interface RowShape {
  /** Table and columns, such as `timeline (lead_row_id, at)`. */
  readonly into: string;
  /**
   * The values of one row, such as `(?, ?1, @at)`: a `?` for each of its own, `?1` for its first one once more, a name for each that
   * all rows share.
   */
  readonly row: string;
  /** How many values of its own a row has. */
  readonly perRow: number;
  /** A table-valued function of its values, such as `json_each(column2) AS each`: a row is then stored once for each of the function's. */
  readonly times?: string;
}

/** Largest first: any number of rows is some of these, so that few statements serve every batch. */
const ROWS_PER_STATEMENT = [128, 64, 32, 16, 8, 4, 2, 1] as const;

/**
 * Inserts many rows with few statements, in the caller's transaction: a constraint, a trigger and a check cost per
 * statement more than per row, and an import is 100,000 rows.
 * `values` are the own values of all rows, one row behind the other; `shared` those that every row has.
 */
export function insertRows(
  db: StateDatabase,
  insert: RowShape & { readonly shared: Readonly<Record<string, SqlValue>> },
  values: readonly SqlValue[],
): void {
  db.assertInWrite();
  const { perRow, times } = insert;
  const { select, shared } = selectOf(insert);
  const each = times === undefined ? '' : ` CROSS JOIN ${times}`;
  let at = 0;
  for (const rows of ROWS_PER_STATEMENT) {
    const width = rows * perRow;
    if (values.length - at < width) continue;
    const statement = db.prepare<SqlValue[][]>(`${select} FROM (VALUES ${ownRows(rows, perRow)})${each}`);
    for (; values.length - at >= width; at += width) statement.run(shared, values.slice(at, at + width));
  }
}

/**
 * The statement up to its rows, and the shared values in the order in which it takes them. Names would be looked through anew for
 * every value that has none, which costs more than storing it.
 */
function selectOf({
  into,
  row,
  shared,
}: RowShape & { readonly shared: Readonly<Record<string, SqlValue>> }): {
  readonly select: string;
  readonly shared: SqlValue[];
} {
  const taken: SqlValue[] = [];
  let own = 0;
  const columns = row
    .slice(1, -1)
    .replaceAll(/\?(\d*)|@(\w+)/g, (_mark, again: string, name: string | undefined) => {
      if (name === undefined) return `column${again === '' ? String((own += 1)) : again}`;
      const value = shared[name];
      if (value === undefined) throw new Error(`No value for @${name}`);
      taken.push(value);
      return '?';
    });
  return { select: `INSERT INTO ${into} SELECT ${columns}`, shared: taken };
}

function ownRows(rows: number, perRow: number): string {
  const one = `(?${', ?'.repeat(perRow - 1)})`;
  return `${one}${`, ${one}`.repeat(rows - 1)}`;
}
