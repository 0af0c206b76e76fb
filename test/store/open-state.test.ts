import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { ExitName } from '../../src/core/exits.ts';
import { openState } from '../../src/store/database.ts';
import type { StateMode } from '../../src/store/database.ts';
import { checkBeforeWrite, diskSpace } from '../../src/store/disk-space.ts';
import { SCHEMA_VERSION } from '../../src/store/migrate.ts';
import { startChild } from '../helpers/child.ts';
import { temporaryDirectory, testState } from '../helpers/state.ts';

const MODES: readonly StateMode[] = ['write', 'read'];

function expectRefused(file: string, code: string, exit: ExitName): void {
  for (const mode of MODES) {
    const refused = expect.objectContaining({ code, exit, notDone: 'Nothing was done.' });
    expect(() => openState({ file, mode }), mode).toThrow(refused);
  }
}

/** A state closed by its last program, so that everything is in the one file. */
function closedState(leads = 0): { file: string; directory: string } {
  const { database, file, directory } = testState();
  database.write(() => {
    const insert = database.prepare<[string, string, string, string]>(
      `INSERT INTO leads (id, email, email_key, zone, zone_rule, stage, status, notes, imported_at, changed_at)
       VALUES (?, ?, ?, 'UTC', 'operator', 'new', 'new', ?, 1, 1)`,
    );
    for (let index = 0; index < leads; index += 1) {
      const email = `lead${String(index)}@example.test`;
      insert.run(`l-${String(index)}`, email, email, 'notes '.repeat(100));
    }
  });
  database.close();
  return { file, directory };
}

describe('A15: a state that is not what init made is refused, and never made anew in silence', () => {
  test('missing: 30, and no file appears', () => {
    const directory = temporaryDirectory();
    expectRefused(join(directory, 'headgate.db'), 'state_missing', 'COLD_START');
    expect(readdirSync(directory)).toEqual([]);
    expectRefused(join(directory, 'no-such-folder', 'headgate.db'), 'state_missing', 'COLD_START');
  });

  test('emptied to 0 bytes: 30, and it stays empty (it would mail everybody again)', () => {
    const file = join(temporaryDirectory(), 'headgate.db');
    writeFileSync(file, '');
    expectRefused(file, 'state_empty', 'COLD_START');
    expect(statSync(file).size).toBe(0);
  });

  test('a text file, or a folder: 78, untouched', () => {
    const directory = temporaryDirectory();
    const text = join(directory, 'text.db');
    writeFileSync(text, 'To whom it may concern\n'.repeat(100));
    expectRefused(text, 'state_foreign', 'CONFIG');
    expect(readFileSync(text, 'utf8')).toContain('concern');
    const folder = join(directory, 'folder.db');
    mkdirSync(folder);
    expectRefused(folder, 'state_foreign', 'CONFIG');
  });

  test("another program's database: 78, and not a byte of it changes", () => {
    const directory = temporaryDirectory();
    const file = join(directory, 'other.db');
    const other = new Database(file);
    other.exec('CREATE TABLE state_header (id)');
    other.close();
    const before = readFileSync(file);
    expectRefused(file, 'state_foreign', 'CONFIG');
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(readdirSync(directory)).toEqual(['other.db']);
  });

  test('a newer schema: 78, untouched', () => {
    const { file } = closedState();
    const raw = new Database(file);
    raw.pragma(`user_version = ${String(SCHEMA_VERSION + 1)}`);
    raw.close();
    expectRefused(file, 'state_newer', 'CONFIG');
  });

  test.each([100, 1_000, 4_096, 40_000])('cut to %i bytes: 78', (bytes) => {
    const { file } = closedState(100);
    expect(statSync(file).size).toBeGreaterThan(bytes);
    truncateSync(file, bytes);
    for (const mode of MODES) {
      expect(() => openState({ file, mode })).toThrow(
        expect.objectContaining({ exit: 'CONFIG', code: expect.stringMatching(/^state_(damaged|foreign)$/) }),
      );
    }
  });

  test('a destroyed first page: 78', () => {
    const { file } = closedState();
    const bytes = readFileSync(file);
    bytes.fill(0xa5, 0, 100);
    writeFileSync(file, bytes);
    expectRefused(file, 'state_foreign', 'CONFIG');
  });
});

describe('before the first write of a run', () => {
  test('damage to one page, which no open notices, is found: 78', () => {
    const { file } = closedState(200);
    const bytes = readFileSync(file);
    const marker = bytes.lastIndexOf('notes notes');
    bytes.fill(0xa5, marker - (marker % 4_096), marker - (marker % 4_096) + 4_096);
    writeFileSync(file, bytes);
    const database = openState({ file, mode: 'write' });
    expect(() => checkBeforeWrite(database, { minFreeBytes: 1 })).toThrow(
      expect.objectContaining({ code: 'state_damaged', exit: 'CONFIG' }),
    );
    database.close();
  });

  test('too little room is refused before anything is written: 77 with path and figures', () => {
    const { database, file } = testState();
    const { freeBytes, blockBytes } = diskSpace(file);
    expect(blockBytes).toBeGreaterThan(0);
    expect(() => checkBeforeWrite(database, { minFreeBytes: freeBytes * 2 + 1 })).toThrow(
      expect.objectContaining({
        code: 'state_disk_full',
        exit: 'NOPERM',
        message: expect.stringContaining(file),
      }),
    );
  });

  test('a whole state with room passes', () => {
    const { database } = testState();
    checkBeforeWrite(database, { minFreeBytes: 1 });
  });

  test('the room of a folder that is not there is asked for without a crash', () => {
    const file = join(temporaryDirectory(), 'no-such-folder', 'headgate.db');
    expect(() => diskSpace(file)).toThrow(/ENOENT/);
  });
});

describe('a state that belongs to another user', () => {
  /** Read by all, written by none; given back for the removal after the test. */
  function lockFolder(directory: string): void {
    for (const name of readdirSync(directory)) chmodSync(join(directory, name), 0o444);
    chmodSync(directory, 0o555);
    onTestFinished(() => chmodSync(directory, 0o755));
  }

  async function openedByNobody(file: string, mode: StateMode): Promise<Record<string, unknown>> {
    return JSON.parse(await startChild('./open-child.ts', [file, mode]).line()) as Record<string, unknown>;
  }

  test('unreadable: 77 with the path and the user who tried', async () => {
    const { file, directory } = closedState();
    chmodSync(directory, 0o755);
    chmodSync(file, 0o000);
    for (const mode of MODES) {
      const answer = await openedByNobody(file, mode);
      expect(answer).toMatchObject({ code: 'state_not_permitted', exit: 'NOPERM' });
      expect(answer['message']).toContain(file);
      expect(answer['message']).toMatch(/ by \S+/);
    }
  });

  test('readable only: writing is refused, reading works while its owner has it open', async () => {
    const { database, file, directory } = testState();
    lockFolder(directory);
    expect(await openedByNobody(file, 'write')).toMatchObject({
      code: 'state_not_permitted',
      exit: 'NOPERM',
    });
    expect(await openedByNobody(file, 'read')).toHaveProperty('opened');
    database.close();
  });

  test('readable only, of an older schema: says who must run first', async () => {
    const { file, directory } = closedState();
    const raw = new Database(file);
    raw.pragma('user_version = 0');
    raw.pragma('journal_mode = DELETE');
    raw.close();
    lockFolder(directory);
    expect(await openedByNobody(file, 'read')).toMatchObject({ code: 'state_older', exit: 'CONFIG' });
  });
});
