import type { Command } from 'commander';

import type { CommandEntry } from '../registry.ts';

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
];

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
