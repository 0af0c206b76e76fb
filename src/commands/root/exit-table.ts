import { EXIT_CODES, type ExitName } from '../../core/exits.ts';

/** Endings of the process itself, beside the outcomes of core/exits: the shell's 128 + signal. */
export const SIGNAL_EXITS = { INTERRUPTED: 130, TERMINATED: 143 } as const;

export type AnyExitName = ExitName | keyof typeof SIGNAL_EXITS;

const ALL_CODES: Readonly<Record<AnyExitName, number>> = { ...EXIT_CODES, ...SIGNAL_EXITS };

/** Endings that are loud but expected: the unit lists them as success, the journal as a warning. */
const EXPECTED: ReadonlySet<AnyExitName> = new Set<AnyExitName>([
  'OK',
  'NOTHING_DUE',
  'WOULD_ACT',
  'COLD_START',
  'HELD',
  'PARTIAL',
  'PAUSED',
  'TEMPFAIL',
]);

/** What each exit means, in the words of `headgate help exit-codes` (cli.md 2.3). */
const MEANINGS: Readonly<Record<AnyExitName, string>> = {
  OK: 'did the work, or nothing was due',
  NOTHING_DUE: 'nothing was due (only with --detailed-exit-code)',
  WOULD_ACT: 'a preview or plan found something to do (only with --detailed-exit-code)',
  COLD_START:
    'turned itself into a preview: no checkpoint, a long gap, first run since boot, another machine',
  HELD: 'far more than usual was due: every draft of the run is held until a person decides',
  PARTIAL: 'some leads failed, the others are done and stored; safe to run again',
  STALE_PLAN: 'the plan no longer matches the state; nothing was done',
  PAUSED: 'STOP is present; headgate resume lifts it',
  USAGE: 'wrong flags or arguments; nothing was done',
  DATAERR: 'a sequence or lead file does not parse; the last good version stays active',
  UNAVAILABLE: 'a provider refuses for good (quota, billing, bad key); retrying does not help',
  SOFTWARE: 'a promise of the program itself broke; please report it',
  TEMPFAIL: 'another run holds the lock, or the network is down; retrying is safe',
  NOPERM: 'cannot read a credential or write the state',
  CONFIG: 'the configuration is wrong, or a check found a problem',
  INTERRUPTED: 'stopped by Ctrl-C; what was not committed is undone',
  TERMINATED: 'stopped by SIGTERM; what was not committed is undone',
};

/** The process exit code of a name. */
export function exitCodeOf(name: AnyExitName): number {
  return ALL_CODES[name];
}

/** False for endings that someone has to look into. */
export function isExpectedExit(name: AnyExitName): boolean {
  return EXPECTED.has(name);
}

export interface ExitRow {
  readonly code: number;
  readonly name: AnyExitName;
  readonly meaning: string;
}

/** Every exit in order of its code. */
export function exitRows(): readonly ExitRow[] {
  const rows: ExitRow[] = [];
  let name: AnyExitName;
  for (name in ALL_CODES) rows.push({ code: ALL_CODES[name], name, meaning: MEANINGS[name] });
  return rows.sort((one, other) => one.code - other.code);
}
