import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createStampFile } from '../../src/adapters/stamp-file.ts';
import { judgeState } from '../../src/core/guards/state-doubts.ts';
import { auditHead } from '../../src/store/audit.ts';
import { createState } from '../../src/store/create.ts';
import type { CreateStateOptions } from '../../src/store/create.ts';
import { openState } from '../../src/store/database.ts';
import { readHeader } from '../../src/store/header.ts';
import { FakeClock, FakeMachine, SeededRandom, TEST_NOW } from '../helpers/fakes.ts';
import { temporaryDirectory, testState } from '../helpers/state.ts';

function optionsIn(directory: string): CreateStateOptions {
  return {
    file: join(directory, 'headgate.db'),
    clock: new FakeClock(),
    random: new SeededRandom(7),
    machine: new FakeMachine(),
    stampFile: createStampFile(join(directory, 'stamp.json')),
  };
}

const stateExists = expect.objectContaining({ code: 'state_exists', exit: 'USAGE' });

test('A15: a new state is bound to its machine and moment, agrees with its stamp, and raises no doubt', () => {
  const directory = join(temporaryDirectory(), 'state');
  const options = optionsIn(directory);
  const stamp = createState(options);
  const database = openState({ file: options.file, mode: 'read' });
  const header = readHeader(database);
  const machine = new FakeMachine().identity();
  expect(header).toMatchObject({
    createdAt: TEST_NOW,
    boundAt: TEST_NOW,
    restoredAt: null,
    wentLiveAt: null,
  });
  const audit = auditHead(database);
  expect(stamp).toEqual({ stateId: header.stateId, machine, lastClockAt: TEST_NOW, writeCounter: 0, audit });
  expect(options.stampFile.read()).toEqual(stamp);
  const auditHash = audit?.hash ?? null;
  expect(judgeState({ header, stamp, auditHash, machine, now: TEST_NOW })).toEqual([]);
  database.close();
});

test('only its owner can read the state: it holds people', () => {
  const directory = join(temporaryDirectory(), 'state');
  const options = optionsIn(directory);
  createState(options);
  expect(statSync(directory).mode & 0o777).toBe(0o700);
  expect(statSync(options.file).mode & 0o777).toBe(0o600);
  expect(statSync(join(directory, 'stamp.json')).mode & 0o777).toBe(0o600);
  expect(readdirSync(directory).sort()).toEqual(['headgate.db', 'stamp.json']);
});

test('A15: a state that is there is never overwritten without being asked', () => {
  const { file, clock, random, machine, stampFile, database } = testState();
  const before = readHeader(database).stateId;
  expect(() => createState({ file, clock, random, machine, stampFile })).toThrow(stateExists);
  expect(readHeader(database).stateId).toBe(before);
});

test('A15: a stamp without its state is a lost state, not a new beginning', () => {
  const { file, directory, clock, random, machine, stampFile, database } = testState();
  database.close();
  rmSync(file);
  expect(() => createState({ file, clock, random, machine, stampFile })).toThrow(stateExists);
  writeFileSync(join(directory, 'stamp.json'), 'half a st');
  expect(() => createState({ file, clock, random, machine, stampFile })).toThrow(
    expect.objectContaining({ code: 'stamp_damaged' }),
  );
  expect(existsSync(file)).toBe(false);
});

test('A15: replacing makes another state with a stamp of its own, and keeps the old one whole beside it', () => {
  const { file, clock, random, machine, stampFile, database } = testState();
  const old = readHeader(database).stateId;
  // Not closed: what was committed is still in the log beside the file.
  database.write(() => database.prepare("INSERT INTO jobs (job) VALUES ('drip')").run());
  const stamp = createState({ file, clock, random, machine, stampFile, replace: true });
  expect(stamp.stateId).not.toBe(old);
  expect(stampFile.read()?.stateId).toBe(stamp.stateId);

  const fresh = openState({ file, mode: 'read' });
  expect(readHeader(fresh)).toMatchObject({ stateId: stamp.stateId, writeCounter: 0 });
  expect(fresh.prepare('SELECT * FROM jobs').all()).toEqual([]);
  fresh.close();
  const kept = openState({ file: `${file}.replaced`, mode: 'read' });
  expect(readHeader(kept)).toMatchObject({ stateId: old, writeCounter: 1 });
  expect(kept.prepare('SELECT job FROM jobs').all()).toEqual([{ job: 'drip' }]);
  kept.close();
});

test('A15: a damaged stamp does not keep a person from replacing on purpose', () => {
  const { file, directory, clock, random, machine, stampFile, database } = testState();
  database.close();
  writeFileSync(join(directory, 'stamp.json'), '');
  const stamp = createState({ file, clock, random, machine, stampFile, replace: true });
  expect(stampFile.read()).toEqual(stamp);
});

test('what a killed init left behind is in nobody’s way', () => {
  const directory = temporaryDirectory();
  const options = optionsIn(directory);
  writeFileSync(`${options.file}.new`, 'half a database');
  writeFileSync(`${options.file}.new-wal`, 'half a log');
  createState(options);
  expect(readdirSync(directory).sort()).toEqual(['headgate.db', 'stamp.json']);
});

test('a folder that cannot be made is 77, with its path', () => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, 'file'), '');
  const options = optionsIn(join(directory, 'file', 'state'));
  for (const replace of [false, true]) {
    expect(() => createState({ ...options, replace })).toThrow(
      expect.objectContaining({
        exit: 'NOPERM',
        message: expect.stringContaining(join(directory, 'file', 'state')),
      }),
    );
  }
  expect(readFileSync(join(directory, 'file'), 'utf8')).toBe('');
});
