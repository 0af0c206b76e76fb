// Writes test/store/schema.sql: every table, index and trigger that the migrations leave behind. A test compares it,
// so that a change of schema is seen by whoever reviews it. Usage: node scripts/dump-schema.ts
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';

const MIGRATIONS = fileURLToPath(new URL('../src/store/migrations/', import.meta.url));
export const SCHEMA_FILE = fileURLToPath(new URL('../test/store/schema.sql', import.meta.url));

/** The schema of an open database as SQL text, in the order of type and name. */
export function dumpSchema(connection: Database.Database): string {
  const parts = connection
    .prepare<[], string>(
      "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY type, name",
    )
    .pluck()
    .all();
  return `${parts.join(';\n\n')};\n`;
}

/** A database in memory after every migration in the folder, in the order of their numbers. */
export function migratedDatabase(): Database.Database {
  const connection = new Database(':memory:');
  for (const name of readdirSync(MIGRATIONS).sort()) {
    if (name.endsWith('.sql')) connection.exec(readFileSync(`${MIGRATIONS}${name}`, 'utf8'));
  }
  return connection;
}

if (import.meta.main) {
  const connection = migratedDatabase();
  writeFileSync(SCHEMA_FILE, dumpSchema(connection));
  connection.close();
}
