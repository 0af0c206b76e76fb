import { expect, test } from 'vitest';

import { doctorLines } from '../../../src/commands/doctor/doctor-text.ts';
import { createTerminal } from '../../../src/commands/output/terminal.ts';
import { judgeSync } from '../../../src/core/doctor/clock.ts';
import { judgeConfig, judgeLint } from '../../../src/core/doctor/config.ts';
import { judgeDmarc } from '../../../src/core/doctor/dmarc.ts';
import { checkDesk, type Finding } from '../../../src/core/doctor/finding.ts';
import { judgeOpenings } from '../../../src/core/doctor/openings.ts';
import { judgePing, judgeTelegram } from '../../../src/core/doctor/people.ts';
import { judgeRelay, judgeUnsubscribePage } from '../../../src/core/doctor/relay.ts';
import { judgeSpf } from '../../../src/core/doctor/spf.ts';
import { judgeBackup, judgeFiles, judgeSpace, judgeState } from '../../../src/core/doctor/state.ts';
import { judgeSecrets, judgeUnitFiles, judgeUnits, type UnitFacts } from '../../../src/core/doctor/units.ts';
import { TEST_NOW } from '../../helpers/fakes.ts';
import { testPolicy } from '../../helpers/candidates.ts';

const STATE = '/var/lib/headgate';
const DOMAIN = 'mail.example.com';

/** A server in good order but for its public page and one step's window. */
function aMorning(): readonly Finding[] {
  const units = ['drip', 'nurture', 'sync', 'send', 'confirm', 'digest', 'backup'].map((job): UnitFacts => ({
    name: `headgate-${job}.timer`,
    load: 'loaded',
    active: 'active',
    file: 'enabled',
    isPersistent: job === 'digest' || job === 'backup',
    touchesPeople: job !== 'digest' && job !== 'backup',
  }));
  const socket = {
    ...units[0],
    name: 'headgate-unsub.socket',
    isPersistent: false,
    touchesPeople: false,
  } as UnitFacts;
  const waiting = { sequenceId: 'website-lead', stepId: 'last-touch', country: null };
  const window = { startMinute: 540, endMinute: 660, zone: 'Europe/Rome', weekdays: [] };
  return [
    ...judgeConfig({ kind: 'valid', file: '/etc/headgate/headgate.toml', keysSet: 41, remarks: [] }),
    judgeLint({ sequences: 3, steps: 12, errors: 0, warnings: 0, first: null }),
    ...judgeOpenings(
      [
        { ...waiting, window, zone: 'America/Denver', leads: 3 },
        { ...waiting, window, zone: 'Europe/Rome', leads: 28 },
      ],
      { hours: testPolicy().hours, holidaysOf: () => new Set(), now: TEST_NOW },
    ),
    ...judgeFiles([{ path: `${STATE}/headgate.db`, mode: 0o600, excess: 0, foreignOwner: null }], {
      stateDir: STATE,
      mended: 0,
    }),
    ...judgeState({
      kind: 'open',
      path: `${STATE}/headgate.db`,
      mode: '0600',
      journalMode: 'wal',
      bytes: 4_200_000,
      schemaVersion: 1,
      faults: [],
      doubts: [],
      isStampDamaged: false,
      host: 'vps-1',
      boundAt: TEST_NOW,
    }),
    judgeBackup(
      {
        kind: 'opened',
        path: `${STATE}/backup/headgate-20260218T031000Z.db`,
        madeAt: TEST_NOW - 6 * 3_600_000,
        leads: 31,
        messages: 412,
        isOfThisState: true,
      },
      TEST_NOW,
    ),
    judgeSpace({ folder: STATE, freeBytes: 21e9, stateBytes: 4_200_000 }),
    judgeSync({ kind: 'synced', by: 'chrony', offsetMs: 3 }),
    judgeRelay(
      {
        kind: 'ready',
        host: 'smtp.example.net',
        port: 587,
        security: 'STARTTLS',
        hasLogin: true,
        tookMs: 212,
      },
      'sudoedit password',
    ),
    judgeSpf({
      domain: DOMAIN,
      fromDomain: DOMAIN,
      isAligned: true,
      lookups: 2,
      answer: { kind: 'found', records: ['v=spf1 include:relay.example -all'] },
    }),
    judgeDmarc({
      domain: DOMAIN,
      isSpfExact: true,
      above: null,
      answer: { kind: 'found', records: ['v=DMARC1; p=quarantine'] },
    }),
    judgeUnsubscribePage({
      shown: `https://${DOMAIN}/u/…`,
      isSecure: true,
      outcome: { status: 502, isOurPage: false },
    }),
    ...judgeTelegram(
      {
        kind: 'answered',
        bot: 'ledd_headgate_bot',
        chat: 'Ops',
        mayPost: true,
        role: 'member',
        approvers: { all: [1, 2], strangers: [] },
      },
      '',
    ),
    judgePing({ host: 'hc.example', words: null }),
    checkDesk('ai', 'key').skipped('language model', 'none is configured: all words come from files'),
    ...judgeUnits([...units, socket]),
    judgeUnitFiles([]),
    judgeSecrets([
      { key: 'mail.smtp.password', kind: 'credential' },
      { key: 'telegram.token', kind: 'credential' },
    ]),
  ];
}

test('F7: the screen as an operator sees it, 80 columns wide (cli.md 2.4)', async () => {
  const terminal = createTerminal({ isTty: true, columns: 80, env: {}, color: false, ascii: false });
  const lines = doctorLines(terminal, aMorning(), {
    version: '1.0.0',
    node: '26.10.0',
    sqlite: '3.53.0',
    system: 'Debian 12',
    configFile: '/etc/headgate/headgate.toml',
  });
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('../snapshots/doctor.txt');
  expect(lines.filter((line) => line.length > 80 && !line.includes('Fix: '))).toEqual([]);
});

test('F7: where only ASCII can be shown, every mark still differs', () => {
  const terminal = createTerminal({ isTty: false, columns: null, env: {}, color: null, ascii: true });
  const surroundings = { version: '1', node: '26', sqlite: null, system: 'Linux', configFile: null };
  const finding = { group: 'state', check: 'x', title: 'title', detail: 'detail' } as const;
  const lines = doctorLines(
    terminal,
    [
      { ...finding, verdict: 'pass', fix: null },
      { ...finding, verdict: 'warn', fix: 'a' },
      { ...finding, verdict: 'problem', fix: 'b' },
      { ...finding, verdict: 'skipped', fix: null },
    ],
    surroundings,
  );
  expect(lines.filter((line) => line.includes('title')).map((line) => line.trim().split(' ')[0])).toEqual([
    'ok',
    '!',
    'X',
    '-',
  ]);
  const morning = doctorLines(terminal, aMorning(), surroundings);
  expect([...lines, ...morning].join('')).toMatch(/^[\x20-\x7e]*$/);
});
