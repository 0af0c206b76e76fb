import type { StateDatabase } from './database.ts';

export type SqlValue = string | number | null;

export interface RowShape {
  /** Table and columns, such as `timeline (lead_row_id, at)`. */
  readonly into: string;
  /** The values of one row, such as `(?, @at)`: a `?` for each of its own, a name for each that all rows share. */
  readonly row: string;
  /** How many `?` there are in `row`. */
  readonly perRow: number;
}

/** Largest first: any number of rows is some of these, so that few statements serve every batch. */
const ROWS_PER_STATEMENT = [32, 16, 8, 4, 2, 1] as const;

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
  const { into, row, perRow, shared } = insert;
  let at = 0;
  for (const rows of ROWS_PER_STATEMENT) {
    const width = rows * perRow;
    while (values.length - at >= width) {
      const sql = `INSERT INTO ${into} VALUES ${`${row}, `.repeat(rows - 1)}${row}`;
      db.prepare<[readonly SqlValue[], Readonly<Record<string, SqlValue>>]>(sql).run(
        values.slice(at, at + width),
        shared,
      );
      at += width;
    }
  }
}
