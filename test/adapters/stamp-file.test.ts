import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createStampFile } from '../../src/adapters/stamp-file.ts';
import type { Stamp } from '../../src/ports.ts';
import { FakeMachine, TEST_NOW } from '../helpers/fakes.ts';
import { temporaryDirectory } from '../helpers/state.ts';

const STAMP: Stamp = {
  stateId: 's-abcdefghijklmnop',
  machine: new FakeMachine().identity(),
  lastClockAt: TEST_NOW,
  writeCounter: 41,
};

function stampPath(): string {
  return join(temporaryDirectory(), 'stamp.json');
}

test('A15: what was written is read back, the parts of the machine that are not known included', () => {
  const path = stampPath();
  const stamp = { ...STAMP, machine: { ...STAMP.machine, instanceIdHash: null } };
  createStampFile(path).write(STAMP);
  createStampFile(path).write(stamp);
  expect(createStampFile(path).read()).toEqual(stamp);
  expect(readdirSync(join(path, '..'))).toEqual(['stamp.json']);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('A15: a missing stamp is null, which the judge of the state takes for a doubt', () => {
  expect(createStampFile(stampPath()).read()).toBeNull();
});

describe('A15: a stamp that cannot be understood is a fault, never a missing one', () => {
  const text = JSON.stringify(STAMP);
  test.each([
    ['empty', ''],
    ['cut', text.slice(0, 40)],
    ['not an object', '[]'],
    ['null', 'null'],
    ['without a state id', text.replace('s-abcdefghijklmnop', '')],
    ['with a counter that is text', text.replace('41', '"41"')],
    ['with a negative counter', text.replace('41', '-1')],
    ['with half a counter', text.replace('41', '41.5')],
    ['with a clock beyond numbers', text.replace(String(TEST_NOW), '1e400')],
    ['without a machine', text.replace('machineIdHash', 'machine')],
    ['with a machine of another shape', text.replace('"mac-1"', '7')],
    ['without a host', text.replace('"vps-1"', 'null')],
    ['with no machine at all', JSON.stringify({ ...STAMP, machine: 'vps-1' })],
  ])('%s', (_, damaged) => {
    const path = stampPath();
    writeFileSync(path, damaged);
    expect(() => createStampFile(path).read()).toThrow(
      expect.objectContaining({
        code: 'stamp_damaged',
        exit: 'CONFIG',
        message: expect.stringContaining(path),
      }),
    );
  });
});

test('keys of a later version are no damage', () => {
  const path = stampPath();
  writeFileSync(path, JSON.stringify({ ...STAMP, later: true }));
  expect(createStampFile(path).read()).toEqual(STAMP);
});

test('a stamp that cannot be replaced is 77 with its path, and leaves nothing half written', () => {
  const path = stampPath();
  mkdirSync(path);
  expect(() => createStampFile(path).write(STAMP)).toThrow(
    expect.objectContaining({
      code: 'stamp_not_written',
      exit: 'NOPERM',
      message: expect.stringContaining(path),
    }),
  );
  expect(readdirSync(join(path, '..'))).toEqual(['stamp.json']);
  expect(() => createStampFile(path).read()).toThrow(
    expect.objectContaining({ code: 'stamp_not_readable', exit: 'NOPERM' }),
  );
});

test('a stamp is text that a person can read', () => {
  const path = stampPath();
  createStampFile(path).write(STAMP);
  expect(readFileSync(path, 'utf8').split('\n').length).toBeGreaterThan(5);
});
