import { describe, expect, test } from 'vitest';

import {
  judgeBackup,
  judgeFiles,
  judgeSpace,
  judgeState,
  noSpaceToJudge,
  size,
  type BackupFacts,
  type FileFacts,
  type StateFacts,
} from '../../../src/core/doctor/state.ts';
import { doubtOf, lineOf } from './line-of.ts';

const NOW = Date.UTC(2026, 1, 18, 9);
const HOUR_MS = 3_600_000;

describe('F7: files that hold leads, keys or the state', () => {
  const OURS: FileFacts = { path: 'state/a', mode: 0o600, excess: 0, foreignOwner: null };
  const files = (list: readonly FileFacts[], mended = 0): readonly string[] =>
    judgeFiles(list, { stateDir: '/srv/state', mended }).map(lineOf);

  test('are ours alone, or were made so, or are not there yet', () => {
    expect(files([OURS])).toEqual(['state/files pass: files are for their owner alone | 1 file looked at']);
    expect(files([OURS, OURS], 2)).toEqual([
      'state/files pass: files are for their owner alone | 2 files looked at, 2 mended',
    ]);
    expect(files([])).toEqual(['state/files skipped: files | there are none yet']);
  });

  test('one that a stranger can read, or that is of another user, is told with what mends it', () => {
    const open = { ...OURS, path: 'state/b', mode: 0o644, excess: 0o044 };
    const foreign = { ...OURS, path: 'state/c', foreignOwner: 'root' };
    expect(files([OURS, open, foreign])).toEqual([
      'state/files problem: state/b is open to others | mode 0644, and it is for its owner alone | chmod 0600 state/b   (headgate doctor --fix does it)',
      'state/files problem: state/c belongs to root | its folder is of another user: a job may be refused its own file | sudo chown --reference=/srv/state state/c',
    ]);
    expect(files([{ ...open, foreignOwner: 'root' }])).toHaveLength(2);
  });
});

describe('A14, A15: the state', () => {
  const OPEN: Extract<StateFacts, { kind: 'open' }> = {
    kind: 'open',
    path: 'state/headgate.sqlite',
    mode: '0600',
    journalMode: 'wal',
    bytes: 4_200_000,
    schemaVersion: 1,
    faults: [],
    doubts: [],
    isStampDamaged: false,
    host: 'mail-1',
    boundAt: Date.UTC(2026, 0, 31, 23, 30),
  };
  const WHOLE = [
    'state/database pass: state/headgate.sqlite | mode 0600, WAL, 4.2 MB, schema 1',
    'state/integrity pass: integrity_check | ok',
    'state/machine pass: this machine owns the state | mail-1, since 2026-01-31',
    'state/stamp pass: the state is as new as its stamp | stamp.json agrees',
  ];
  const state = (change: Partial<typeof OPEN> = {}): readonly string[] =>
    judgeState({ ...OPEN, ...change }).map(lineOf);

  test('that is whole, of this machine and as new as its stamp passes four times', () => {
    expect(state()).toEqual(WHOLE);
    // A doubt about the clock is told by the clock's own check.
    expect(state({ doubts: [doubtOf('clock', 'back by a day')] })).toEqual(WHOLE);
  });

  test('is called damaged, foreign or restored by exactly the check that saw it', () => {
    const restore = 'headgate restore FILE   with the newest copy in backup/, after a copy of this file';
    expect(state({ faults: ['page 3 is lost'] })).toEqual(
      WHOLE.with(1, `state/integrity problem: integrity_check finds damage | page 3 is lost | ${restore}`),
    );
    expect(state({ faults: ['page 3 is lost', 'x', 'y'] })).toEqual(
      WHOLE.with(
        1,
        `state/integrity problem: integrity_check finds damage | page 3 is lost and 2 more | ${restore}`,
      ),
    );
    expect(state({ doubts: [doubtOf('machine', 'bound to mail-2')] })).toEqual(
      WHOLE.with(
        2,
        'state/machine problem: another machine owns the state | bound to mail-2 | headgate adopt',
      ),
    );
    const restored = [doubtOf('restored', '7 writes behind')];
    expect(state({ doubts: restored })).toEqual(
      WHOLE.with(
        3,
        'state/stamp problem: the state may be a restored one | 7 writes behind | headgate adopt',
      ),
    );
    expect(state({ doubts: restored, isStampDamaged: true })).toEqual(
      WHOLE.with(3, 'state/stamp problem: stamp.json cannot be read | 7 writes behind | headgate adopt'),
    );
  });

  test.each([
    ['state_missing', 'headgate init   the first time here; else headgate restore FILE'],
    ['state_empty', 'headgate restore FILE   with the newest copy in backup/'],
    ['state_foreign', 'headgate doctor --state DIR   with the folder of your state'],
    ['state_damaged', 'headgate restore FILE   with the newest copy in backup/, after a copy of this file'],
    ['state_newer', 'headgate --version   then install the version that wrote this state, or a later one'],
    ['state_older', 'headgate status   as the owner of the state: it brings the schema up to date'],
    ['state_not_permitted', 'sudo headgate doctor   or run it as the owner of the state'],
    ['state_disk_full', 'df -h /srv/state   then free some space there'],
    ['state_io_error', 'sudo dmesg | tail   then: headgate backup'],
    ['state_no_wal', 'headgate init DIR   on a local disk'],
    ['state_busy', 'headgate doctor   again when the other program has ended'],
    ['a_later_code', 'headgate status   says the same in full'],
  ])('that cannot be opened for %s says why and what to type', (code, fix) => {
    const closed: StateFacts = { kind: 'closed', path: '/srv/state', code, why: 'so it is' };
    expect(judgeState(closed).map(lineOf)).toEqual([
      `state/database problem: /srv/state cannot be used | so it is | ${fix}`,
    ]);
  });
});

describe('F8: the newest backup', () => {
  const OPENED: Extract<BackupFacts, { kind: 'opened' }> = {
    kind: 'opened',
    path: 'backup/a.sqlite',
    madeAt: NOW - 5 * HOUR_MS,
    leads: 1,
    messages: 12,
    isOfThisState: true,
  };

  test.each<[string, BackupFacts, string]>([
    ['is fresh', OPENED, 'pass: backup is 5 h old and restores | opened, 1 lead, 12 messages'],
    [
      'was made just now',
      { ...OPENED, madeAt: NOW - HOUR_MS + 1 },
      'pass: backup is < 1 h old and restores | opened, 1 lead, 12 messages',
    ],
    [
      'is an hour old',
      { ...OPENED, madeAt: NOW - HOUR_MS },
      'pass: backup is 1 h old and restores | opened, 1 lead, 12 messages',
    ],
    [
      'is two days old to the millisecond',
      { ...OPENED, madeAt: NOW - 48 * HOUR_MS },
      'pass: backup is 2 days old and restores | opened, 1 lead, 12 messages',
    ],
    [
      'is not yet two days old',
      { ...OPENED, madeAt: NOW - 48 * HOUR_MS + 1 },
      'pass: backup is 47 h old and restores | opened, 1 lead, 12 messages',
    ],
    [
      'is older than that',
      { ...OPENED, madeAt: NOW - 73 * HOUR_MS },
      'warn: the newest backup is 3 days old | opened, 1 lead, 12 messages | headgate backup',
    ],
    [
      'is too old by a millisecond',
      { ...OPENED, madeAt: NOW - 48 * HOUR_MS - 1 },
      'warn: the newest backup is 2 days old | opened, 1 lead, 12 messages | headgate backup',
    ],
    [
      'is of another state',
      { ...OPENED, isOfThisState: false },
      'warn: the newest backup is of another state | backup/a.sqlite, 5 h old | headgate backup',
    ],
    [
      'does not open',
      { kind: 'broken', path: 'backup/a.sqlite', why: 'not a database' },
      'problem: the newest backup cannot be restored | backup/a.sqlite: not a database | headgate backup',
    ],
    [
      'does not exist',
      { kind: 'none', folder: 'backup', hasState: true },
      'warn: there is no backup yet | none in backup | headgate backup',
    ],
    [
      'does not exist, and neither does the state',
      { kind: 'none', folder: 'backup', hasState: false },
      'warn: there is no backup to restore | none in backup | headgate restore FILE   with a copy from elsewhere',
    ],
  ])('%s', (_name, facts, line) => {
    expect(lineOf(judgeBackup(facts, NOW))).toBe(`state/backup ${line}`);
  });
});

describe('F7: room on the disk', () => {
  const MEBIBYTE = 1_048_576;
  const space = (freeBytes: number, stateBytes = MEBIBYTE): string =>
    lineOf(judgeSpace({ folder: '/srv', freeBytes, stateBytes }));

  test('is for the state, for copies of it, and a margin', () => {
    const fix = 'df -h /srv   then free some space there';
    expect(space(515 * MEBIBYTE)).toBe('state/space pass: disk space | 540.0 MB free, the state has 1.0 MB');
    expect(space(515 * MEBIBYTE - 1)).toBe(
      `state/space warn: the disk is filling up | 540.0 MB free, the state has 1.0 MB | ${fix}`,
    );
    expect(space(65 * MEBIBYTE)).toContain('state/space warn: the disk is filling up');
    expect(space(65 * MEBIBYTE - 1)).toBe(
      `state/space problem: the disk is all but full | 68.2 MB free, the state has 1.0 MB | ${fix}`,
    );
    expect(lineOf(noSpaceToJudge('/srv'))).toBe('state/space skipped: disk space | /srv is not there');
  });

  test.each([
    [0, '0 bytes'],
    [999, '999 bytes'],
    [1_000, '1.0 kB'],
    [4_250_000, '4.3 MB'],
    [2_000_000_000, '2.0 GB'],
    [3e12, '3.0 TB'],
    [5e15, '5000.0 TB'],
  ])('%d is %s', (bytes, text) => {
    expect(size(bytes)).toBe(text);
  });
});
