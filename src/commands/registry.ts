import type { Command } from 'commander';

import type { CommandModule } from './cli-context.ts';
import { CARE_COMMANDS } from './entries/care.ts';
import { DAILY_COMMANDS } from './entries/daily.ts';
import { INSIGHT_COMMANDS } from './entries/insight.ts';
import { LEAD_COMMANDS } from './entries/leads.ts';
import { REVIEW_COMMANDS } from './entries/review.ts';
import { SEQUENCE_COMMANDS } from './entries/sequences.ts';
import { TIMER_COMMANDS } from './entries/timers.ts';

/** The headings of `headgate --help`, in order. */
export const COMMAND_GROUPS = [
  'timers',
  'every day',
  'leads and sequences',
  'insight',
  'set-up and care',
] as const;
export type CommandGroup = (typeof COMMAND_GROUPS)[number];

/** What `headgate leads --help` and the top help say of a word that only gathers sub-commands. */
export interface Namespace {
  readonly name: string;
  readonly group: CommandGroup;
  readonly summary: string;
}

export const NAMESPACES: readonly Namespace[] = [
  { name: 'leads', group: 'leads and sequences', summary: 'import, inspect, explain and change leads' },
  { name: 'sequences', group: 'leads and sequences', summary: 'check, plan, apply and list sequences' },
  { name: 'steps', group: 'leads and sequences', summary: 'write the words of a step' },
  { name: 'suppressions', group: 'leads and sequences', summary: 'addresses that never receive anything' },
  { name: 'outbox', group: 'every day', summary: 'mails caught while not live' },
  { name: 'sends', group: 'insight', summary: 'what was sent' },
  { name: 'runs', group: 'insight', summary: 'what each run did' },
  { name: 'audit', group: 'insight', summary: 'verify and show the record of what was decided' },
  { name: 'config', group: 'set-up and care', summary: 'show, validate and explain the configuration' },
  { name: 'units', group: 'set-up and care', summary: 'install and compare the systemd units' },
  { name: 'secrets', group: 'set-up and care', summary: 'store credentials' },
];

export interface CommandEntry {
  /** What people type after `headgate`: `drip`, `leads import`. */
  readonly path: string;
  readonly group: CommandGroup;
  /** One line in lower case without a full stop. */
  readonly summary: string;
  /** The `schema` of its `--json` document, on failure too: `headgate.run/1`. */
  readonly schema: string;
  /** Two command lines that work as written, shown at the end of its help. */
  readonly examples: readonly string[];
  /** Adds arguments and options. Must be cheap: no imports, no files, no I/O. */
  readonly configure?: (command: Command) => void;
  /**
   * True: the name alone is a complete command line, without required arguments or defaults of options. Then
   * commander is not even loaded, which is a fifth of an idle start; for what the timers fire.
   */
  readonly runsBare?: boolean;
  /** True: on SIGINT and SIGTERM the command ends in its own time (`context.signal`), else the process ends at once. */
  readonly stopsItself?: boolean;
  /** Imported only when the command runs, so that no command pays for another. */
  readonly load: () => Promise<CommandModule>;
}

/**
 * Every command. To add one: write `src/commands/<name>.ts` with `export async function run(invocation)`,
 * then add its entry to the file of its group in `entries/`. An entry whose module does not exist does not compile.
 */
export const COMMANDS: readonly CommandEntry[] = [
  ...TIMER_COMMANDS,
  ...DAILY_COMMANDS,
  ...REVIEW_COMMANDS,
  ...LEAD_COMMANDS,
  ...SEQUENCE_COMMANDS,
  ...INSIGHT_COMMANDS,
  ...CARE_COMMANDS,
];
