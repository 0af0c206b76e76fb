import type { Command } from 'commander';

import type { CommandEntry } from '../registry.ts';

/** What looks and changes nothing: simulate, doctor, report, `sends …`, `runs …`, `audit …`. */
export const INSIGHT_COMMANDS: readonly CommandEntry[] = [
  {
    path: 'simulate',
    group: 'insight',
    summary: 'rehearse the coming days on a copy, outages and reboots included',
    schema: 'headgate.simulate/1',
    examples: [
      'headgate simulate --days 14 --outage 2026-02-18..2026-02-20',
      'headgate simulate --without cap --html rehearsal.html',
    ],
    configure: (command: Command): void => {
      command
        .option('--days <n>', 'how many days, 1 to 366 (14)')
        .option('--at <time>', 'begin then, as if nothing ran until then (now)')
        .option('--outage <from..to...>', 'the machine is off: two dates, both included, or two times')
        .option('--reboot <time...>', 'the machine boots then')
        .option(
          '--story <name>',
          'a story instead: feb-18, sunday, restored-backup, cloned-vps, clock-back, double-timer',
        )
        .option('--without <guard...>', 'once more without these guards, to see what they keep away')
        .option('--approve-after <time>', 'a person decides so long after something waits, or never (2h)')
        .option('--replies <percent>', 'so many of the mails are answered')
        .option('--bounces <percent>', 'so many of the mails bounce')
        .option('--seed <n>', 'another number, other people answer (1)')
        .option('--edits', 'as if the sequence files had been applied first')
        .option('--html <file>', 'write the calendar there, as one page');
    },
    stopsItself: true,
    load: () => import('../simulate.ts'),
  },
  {
    path: 'report',
    group: 'insight',
    summary: 'what happened and what is planned, as one HTML file',
    schema: 'headgate.report/1',
    examples: ['headgate report', 'headgate report --no-names --out report.html'],
    configure: (command: Command): void => {
      command
        .option('--out <file>', 'write it there (report/index.html of the state)')
        .option('--days <n>', 'the last n days, 7 to 366 (56)')
        .option('--no-names', 'no name, address or company of a lead anywhere: it can be passed on');
    },
    load: () => import('../report.ts'),
  },
  {
    path: 'runs list',
    group: 'insight',
    summary: 'what each run did, newest first',
    schema: 'headgate.runs/1',
    examples: ['headgate runs list', 'headgate runs list --command drip --limit 50'],
    configure: (command: Command): void => {
      command
        .option('--command <name>', 'only runs of this command, such as drip')
        .option('--limit <n>', 'at most n runs (20)');
    },
    load: () => import('../runs-list.ts'),
  },
  {
    path: 'runs show',
    group: 'insight',
    summary: 'one run: counts by reason and the messages it made',
    schema: 'headgate.runs/1',
    examples: ['headgate runs show r-abcdefghijklmnop', 'headgate runs show r-abcdefghijklmnop --json'],
    configure: (command: Command): void => {
      command.argument('<id>', 'the run, r-…');
    },
    load: () => import('../runs-show.ts'),
  },
  {
    path: 'sends list',
    group: 'insight',
    summary: 'what left or was tried, with attempts and answers',
    schema: 'headgate.sends/1',
    examples: ['headgate sends list', 'headgate sends list --state uncertain'],
    configure: (command: Command): void => {
      command
        .option('--sequence <id>', 'only this sequence')
        .option('--lead <id>', 'only this lead, by id or address')
        .option('--state <state>', 'only this state: sent, uncertain, sending, approved, failed')
        .option('--limit <n>', 'at most n (50)');
    },
    load: () => import('../sends-list.ts'),
  },
  {
    path: 'doctor',
    group: 'insight',
    summary: 'check configuration, state, clock, mail, DNS, people and units',
    schema: 'headgate.doctor/1',
    examples: ['headgate doctor', 'headgate doctor --only mail people --dns 9.9.9.9'],
    configure: (command: Command): void => {
      command
        .option('--only <group...>', 'only these: config, state, clock, mail, sources, people, ai, systemd')
        .option('--offline', 'ask nobody else; what was not looked at is said to be skipped')
        .option('--fix', 'take rights away from files that are open to others; mends nothing else')
        .option('--dns <address>', 'ask this name server, such as 9.9.9.9 or 127.0.0.1:5353')
        .option('--timeout <seconds>', 'the longest that one question to somebody else may take (10)');
    },
    load: () => import('../doctor.ts'),
  },
  {
    path: 'audit verify',
    group: 'insight',
    summary: 'whether the record of acts and decisions is whole',
    schema: 'headgate.audit-verify/1',
    examples: ['headgate audit verify', 'headgate audit verify --json'],
    load: () => import('../audit-verify.ts'),
  },
  {
    path: 'audit show',
    group: 'insight',
    summary: 'who did and decided what, newest last',
    schema: 'headgate.audit/1',
    examples: ['headgate audit show --since 2026-02-18', 'headgate audit show --kind approved rejected'],
    configure: (command: Command): void => {
      command
        .option('--lead <id>', 'only about this lead and its messages, by id or address')
        .option('--message <id>', 'only about this message, m-…, or whatever begins so')
        .option('--since <time>', 'only from this time on')
        .option('--kind <kind...>', 'only these: approved, send_accepted, paused, …')
        .option('--limit <n>', 'at most the newest n (50)');
    },
    load: () => import('../audit-show.ts'),
  },
];
