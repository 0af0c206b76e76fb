import { workspacePaths, type WorkspacePaths } from '../../src/config/paths.ts';
import { LEAD_COLUMNS } from '../../src/core/lead-columns.ts';
import { LEAD_COLUMN_TEXTS } from './field-texts.ts';
import { code, generatedNote, table } from './markdown.ts';

interface FileText {
  readonly holds: string;
  /** Whether it may be deleted, and what follows. */
  readonly deleting: string;
}

type FilePath = Exclude<keyof WorkspacePaths, 'workspaceDir' | 'stateDir'>;

const NOT_YET = 'Not used yet.';
const YOURS = 'No: it is yours.';

/** Every path that the program knows. One without a text here does not compile. */
const FILE_TEXTS: Readonly<Record<FilePath, FileText>> = {
  configFile: {
    holds:
      'The machine and its limits: [configuration](configuration.md). Nothing but you ever changes it after `init`.',
    deleting: YOURS,
  },
  brandFile: { holds: 'Who writes: sender, postal address, signature.', deleting: YOURS },
  brandVoiceFile: { holds: `The voice in words, for copy that a model writes. ${NOT_YET}`, deleting: 'Yes.' },
  sequencesDir: {
    holds:
      'One folder for each sequence: [sequences and templates](templates.md). Runs use what `sequences apply` last made active, not these files.',
    deleting: 'A folder that is gone is archived by the next `sequences apply`, which says so first.',
  },
  campaignsDir: {
    holds: 'Briefs that `campaign` in a sequence names.',
    deleting: 'Those that nothing names.',
  },
  databaseFile: {
    holds:
      'The state: leads, enrollments, messages, runs. SQLite; `headgate.db-wal` and `headgate.db-shm` beside it belong to it.',
    deleting: 'Never, nor one of the three alone. Without it everything stops (exit 30) until `restore`.',
  },
  stampFile: {
    holds: 'How far the state had come, and its machine: how an older copy is noticed.',
    deleting: 'No: the state then counts as a restored one until `headgate adopt`.',
  },
  sendJournalFile: {
    holds: 'What was taken to the door and what became of it, one line each, only ever appended to.',
    deleting: 'No: after a restore nobody could tell what left since the copy was made.',
  },
  erasureFile: {
    holds:
      'Who was [erased](../how-to/answer-a-person-about-their-data.md), as random ids and keyed hashes, and the key that they were made with, so keep it as private as the state: a restored copy of the state forgets the same people again. `backup` keeps it beside the copies.',
    deleting: 'No: an older copy would write to them again.',
  },
  rejectsDir: {
    holds: 'Rows that an import refused, each with its line and reason.',
    deleting: 'Yes, once they are put right.',
  },
  locksDir: {
    holds: 'One file for each job, held by the process that runs it; the kernel frees it with the process.',
    deleting: 'Only while no job runs; there is never a reason to.',
  },
  outboxDir: {
    holds:
      'Mails caught while not live, as `.eml` files. A restore looks here for what was rehearsed since the copy.',
    deleting: 'Yes; they are not written again.',
  },
  reportDir: {
    holds:
      'The [report](../how-to/read-the-report.md), `index.html`, made anew by `digest` and by `report`. It names people.',
    deleting: 'Yes.',
  },
  backupDir: {
    holds: 'Verified copies of the state, the newest fourteen.',
    deleting: 'Yes, keep some; they hold people’s data.',
  },
  unsubscribeSpoolDir: {
    holds:
      'What readers decided on the unsubscribe page, one small file each, written by the [public page](../how-to/serve-unsubscribe-links.md). `send` looks here before every body; `drip`, `nurture` and `send` take it into the state and move it to `folded/`.',
    deleting:
      'Never: somebody may have asked for no more mail. `folded/` tells a restored state of it again.',
  },
  hookSpoolDir: {
    holds:
      'Webhooks of mail providers whose signature held, one file each, until they are read into the state.',
    deleting: 'No: bounces and complaints would be lost.',
  },
  stopFile: {
    holds:
      'Its being there pauses everything that touches people; what it says is the reason. `touch` makes one too.',
    deleting: 'Yes; `headgate resume` does it and shows first what is due.',
  },
  listenFile: {
    holds: 'Nothing. It is touched when Telegram was told something that can be tapped, and wakes `listen`.',
    deleting: 'Yes.',
  },
};

const ROOT = '/workspace/';
const PATHS = workspacePaths({ workspaceDir: ROOT, stateDir: ROOT });

/** In the order in which one meets them. */
const WORKSPACE_FILES: readonly FilePath[] = [
  'configFile',
  'brandFile',
  'brandVoiceFile',
  'sequencesDir',
  'campaignsDir',
];

const FURTHER_WORKSPACE_FILES: readonly (readonly string[])[] = [
  [
    '`secrets/token-secret`',
    'Signs unsubscribe links. Mode 0600.',
    'No: links that were sent would no longer work.',
  ],
  ['`.gitignore`', 'Keeps people’s data and secrets out of git, if the folder is in one.', 'Yes.'],
];

const FURTHER_STATE_FILES: readonly (readonly string[])[] = [
  ['`headgate.db.before-restore-*`', 'The state that was there before a restore.', 'Yes, once you are sure.'],
  ['`headgate.db.replaced`', 'The state that was there before `init --replace`.', 'Yes, once you are sure.'],
];

/** `docs/reference/files.md`: what is in a workspace, what in a state, what may be deleted, and the lead file. */
export function renderFilesReference(): string {
  const stateFiles = Object.keys(FILE_TEXTS)
    .filter(isFilePath)
    .filter((path) => !WORKSPACE_FILES.includes(path));
  const rows = (paths: readonly FilePath[]): readonly (readonly string[])[] =>
    paths.map((path) => [code(nameOf(path)), FILE_TEXTS[path].holds, FILE_TEXTS[path].deleting]);
  const header = ['file', 'holds', 'may be deleted'];
  return [
    '# Files',
    '',
    generatedNote('scripts/docs/files-page.ts and field-texts.ts, and src/config/paths.ts'),
    '',
    ...INTRODUCTION,
    '## The workspace',
    '',
    ...table(header, [...rows(WORKSPACE_FILES), ...FURTHER_WORKSPACE_FILES]),
    '## The state',
    '',
    'The state lives beside `headgate.toml`, or in `--state DIR`, or in `$STATE_DIRECTORY`. It belongs to one machine and holds people’s',
    'names and addresses: its folder has mode 0700, its files 0600.',
    '',
    ...table(header, [...rows(stateFiles), ...FURTHER_STATE_FILES]),
    'To move a state to another machine, copy the whole folder while nothing runs, then `headgate adopt` there. To copy it while jobs run,',
    'use `headgate backup`.',
    '',
    ...LEAD_FILE_INTRODUCTION,
    ...table(
      ['column', 'is'],
      LEAD_COLUMNS.map((column) => [code(column), LEAD_COLUMN_TEXTS[column]]),
    ),
  ].join('\n');
}

const INTRODUCTION = [
  '`headgate init DIR` makes a workspace: the files that are yours, and beside them the state, which belongs to the program. On a server',
  'they are usually apart, in `/etc/headgate` and `/var/lib/headgate`.',
  '',
];

const LEAD_FILE_INTRODUCTION = [
  '## The lead file',
  '',
  '`headgate leads import FILE` reads CSV with a header row, separated by commas, semicolons, tabs or bars, in UTF-8 or with `--encoding`.',
  'Columns stand in any order, their names compare without case and with spaces or hyphens for underscores, and only `email` is required.',
  '`--map "Their name=ours"` renames one. Any further column is kept and is a field for [templates](templates.md). Empty cells say nothing:',
  'they never erase what is known. A row that is wrong is refused by itself and written to `rejects/`; the others land.',
  '',
];

/** As it is called inside its folder; a folder ends in a slash. */
function nameOf(path: FilePath): string {
  return `${PATHS[path].slice(ROOT.length)}${path.endsWith('Dir') ? '/' : ''}`;
}

function isFilePath(path: string): path is FilePath {
  return Object.hasOwn(FILE_TEXTS, path);
}
