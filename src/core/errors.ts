import type { ExitName } from './exits.ts';

export interface HeadgateErrorOptions {
  /** Stable, lower-case, snake_case; tests and `--json` readers match on it. */
  readonly code: string;
  /** Decides the exit code (cli.md 2.3). */
  readonly exit: ExitName;
  /** What was not done, one sentence. */
  readonly notDone?: string;
  /** What to type or change next, one sentence or command. */
  readonly fix?: string;
  /** Further lines, each already shortened and escaped (file:line:column, facts). */
  readonly details?: readonly string[];
  /** True where trying again cannot help (D4). */
  readonly permanent?: boolean;
  /** The run that it ended, where that run wrote its row itself (A13). */
  readonly runId?: string;
  readonly cause?: unknown;
}

/**
 * The only error that reaches an operator: what happened, where, what was not done, what to do next.
 * Anything else that escapes is a bug and ends as 70 SOFTWARE.
 */
export class HeadgateError extends Error {
  readonly code: string;
  readonly exit: ExitName;
  readonly notDone: string | undefined;
  readonly fix: string | undefined;
  readonly details: readonly string[];
  readonly permanent: boolean;
  readonly runId: string | null;

  constructor(message: string, options: HeadgateErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'HeadgateError';
    this.code = options.code;
    this.exit = options.exit;
    this.notDone = options.notDone;
    this.fix = options.fix;
    this.details = options.details ?? [];
    this.permanent = options.permanent ?? false;
    this.runId = options.runId ?? null;
  }
}

/** Of the kernel; Node has no name for it and calls it UNKNOWN. */
const EDQUOT_NUMBER = -122;

/** What the system or SQLite calls a fault: `EACCES`, `SQLITE_FULL`; null for an error of another kind. */
export function systemCode(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return null;
  return 'errno' in error && error.errno === EDQUOT_NUMBER ? 'EDQUOT' : error.code;
}

/**
 * Does something with a file that is open, and names the file in what the system throws: `EIO: i/o error, fsync` alone tells an operator
 * nothing. An error that names a path already keeps it.
 */
export function withPath<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof Error && 'code' in error && !('path' in error)) Object.assign(error, { path });
    throw error;
  }
}
