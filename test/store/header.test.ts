import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { stampOf } from '../../src/core/state-identity.ts';
import type { StateDatabase } from '../../src/store/database.ts';
import {
  adoptHeader,
  clearPersonNeeded,
  markRestored,
  markWentLive,
  readHeader,
  recordClock,
  setPersonNeeded,
} from '../../src/store/header.ts';
import { FakeMachine, TEST_NOW } from '../helpers/fakes.ts';
import { testState } from '../helpers/state.ts';

function written(database: StateDatabase, work: () => void): ReturnType<typeof readHeader> {
  database.write(work);
  return readHeader(database);
}

test('A15: the stamp of a header carries what a restore would turn back', () => {
  const { database, machine } = testState();
  const header = written(database, () => recordClock(database, TEST_NOW + 1));
  expect(stampOf(header)).toEqual({
    stateId: header.stateId,
    machine: machine.identity(),
    lastClockAt: TEST_NOW + 1,
    writeCounter: 1,
  });
});

describe('A14: the last reading of the clock', () => {
  test('never goes back by itself: many small steps back still add up to a doubt', () => {
    const { database } = testState();
    expect(written(database, () => recordClock(database, TEST_NOW + 5_000)).lastClockAt).toBe(
      TEST_NOW + 5_000,
    );
    expect(written(database, () => recordClock(database, TEST_NOW)).lastClockAt).toBe(TEST_NOW + 5_000);
  });

  test('is lowered by adopt alone', () => {
    const { database, machine } = testState();
    const adoption = { machine: machine.identity(), now: TEST_NOW - 86_400_000 };
    expect(written(database, () => adoptHeader(database, adoption)).lastClockAt).toBe(TEST_NOW - 86_400_000);
  });
});

test('A15: adopt binds the state to the machine it is on and ends the wait of a restored one', () => {
  const { database } = testState();
  const machine = new FakeMachine();
  machine.become({ macHash: 'mac-2', instanceIdHash: null, hostName: 'vps-2' });
  expect(written(database, () => markRestored(database, TEST_NOW)).restoredAt).toBe(TEST_NOW);
  const now = TEST_NOW + 60_000;
  const header = written(database, () => adoptHeader(database, { machine: machine.identity(), now }));
  expect(header).toMatchObject({ restoredAt: null, boundAt: now, createdAt: TEST_NOW });
  expect(header.machine).toEqual(machine.identity());
});

test('A5: a person is needed since the first doubt, until a person acts', () => {
  const { database } = testState();
  expect(readHeader(database).personNeededSinceAt).toBeNull();
  expect(written(database, () => setPersonNeeded(database, 100)).personNeededSinceAt).toBe(100);
  expect(written(database, () => setPersonNeeded(database, 200)).personNeededSinceAt).toBe(100);
  expect(written(database, () => clearPersonNeeded(database)).personNeededSinceAt).toBeNull();
});

test('D9: going live is kept with its moment', () => {
  const { database } = testState();
  expect(readHeader(database).wentLiveAt).toBeNull();
  expect(written(database, () => markWentLive(database, 300)).wentLiveAt).toBe(300);
});

test.each([
  ['is gone', 'DELETE FROM state_header'],
  ['is no JSON', "UPDATE state_header SET machine_json = '{half'"],
  ['names no machine', 'UPDATE state_header SET machine_json = \'{"machineIdHash": 7}\''],
])('A15: a header that %s is damage (78), not an unbound state', (_, sql) => {
  const { database, file } = testState();
  const raw = new Database(file);
  raw.exec(sql);
  raw.close();
  expect(() => readHeader(database)).toThrow(
    expect.objectContaining({ code: 'state_damaged', exit: 'CONFIG' }),
  );
});

test('A15: a write without a header row fails: its counter could tell nothing any more', () => {
  const { database, file } = testState();
  const raw = new Database(file);
  raw.exec('DELETE FROM state_header');
  raw.close();
  const work = (): unknown =>
    database.write(() => database.prepare("INSERT INTO jobs (job) VALUES ('drip')").run());
  expect(work).toThrow(expect.objectContaining({ code: 'state_damaged' }));
  expect(database.prepare('SELECT * FROM jobs').all()).toEqual([]);
});
