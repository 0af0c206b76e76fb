import { spawnSync } from 'node:child_process';

import { HeadgateError } from '../core/errors.ts';

/** A regular file as a commit has it. */
export interface GitFile {
  /** From the folder that was asked for, with slashes. */
  readonly path: string;
  readonly bytes: Buffer;
}

export interface GitTree {
  /** 40 or 64 hex digits. */
  readonly commit: string;
  readonly files: readonly GitFile[];
}

export interface GitQuestion {
  /** A folder of the working tree. */
  readonly directory: string;
  /** Whatever git calls a revision; what begins with a hyphen is refused. */
  readonly ref: string;
  /** Folders in it whose files are wanted. */
  readonly folders: readonly string[];
  /** Of whoever asks; only where git is and whose configuration it reads is taken from it. */
  readonly env: Readonly<Partial<Record<string, string>>>;
}

const TIMEOUT_MS = 15_000;
const BYTES_MAX = 64 * 1024 * 1024;
const REF_CHARACTERS_MAX = 256;
/** `100644 blob 3f1c…    512\tsequences/web/welcome.md` */
const ENTRY = /^(\d{6}) (\w+) ([0-9a-f]{40,64}) +(?:\d+|-)\t(.+)$/s;
const REGULAR_FILES = ['100644', '100755'];

/**
 * The files of a commit under some folders, read by git itself and never written anywhere. Links and submodules are left out, as a reader of
 * folders leaves them out. No filter, hook or fetch of the repository runs. Throws HeadgateError `git_missing`, `git_no_repository`,
 * `git_unknown_ref` (64) and `git_failed` (75: too slow, too much, anything else).
 */
export function readGitTree({ directory, ref, folders, env }: GitQuestion): GitTree {
  if (ref === '' || ref.startsWith('-') || ref.length > REF_CHARACTERS_MAX || /\p{Cc}/u.test(ref))
    throw unknownRef(ref);
  const place: Place = { directory, env: environment(env) };
  const inside = git(place, ['rev-parse', '--is-inside-work-tree']);
  if (inside.status !== 0 || inside.text !== 'true') throw noRepository(directory, inside.complaint);
  const parsed = git(place, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`]);
  if (parsed.status !== 0) throw unknownRef(ref);
  const commit = parsed.text;
  return { commit, files: readBlobs(place, listEntries(place, commit, folders)) };
}

interface Place {
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
}

interface Entry {
  readonly path: string;
  readonly object: string;
}

function listEntries(place: Place, commit: string, folders: readonly string[]): readonly Entry[] {
  const args = ['ls-tree', '-r', '-z', '--long', commit, '--', ...folders.map((folder) => `${folder}/`)];
  const listed = demand(place, args);
  return listed
    .toString('utf8')
    .split('\0')
    .flatMap((line) => {
      const [, mode = '', kind, object = '', path = ''] = ENTRY.exec(line) ?? [];
      return kind === 'blob' && REGULAR_FILES.includes(mode) ? [{ path, object }] : [];
    });
}

/** `git cat-file --batch` answers each name with a line, the bytes and a line break, in the order in which it was asked. */
function readBlobs(place: Place, entries: readonly Entry[]): readonly GitFile[] {
  if (entries.length === 0) return [];
  const answer = demand(place, ['cat-file', '--batch'], entries.map(({ object }) => `${object}\n`).join(''));
  let offset = 0;
  return entries.map(({ path }) => {
    const lineEnd = answer.indexOf(0x0a, offset);
    const size = Number(answer.toString('latin1', offset, lineEnd).split(' ')[2]);
    if (lineEnd === -1 || !Number.isSafeInteger(size)) throw failed('git did not give what it had listed');
    const start = lineEnd + 1;
    offset = start + size + 1;
    return { path, bytes: answer.subarray(start, start + size) };
  });
}

interface Answer {
  readonly status: number | null;
  readonly output: Buffer;
  readonly text: string;
  readonly complaint: string;
}

function demand(place: Place, args: readonly string[], input?: string): Buffer {
  const { status, output, complaint } = git(place, args, input);
  if (status !== 0) throw failed(complaint);
  return output;
}

function git({ directory, env }: Place, args: readonly string[], input?: string): Answer {
  const { status, error, stdout, stderr } = spawnSync('git', ['-C', directory, ...args], {
    timeout: TIMEOUT_MS,
    maxBuffer: BYTES_MAX,
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    ...(input === undefined ? {} : { input }),
    env,
  });
  if (error !== undefined && 'code' in error) {
    if (error.code === 'ENOENT') throw missing();
    throw failed(error.code === 'ETIMEDOUT' ? 'git took longer than 15 s' : error.message);
  }
  const complaint = stderr.toString('utf8').trim().split('\n')[0] ?? '';
  return { status, output: stdout, text: stdout.toString('utf8').trim(), complaint };
}

/** Only what git needs to be found and to know its user: a GIT_DIR of a hook that calls us would answer for another repository. */
function environment({ PATH = '/usr/bin:/bin', HOME }: GitQuestion['env']): Place['env'] {
  return {
    PATH,
    ...(HOME === undefined ? {} : { HOME }),
    LC_ALL: 'C.UTF-8',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_LAZY_FETCH: '1',
    GIT_TERMINAL_PROMPT: '0',
  };
}

const NOT_COMPARED = 'Nothing was compared.';

function missing(): HeadgateError {
  return new HeadgateError('there is no git on this machine', {
    code: 'git_missing',
    exit: 'USAGE',
    notDone: NOT_COMPARED,
    fix: 'Install git, or leave --against out: then the files are compared with what is applied.',
  });
}

function noRepository(directory: string, complaint: string): HeadgateError {
  return new HeadgateError(`${directory} is not in a git repository that can be read`, {
    code: 'git_no_repository',
    exit: 'USAGE',
    notDone: NOT_COMPARED,
    fix: 'Leave --against out: then the files are compared with what is applied.',
    details: complaint === '' ? [] : [complaint],
  });
}

function unknownRef(ref: string): HeadgateError {
  return new HeadgateError(`git knows no commit ${JSON.stringify(ref.slice(0, REF_CHARACTERS_MAX))}`, {
    code: 'git_unknown_ref',
    exit: 'USAGE',
    notDone: NOT_COMPARED,
    fix: 'headgate sequences plan --against HEAD',
  });
}

function failed(complaint: string): HeadgateError {
  return new HeadgateError(`git did not answer: ${complaint}`, {
    code: 'git_failed',
    exit: 'TEMPFAIL',
    notDone: NOT_COMPARED,
  });
}
