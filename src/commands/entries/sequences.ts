import type { Command } from 'commander';

import type { CommandEntry } from '../registry.ts';

/** `sequences …` and `steps …`. */
export const SEQUENCE_COMMANDS: readonly CommandEntry[] = [
  {
    path: 'sequences lint',
    group: 'leads and sequences',
    summary: 'everything that is wrong or doubtful in the sequence files, with its line',
    schema: 'headgate.lint/1',
    examples: ['headgate sequences lint', 'headgate sequences lint website-lead --json'],
    configure: configureLint,
    load: () => import('../sequences-lint.ts'),
  },
  {
    path: 'sequences plan',
    group: 'leads and sequences',
    summary: 'show what applying the files would change, and for whom',
    schema: 'headgate.sequences-plan/1',
    examples: ['headgate sequences plan', 'headgate sequences plan --against main'],
    configure: configurePlan,
    load: () => import('../sequences-plan.ts'),
  },
  {
    path: 'sequences apply',
    group: 'leads and sequences',
    summary: 'make the files the active version, words included',
    schema: 'headgate.sequences-apply/1',
    examples: ['headgate sequences apply', 'headgate sequences apply --enroll-existing'],
    configure: configureApply,
    load: () => import('../sequences-apply.ts'),
  },
  {
    path: 'sequences list',
    group: 'leads and sequences',
    summary: 'list the applied sequences with their steps and counts',
    schema: 'headgate.sequences/1',
    examples: ['headgate sequences list', 'headgate sequences list --json'],
    load: () => import('../sequences-list.ts'),
  },
  {
    path: 'sequences show',
    group: 'leads and sequences',
    summary: 'show one applied sequence',
    schema: 'headgate.sequences/1',
    examples: ['headgate sequences show website-lead', 'headgate sequences show website-lead --json'],
    configure: configureShow,
    load: () => import('../sequences-show.ts'),
  },
  {
    path: 'sequences new',
    group: 'leads and sequences',
    summary: 'a folder for a new sequence, as a draft with one step',
    schema: 'headgate.sequences-new/1',
    examples: ['headgate sequences new website-lead', 'headgate sequences new autumn-followup --json'],
    configure: configureNew,
    load: () => import('../sequences-new.ts'),
  },
  {
    path: 'sequences fmt',
    group: 'leads and sequences',
    summary: 'write the sequence files in one tidy form that means the same',
    schema: 'headgate.sequences-fmt/1',
    examples: ['headgate sequences fmt', 'headgate sequences fmt website-lead --check'],
    configure: configureFmt,
    load: () => import('../sequences-fmt.ts'),
  },
  {
    path: 'sequences test',
    group: 'leads and sequences',
    summary: 'send yourself the words of each step, as the files say them now',
    schema: 'headgate.sequences-test/1',
    examples: [
      'headgate sequences test website-lead --to me@example.com',
      'headgate sequences test website-lead welcome --to me@example.com',
    ],
    configure: configureTest,
    load: () => import('../sequences-test.ts'),
  },
  {
    path: 'sequences generate',
    group: 'leads and sequences',
    summary: 'have a model write the words of a sequence, show them and ask',
    schema: 'headgate.generate/1',
    examples: ['headgate sequences generate autumn-followup', 'headgate sequences generate --preview'],
    configure: (command: Command): void => {
      command.argument('[sequence]', 'its folder under sequences/; all that are drafts when left out');
      addGenerateFlags(command);
    },
    load: () => import('../sequences-generate.ts'),
  },
  {
    path: 'steps generate',
    group: 'leads and sequences',
    summary: 'have a model write the words of one step, show them and ask',
    schema: 'headgate.generate/1',
    examples: [
      'headgate steps generate website-lead case-study',
      'headgate steps generate website-lead last-touch --briefing "Say goodbye kindly" --length short',
    ],
    configure: (command: Command): void => {
      command
        .argument('<sequence>', 'the name of the sequence: its folder under sequences/')
        .argument('<step>', 'one of its steps, with or without a file yet')
        .option('--briefing <text>', 'what the mail must say; kept in its file')
        .option('--mode <mode>', 'fixed: the whole text; ai, assist: what stands around {{ ai }}')
        .option('--length <length>', 'short, medium or long');
      addGenerateFlags(command);
    },
    load: () => import('../steps-generate.ts'),
  },
];

function addGenerateFlags(command: Command): void {
  command
    .option('-n, --preview', 'ask the model, show its words, and write nothing')
    .addOption(command.createOption('--dry-run', 'the same as --preview').hideHelp())
    .option('--yes', 'write them without asking');
}

function configureLint(command: Command): void {
  command.argument('[id...]', 'sequences to look at; all of them when left out');
}

function configureNew(command: Command): void {
  command.argument('<id>', 'its permanent name: lower-case letters, digits and hyphens');
}

function configureFmt(command: Command): void {
  command
    .argument('[id...]', 'sequences to write; all of them when left out')
    .option('--check', 'write nothing, and end 21 when something would be');
}

function configureTest(command: Command): void {
  command
    .argument('<id>', 'the name of the sequence: its folder under sequences/')
    .argument('[step]', 'one step; all of them when left out')
    .option('--to <address>', 'where the tests go: to you, never to a lead')
    .option('--lead <id>', 'fill the fields from this lead; from a sample when left out');
}

function configurePlan(command: Command): void {
  command
    .option('--against <gitref>', 'compare with a version in git instead of what is applied')
    .option('--detailed-exit-code', 'end 21 when applying would change something');
}

function configureApply(command: Command): void {
  command
    .option('--enroll-existing', 'also enroll stored leads that match a sequence which becomes active')
    .option('--expect <fingerprint>', 'only if it does what the plan with this fingerprint showed, else 33')
    .option('--yes', 'apply without asking');
}

function configureShow(command: Command): void {
  command.argument('<id>', 'the name of the sequence: its folder under sequences/');
}
