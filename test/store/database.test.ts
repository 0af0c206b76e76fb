import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { mapSqliteError, openState } from '../../src/store/database.ts';
import type { StateDatabase } from '../../src/store/database.ts';
import { readHeader } from '../../src/store/header.ts';
import { startChild } from '../helpers/child.ts';
import { temporaryDirectory, testState } from '../helpers/state.ts';

const ADD_JOB = 'INSERT INTO jobs (job) VALUES (?)';

function jobs(database: StateDatabase): string[] {
  return database
    .prepare<[], { job: string }>('SELECT job FROM jobs ORDER BY job')
    .all()
    .map(({ job }) => job);
}

function addJob(database: StateDatabase, job: string): void {
  database.prepare<[string]>(ADD_JOB).run(job);
}

describe('write', () => {
  test('A15: every writing transaction raises the counter once, so that a restored state is told from the present one', () => {
    const { database } = testState();
    database.write(() => {
      addJob(database, 'drip');
      database.write(() => addJob(database, 'send'));
    });
    database.write(() => addJob(database, 'sync'));
    expect(jobs(database)).toEqual(['drip', 'send', 'sync']);
    expect(readHeader(database).writeCounter).toBe(2);
  });

  test('F3: a rehearsal sees what it writes, and leaves nothing of it behind, the counter included', () => {
    const { database } = testState();
    const seen = database.rehearse(() => {
      database.write(() => addJob(database, 'drip'));
      return jobs(database);
    });
    expect(seen).toEqual(['drip']);
    expect(() => database.rehearse(() => addJob(database, 'send'))).not.toThrow();
    expect([jobs(database), readHeader(database).writeCounter, database.inWrite]).toEqual([[], 0, false]);
    database.write(() => addJob(database, 'nurture'));
    expect(jobs(database)).toEqual(['nurture']);
  });

  test('a throw undoes all of it, the counter too, and the next write works', () => {
    const { database } = testState();
    const failing = (): void =>
      database.write(() => {
        addJob(database, 'drip');
        database.write(() => addJob(database, 'send'));
        throw new Error('stopped');
      });
    expect(failing).toThrow('stopped');
    expect(database.inWrite).toBe(false);
    expect(jobs(database)).toEqual([]);
    expect(readHeader(database).writeCounter).toBe(0);
    database.write(() => addJob(database, 'nurture'));
    expect(jobs(database)).toEqual(['nurture']);
  });

  test('a commit that fails throws and leaves nothing, so that no mail leaves on a reservation that is not there', () => {
    const { database } = testState();
    const dangling = (): void =>
      database.write(() => {
        database.prepare('PRAGMA defer_foreign_keys = ON').run();
        database
          .prepare("INSERT INTO timeline (lead_row_id, at, kind, text) VALUES (99, 1, 'drafted', 'x')")
          .run();
      });
    expect(dangling).toThrow(/FOREIGN KEY/);
    expect(database.inWrite).toBe(false);
    expect(database.prepare('SELECT * FROM timeline').all()).toEqual([]);
    database.write(() => addJob(database, 'drip'));
    expect(jobs(database)).toEqual(['drip']);
  });

  test.each(['run', 'get', 'all', 'iterate'] as const)(
    'a writing statement outside a transaction is refused by %s: its failed commit could go unseen',
    (method) => {
      const { database } = testState();
      const statement = database.prepare(`${ADD_JOB} RETURNING job`);
      expect(() => statement[method]('drip')).toThrow('must run inside');
      expect(jobs(database)).toEqual([]);
    },
  );

  test.each(['run', 'get', 'all', 'iterate'] as const)('inside a transaction %s works', (method) => {
    const { database } = testState();
    database.write(() => {
      const statement = database.prepare(method === 'run' ? ADD_JOB : `${ADD_JOB} RETURNING job`);
      const answer = statement[method]('drip');
      if (method === 'iterate') Array.from(answer as Iterable<unknown>);
    });
    expect(jobs(database)).toEqual(['drip']);
  });

  test('a promise is refused, for the transaction would end before the work does', () => {
    const { database } = testState();
    const waiting = (): Promise<void> =>
      database.write(() => {
        addJob(database, 'drip');
        return Promise.resolve();
      });
    expect(waiting).toThrow('cannot wait');
    expect(jobs(database)).toEqual([]);
  });

  test('assertInWrite tells inside from outside', () => {
    const { database } = testState();
    expect(() => database.assertInWrite()).toThrow('must run inside');
    database.write(() => database.assertInWrite());
  });

  test('a second writer waits no longer than it was told and ends with a code that allows a retry (75)', () => {
    const { database, file } = testState();
    const impatient = openState({ file, mode: 'write', busyTimeoutMs: 0 });
    database.write(() => {
      expect(() => impatient.write(() => addJob(impatient, 'drip'))).toThrow(
        expect.objectContaining({ code: 'state_busy', exit: 'TEMPFAIL' }),
      );
    });
    impatient.write(() => addJob(impatient, 'drip'));
    impatient.close();
    expect(jobs(database)).toEqual(['drip']);
  });
});

describe('read', () => {
  test('A17: one read sees one moment, whatever others commit meanwhile', () => {
    const { database, open } = testState();
    const other = open('write');
    database.read(() => {
      expect(jobs(database)).toEqual([]);
      other.write(() => addJob(other, 'drip'));
      expect(database.read(() => jobs(database))).toEqual([]);
    });
    expect(jobs(database)).toEqual(['drip']);
  });

  test('hardening 127: whoever looked knows whether anybody has written since, and its own writes are no surprise', () => {
    const { database, open } = testState();
    const other = open('write');
    const seen = database.write(() => {
      addJob(database, 'drip');
      return database.foreignCommits();
    });
    expect(database.foreignCommits()).toBe(seen);
    database.write(() => addJob(database, 'nurture'));
    expect(database.foreignCommits()).toBe(seen);
    other.write(() => addJob(other, 'send'));
    expect(database.foreignCommits()).not.toBe(seen);
  });

  test('a snapshot cannot turn into a write: it could be refused half way', () => {
    const { database } = testState();
    expect(() => database.read(() => database.write(() => addJob(database, 'drip')))).toThrow('snapshot');
  });

  test('F3: a state opened for reading changes nothing, by write or by statement', () => {
    const { database, open } = testState();
    const reader = open('read');
    expect(() => reader.write(() => addJob(reader, 'drip'))).toThrow('opened for reading');
    expect(() => addJob(reader, 'drip')).toThrow('must run inside');
    expect(() => reader.read(() => addJob(reader, 'drip'))).toThrow('must run inside');
    expect(jobs(database)).toEqual([]);
  });

  test('a preview still opens the state after its writer was killed, and sees what was committed', async () => {
    const { database, file, open } = testState();
    database.close();
    const writer = startChild('./crash-child.ts', [file]);
    expect(await writer.line()).toBe('committed');
    await writer.kill();
    expect(jobs(open('read'))).toEqual(['drip']);
  });
});

describe('copies and checks', () => {
  test.each(['write', 'read'] as const)('F8: a copy made in mode %s is a whole state that opens', (mode) => {
    const { database, directory, open } = testState();
    database.write(() => addJob(database, 'drip'));
    const target = join(directory, 'copy.db');
    const source = open(mode);
    source.vacuumInto(target);
    const copy = openState({ file: target, mode: 'read' });
    expect(jobs(copy)).toEqual(['drip']);
    expect(copy.faults('integrity_check')).toEqual([]);
    copy.close();
    if (mode === 'read') expect(() => source.prepare('PRAGMA user_version = 7').run()).toThrow();
  });

  test('F8: a copy never overwrites a file, and is not made inside a transaction', () => {
    const { database, file } = testState();
    expect(() => database.vacuumInto(file)).toThrow();
    expect(() => database.write(() => database.vacuumInto(`${file}.copy`))).toThrow('inside a transaction');
    expect(database.faults('quick_check')).toEqual([]);
  });

  test('a statement is prepared once for one text', () => {
    const { database } = testState();
    expect(database.prepare(ADD_JOB)).toBe(database.prepare(ADD_JOB));
  });
});

describe('what SQLite reports becomes what an operator can act on', () => {
  function errorOf(work: () => void): unknown {
    try {
      work();
    } catch (error) {
      return error;
    }
    throw new Error('this had to fail');
  }

  test('a full disk is 77 with the path, and the state is as before', () => {
    const file = join(temporaryDirectory(), 'full.db');
    const connection = new Database(file);
    connection.exec('CREATE TABLE t (x); PRAGMA max_page_count = 3;');
    const error = errorOf(() => connection.exec('INSERT INTO t VALUES (zeroblob(100000))'));
    connection.close();
    const mapped = mapSqliteError(error, file);
    expect(mapped).toMatchObject({ code: 'state_disk_full', exit: 'NOPERM', cause: error });
    expect(String(mapped)).toContain(file);
  });

  test.each([
    ['SQLITE_BUSY', 'state_busy', 'TEMPFAIL'],
    ['SQLITE_BUSY_RECOVERY', 'state_busy', 'TEMPFAIL'],
    ['SQLITE_FULL', 'state_disk_full', 'NOPERM'],
    ['SQLITE_IOERR_SHMSIZE', 'state_disk_full', 'NOPERM'],
    ['SQLITE_IOERR_FSYNC', 'state_io_error', 'NOPERM'],
    ['SQLITE_READONLY', 'state_not_permitted', 'NOPERM'],
    ['SQLITE_READONLY_ROLLBACK', 'state_not_permitted', 'NOPERM'],
    ['SQLITE_CANTOPEN', 'state_not_permitted', 'NOPERM'],
    ['SQLITE_NOTADB', 'state_foreign', 'CONFIG'],
    ['SQLITE_CORRUPT', 'state_damaged', 'CONFIG'],
    ['SQLITE_CORRUPT_INDEX', 'state_damaged', 'CONFIG'],
    ['ENOSPC', 'state_disk_full', 'NOPERM'],
    ['EROFS', 'state_not_permitted', 'NOPERM'],
    ['EIO', 'state_io_error', 'NOPERM'],
  ])('%s is %s (%s)', (sqlite, code, exit) => {
    const mapped = mapSqliteError(new Database.SqliteError('as SQLite says', sqlite), '/s/headgate.db');
    expect(mapped).toMatchObject({ code, exit });
    expect(String(mapped)).toContain('/s/headgate.db');
  });

  test('a broken constraint and a bug stay what they are', () => {
    const constraint = new Database.SqliteError('no', 'SQLITE_CONSTRAINT_UNIQUE');
    const bug = new TypeError('no');
    expect(mapSqliteError(constraint, 'f')).toBe(constraint);
    expect(mapSqliteError(bug, 'f')).toBe(bug);
    expect(mapSqliteError('text', 'f')).toBe('text');
  });
});

test('every commit is synced and foreign keys hold, on each connection', () => {
  const { open, file } = testState();
  const database = open('write');
  const pragma = (name: string): unknown =>
    Object.values(database.prepare(`PRAGMA ${name}`).get() as object)[0];
  expect(pragma('synchronous')).toBe(2);
  expect(pragma('foreign_keys')).toBe(1);
  expect(pragma('trusted_schema')).toBe(0);
  const header = readFileSync(file);
  // The file format's words for the write-ahead log, and for the program it belongs to.
  expect([...header.subarray(18, 20)]).toEqual([2, 2]);
  expect(header.subarray(68, 72).toString('latin1')).toBe('HdGt');
});

describe('E1: work whose transactions are synced together, at its end', () => {
  const synchronous = (database: StateDatabase): unknown =>
    Object.values(database.prepare('PRAGMA synchronous').get() as object)[0];

  test('others see each transaction at once, and the next commit is synced by itself again', async () => {
    const { open } = testState();
    const database = open('write');
    const result = await database.syncedAtEnd(() => {
      database.write(() => addJob(database, 'drip'));
      expect(jobs(open('read'))).toEqual(['drip']);
      // 1 is NORMAL: the log is synced before it is copied into the file, so that the state stays whole.
      expect(synchronous(database)).toBe(1);
      return Promise.resolve('done');
    });
    expect(result).toBe('done');
    expect(synchronous(database)).toBe(2);
  });

  test('work that throws keeps what it committed, and leaves a connection that syncs every commit', async () => {
    const { open } = testState();
    const database = open('write');
    const failing = database.syncedAtEnd(() => {
      database.write(() => addJob(database, 'drip'));
      return Promise.reject(new Error('half-way'));
    });
    await expect(failing).rejects.toThrow('half-way');
    expect(synchronous(database)).toBe(2);
    expect(jobs(open('read'))).toEqual(['drip']);
  });
});

describe('writer', () => {
  test('F3: a reader stays one when the same connection is given to a writer', () => {
    const { open } = testState();
    const reader = open('read');
    const writer = reader.writer();
    writer.write(() => addJob(writer, 'drip'));
    expect(jobs(reader)).toEqual(['drip']);
    expect(() => reader.write(() => addJob(reader, 'send'))).toThrow('opened for reading');
    expect(() => addJob(reader, 'send')).toThrow('inside StateDatabase.write');
    expect(() => writer.write(() => addJob(reader, 'send'))).toThrow();
    expect(jobs(reader)).toEqual(['drip']);
  });

  test('a snapshot of the reader is not written into by its writer', () => {
    const { open } = testState();
    const reader = open('read');
    const writer = reader.writer();
    expect(() => reader.read(() => writer.write(() => addJob(writer, 'drip')))).toThrow('snapshot');
    expect(jobs(reader)).toEqual([]);
  });
});
