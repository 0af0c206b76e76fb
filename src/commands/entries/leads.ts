import type { Command } from 'commander';

import { addPreviewFlag } from '../flags.ts';
import type { CommandEntry } from '../registry.ts';

/** `leads …` and `suppressions …`. */
export const LEAD_COMMANDS: readonly CommandEntry[] = [
  {
    path: 'leads import',
    group: 'leads and sequences',
    summary: 'store leads from a CSV file and enroll the new ones from now',
    schema: 'headgate.import/1',
    examples: ['headgate leads import leads.csv -n', 'headgate leads import leads.csv --map "E-Mail=email"'],
    configure: configureImport,
    load: () => import('../leads-import.ts'),
  },
  {
    path: 'leads list',
    group: 'leads and sequences',
    summary: 'leads with their enrollments, in the order of arrival',
    schema: 'headgate.leads/1',
    examples: [
      'headgate leads list --status working',
      'headgate leads list --sequence website-lead --limit 20',
    ],
    configure: (command: Command): void => {
      command
        .option('--sequence <id>', 'only leads that are or were enrolled in it')
        .option('--status <status>', 'only leads with this status')
        .option('--stage <stage>', 'only leads in this stage')
        .option('--limit <n>', 'at most n leads (1000)');
    },
    load: () => import('../leads-list.ts'),
  },
  {
    path: 'leads show',
    group: 'leads and sequences',
    summary: "one lead's whole story",
    schema: 'headgate.leads/1',
    examples: [
      'headgate leads show priya@kestrel.example',
      'headgate leads show priya@kestrel.example --json',
    ],
    configure: configureLead,
    load: () => import('../leads-show.ts'),
  },
  {
    path: 'leads why',
    group: 'leads and sequences',
    summary: 'every rule for one lead, step by step, as it stands now',
    schema: 'headgate.why/1',
    examples: ['headgate leads why priya@kestrel.example', 'headgate leads why priya@kestrel.example --json'],
    configure: configureLead,
    load: () => import('../leads-why.ts'),
  },
  {
    path: 'leads set',
    group: 'leads and sequences',
    summary: 'change a lead, with all that follows from it',
    schema: 'headgate.leads/1',
    examples: [
      'headgate leads set priya@kestrel.example stage=customer',
      'headgate leads set priya@kestrel.example timezone=Asia/Kolkata hold_until=2026-03-02',
    ],
    configure: (command: Command): void => {
      configureLead(command);
      command.argument(
        '<key=value...>',
        'fields of the lead file, hold_until, hold_note, custom.NAME; company= empties',
      );
    },
    load: () => import('../leads-set.ts'),
  },
  {
    path: 'leads stop',
    group: 'leads and sequences',
    summary: 'cancel what a lead is enrolled in and withdraw its drafts',
    schema: 'headgate.leads/1',
    examples: [
      'headgate leads stop priya@kestrel.example --reason "met in person"',
      'headgate leads stop priya@kestrel.example --sequence website-lead',
    ],
    configure: (command: Command): void => {
      configureLead(command);
      command
        .option('--sequence <id>', 'only this sequence')
        .option('--reason <text>', 'why; kept with the enrollment');
    },
    load: () => import('../leads-stop.ts'),
  },
  {
    path: 'leads due',
    group: 'leads and sequences',
    summary: "make a lead's next step due at once; every guard still holds",
    schema: 'headgate.leads/1',
    examples: [
      'headgate leads due priya@kestrel.example',
      'headgate leads due priya@kestrel.example --sequence website-lead',
    ],
    configure: (command: Command): void => {
      configureLead(command);
      command.option('--sequence <id>', 'which one, when the lead is in several');
    },
    load: () => import('../leads-due.ts'),
  },
  {
    path: 'leads verify',
    group: 'leads and sequences',
    summary: 'judge whether leads belong to the companies they claim',
    schema: 'headgate.verify/1',
    examples: [
      'headgate leads verify --csv verdicts.csv',
      'headgate leads verify priya@kestrel.example --as verified --reason "their new brand"',
    ],
    configure: (command: Command): void => {
      command
        .argument('[lead]', 'with --as: l-…, the beginning of an id, or an address')
        .option('--all', 'judge everybody again, not only leads without a verdict')
        .option('--judged-before <time>', 'with --all: only verdicts older than this, to go on after a stop')
        .option('--as <verdict>', 'overrule: verified, mismatch, unknown or not_applicable')
        .option('--reason <text>', 'with --as: why; kept in the story of the lead')
        .option('--yes', 'ask the model without asking you first')
        .option('--csv <file>', 'write every lead with its verdict')
        .option('--html <file>', 'write the counts and whom to look at as a page');
    },
    load: () => import('../leads-verify.ts'),
  },
  {
    path: 'leads export',
    group: 'leads and sequences',
    summary: 'everything about one person as JSON, or all leads as CSV',
    schema: 'headgate.leads-export/1',
    examples: [
      'headgate leads export priya@kestrel.example --to priya.json',
      'headgate leads export --all --to leads.csv',
    ],
    configure: (command: Command): void => {
      command
        .argument('[lead]', 'l-…, the beginning of an id that only one lead has, or an address')
        .option('--all', 'every lead, as a CSV that leads import reads back')
        .option('--to <file>', 'into a file that only you can read, instead of standard output')
        .option('--replace', 'put it in the place of a file that is there');
    },
    load: () => import('../leads-export.ts'),
  },
  {
    path: 'leads erase',
    group: 'leads and sequences',
    summary: 'overwrite everything about one person, and never mail them again',
    schema: 'headgate.leads-erase/1',
    examples: ['headgate leads erase priya@kestrel.example', 'headgate leads erase l-x7pq --yes --json'],
    configure: (command: Command): void => {
      configureLead(command);
      command.option('--yes', 'do not ask');
    },
    load: () => import('../leads-erase.ts'),
  },
  {
    path: 'suppressions list',
    group: 'leads and sequences',
    summary: 'who never receives anything, and why',
    schema: 'headgate.suppressions/1',
    examples: ['headgate suppressions list', 'headgate suppressions list --reason bounced --json'],
    configure: (command: Command): void => {
      command
        .option('--reason <reason>', 'only this reason: opted_out, bounced, complained, manual')
        .option('--limit <n>', 'at most n addresses (1000)');
    },
    load: () => import('../suppressions-list.ts'),
  },
  {
    path: 'suppressions add',
    group: 'leads and sequences',
    summary: 'addresses that never receive anything again, known leads or not',
    schema: 'headgate.suppressions/1',
    examples: [
      'headgate suppressions add priya@kestrel.example',
      'headgate suppressions add priya@kestrel.example --reason opted_out --note "by telephone"',
    ],
    configure: (command: Command): void => {
      command
        .argument('<address...>', 'email addresses')
        .option('--reason <reason>', 'opted_out, bounced, complained or manual (manual)')
        .option('--note <text>', 'why; kept with the address');
    },
    load: () => import('../suppressions-add.ts'),
  },
  {
    path: 'suppressions remove',
    group: 'leads and sequences',
    summary: 'take an address off the list, with a reason that is kept',
    schema: 'headgate.suppressions/1',
    examples: [
      'headgate suppressions remove priya@kestrel.example --reason "asked us to write again"',
      'headgate suppressions remove priya@kestrel.example --reason "new mailbox" --json',
    ],
    configure: (command: Command): void => {
      command
        .argument('<address>', 'an email address')
        .option('--reason <text>', 'why; kept in the story of the lead');
    },
    load: () => import('../suppressions-remove.ts'),
  },
  {
    path: 'suppressions import',
    group: 'leads and sequences',
    summary: 'suppress every address of a list, as another system exports it',
    schema: 'headgate.suppressions-import/1',
    examples: ['headgate suppressions import bounces.csv', 'headgate suppressions import list.txt --preview'],
    configure: (command: Command): void => {
      addPreviewFlag(command).argument('<file>', 'one address to a line, or a CSV; - for standard input');
    },
    load: () => import('../suppressions-import.ts'),
  },
  {
    path: 'suppressions export',
    group: 'leads and sequences',
    summary: 'the whole list as CSV on standard output',
    schema: 'headgate.suppressions/1',
    examples: ['headgate suppressions export', 'headgate suppressions export --json'],
    load: () => import('../suppressions-export.ts'),
  },
];

function configureImport(command: Command): void {
  addPreviewFlag(command)
    .argument('<file>', 'a CSV file with a header row, or - for standard input')
    .option('--map <theirs=ours...>', 'which of their columns is which of ours')
    .option('--source <name>', 'the source of rows that name none')
    .option('--enroll-from <time>', 'from when their sequences count; now, whatever their age')
    .option('--on-conflict <what>', 'what a row may do to a known lead: update or skip', 'update')
    .option('--encoding <name>', 'utf-8 or latin1', 'utf-8')
    .option('--yes', 'do not ask');
}

function configureLead(command: Command): void {
  command.argument('<lead>', 'l-…, the beginning of an id that only one lead has, or an address');
}
