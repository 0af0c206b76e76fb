import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';

import type { AuditAct } from '../../src/core/audit/entry.ts';
import { verifyTrail } from '../../src/core/audit/verify.ts';
import {
  accountsFor,
  appendAudit,
  appendRestored,
  auditEntries,
  auditHashAt,
  auditHead,
} from '../../src/store/audit.ts';
import { readHeader } from '../../src/store/header.ts';
import { testState, type TestState } from '../helpers/state.ts';

const PAUSED: AuditAct = { at: 5, kind: 'paused', actor: 'terminal:tom', subject: null, detail: {} };

function record({ database }: TestState, ...acts: readonly AuditAct[]): void {
  for (const act of acts) database.write(() => appendAudit(database, act));
}

function verified({ database }: TestState) {
  return verifyTrail({
    entries: auditEntries(database, 0),
    stateId: readHeader(database).stateId,
    outside: [],
    hashAt: (number) => auditHashAt(database, number),
  });
}

/** As somebody with the file and without this program would. */
function byHand({ file }: TestState): Database.Database {
  const connection = new Database(file);
  onTestFinished(() => void connection.close());
  return connection;
}

describe('A13: the audit table', () => {
  test('begins with the state, and each entry follows the one before it', () => {
    const state = testState();
    record(state, PAUSED, { ...PAUSED, kind: 'resumed' });
    expect([...auditEntries(state.database, 0)].map(({ number, kind }) => [number, kind])).toEqual([
      [1, 'created'],
      [2, 'paused'],
      [3, 'resumed'],
    ]);
    expect(verified(state)).toMatchObject({ entries: 3, faultCount: 0, head: auditHead(state.database) });
  });

  test('an act that is rolled back takes its entry with it, and the next one has its number', () => {
    const state = testState();
    const { database } = state;
    expect(() =>
      database.write(() => {
        appendAudit(database, PAUSED);
        throw new Error('the act failed');
      }),
    ).toThrow('the act failed');
    record(state, PAUSED);
    expect(verified(state)).toMatchObject({ entries: 2, faultCount: 0 });
  });

  test('an entry is written in the transaction of its act or not at all', () => {
    const { database } = testState();
    expect(() => appendAudit(database, PAUSED)).toThrow('inside StateDatabase.write');
  });

  test.each([
    ['changed', `UPDATE audit SET actor = 'terminal:eve' WHERE number = 2`],
    ['removed', 'DELETE FROM audit WHERE number = 2'],
    [
      'put in before the end',
      `INSERT INTO audit SELECT 1, at, kind, actor, subject, detail, previous_hash, hash FROM audit WHERE number = 3`,
    ],
    [
      'replaced',
      `REPLACE INTO audit SELECT 2, at, kind, actor, subject, detail, previous_hash, hash FROM audit WHERE number = 3`,
    ],
    [
      'linked to another than the last',
      `INSERT INTO audit SELECT 4, at, kind, actor, subject, detail, previous_hash, hash FROM audit WHERE number = 2`,
    ],
  ])('refuses that an entry is %s, also by hand', (_, sql) => {
    const state = testState();
    record(state, PAUSED, PAUSED);
    expect(() => byHand(state).exec(sql)).toThrow(/append-only|follows the one before it/);
    expect(verified(state)).toMatchObject({ entries: 3, faultCount: 0 });
  });

  test('whoever drops the triggers first is found out', () => {
    const state = testState();
    record(state, PAUSED, PAUSED);
    byHand(state).exec(
      `DROP TRIGGER audit_append_only_update; UPDATE audit SET actor = 'terminal:eve' WHERE number = 2`,
    );
    expect(verified(state).faults).toMatchObject([{ number: 2, fault: 'changed' }]);
  });

  test('A15: goes on behind what is gone, so that no number names two entries', () => {
    const state = testState();
    const { database } = state;
    const outside = { number: 7, hash: 'e'.repeat(64) };
    expect(accountsFor(database, outside)).toBe(false);
    const { kind: _, ...act } = PAUSED;
    database.write(() => appendRestored(database, act, outside));
    record(state, PAUSED);
    expect([...auditEntries(database, 0)].map(({ number, kind }) => [number, kind])).toEqual([
      [1, 'created'],
      [8, 'restored'],
      [9, 'paused'],
    ]);
    expect(accountsFor(database, outside)).toBe(true);
    expect(verified(state)).toMatchObject({ faultCount: 0, breaks: [{ number: 8, missing: 6 }] });
  });
});
