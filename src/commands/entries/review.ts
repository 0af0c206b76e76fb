import type { Command } from 'commander';

import type { CommandEntry } from '../registry.ts';

/** `review` and its verbs: what a person decides about drafts. */
export const REVIEW_COMMANDS: readonly CommandEntry[] = [
  {
    path: 'review',
    group: 'every day',
    summary: 'go through the drafts that wait for you, one a screen',
    schema: 'headgate.review/1',
    examples: ['headgate review', 'headgate review list --state held'],
    // Whoever sits there leaves in order, with what was decided, when a signal comes.
    stopsItself: true,
    configure: configureReview,
    load: () => import('../review.ts'),
  },
  {
    path: 'review list',
    group: 'every day',
    summary: 'list what waits, is approved, held or uncertain',
    schema: 'headgate.review/1',
    examples: ['headgate review list', 'headgate review list --state held'],
    configure: configureList,
    load: () => import('../review-list.ts'),
  },
  {
    path: 'review show',
    group: 'every day',
    summary: 'show the whole text of a message, and its hash',
    schema: 'headgate.review/1',
    examples: ['headgate review show m-abcdef', 'headgate review show m-abcdef --json'],
    configure: addIds,
    load: () => import('../review-show.ts'),
  },
  {
    path: 'review plan',
    group: 'every day',
    summary: 'read a saved preview lead by lead',
    schema: 'headgate.review-plan/1',
    examples: ['headgate review plan p-abcdef', 'headgate confirm p-abcdef'],
    configure: addPlan,
    load: () => import('../review-plan.ts'),
  },
  {
    path: 'review approve',
    group: 'every day',
    summary: 'let drafts leave when the undo is over',
    schema: 'headgate.review/1',
    examples: ['headgate review approve m-abcdef --expect 9f3c21', 'headgate review approve --all --count 5'],
    configure: configureApprove,
    load: () => import('../review-approve.ts'),
  },
  {
    path: 'review reject',
    group: 'every day',
    summary: 'refuse drafts: their step is passed over',
    schema: 'headgate.review/1',
    examples: [
      'headgate review reject m-abcdef --reason "met in person"',
      'headgate review reject m-abcdef --then stop',
    ],
    configure: configureReject,
    load: () => import('../review-reject.ts'),
  },
  {
    path: 'review discard',
    group: 'every day',
    summary: 'throw drafts away: their step is due again',
    schema: 'headgate.review/1',
    examples: ['headgate review discard m-abcdef', 'headgate review discard --run r-abcdef'],
    configure: addManyWithReason,
    load: () => import('../review-discard.ts'),
  },
  {
    path: 'review edit',
    group: 'every day',
    summary: 'change the words of one draft',
    schema: 'headgate.review/1',
    examples: ['headgate review edit m-abcdef', 'headgate review edit m-abcdef --subject "A better one"'],
    configure: configureEdit,
    load: () => import('../review-edit.ts'),
  },
  {
    path: 'review hold',
    group: 'every day',
    summary: 'keep drafts back, approved ones too',
    schema: 'headgate.review/1',
    examples: [
      'headgate review hold m-abcdef --until 3d',
      'headgate review hold --all --reason "trade fair"',
    ],
    configure: configureHold,
    load: () => import('../review-hold.ts'),
  },
  {
    path: 'review release',
    group: 'every day',
    summary: 'let held messages go back to where they came from',
    schema: 'headgate.review/1',
    examples: ['headgate review release m-abcdef', 'headgate review release --run r-abcdef'],
    configure: addManyWithReason,
    load: () => import('../review-release.ts'),
  },
  {
    path: 'review undo',
    group: 'every day',
    summary: 'take an approval back while there is time',
    schema: 'headgate.review/1',
    examples: ['headgate review undo m-abcdef', 'headgate review hold m-abcdef'],
    configure: addIds,
    load: () => import('../review-undo.ts'),
  },
  {
    path: 'review settle',
    group: 'every day',
    summary: 'say what became of an uncertain message',
    schema: 'headgate.review/1',
    examples: ['headgate review settle m-abcdef sent', 'headgate review settle m-abcdef not-sent'],
    configure: configureSettle,
    load: () => import('../review-settle.ts'),
  },
  {
    path: 'review veto',
    group: 'every day',
    summary: 'stop a saved preview from being drafted by its timer',
    schema: 'headgate.run/1',
    examples: ['headgate review veto p-abcdef', 'headgate review plan p-abcdef'],
    configure: addPlan,
    load: () => import('../review-veto.ts'),
  },
];

function configureReview(command: Command): void {
  command.argument('[id]', 'only this message');
}

function configureList(command: Command): void {
  command.option('--state <states...>', 'only these states; without it all that are open');
}

function configureApprove(command: Command): void {
  addMany(command).option('--expect <hash>', 'only if the text still has this hash (6 digits or more)');
}

function configureReject(command: Command): void {
  addReason(addMany(command)).option(
    '--then <what>',
    'skip the step (default), redraft it, or stop the sequence for this lead',
  );
}

function configureEdit(command: Command): void {
  addReason(command.argument('<id>', 'the message, m-… or the beginning of it'))
    .option('--text <file>', 'the whole draft: "Subject: …", an empty line, the text; - for standard input')
    .option('--subject <text>', 'the new subject')
    .option('--body <file>', 'a file with the new text; - for standard input');
}

function configureHold(command: Command): void {
  addReason(addMany(command)).option('--until <time>', 'a time (2026-02-20) or a span (6h, 3d)');
}

function configureSettle(command: Command): void {
  addReason(
    command
      .argument('<id>', 'the message, m-… or the beginning of it')
      .argument('<outcome>', 'sent or not-sent'),
  );
}

function addManyWithReason(command: Command): void {
  addReason(addMany(command));
}

function addIds(command: Command): void {
  command.argument('<ids...>', 'messages: m-…, or the beginning of an id (6 characters or more)');
}

function addPlan(command: Command): void {
  command.argument('<plan>', 'the saved preview, p-… or the beginning of it');
}

function addMany(command: Command): Command {
  return command
    .argument('[ids...]', 'messages: m-…, or the beginning of an id (6 characters or more)')
    .option('--run <run>', 'everything that this run made or holds')
    .option('--all', 'everything that waits for this decision; needs the number')
    .option('--count <n>', 'how many there must be');
}

function addReason(command: Command): Command {
  return command.option('--reason <text>', 'why, for the timeline');
}
