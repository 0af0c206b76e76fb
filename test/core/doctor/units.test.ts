import { describe, expect, test } from 'vitest';

import {
  judgeSecrets,
  judgeUnitFiles,
  judgeUnits,
  type SecretFacts,
  type UnitFacts,
} from '../../../src/core/doctor/units.ts';
import { lineOf } from './line-of.ts';

const unit = (name: string, change: Partial<UnitFacts> = {}): UnitFacts => ({
  ...{ name, load: 'loaded', active: 'active', file: 'enabled', isPersistent: false, touchesPeople: true },
  ...change,
});
const UNITS: readonly UnitFacts[] = [
  unit('headgate-drip.timer'),
  unit('headgate-backup.timer', { isPersistent: true, touchesPeople: false }),
  unit('headgate-unsub.socket'),
  unit('headgate-drip.service', { active: 'inactive', file: '' }),
];
const WELL = [
  'systemd/timers pass: 2 timers enabled and waiting | drip, backup',
  'systemd/sockets pass: 1 socket enabled and listening | unsub',
  'systemd/persistent pass: Persistent=no on all that touch people | nothing is made up for at boot',
  'systemd/failed pass: no unit has failed | 1 service',
];
const judged = (units: readonly UnitFacts[]): readonly string[] => judgeUnits(units).map(lineOf);

describe('A5, A9, F7: the units of a machine', () => {
  test('that run pass four times; a service that waits for its timer is no fault, nor a backup made up for', () => {
    expect(judged(UNITS)).toEqual(WELL);
  });

  test('a timer that touches people and is persistent is the flood itself', () => {
    const units = UNITS.with(0, unit('headgate-drip.timer', { isPersistent: true }));
    expect(judged(units)).toEqual(
      WELL.with(
        2,
        'systemd/persistent problem: a timer that touches people is persistent | drip: what was missed would run at boot | sudo systemctl revert headgate-drip.timer   then: sudo headgate units install',
      ),
    );
  });

  test.each<[string, Partial<UnitFacts>, string]>([
    [
      'switched off',
      { active: 'inactive', file: 'disabled' },
      'headgate-drip.timer disabled | sudo systemctl enable --now headgate-drip.timer headgate-a.timer',
    ],
    [
      'of which nobody knows whether it is on',
      { file: '' },
      'headgate-drip.timer disabled | sudo systemctl enable --now headgate-drip.timer headgate-a.timer',
    ],
    [
      'on and failed',
      { active: 'failed' },
      'headgate-drip.timer failed | sudo systemctl enable --now headgate-drip.timer headgate-a.timer',
    ],
    [
      'that is linked and not enabled',
      { active: 'inactive', file: 'linked' },
      'headgate-drip.timer linked | sudo systemctl enable --now headgate-drip.timer headgate-a.timer',
    ],
    [
      'that somebody masked',
      { load: 'masked', active: 'inactive', file: 'masked' },
      'headgate-drip.timer masked | sudo systemctl unmask headgate-drip.timer   then: sudo systemctl enable --now headgate-drip.timer headgate-a.timer',
    ],
    [
      'that is not installed',
      { load: 'not-found', active: 'inactive', file: '' },
      'headgate-drip.timer not-found | sudo headgate units install',
    ],
  ])('a timer %s is told, and how it is started', (_name, change, told) => {
    const other = unit('headgate-a.timer', { active: 'inactive' });
    const [states = '', fix = ''] = told.split(' | ');
    expect(judged([unit('headgate-drip.timer', change), other, unit('headgate-b.timer')])[0]).toBe(
      `systemd/timers problem: 2 timers not running | ${states}, headgate-a.timer inactive | ${fix}`,
    );
  });

  test('a socket that does not listen leaves the unsubscribe link of every mail dead', () => {
    const units = UNITS.with(2, unit('headgate-unsub.socket', { file: 'disabled' }));
    expect(judged(units)).toEqual(
      WELL.with(
        1,
        'systemd/sockets problem: 1 socket not running | headgate-unsub.socket disabled | sudo systemctl enable --now headgate-unsub.socket',
      ),
    );
  });

  test('what has failed is named, with where its last words are', () => {
    const failed = ['headgate-send.service', 'headgate-sync.service'].map((name) =>
      unit(name, { active: 'failed' }),
    );
    expect(judged([...UNITS, ...failed])).toEqual(
      WELL.with(
        3,
        'systemd/failed problem: 2 units failed | headgate-send.service, headgate-sync.service | journalctl -u headgate-send.service -n 20   then: sudo systemctl reset-failed headgate-send.service',
      ),
    );
  });

  test('files that differ from this version are named, five of them at most', () => {
    expect(lineOf(judgeUnitFiles([]))).toBe(
      'systemd/units_diff pass: units match this version | headgate units diff: empty',
    );
    expect(lineOf(judgeUnitFiles(['a', 'b', 'c', 'd', 'e', 'f']))).toBe(
      'systemd/units_diff warn: units differ from this version | a, b, c, d, e | headgate units diff',
    );
  });
});

test.each<[string, SecretFacts[], string]>([
  ['none', [], 'pass: secrets are kept apart | ; none in the environment'],
  [
    'credentials, a file and a command',
    [
      { key: 'a', kind: 'credential' },
      { key: 'b', kind: 'file' },
      { key: 'c', kind: 'credential' },
      { key: 'd', kind: 'command' },
    ],
    'pass: secrets are kept apart | 2 credentials, 1 file, 1 command; none in the environment',
  ],
  [
    'two of the environment',
    [
      { key: 'a', kind: 'credential' },
      { key: 'mail.smtp_password', kind: 'environment' },
      { key: 'web.token_secret', kind: 'environment' },
    ],
    'warn: a secret comes from the environment | mail.smtp_password, web.token_secret | headgate config explain mail.smtp_password   and name a credential or a file',
  ],
])('F7: secrets, %s', (_name, secrets, line) => {
  expect(lineOf(judgeSecrets(secrets))).toBe(`systemd/secrets ${line}`);
});
