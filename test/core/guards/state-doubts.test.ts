import { describe, expect, test } from 'vitest';
import { judgeState } from '../../../src/core/guards/state-doubts.ts';
import type { StateDoubt, StateFacts } from '../../../src/core/guards/state-doubts.ts';
import { stampOf } from '../../../src/core/state-identity.ts';
import type { MachineIdentity, StateHeader } from '../../../src/core/state-identity.ts';

const NOW = Date.UTC(2026, 1, 18, 9);
const MINUTE_MS = 60_000;
const YEAR_MS = 365 * 86_400_000;

const MACHINE: MachineIdentity = {
  machineIdHash: 'id-1',
  instanceIdHash: 'instance-1',
  macHash: 'mac-1',
  hostName: 'vps-1',
};

const HEADER: StateHeader = {
  stateId: 's-1',
  machine: MACHINE,
  lastClockAt: NOW,
  writeCounter: 40,
  createdAt: NOW - YEAR_MS,
  boundAt: NOW - YEAR_MS,
  restoredAt: null,
  wentLiveAt: null,
  personNeededSinceAt: null,
};

const SOUND: StateFacts = {
  header: HEADER,
  stamp: stampOf(HEADER),
  auditHash: null,
  machine: MACHINE,
  now: NOW,
};

function reasons(change: Partial<StateFacts>): string[] {
  return judgeState({ ...SOUND, ...change }).map(({ reason }) => reason);
}

function onlyDoubt(change: Partial<StateFacts>): StateDoubt {
  const [doubt, ...others] = judgeState({ ...SOUND, ...change });
  if (doubt === undefined || others.length > 0) throw new Error('there must be one doubt');
  return doubt;
}

test('a state on its machine, at its time, with its stamp, raises no doubt', () => {
  expect(judgeState(SOUND)).toEqual([]);
});

describe('A13: an audit trail that its stamp knows otherwise', () => {
  const stamp = { ...stampOf(HEADER), audit: { number: 41, hash: 'a'.repeat(64) } };

  test('an entry that is gone, or is another one, is the doubt of a restored state', () => {
    for (const auditHash of [null, 'b'.repeat(64)]) {
      expect(onlyDoubt({ stamp, auditHash })).toMatchObject({
        reason: 'restored',
        liftedBy: 'adopt',
        detail: expect.stringContaining('does not hold entry 41'),
      });
    }
  });

  test('the entry that the stamp knows raises none', () => {
    expect(reasons({ stamp, auditHash: 'a'.repeat(64) })).toEqual([]);
  });
});

describe('A15: another machine (a cloned VPS)', () => {
  test.each([
    ['machineIdHash', 'machine id'],
    ['instanceIdHash', 'cloud instance id'],
    ['macHash', 'network card'],
  ] as const)('one differing part is enough: %s', (part, name) => {
    const doubt = onlyDoubt({ machine: { ...MACHINE, [part]: 'other', hostName: 'vps-2' } });
    expect(doubt).toMatchObject({ reason: 'machine', liftedBy: 'adopt' });
    expect(doubt.facts).toEqual({ bound_host: 'vps-1', this_host: 'vps-2', differing: name });
  });

  test('a part that cannot be read now, or was never stored, is not compared', () => {
    const unknown = { machineIdHash: null, instanceIdHash: null, macHash: null, hostName: 'vps-1' };
    expect(reasons({ machine: unknown })).toEqual([]);
    const header = { ...HEADER, machine: unknown };
    expect(reasons({ header, stamp: stampOf(header) })).toEqual([]);
    expect(reasons({ machine: { ...unknown, macHash: 'other' } })).toEqual(['machine']);
  });

  test('a new host name is no new machine', () => {
    expect(reasons({ machine: { ...MACHINE, hostName: 'renamed' } })).toEqual([]);
  });

  test('a stamp of another machine counts as well: a state was carried here without it', () => {
    const stamp = { ...stampOf(HEADER), machine: { ...MACHINE, macHash: 'other' } };
    expect(reasons({ stamp })).toEqual(['machine']);
  });
});

describe('A15: a restored state', () => {
  test.each([
    [39, ['restored']],
    [40, []],
    // A run that was killed between its commit and its stamp.
    [41, []],
  ])('a database at write %i beside a stamp at 40: %j', (writeCounter, expected) => {
    expect(reasons({ header: { ...HEADER, writeCounter } })).toEqual(expected);
  });

  test('says by how much it is older', () => {
    const doubt = onlyDoubt({ header: { ...HEADER, writeCounter: 28 } });
    expect(doubt.liftedBy).toBe('adopt');
    expect(doubt.detail).toContain('12 writes older');
    expect(doubt.facts).toEqual({ write_counter: 28, stamp_write_counter: 40 });
  });

  test('another state beside this stamp, however far it has come', () => {
    const doubt = onlyDoubt({ header: { ...HEADER, stateId: 's-2', writeCounter: 1_000 } });
    expect(doubt).toMatchObject({ reason: 'restored', facts: { state_id: 's-2', stamp_state_id: 's-1' } });
  });

  test('a missing stamp', () => {
    expect(onlyDoubt({ stamp: null })).toMatchObject({ reason: 'restored', facts: { stamp: 'missing' } });
  });

  test('one that waits for adopt, whatever its stamp says', () => {
    const doubt = onlyDoubt({ header: { ...HEADER, restoredAt: NOW - 5 } });
    expect(doubt).toMatchObject({ reason: 'restored', facts: { restored_at: NOW - 5 } });
  });
});

describe('A14: the clock', () => {
  test.each([
    ['as it was', 0, []],
    ['back by 2 minutes', -2 * MINUTE_MS, []],
    ['back by a millisecond more than 2 minutes', -2 * MINUTE_MS - 1, ['clock']],
    ['back by a day', -1_440 * MINUTE_MS, ['clock']],
    ['back to 1970', -NOW, ['clock']],
    ['on by 3 weeks, a gap and no fault of the clock', 21 * 1_440 * MINUTE_MS, []],
    ['on by a year', YEAR_MS, []],
    ['on by a millisecond more than a year', YEAR_MS + 1, ['clock']],
    ['in 2038', Date.UTC(2038, 0, 19, 3, 14, 8) - NOW, ['clock']],
  ])('%s', (_, shiftMs, expected) => {
    expect(reasons({ now: NOW + shiftMs })).toEqual(expected);
  });

  test.each([
    ['the stamp', { header: { ...HEADER, lastClockAt: NOW - YEAR_MS } }],
    ['the header', { stamp: { ...stampOf(HEADER), lastClockAt: NOW - YEAR_MS } }],
  ])('the later reading counts: %s', (_, change) => {
    expect(reasons({ ...change, now: NOW - 3 * MINUTE_MS })).toEqual(['clock']);
    expect(reasons({ ...change, now: NOW + 1 })).toEqual([]);
  });

  test('is judged by the header alone while the stamp is missing', () => {
    expect(reasons({ stamp: null, now: NOW - 3 * MINUTE_MS })).toEqual(['restored', 'clock']);
  });

  test.each([
    [-90 * MINUTE_MS, 'the clock went back by 90 minutes'],
    [-47 * 60 * MINUTE_MS, 'the clock went back by 47 hours'],
    [-48 * 60 * MINUTE_MS, 'the clock went back by 2 days'],
    [400 * 1_440 * MINUTE_MS, 'the clock is 400 days ahead of its last reading'],
  ])('says by how much (%i ms), and is lifted by being right again', (shiftMs, detail) => {
    expect(onlyDoubt({ now: NOW + shiftMs })).toMatchObject({ detail, liftedBy: 'being_right' });
  });
});

test('several doubts are told at once, none hides another', () => {
  const facts = {
    header: { ...HEADER, writeCounter: 1 },
    machine: { ...MACHINE, macHash: 'other' },
    now: NOW - YEAR_MS,
  };
  expect(reasons(facts)).toEqual(['machine', 'restored', 'clock']);
});
