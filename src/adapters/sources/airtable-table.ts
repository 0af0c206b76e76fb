import type { CsvRecord } from '../../core/csv-scanner.ts';
import {
  LEAD_COLUMNS,
  OWN_COLUMN_PREFIX,
  readHeader,
  type ColumnRename,
  type HeaderProblem,
  type LeadColumn,
  type LeadLayout,
} from '../../core/lead-columns.ts';
import { customFieldName } from '../../core/template-fields.ts';
import type { LeadSource } from '../lead-source.ts';
import { cellText } from './airtable-cell.ts';
import { fieldsAt, textAt, type Fields } from './event-fields.ts';

/** Beyond it reading would never come to its end in the time of a run, and a view should say who is a lead. */
export const RECORDS_MAX = 200_000;
/** All cells together; some hundred megabytes in memory. */
const CHARACTERS_MAX = 100_000_000;
/** Airtable allows 500 in a table. */
const FIELDS_MAX = 1_000;
const RECORDS_AT_ONCE = 1_000;
const RECORD_COLUMN = `${OWN_COLUMN_PREFIX}record`;

/** One record as far as writing back looks at it. */
export interface RecordCells {
  readonly id: string;
  readonly email: string;
  readonly values: readonly string[];
}

/** What was read of a table so far, as a lead file would have it. Each record once, whatever the pages say: as it was seen last. */
export class AirtableTable {
  readonly #columns = new Map<string, number>([[RECORD_COLUMN, 0]]);
  readonly #ours: ReadonlySet<string>;
  readonly #records = new Map<string, readonly string[]>();
  #characters = 0;

  /** `ours`: fields that we write, by their exact names; they are read only where they are columns of a lead. */
  constructor(ours: readonly string[]) {
    this.#ours = new Set(ours);
  }

  get size(): number {
    return this.#records.size;
  }

  /** What makes it too large to be read; null while it is not. */
  get excess(): string | null {
    if (this.#records.size > RECORDS_MAX) return `it has more than ${String(RECORDS_MAX)} records`;
    if (this.#columns.size > FIELDS_MAX) return `it has more than ${String(FIELDS_MAX)} fields`;
    return this.#characters > CHARACTERS_MAX
      ? `its cells hold more than ${String(CHARACTERS_MAX)} characters`
      : null;
  }

  /** One record of a page; what has no id is none. Empty cells, and boxes that are not ticked, are not in it. */
  add(record: Fields): void {
    const id = textAt(record, 'id', 100);
    if (id === null) return;
    const cells = [id];
    for (const [name, value] of Object.entries(fieldsAt(record, 'fields'))) {
      if (name === RECORD_COLUMN) continue;
      const text = cellText(value);
      this.#characters += text.length;
      cells[this.#columnOf(name)] = text;
    }
    this.#records.set(id, cells);
  }

  /** Adds columns that no record had a cell in: names that are to be there whatever the records say. */
  complete(names: readonly string[]): void {
    for (const name of names) this.#columnOf(name);
  }

  /** Whether some record had a cell under exactly this name. */
  has(name: string): boolean {
    return this.#columns.has(name);
  }

  /** Whether there is a column that counts as this one of ours, as lead files compare names. */
  hasColumn(column: LeadColumn): boolean {
    return [...this.#columns.keys()].some((name) => customFieldName(name) === column);
  }

  layout(renames: readonly ColumnRename[]): LeadLayout | HeaderProblem {
    const mapped = new Set(renames.map(({ from }) => customFieldName(from)));
    const header = [...this.#columns.keys()].map((name) =>
      this.#ours.has(name) && !mapped.has(customFieldName(name)) && !isLeadColumn(name)
        ? `${OWN_COLUMN_PREFIX}${name}`
        : name,
    );
    const layout = readHeader(header, renames);
    if (!('code' in layout)) return layout;
    // Our own column is none of theirs.
    return { ...layout, problem: layout.problem.replace(`${RECORD_COLUMN}, `, '') };
  }

  /** Its records as rows: the line is the number of the record in this reading, its id stands in a column of our own. */
  source(name: string, layout: LeadLayout): LeadSource {
    const { width } = layout;
    const records = [...this.#records.values()];
    return {
      name,
      check: () => ({ layout, delimiter: ',', rows: records.length, blockHashes: [] }),
      *rows() {
        for (let at = 0; at < records.length; at += RECORDS_AT_ONCE) {
          const some = records.slice(at, at + RECORDS_AT_ONCE);
          yield some
            .map((cells, index) => rowOf(cells, { line: at + index + 1, width }))
            .filter((row) => !isBlank(row));
        }
      },
      close: () => {
        records.length = 0;
      },
    };
  }

  /** Each record with its id, its address and the cells of these fields, as text. */
  *cells(emailAt: number, names: readonly string[]): Generator<RecordCells> {
    const columns = names.map((name) => this.#columns.get(name) ?? -1);
    for (const [id, cells] of this.#records)
      yield { id, email: cells[emailAt] ?? '', values: columns.map((column) => cells[column] ?? '') };
  }

  #columnOf(name: string): number {
    const known = this.#columns.get(name);
    if (known !== undefined) return known;
    this.#columns.set(name, this.#columns.size);
    return this.#columns.size - 1;
  }
}

function isLeadColumn(name: string): boolean {
  const column = customFieldName(name);
  return LEAD_COLUMNS.some((each) => each === column);
}

function rowOf(
  cells: readonly string[],
  { line, width }: { readonly line: number; readonly width: number },
): CsvRecord {
  return { line, cells: Array.from({ length: width }, (_, index) => cells[index] ?? ''), problem: null };
}

/** Tables end in records that nobody filled in; their id alone is no lead. */
function isBlank({ cells }: CsvRecord): boolean {
  return cells.every((cell, index) => index === 0 || cell.trim() === '');
}
