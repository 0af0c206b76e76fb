import type { Command } from 'commander';

import type { CommandEntry } from '../registry.ts';
import { TIMER_JOBS } from '../units/unit-files.ts';

/** Set-up and care: init, `config …`, `units …`, `secrets …`, adopt, restore, go-live, web, completion. */
export const CARE_COMMANDS: readonly CommandEntry[] = [
  {
    path: 'init',
    group: 'set-up and care',
    summary: 'make a workspace and its state; what exists stays',
    schema: 'headgate.init/1',
    examples: [
      'headgate init mail --sample --no-input --name Tom --from tom@mail.example.com --timezone UTC --postal-address "1 Mill Lane"',
      'headgate init',
    ],
    configure: configureInit,
    load: () => import('../init.ts'),
  },
  {
    path: 'holidays load',
    group: 'set-up and care',
    summary: "put the public holidays of the leads' countries into the state",
    schema: 'headgate.holidays-load/1',
    examples: ['headgate holidays load', 'headgate holidays load --years 3'],
    configure: (command: Command): void => {
      command.option('--years <n>', 'from this year on (2)');
    },
    load: () => import('../holidays-load.ts'),
  },
  {
    path: 'holidays list',
    group: 'set-up and care',
    summary: 'the public holidays that are loaded, from today on',
    schema: 'headgate.holidays/1',
    examples: ['headgate holidays list', 'headgate holidays list --country DE'],
    configure: (command: Command): void => {
      command.option('--country <code>', 'only this country');
    },
    load: () => import('../holidays-list.ts'),
  },
  {
    path: 'config show',
    group: 'set-up and care',
    summary: 'every value in force and where it came from',
    schema: 'headgate.config/1',
    examples: ['headgate config show', 'headgate config show --json'],
    load: () => import('../config-show.ts'),
  },
  {
    path: 'config validate',
    group: 'set-up and care',
    summary: 'every error of the configuration at once, with its line',
    schema: 'headgate.lint/1',
    examples: ['headgate config validate', 'headgate config validate -C /etc/headgate/headgate.toml'],
    load: () => import('../config-validate.ts'),
  },
  {
    path: 'config explain',
    group: 'set-up and care',
    summary: 'what a key takes, its default and what it does',
    schema: 'headgate.explain/1',
    examples: ['headgate config explain limits.drafts_per_day', 'headgate config explain hours'],
    configure: configureExplain,
    load: () => import('../config-explain.ts'),
  },
  {
    path: 'adopt',
    group: 'set-up and care',
    summary: 'accept a state from another machine, a restored one, or the clock',
    schema: 'headgate.adopt/1',
    examples: ['headgate adopt', 'headgate adopt --yes'],
    configure: (command: Command): void => {
      command.option('--yes', 'adopt without being asked');
    },
    load: () => import('../adopt.ts'),
  },
  {
    path: 'restore',
    group: 'set-up and care',
    summary: 'put a verified copy in place; nothing leaves until adopt',
    schema: 'headgate.restore/1',
    examples: ['headgate restore backup/headgate-20260218T031000Z.db', 'headgate restore copy.db --yes'],
    configure: (command: Command): void => {
      command.argument('<file>', 'a copy that backup made').option('--yes', 'restore without being asked');
    },
    load: () => import('../restore.ts'),
  },
  {
    path: 'go-live',
    group: 'set-up and care',
    summary: 'after live = true: restart or keep what was rehearsed',
    schema: 'headgate.go-live/1',
    examples: ['headgate go-live --restart', 'headgate go-live --keep --yes'],
    configure: (command: Command): void => {
      command
        .option('--restart', 'rehearsed enrollments start again from now')
        .option('--keep', 'what was rehearsed counts as sent')
        .option('--yes', 'go live without being asked');
    },
    load: () => import('../go-live.ts'),
  },
  {
    path: 'units print',
    group: 'set-up and care',
    summary: 'the systemd units as units install would write them',
    schema: 'headgate.units/1',
    examples: [
      'headgate units print --prefix /opt/headgate',
      "headgate units print headgate-drip.timer --drip '*-*-* *:13:00 UTC'",
    ],
    configure: (command: Command): void => {
      command.argument('[name...]', 'units to print; all of them when left out');
      addUnitFlags(command);
    },
    load: () => import('../units-print.ts'),
  },
  {
    path: 'units diff',
    group: 'set-up and care',
    summary: 'what differs between the installed units and this version',
    schema: 'headgate.units-diff/1',
    examples: ['headgate units diff', 'headgate units diff --detailed-exit-code'],
    configure: (command: Command): void => {
      addUnitFlags(command);
      addRootFlag(command);
      command.option('--detailed-exit-code', 'end 20 when nothing differs, 21 when something does');
    },
    load: () => import('../units-diff.ts'),
  },
  {
    path: 'units install',
    group: 'set-up and care',
    summary: 'write and enable the systemd units, after showing them',
    schema: 'headgate.units-install/1',
    examples: ['headgate units install', "headgate units install --backup '*-*-* 02:10:00 UTC'"],
    configure: (command: Command): void => {
      addUnitFlags(command);
      addRootFlag(command);
      command.option('--yes', 'install without being asked');
    },
    load: () => import('../units-install.ts'),
  },
  {
    path: 'units remove',
    group: 'set-up and care',
    summary: 'disable and remove the units; state and configuration stay',
    schema: 'headgate.units-remove/1',
    examples: ['headgate units remove', 'headgate units remove --root image'],
    configure: (command: Command): void => {
      addRootFlag(command);
      command.option('--yes', 'remove without being asked');
    },
    load: () => import('../units-remove.ts'),
  },
  {
    path: 'units alert',
    group: 'set-up and care',
    summary: 'keep what systemd says of a failed unit; called by headgate-alert@',
    schema: 'headgate.units-alert/1',
    examples: [
      'headgate units alert headgate-drip.service --result exit-code --status 70',
      'headgate units alert headgate-send.service --result timeout --since @1771405380',
    ],
    configure: (command: Command): void => {
      command
        .argument('<unit>', 'the unit that failed; its last log lines come in on stdin')
        .option('--result <word>', 'what systemd calls its result')
        .option('--status <text>', 'its exit status or signal')
        .option('--since <@seconds>', 'when it began; silent if the run left a notice of its own since');
    },
    load: () => import('../units-alert.ts'),
  },
  {
    path: 'secrets set',
    group: 'set-up and care',
    summary: 'store a password or key for the units, typed or from stdin',
    schema: 'headgate.secrets-set/1',
    examples: [
      'headgate secrets set smtp-password telegram-token',
      'headgate secrets set dkim-tom < dkim.pem',
    ],
    configure: (command: Command): void => {
      command
        .argument('<name...>', 'as headgate.toml names it: { credential = "name" }')
        .option('--plain', 'do not encrypt it; mode 0600, for root alone');
      addRootFlag(command);
    },
    load: () => import('../secrets-set.ts'),
  },
  {
    path: 'secrets list',
    group: 'set-up and care',
    summary: 'names of the stored secrets, and which units load them',
    schema: 'headgate.secrets/1',
    examples: ['headgate secrets list', 'headgate secrets list --json'],
    configure: addRootFlag,
    load: () => import('../secrets-list.ts'),
  },
  {
    path: 'secrets remove',
    group: 'set-up and care',
    summary: 'take a stored secret away',
    schema: 'headgate.secrets-remove/1',
    examples: ['headgate secrets remove crm-key', 'headgate secrets remove smtp-password --yes'],
    configure: (command: Command): void => {
      command.argument('<name...>', 'stored secrets');
      addRootFlag(command);
      command.option('--yes', 'remove without being asked');
    },
    load: () => import('../secrets-remove.ts'),
  },
  {
    path: 'completion',
    group: 'set-up and care',
    summary: 'print a script that completes commands in bash, zsh or fish',
    schema: 'headgate.completion/1',
    examples: [
      'headgate completion bash > ~/.local/share/bash-completion/completions/headgate',
      'headgate completion fish > ~/.config/fish/completions/headgate.fish',
    ],
    configure: (command: Command): void => {
      command.argument('<shell>', 'bash, zsh or fish');
    },
    load: () => import('../completion.ts'),
  },
];

/** cli.md 2.2. */
function addUnitFlags(command: Command): void {
  command
    .option('--user <name>', 'the user that the jobs run as (headgate)')
    .option('--prefix <dir>', 'the installation; this one when left out');
  for (const job of TIMER_JOBS) command.option(`--${job} <spec>`, `OnCalendar= of ${job}`);
  command.option(
    '--credential <name...>',
    'further credentials for sync and send, from /etc/credstore/headgate.NAME',
  );
}

function addRootFlag(command: Command): void {
  command.option('--root <dir>', 'another system, such as an image; nothing is started there');
}

/** cli.md 2.0. */
function configureInit(command: Command): void {
  command
    .argument('[dir]', 'the folder to make; the state/ of this installation when left out')
    .option('--name <name>', 'the name that recipients see')
    .option('--from <address>', 'the address that mail comes from')
    .option('--timezone <zone>', 'your IANA time zone, such as Europe/Berlin')
    .option('--postal-address <text>', 'the postal address at the foot of every mail')
    .option('--sample', 'add three sequences with finished copy, and 31 leads')
    .option(
      '--replace <name>',
      "start over although there was a state; takes the name of the state's folder",
    );
}

function configureExplain(command: Command): void {
  command.argument('[key]', 'a key, a section or a variable; all of them when left out');
}
