import type { Command } from 'commander';

import { addDetailedExitFlag, addLimitFlag, addNarrowingFlags, addPreviewFlag } from '../flags.ts';
import type { CommandEntry } from '../registry.ts';

/** What the timers fire: drip, nurture, sync, send, digest, confirm, backup, listen. */
export const TIMER_COMMANDS: readonly CommandEntry[] = [
  {
    path: 'drip',
    group: 'timers',
    summary: 'draft the next single step for leads that are due',
    schema: 'headgate.run/1',
    examples: ['headgate drip --preview', 'headgate drip'],
    configure: configureJob,
    runsBare: true,
    load: () => import('../drip.ts'),
  },
  {
    path: 'nurture',
    group: 'timers',
    summary: 'draft one follow-up for leads gone cold',
    schema: 'headgate.run/1',
    examples: ['headgate nurture --preview', 'headgate nurture'],
    configure: configureJob,
    runsBare: true,
    load: () => import('../nurture.ts'),
  },
  {
    path: 'confirm',
    group: 'timers',
    summary: 'draft what is still allowed of a saved preview',
    schema: 'headgate.run/1',
    examples: ['headgate confirm', 'headgate confirm --none --yes'],
    configure: configureConfirm,
    runsBare: true,
    load: () => import('../confirm.ts'),
  },
  {
    path: 'send',
    group: 'timers',
    summary: 'send approved messages, every guard judged again',
    schema: 'headgate.run/1',
    examples: ['headgate send --preview', 'headgate send'],
    configure: configureSend,
    runsBare: true,
    stopsItself: true,
    load: () => import('../send.ts'),
  },
  {
    path: 'sync',
    group: 'timers',
    summary: 'pull leads, answers, bounces and events from every source',
    schema: 'headgate.sync/1',
    examples: ['headgate sync', 'headgate sync --source crm --preview'],
    configure: configureSync,
    runsBare: true,
    stopsItself: true,
    load: () => import('../sync.ts'),
  },
  {
    path: 'digest',
    group: 'timers',
    summary: 'tell the operator what waits, what happened and what comes',
    schema: 'headgate.digest/1',
    examples: ['headgate digest --preview', 'headgate digest --to digest.txt --quiet-if-empty'],
    configure: configureDigest,
    runsBare: true,
    load: () => import('../digest.ts'),
  },
  {
    path: 'listen',
    group: 'timers',
    summary: 'hear for a quarter of an hour what is tapped in Telegram',
    schema: 'headgate.listen/1',
    examples: ['headgate listen', 'headgate listen --minutes 5'],
    configure: (command: Command): void => {
      command.option('--minutes <n>', 'how long to listen, 1 to 15 (15)');
    },
    runsBare: true,
    stopsItself: true,
    load: () => import('../listen.ts'),
  },
  {
    path: 'backup',
    group: 'timers',
    summary: 'copy the state while jobs run, verify the copy, prune old ones',
    schema: 'headgate.backup/1',
    examples: ['headgate backup', 'headgate backup --to /mnt/copies --keep 30'],
    configure: (command: Command): void => {
      command
        .option('--to <dir>', 'where copies go; backup/ in the state folder when left out')
        .option('--keep <n>', 'how many copies to keep (14)')
        .option('--verify', 'open the copy and look it through before it counts; always done');
    },
    runsBare: true,
    load: () => import('../backup.ts'),
  },
];

function configureDigest(command: Command): void {
  addPreviewFlag(command);
  command
    .option('--to <where>', 'telegram, stdout or a file; the chat when there is one, else stdout')
    .option('--date <day>', 'as for the morning of this day (2026-02-18); what waits is what waits now')
    .option('--quiet-if-empty', 'say nothing when nothing waits, happened or is due');
}

function configureSync(command: Command): void {
  addPreviewFlag(command);
  command
    .option('--source <id...>', 'only these sources, also where one is left alone after a failure')
    .option('--since <seq>', 'with one source: begin there instead of where the last run ended');
  addDetailedExitFlag(command);
}

function configureSend(command: Command): void {
  addPreviewFlag(command);
  addLimitFlag(command);
  command.option('--only <id...>', 'only these messages, m-…; the run writes no checkpoint');
  addDetailedExitFlag(command);
}

function configureJob(command: Command): void {
  addPreviewFlag(command);
  command
    .option('--no-ai', 'ask no model: steps with Mode: ai or assist wait')
    .option(
      '--with-copy',
      'with --preview: have the model write now, for what it costs; confirm asks no more',
    )
    .option('--force', 'run live over a missing checkpoint, a gap or a first boot; over nothing else')
    .option('--plan <id>', 'draft what is still allowed of this saved preview, as confirm does');
  addNarrowingFlags(command);
  addLimitFlag(command);
  command.option('--at <time>', 'with --preview: as if it were then; saves nothing');
  addDetailedExitFlag(command);
}

function configureConfirm(command: Command): void {
  command
    .argument('[plan]', 'the saved preview, p-…; without it the newest waiting plan of each job')
    .option('--yes', 'a person confirms, without being asked')
    .option('--none', 'accept the gap and draft nothing')
    .option('--veto', 'keep the job preview-only until a person acts');
  addPreviewFlag(command);
  addDetailedExitFlag(command);
}
