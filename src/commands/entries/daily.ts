import type { Command } from 'commander';

import type { CommandEntry } from '../registry.ts';

/** What an operator types every day: review, status, pause, resume, web, outbox. */
export const DAILY_COMMANDS: readonly CommandEntry[] = [
  {
    path: 'status',
    group: 'every day',
    summary: 'one screen: what waits, what ran, what the guards say',
    schema: 'headgate.status/1',
    examples: ['headgate status', 'headgate status --json'],
    load: () => import('../status.ts'),
  },
  {
    path: 'pause',
    group: 'every day',
    summary: 'stop all that touches people, approved drafts included',
    schema: 'headgate.pause/1',
    examples: ['headgate pause --reason "wrong price in the mail"', 'headgate pause'],
    configure: (command: Command): void => {
      command.option('--reason <text>', 'why, for whoever finds it paused');
    },
    load: () => import('../pause.ts'),
  },
  {
    path: 'resume',
    group: 'every day',
    summary: 'show what is due, then lift the pause',
    schema: 'headgate.resume/1',
    examples: ['headgate resume', 'headgate resume --sender tom@example.com'],
    configure: (command: Command): void => {
      command.option('--sender <address>', 'let this sender send again, and nothing else');
      command.option('--yes', 'resume without being asked');
    },
    load: () => import('../resume.ts'),
  },
  {
    path: 'web',
    group: 'every day',
    summary: 'serve the review page to this machine, until nobody asks',
    schema: 'headgate.web/1',
    examples: [
      'headgate web --listen 127.0.0.1:8025',
      'headgate web --listen /run/headgate/web.sock --idle 60',
    ],
    configure: (command: Command): void => {
      command
        .option(
          '--listen <address>',
          'fd, an address of this machine, or the path of a socket (127.0.0.1:8025)',
        )
        .option('--idle <seconds>', 'end after so long without a request (300)');
    },
    stopsItself: true,
    load: () => import('../web.ts'),
  },
  {
    path: 'web login',
    group: 'every day',
    summary: 'print an address that signs you in to the review page, once',
    schema: 'headgate.web-login/1',
    examples: ['headgate web login', 'headgate web login --port 9025'],
    configure: (command: Command): void => {
      command.option('--port <n>', 'your end of the tunnel, or where web listens (8025)');
    },
    load: () => import('../web-login.ts'),
  },
  {
    path: 'outbox list',
    group: 'every day',
    summary: 'mails caught while not live',
    schema: 'headgate.outbox/1',
    examples: ['headgate outbox list', 'headgate outbox list --json'],
    configure: (command: Command): void => {
      command.option('--limit <n>', 'the newest n (50)');
    },
    load: () => import('../outbox-list.ts'),
  },
  {
    path: 'outbox open',
    group: 'every day',
    summary: 'one caught mail as its reader would get it',
    schema: 'headgate.outbox/1',
    examples: ['headgate outbox open', 'headgate outbox open m-abcdefghijklmnop'],
    configure: (command: Command): void => {
      command.argument('[id]', 'the message, m-…; the newest when left out');
    },
    load: () => import('../outbox-open.ts'),
  },
];
