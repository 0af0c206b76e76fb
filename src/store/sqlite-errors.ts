import { userInfo } from 'node:os';
import { HeadgateError, systemCode } from '../core/errors.ts';
import type { HeadgateErrorOptions } from '../core/errors.ts';

interface Fault extends HeadgateErrorOptions {
  readonly message: string;
}

/**
 * Turns a fault of SQLite or of the file system into what an operator can act on (cli.md 2.7, State faults):
 * busy 75; full, unreadable, not writable 77 with path and user; not a database 78; damaged 78.
 * Everything else, a broken constraint above all, comes back as it is: that is a bug or the caller's to read.
 */
export function mapSqliteError(error: unknown, file: string): unknown {
  const code = systemCode(error);
  if (code === null || error instanceof HeadgateError) return error;
  const fault = FAULTS.find(({ pattern }) => pattern.test(code))?.describe(file, code);
  if (fault === undefined) return error;
  const { message, ...options } = fault;
  return new HeadgateError(message, { ...options, cause: error });
}

/** The account this process runs as; a bare number where it has no name. */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A service user made by systemd may have no passwd entry: its number is then all there is to say.
    return `uid ${process.geteuid?.() ?? 'unknown'}`;
  }
}

const NOT_DONE = 'Nothing was done.';

const FAULTS: readonly { pattern: RegExp; describe: (file: string, code: string) => Fault }[] = [
  { pattern: /^SQLITE_(BUSY|LOCKED)/, describe: busy },
  { pattern: /^(SQLITE_FULL|ENOSPC|EDQUOT|SQLITE_IOERR_SHMSIZE)$/, describe: diskFull },
  { pattern: /^(SQLITE_IOERR|EIO$)/, describe: inputOutput },
  {
    pattern: /^(SQLITE_(READONLY|CANTOPEN|PERM|AUTH)|EACCES$|EPERM$|EROFS$|ENOTDIR$)/,
    describe: notPermitted,
  },
  { pattern: /^SQLITE_NOTADB/, describe: notADatabase },
  { pattern: /^SQLITE_(CORRUPT|FORMAT)/, describe: damaged },
];

function busy(file: string): Fault {
  return {
    message: `The state is busy: another program is writing ${file}`,
    code: 'state_busy',
    exit: 'TEMPFAIL',
    notDone: 'The transaction was rolled back.',
    fix: 'Run it again.',
  };
}

function diskFull(file: string): Fault {
  return {
    message: `The disk is full: ${file} cannot be written by ${userName()}`,
    code: 'state_disk_full',
    exit: 'NOPERM',
    notDone: 'The transaction was rolled back.',
    fix: 'Free some space on that file system, then run it again.',
  };
}

function inputOutput(file: string, code: string): Fault {
  return {
    message: `The disk failed under ${file} (${code}), seen by ${userName()}`,
    code: 'state_io_error',
    exit: 'NOPERM',
    notDone: 'The transaction was rolled back.',
    fix: 'Look at the disk (dmesg), then: headgate backup',
  };
}

function notPermitted(file: string, code: string): Fault {
  return {
    message: `${file} or its folder cannot be read and written by ${userName()} (${code})`,
    code: 'state_not_permitted',
    exit: 'NOPERM',
    notDone: NOT_DONE,
    fix: 'Run as the owner of the state, or give the folder back to it (chown).',
  };
}

function notADatabase(file: string): Fault {
  return {
    message: `${file} is not a state of Headgate: it is no SQLite database, or its header is destroyed`,
    code: 'state_foreign',
    exit: 'CONFIG',
    notDone: NOT_DONE,
    fix: 'headgate restore FILE brings a backup back.',
  };
}

function damaged(file: string, code: string): Fault {
  return {
    message: `${file} is damaged (${code})`,
    code: 'state_damaged',
    exit: 'CONFIG',
    notDone: NOT_DONE,
    fix: 'Keep a copy of the file, then: headgate restore FILE',
  };
}
