import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { dumpSchema, migratedDatabase, SCHEMA_FILE } from '../../scripts/dump-schema.ts';
import { migrate, SCHEMA_VERSION, schemaVersion } from '../../src/store/migrate.ts';
import { temporaryDirectory } from '../helpers/state.ts';

function connect(file: string): Database.Database {
  const connection = new Database(file);
  onTestFinished(() => void connection.close());
  return connection;
}

test('the schema is the one that was reviewed (node scripts/dump-schema.ts writes it anew)', () => {
  const connection = connect(':memory:');
  migrate(connection, 'memory');
  expect(dumpSchema(connection)).toBe(readFileSync(SCHEMA_FILE, 'utf8'));
});

test('every migration in the folder is built into the program', () => {
  const fromFolder = migratedDatabase();
  onTestFinished(() => void fromFolder.close());
  const connection = connect(':memory:');
  migrate(connection, 'memory');
  expect(dumpSchema(connection)).toBe(dumpSchema(fromFolder));
});

test('a migration happens once, whoever comes first', () => {
  const file = join(temporaryDirectory(), 'headgate.db');
  const [first, second] = [connect(file), connect(file)];
  migrate(first, file);
  migrate(second, file);
  migrate(first, file);
  expect(schemaVersion(second)).toBe(SCHEMA_VERSION);
});

test('a migration that fails leaves the schema as it was, version included', () => {
  const connection = connect(':memory:');
  connection.exec('CREATE TABLE leads (mine)');
  expect(() => migrate(connection, 'memory')).toThrow(/already exists/);
  expect(schemaVersion(connection)).toBe(0);
  expect(dumpSchema(connection)).toBe('CREATE TABLE leads (mine);\n');
});

test('A15: a newer schema is refused and left alone', () => {
  const connection = connect(':memory:');
  migrate(connection, 'memory');
  connection.pragma(`user_version = ${String(SCHEMA_VERSION + 1)}`);
  expect(() => migrate(connection, '/s/headgate.db')).toThrow(
    expect.objectContaining({ code: 'state_newer', exit: 'CONFIG' }),
  );
  expect(schemaVersion(connection)).toBe(SCHEMA_VERSION + 1);
});
