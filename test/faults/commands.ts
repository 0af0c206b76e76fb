import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { inState, type Stage, type StageName } from './stages.ts';

/** One command line, the stage that it runs on, and what is different afterwards. */
export interface CommandLine {
  readonly name: string;
  readonly stage: StageName;
  /** What is typed, in this folder; the first word is a program of bin/. */
  readonly words: (folder: string, stage: Stage) => readonly string[];
  /** What it is for, read from the files: the same after a run that met a fault and one that followed as after one that met none. */
  readonly work: (folder: string) => unknown;
  /** How it ends when it finds its work done already; 0 when left out. */
  readonly again?: readonly number[];
  /** How else it may end when a file that it is given cannot be read. */
  readonly unreadable?: readonly number[];
}

export const COMMAND_LINES: readonly CommandLine[] = [
  { name: 'drip', stage: 'busy', words: () => ['drip'], work: drafts },
  { name: 'nurture', stage: 'busy', words: () => ['nurture'], work: drafts },
  { name: 'send', stage: 'busy', words: () => ['send'], work: gone },
  { name: 'confirm', stage: 'cold', words: () => ['confirm', '--yes'], work: drafts },
  { name: 'sync', stage: 'busy', words: () => ['sync'], work: people },
  { name: 'backup', stage: 'busy', words: () => ['backup'], work: soundBackup },
  {
    name: 'digest',
    stage: 'busy',
    words: (folder) => ['digest', '--to', join(folder, 'digest.txt')],
    work: digest,
  },
  {
    name: 'restore',
    stage: 'busy',
    words: (folder, { backup }) => ['headgate', 'restore', join(folder, backup), '--yes'],
    work: restored,
    unreadable: [65],
  },
  {
    name: 'review approve',
    stage: 'busy',
    words: (_, { pending }) => ['headgate', 'review', 'approve', ...pending],
    work: (folder) => numberIn(folder, "SELECT count(*) FROM messages WHERE state = 'approved'"),
  },
  {
    name: 'leads import',
    stage: 'busy',
    words: (folder) => ['headgate', 'leads', 'import', join(folder, 'more.csv'), '--yes'],
    work: people,
  },
  {
    name: 'leads set',
    stage: 'busy',
    words: () => ['headgate', 'leads', 'set', 'second0@second0.example', 'do_not_contact=true'],
    work: (folder) => numberIn(folder, 'SELECT sum(do_not_contact) FROM leads'),
  },
  {
    name: 'leads erase',
    stage: 'busy',
    words: () => ['headgate', 'leads', 'erase', 'second1@second1.example', '--yes'],
    work: (folder) => numberIn(folder, "SELECT count(*) FROM leads WHERE email LIKE 'second%'"),
  },
  {
    name: 'leads export',
    stage: 'busy',
    // As an operator does it who wants the newest: it may stand there already.
    words: (folder) => [
      ...['headgate', 'leads', 'export', 'second2@second2.example'],
      ...['--to', join(folder, 'person.json'), '--replace'],
    ],
    work: (folder) => exported(folder, 'person.json', 'second2@second2.example'),
  },
  {
    name: 'leads export --all',
    stage: 'busy',
    words: (folder) => ['headgate', 'leads', 'export', '--all', '--to', join(folder, 'all.csv')],
    work: (folder) => exported(folder, 'all.csv', 'second2@second2.example'),
    // The first one put it there.
    again: [0, 64],
  },
  { name: 'audit verify', stage: 'busy', words: () => ['headgate', 'audit', 'verify'], work: nothing },
  { name: 'sequences plan', stage: 'busy', words: () => ['headgate', 'sequences', 'plan'], work: nothing },
  {
    name: 'sequences apply',
    stage: 'busy',
    words: () => ['headgate', 'sequences', 'apply', '--yes'],
    work: (folder) => textIn(folder, 'SELECT group_concat(definition_hash) FROM sequences'),
  },
  { name: 'adopt', stage: 'restored', words: () => ['headgate', 'adopt', '--yes'], work: restored },
  {
    name: 'go-live',
    stage: 'rehearsed',
    words: () => ['headgate', 'go-live', '--restart', '--yes'],
    again: [0, 64],
    work: (folder) => [
      numberIn(folder, 'SELECT went_live_at IS NOT NULL FROM state_header'),
      numberIn(folder, "SELECT count(*) FROM messages WHERE state IN ('sent', 'approved')"),
    ],
  },
  { name: 'pause', stage: 'busy', words: () => ['headgate', 'pause'], work: stopped },
  { name: 'resume', stage: 'paused', words: () => ['headgate', 'resume', '--yes'], work: stopped },
];

export function commandLine(name: string): CommandLine {
  const found = COMMAND_LINES.find((line) => line.name === name);
  if (found === undefined) throw new Error(`there is no command line ${name}`);
  return found;
}

function drafts(folder: string): unknown {
  return [
    numberIn(folder, 'SELECT count(*) FROM draft_log'),
    numberIn(folder, "SELECT count(*) FROM messages WHERE state = 'reserved' OR trim(body_markdown) = ''"),
  ];
}

/** Whatever became of them: the promises tell what may have. */
function gone(folder: string): unknown {
  return numberIn(folder, "SELECT count(*) FROM messages WHERE state IN ('sent', 'uncertain')");
}

function people(folder: string): unknown {
  return [
    numberIn(folder, 'SELECT count(*) FROM leads'),
    numberIn(folder, "SELECT count(*) FROM enrollments WHERE status IN ('pending', 'active')"),
    numberIn(folder, 'SELECT count(*) FROM suppressions'),
  ];
}

function restored(folder: string): unknown {
  return [
    numberIn(folder, 'SELECT restored_at IS NOT NULL FROM state_header'),
    numberIn(folder, 'SELECT count(*) FROM leads'),
    numberIn(folder, "SELECT count(*) FROM messages WHERE state IN ('approved', 'sending')"),
  ];
}

/** The file is whole, nobody else may read it, and no half one lies beside it. */
function exported(folder: string, name: string, address: string): unknown {
  const file = join(folder, name);
  const isThere = existsSync(file);
  return {
    isWhole:
      isThere && readFileSync(file, 'utf8').includes(address) && readFileSync(file, 'utf8').endsWith('\n'),
    mode: isThere ? statSync(file).mode & 0o777 : null,
    halves: readdirSync(folder).filter((each) => each.startsWith(name) && each.endsWith('.new')),
  };
}

/** It reads and says. */
function nothing(): unknown {
  return null;
}

function stopped(folder: string): unknown {
  return existsSync(join(folder, 'STOP'));
}

function digest(folder: string): unknown {
  const file = join(folder, 'digest.txt');
  return existsSync(file) && readFileSync(file, 'utf8').length > 100;
}

/** The newest copy is a whole state, and no half one lies beside it. */
function soundBackup(folder: string): unknown {
  const names = readdirSync(join(folder, 'backup')).sort();
  return {
    isNew: names.filter((name) => name.endsWith('.db')).length > 1,
    halves: names.filter((name) => name.endsWith('.new')),
  };
}

function numberIn(folder: string, sql: string): number {
  return Number(valueIn(folder, sql) ?? 0);
}

function textIn(folder: string, sql: string): string {
  return String(valueIn(folder, sql));
}

function valueIn(folder: string, sql: string): unknown {
  return inState(folder, (db) => db.prepare(sql).pluck().get());
}
