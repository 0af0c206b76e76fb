import { exitCodeOf, exitRows, isExpectedExit } from '../../src/commands/root/exit-table.ts';
import { EXIT_PRECEDENCE } from '../../src/core/exits.ts';
import { LEAD_GUARD_NAMES } from '../../src/core/guards/lead-guards.ts';
import { GUARD_TEXTS, REASON_TEXTS } from '../../src/core/reason-texts.ts';
import { REASONS_BY_GUARD, type GuardName } from '../../src/core/reasons.ts';
import { code, generatedNote, table } from './markdown.ts';

/** `docs/reference/exits-and-reasons.md`: the exit codes with their order, the guards with their reasons. */
export function renderExitsReference(): string {
  return [
    '# Exit codes, guards and reasons',
    '',
    generatedNote(
      'src/core/exits.ts, src/core/reasons.ts, src/core/reason-texts.ts and src/commands/root/exit-table.ts',
    ),
    '',
    ...exitLines(),
    ...GUARDS_INTRODUCTION,
    ...guardNames().flatMap(guardLines),
  ].join('\n');
}

function exitLines(): readonly string[] {
  const order = EXIT_PRECEDENCE.filter((name) => name !== 'OK').map((name) => String(exitCodeOf(name)));
  return [
    '## Exit codes',
    '',
    'A code that is not 0 is also the last line on stderr (`exit 30 COLD_START`), and `exit.name` with `--json`. Any other code is a',
    'failure; 1 is never ours, so it always means that Node itself crashed. `headgate help exit-codes` prints this table.',
    '',
    ...table(
      ['code', 'name', 'means', 'for a timer'],
      exitRows().map(({ code: number, name, meaning }) => [
        String(number),
        code(name),
        meaning,
        isExpectedExit(name) ? 'an answer: success' : 'a failure: look',
      ]),
    ),
    `When several apply, the first in this order is the exit: ${order.join(' > ')}.`,
    '',
    'A run that left some leads out (32) is safe to repeat; it alerts when it happens three times in a row.',
    '',
  ];
}

const GUARDS_INTRODUCTION = [
  '## Guards and reasons',
  '',
  'A guard that says no always says why, in one of the words below: in `headgate leads why`, in `items[].reason` of `--json`, in the',
  'counts of a run and in the journal. The list is closed. `headgate leads why ADDRESS --verbose` prints the sentence with the word.',
  '',
  'The guards of a run are judged once for the run, those of a lead for each lead in the order of this page; the first no stands. The',
  'caps come after them, then the words. Before a message leaves, `send` judges again whatever could have changed, and its own guards.',
  'Words of parts that are not there yet (reading replies, checking companies, writing with a model, several mailboxes) do not appear.',
  '',
];

/** The order in which they are judged; what comes after the lead's own guards last. */
function guardNames(): readonly GuardName[] {
  const names: GuardName[] = ['run', ...LEAD_GUARD_NAMES];
  let name: GuardName;
  for (name in REASONS_BY_GUARD) if (!names.includes(name)) names.push(name);
  return names;
}

function guardLines(guard: GuardName): readonly string[] {
  return [
    `### ${guard}`,
    '',
    GUARD_TEXTS[guard],
    '',
    ...table(
      ['reason', 'means'],
      REASONS_BY_GUARD[guard].map((reason) => [code(reason), REASON_TEXTS[reason]]),
    ),
  ];
}
