import { HeadgateError } from '../core/errors.ts';

const NOT_DONE = 'Nothing was done.';
const WAYS_BACK =
  'First time here: headgate init. Else headgate restore FILE brings a backup back; headgate init --replace NAME starts over.';

/** A15: only `init` makes a state; a missing one is never made anew in silence. */
export function missingState(file: string): HeadgateError {
  return new HeadgateError(`There is no state at ${file}`, {
    code: 'state_missing',
    exit: 'COLD_START',
    notDone: NOT_DONE,
    fix: WAYS_BACK,
  });
}

/** A15: an emptied file would be a fresh state that mails everybody again. */
export function emptyState(file: string): HeadgateError {
  return new HeadgateError(`The state ${file} is empty (0 bytes)`, {
    code: 'state_empty',
    exit: 'COLD_START',
    notDone: NOT_DONE,
    fix: WAYS_BACK,
  });
}

/** A15: the file belongs to another program. */
export function foreignState(file: string): HeadgateError {
  return new HeadgateError(`${file} is not a state of Headgate: another program made this database`, {
    code: 'state_foreign',
    exit: 'CONFIG',
    notDone: NOT_DONE,
    fix: 'Point --state at the right folder, or: headgate restore FILE',
  });
}

/** A15: a database of a program that this one does not know yet. */
export function newerState(file: string, versions: { found: number; known: number }): HeadgateError {
  return new HeadgateError(
    `${file} has schema ${versions.found}, this Headgate knows schemas up to ${versions.known}`,
    {
      code: 'state_newer',
      exit: 'CONFIG',
      notDone: NOT_DONE,
      fix: 'Install the Headgate that wrote it, or a later one.',
    },
  );
}

/** Only where the file cannot be written: everybody else brings an older schema up to date. */
export function olderState(file: string, versions: { found: number; known: number }): HeadgateError {
  return new HeadgateError(
    `${file} has schema ${versions.found}, this Headgate reads schema ${versions.known}`,
    {
      code: 'state_older',
      exit: 'CONFIG',
      notDone: NOT_DONE,
      fix: 'Run any command once as the owner of the state; it brings the schema up to date.',
    },
  );
}

/** The header row is the state's identity; without it nothing can be judged (A15). */
export function headerLost(file: string): HeadgateError {
  return new HeadgateError(`${file} is damaged: its header row is gone`, {
    code: 'state_damaged',
    exit: 'CONFIG',
    notDone: NOT_DONE,
    fix: 'Keep a copy of the file, then: headgate restore FILE',
  });
}

/** A file system that refuses the write-ahead log cannot hold a state (network and some FUSE file systems). */
export function noWriteAheadLog(file: string): HeadgateError {
  return new HeadgateError(`The file system of ${file} does not carry SQLite's write-ahead log`, {
    code: 'state_no_wal',
    exit: 'CONFIG',
    notDone: NOT_DONE,
    fix: 'Keep the state on a local disk.',
  });
}
