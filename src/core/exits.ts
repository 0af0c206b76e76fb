/**
 * Exit codes, the operator's contract (cli.md 2.3 and 2.7). Own outcomes from 20 up, errors from sysexits,
 * nothing in 1 to 19: Node itself uses those, so `status=1/FAILURE` always means a crash.
 */
export const EXIT_CODES = {
  OK: 0,
  NOTHING_DUE: 20,
  WOULD_ACT: 21,
  COLD_START: 30,
  HELD: 31,
  PARTIAL: 32,
  STALE_PLAN: 33,
  PAUSED: 34,
  USAGE: 64,
  DATAERR: 65,
  UNAVAILABLE: 69,
  SOFTWARE: 70,
  TEMPFAIL: 75,
  NOPERM: 77,
  CONFIG: 78,
} as const;

export type ExitName = keyof typeof EXIT_CODES;

/** When several outcomes apply, the first one in this order is the run's exit. */
export const EXIT_PRECEDENCE: readonly ExitName[] = [
  'SOFTWARE',
  'USAGE',
  'UNAVAILABLE',
  'NOPERM',
  'CONFIG',
  'DATAERR',
  'TEMPFAIL',
  'PAUSED',
  'COLD_START',
  'HELD',
  'STALE_PLAN',
  'PARTIAL',
  'WOULD_ACT',
  'NOTHING_DUE',
  'OK',
];

/** The strongest of several outcomes by EXIT_PRECEDENCE; OK for none. */
export function strongestExit(exits: readonly ExitName[]): ExitName {
  return EXIT_PRECEDENCE.find((name) => exits.includes(name)) ?? 'OK';
}
