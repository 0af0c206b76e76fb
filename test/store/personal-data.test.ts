import { describe, expect, test } from 'vitest';

import { migratedDatabase } from '../../scripts/dump-schema.ts';
import { IMPERSONAL_TABLES, MENTIONING_TABLES, PERSONAL_TABLES } from '../../src/store/personal-data.ts';

interface Column {
  readonly name: string;
  readonly type: string;
}

const DATABASE = migratedDatabase();
const TABLES = DATABASE.prepare<[], string>(
  "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
)
  .pluck()
  .all();
const CLASSIFIED = [...PERSONAL_TABLES, ...MENTIONING_TABLES];

function columnsOf(table: string): Column[] {
  return DATABASE.prepare<[], Column>(`SELECT name, type FROM pragma_table_info('${table}')`).all();
}

function wordColumns(table: string): string[] {
  return columnsOf(table)
    .filter(({ type }) => type === 'TEXT' || type === 'BLOB')
    .map(({ name }) => name);
}

describe('GDPR: nothing about a person is forgotten when a person is', () => {
  test('every table of the schema says whether it holds anything about people', () => {
    const said = [...CLASSIFIED.map(({ table }) => table), ...Object.keys(IMPERSONAL_TABLES)];
    expect(said.toSorted()).toEqual(TABLES);
  });

  test.for(CLASSIFIED.map(({ table, columns }) => ({ table, columns })))(
    'every column of $table that holds words or bytes says what becomes of it',
    ({ table, columns }) => {
      // chat_pages, notices and their like are searched in all columns that are named; a key of theirs is no text of a person.
      expect(Object.keys(columns).toSorted()).toEqual(wordColumns(table).toSorted());
    },
  );

  test.for(PERSONAL_TABLES.map(({ table, unsaid }) => ({ table, unsaid })))(
    'an export leaves out of $table only numbers of rows, and who of us was asked',
    ({ table, unsaid }) => {
      const columns = columnsOf(table).map(({ name }) => name);
      expect(columns).toEqual(expect.arrayContaining([...unsaid]));
      const silent = unsaid.filter((name) => !name.endsWith('row_id'));
      expect(silent.filter((name) => !['email_key', 'user_id', 'user_name'].includes(name))).toEqual([]);
    },
  );
});
