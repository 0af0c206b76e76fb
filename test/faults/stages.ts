import {
  accessSync,
  appendFileSync,
  constants,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import Database from 'better-sqlite3';

import { systemClock } from '../../src/adapters/clock.ts';
import { createActWriter } from '../../src/adapters/spool.ts';
import { program, succeed, type Place } from '../chaos/program.ts';
import { SmtpTestServer } from '../helpers/smtp-server.ts';

/** A workspace that stands ready for certain commands, to be copied for every point and hurt there. */
export interface Stage {
  readonly folder: string;
  /** Approved messages that the next `send` delivers. */
  readonly approved: readonly string[];
  /** Messages that wait for a decision. */
  readonly pending: readonly string[];
  /** A copy that `backup` made, below the folder. */
  readonly backup: string;
}

export type StageName = 'busy' | 'cold' | 'restored' | 'rehearsed' | 'paused' | 'mailing' | 'writing';
export type Stages = Readonly<Record<StageName, Stage>>;

const EACH = 3;
const MAILS = 12;
const DAY_MS = 86_400_000;

const CONFIG = (live: boolean): string => `live = ${String(live)}
timezone = "UTC"
[hours]
weekdays = [1, 2, 3, 4, 5, 6, 7]
start = "00:00"
end = "24:00"
[limits]
undo_minutes = 0
drafts_per_run_drip = 20
drafts_per_run_nurture = 20
drafts_per_day = 100
sends_per_run = 20
sends_per_day = 100
blast_radius_floor = 100
[mail]
transport = "smtp"
smtp.host = "127.0.0.1"
smtp.port = 25
pace_seconds_min = 0
pace_seconds_max = 0
[web]
token_secret = { file = "web-token-secret" }
[[source]]
id = "feed"
kind = "csv"
path = "feed"
lead_source = "letter"
`;

const DRIP = `name = "Letters"
status = "active"
[trigger]
source = ["letter"]
[[step]]
id = "hello"
after = "0d"
[[step]]
id = "again"
after = "2d"
`;

const NURTURE = `name = "Keep warm"
kind = "nurture"
status = "active"
[trigger]
source = ["fair"]
[[step]]
id = "note"
after = "0d"
`;

const WORDS = (subject: string): string => `Subject: ${subject}

Hello {{ first_name }}, this is worth a question. Is it?
`;

const MODEL_WORDS = `Subject: Hello {{ first_name }}
Mode: ai
Length: short
Briefing: One question.

Hi {{ first_name }},

{{ ai }}

Tom
`;

/** Where workspaces are made: in memory where there is room for it, since every point makes and removes one. */
export const FAULT_ROOT = writableMemory() ?? tmpdir();

function writableMemory(): string | null {
  try {
    accessSync('/dev/shm', constants.W_OK);
    return '/dev/shm';
  } catch {
    // A machine without it has a disk.
    return null;
  }
}

/** Makes all of them with the program itself, command by command, as an operator would. Real clock, real machine. */
export async function makeStages(): Promise<Stages> {
  const server = await SmtpTestServer.listen();
  try {
    const busy = await makeBusy(server.port);
    return {
      busy,
      cold: await changed(busy, async (place) => {
        inState(place.folder, (db) => db.prepare("DELETE FROM jobs WHERE job = 'drip'").run());
        await ends(place, [30], ['drip']);
      }),
      restored: await changed(busy, async (place) => {
        await ends(place, [0], ['headgate', 'restore', join(place.folder, busy.backup), '--yes']);
      }),
      paused: await changed(busy, async (place) => {
        await ends(place, [0], ['headgate', 'pause']);
      }),
      rehearsed: await makeRehearsed(),
      mailing: await makeMailing(server.port),
      writing: await makeWriting(),
    };
  } finally {
    await server.stop();
  }
}

export function removeStages(stages: Stages): void {
  for (const { folder } of Object.values(stages)) rmSync(folder, { recursive: true, force: true });
}

/** A copy of a stage that nobody has open. */
export function copyOfStage(stage: Stage): string {
  const folder = mkdtempSync(join(FAULT_ROOT, 'headgate-fault-'));
  for (const name of readdirSync(stage.folder)) {
    if (name !== 'locks') cpSync(join(stage.folder, name), join(folder, name), { recursive: true });
  }
  return folder;
}

/** Reads or changes a state with SQL of the test's own. */
export function inState<T>(folder: string, act: (db: Database.Database) => T): T {
  const db = new Database(join(folder, 'headgate.db'), { fileMustExist: true });
  try {
    return act(db);
  } finally {
    db.close();
  }
}

async function changed(stage: Stage, change: (place: Place) => Promise<void>): Promise<Stage> {
  const folder = copyOfStage(stage);
  await change({ folder, port: 9 });
  return { ...stage, folder };
}

/** Live: some mails are sent, three may leave, three wait, six leads are due in either engine, news lies in the feed and in the spool. */
async function makeBusy(port: number): Promise<Stage> {
  const place = { folder: await newWorkspace(true), port };
  const { folder } = place;
  await ends(place, [0], ['headgate', 'go-live', '--keep', '--yes']);
  await ends(place, [0], ['headgate', 'sequences', 'apply', '--yes']);
  await importPeople(place, 'first', 3 * EACH);
  await ends(place, [0], ['drip', '--force']);
  await ends(place, [0], ['nurture', '--force']);
  await approve(place, waiting(folder).slice(0, EACH));
  await ends(place, [0], ['send']);
  const [approved, pending] = [waiting(folder).slice(0, EACH), waiting(folder).slice(EACH)];
  await approve(place, approved);
  await ends(place, [0], ['sync']);
  await importPeople(place, 'second', EACH);
  await importPeople(place, 'cold', EACH);
  const { items } = await succeed(place, ['backup']);
  leaveNews(folder);
  return { folder, approved, pending, backup: String(items[0]?.['file']).slice(folder.length + 1) };
}

/** Three letters have gone to the outbox, three more may; then somebody wrote `live = true`. */
async function makeRehearsed(): Promise<Stage> {
  const place = { folder: await newWorkspace(false), port: 9 };
  const { folder } = place;
  await ends(place, [0], ['headgate', 'sequences', 'apply', '--yes']);
  await importPeople(place, 'first', 2 * EACH);
  await ends(place, [0], ['drip', '--force']);
  await ends(place, [0], ['nurture', '--force']);
  await approve(place, waiting(folder).slice(0, EACH));
  await ends(place, [0], ['send']);
  const { items } = await succeed(place, ['backup']);
  writeFileSync(join(folder, 'headgate.toml'), CONFIG(true));
  const backup = String(items[0]?.['file']).slice(folder.length + 1);
  return { folder, approved: [], pending: waiting(folder), backup };
}

/** Twelve letters may leave: more than the ten that do so at once where no pace is set. */
async function makeMailing(port: number): Promise<Stage> {
  const place = { folder: await newWorkspace(true), port };
  const { folder } = place;
  await ends(place, [0], ['headgate', 'go-live', '--keep', '--yes']);
  await ends(place, [0], ['headgate', 'sequences', 'apply', '--yes']);
  await importPeople(place, 'first', MAILS);
  await ends(place, [0], ['drip', '--force']);
  const approved = waiting(folder);
  await approve(place, approved);
  await ends(place, [0], ['send', '--limit', '0']);
  const { items } = await succeed(place, ['backup']);
  return { folder, approved, pending: [], backup: String(items[0]?.['file']).slice(folder.length + 1) };
}

/** Three letters are due whose words a model writes. */
async function makeWriting(): Promise<Stage> {
  const place = { folder: await newWorkspace(true), port: 9 };
  const { folder } = place;
  writeFileSync(join(folder, 'sequences/letters/hello.md'), MODEL_WORDS);
  await ends(place, [0], ['headgate', 'go-live', '--keep', '--yes']);
  await ends(place, [0], ['headgate', 'sequences', 'apply', '--yes']);
  await importPeople(place, 'first', EACH);
  await ends(place, [0], ['send']);
  const { items } = await succeed(place, ['backup']);
  return {
    folder,
    approved: [],
    pending: [],
    backup: String(items[0]?.['file']).slice(folder.length + 1),
  };
}

async function newWorkspace(live: boolean): Promise<string> {
  const folder = mkdtempSync(join(FAULT_ROOT, 'headgate-stage-'));
  const who = ['--name', 'Ledd', '--from', 'tom@mail.example.com', '--timezone', 'UTC'];
  const brand = ['--postal-address', '1 Mill Lane, Leeds'];
  await ends({ folder, port: 9 }, [0], ['headgate', 'init', folder, '--no-input', ...who, ...brand]);
  writeFileSync(join(folder, 'headgate.toml'), CONFIG(live));
  writeFileSync(join(folder, 'web-token-secret'), 'x'.repeat(64), { mode: 0o600 });
  for (const [id, toml, steps] of [
    ['letters', DRIP, ['hello', 'again']],
    ['warm', NURTURE, ['note']],
  ] as const) {
    mkdirSync(join(folder, 'sequences', id), { recursive: true });
    writeFileSync(join(folder, 'sequences', id, 'sequence.toml'), toml);
    for (const step of steps)
      writeFileSync(join(folder, 'sequences', id, `${step}.md`), WORDS(`About ${step}`));
  }
  mkdirSync(join(folder, 'feed'));
  writeFileSync(join(folder, 'feed', 'known.csv'), csvOf('known', 1));
  return folder;
}

/** What has not been read yet: a new lead in the feed, an opt-out in the spool, other words in a step, and a list to import. */
function leaveNews(folder: string): void {
  writeFileSync(join(folder, 'feed', 'news.csv'), csvOf('news', EACH));
  writeFileSync(join(folder, 'more.csv'), csvOf('more', EACH));
  appendFileSync(join(folder, 'sequences/letters/again.md'), '\nOr is it not?\n');
  const leadId = inState(folder, (db) =>
    db.prepare("SELECT id FROM leads WHERE email = 'known0@known0.example'").pluck().get(),
  );
  mkdirSync(join(folder, 'unsub.d'), { recursive: true });
  createActWriter(join(folder, 'unsub.d')).record({
    leadId: String(leadId),
    act: 'stop',
    at: systemClock.now(),
  });
}

async function importPeople(place: Place, who: string, count: number): Promise<void> {
  const file = join(place.folder, `${who}.csv`);
  writeFileSync(file, csvOf(who, count));
  await ends(place, [0], ['headgate', 'leads', 'import', file, '--yes']);
}

function csvOf(who: string, count: number): string {
  const isCold = who === 'cold';
  const source = isCold ? 'fair' : 'letter';
  const lastContact = isCold ? new Date(systemClock.now() - 30 * DAY_MS).toISOString() : '';
  const rows = Array.from(
    { length: count },
    (_, index) => `${who}${String(index)}@${who}${String(index)}.example,${who},${source},${lastContact}`,
  );
  return ['email,first_name,source,last_contact_at', ...rows, ''].join('\n');
}

async function approve(place: Place, ids: readonly string[]): Promise<void> {
  await ends(place, [0], ['headgate', 'review', 'approve', ...ids]);
}

function waiting(folder: string): readonly string[] {
  return inState(folder, (db) =>
    db.prepare("SELECT id FROM messages WHERE state = 'pending_approval' ORDER BY row_id").pluck().all(),
  ).map(String);
}

async function ends(place: Place, codes: readonly number[], words: readonly string[]): Promise<void> {
  const { code, signal, stdout, stderr } = await program(place, words);
  if (code !== null && codes.includes(code)) return;
  throw new Error(`${words.join(' ')} ended ${String(code ?? signal)}: ${stdout}${stderr}`);
}
