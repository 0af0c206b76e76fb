import type { CommandEntry } from '../registry.ts';

/** What an operator types every day: review, status, pause, resume, outbox. */
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
    configure: (command) => {
      command.option('--reason <text>', 'why, for whoever finds it paused');
    },
    load: () => import('../pause.ts'),
  },
  {
    path: 'resume',
    group: 'every day',
    summary: 'show what is due, then lift the pause',
    schema: 'headgate.resume/1',
    examples: ['headgate resume', 'headgate resume --yes'],
    configure: (command) => {
      command.option('--yes', 'resume without being asked');
    },
    load: () => import('../resume.ts'),
  },
];
