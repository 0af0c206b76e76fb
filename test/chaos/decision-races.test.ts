import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';

import { systemClock } from '../../src/adapters/clock.ts';
import { SmtpTestServer, type SmtpMoment } from '../helpers/smtp-server.ts';
import { buildProgram, program, type Place } from './program.ts';
import { copyOf, makeTemplate, removeFolder, type Template } from './workspace.ts';

const IS_WHOLE = process.env['HEADGATE_CHAOS'] === 'whole';
const HEADGATE = join(import.meta.dirname, '../../bin/headgate');
const MESSAGES = 8;
const SENDS_MAX = 60;
/** Decided about at every moment of a delivery, or at those between which the claim and the point of no return lie. */
const MOMENTS: readonly SmtpMoment[] = IS_WHOLE
  ? ['CONNECT', 'EHLO', 'MAIL', 'RCPT', 'DATA', 'BODY', 'DOT']
  : ['CONNECT', 'DATA', 'DOT'];

let template: Template;

beforeAll(async () => {
  buildProgram();
  template = await makeTemplate(MESSAGES);
}, 120_000);

afterAll(() => {
  removeFolder(template.folder);
});

test.each(MOMENTS)(
  'D5, D7: what a person decides while bin/send stands at %s holds: what was taken back never leaves, all else leaves once',
  async (moment) => {
    const { server, place, ids } = await arena();
    const { held, undone, approved, later } = parts(ids);
    wait(place, [...approved, ...later]);
    leavesAt(place, undone, systemClock.now() + 3_600_000);
    const said: Record<string, readonly Decided[]> = {};
    server.watch = (now) => {
      if (now !== moment) return;
      server.watch = null;
      // The delivery under way waits meanwhile: this blocks the server.
      said['hold'] = decide(place, ['hold', ...held]);
      said['undo'] = decide(place, ['undo', ...undone, ...held.slice(0, 1)]);
      said['approve'] = decide(place, ['approve', ...approved]);
      said['again'] = decide(place, ['approve', ...approved]);
      said['later'] = decide(place, ['approve', ...later], { HEADGATE_LIMITS__UNDO_MINUTES: '15' });
    };
    for (let run = 0; run < 2; run += 1) {
      // Paced, it claims one message at a time, as it does in life.
      const environment = { HEADGATE_MAIL__PACE_SECONDS_MAX: '0.001' };
      expect((await program(place, ['send', '--json'], { environment })).code).toBe(0);
    }

    const taken = (id: string): number => timesTaken(server, place, id);
    const isHeld = (id: string): boolean => said['hold']?.find((each) => each.id === id)?.result === 'done';
    for (const id of held) expect(taken(id), `hold ${id}`).toBe(isHeld(id) ? 0 : 1);
    for (const id of [...undone, ...later]) expect(taken(id), `undo, undo to come ${id}`).toBe(0);
    for (const id of approved) expect(taken(id), `approve ${id}`).toBe(1);
    expect(resultsOf(said['undo'])).toEqual(['done', 'done', 'refused']);
    expect(resultsOf(said['approve'])).toEqual(['done', 'done']);
    expect(resultsOf(said['again'])).toEqual(['unchanged', 'unchanged']);
    expect(resultsOf(said['later'])).toEqual(['done', 'done']);
    expect(held.some(isHeld), 'not all are under way').toBe(true);
  },
  60_000,
);

test('D7: an undo and bin/send at the very end of its time: the one or the other, never both', async () => {
  const { server, place, ids } = await arena();
  const [first = '', ...others] = ids;
  // The first is late for its undo, the last is early, and those between come as they come.
  leavesAt(place, [first], systemClock.now() - 1);
  for (const [index, id] of others.entries()) leavesAt(place, [id], systemClock.now() + 300 * (index + 1));
  leavesAt(place, others.slice(-1), systemClock.now() + 3_600_000);
  const undone = new Map<string, string>();
  const person = async (): Promise<void> => {
    for (const id of ids) {
      const { stdout } = await program(place, ['headgate', 'review', 'undo', id, '--json']);
      undone.set(id, decidedIn(stdout)[0]?.result ?? 'nothing');
    }
  };
  let isOver = false;
  const timer = async (): Promise<void> => {
    for (let run = 0; run < SENDS_MAX && !isOver; run += 1)
      expect((await program(place, ['send', '--json'])).code).toBe(0);
  };
  await Promise.all([person().finally(() => (isOver = true)), timer()]);
  leavesAt(place, others.slice(0, -1), systemClock.now() - 1);
  await program(place, ['send', '--json']);

  for (const id of ids) expect(timesTaken(server, place, id), id).toBe(undone.get(id) === 'done' ? 0 : 1);
  expect(undone.get(first)).toBe('refused');
  expect(undone.get(ids.at(-1) ?? '')).toBe('done');
}, 60_000);

interface Decided {
  readonly id: string;
  readonly result: string;
}

interface Arena {
  readonly server: SmtpTestServer;
  readonly place: Place;
  readonly ids: readonly string[];
}

async function arena(): Promise<Arena> {
  const server = await SmtpTestServer.start();
  const folder = copyOf(template);
  onTestFinished(() => {
    removeFolder(folder);
  });
  const place = { folder, port: server.port };
  const rows = inState(place, (db) => db.prepare('SELECT id FROM messages ORDER BY row_id').pluck().all());
  return { server, place, ids: rows.map(String) };
}

function parts(ids: readonly string[]): Readonly<Record<'held' | 'undone' | 'approved' | 'later', string[]>> {
  return { held: ids.slice(0, 2), undone: ids.slice(2, 4), approved: ids.slice(4, 6), later: ids.slice(6) };
}

/** As if nobody had approved these yet. */
function wait(place: Place, ids: readonly string[]): void {
  inState(place, (db) => {
    const statement = db.prepare(
      `UPDATE messages SET state = 'pending_approval', approved_at = NULL, approved_by = NULL, approved_boot_id = NULL,
         leaves_at = NULL WHERE id = ?`,
    );
    for (const id of ids) statement.run(id);
  });
}

/** As if these had been approved so that their undo ends then. */
function leavesAt(place: Place, ids: readonly string[], at: number): void {
  inState(place, (db) => {
    const statement = db.prepare("UPDATE messages SET leaves_at = ? WHERE id = ? AND state = 'approved'");
    for (const id of ids) statement.run(at, id);
  });
}

function inState<T>({ folder }: Place, act: (db: Database.Database) => T): T {
  const db = new Database(join(folder, 'headgate.db'));
  try {
    return act(db);
  } finally {
    db.close();
  }
}

/** `review VERB …` to its end, in the middle of somebody else's turn. */
function decide(
  { folder, port }: Place,
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): readonly Decided[] {
  const args = ['-C', join(folder, 'headgate.toml'), 'review', ...words, '--json'];
  const env = { ...process.env, HEADGATE_MAIL__SMTP__PORT: String(port), ...environment };
  return decidedIn(spawnSync(HEADGATE, args, { encoding: 'utf8', env }).stdout);
}

function decidedIn(stdout: string): readonly Decided[] {
  return (JSON.parse(stdout) as { readonly items: readonly Decided[] }).items;
}

function resultsOf(decided: readonly Decided[] = []): readonly string[] {
  return decided.map(({ result }) => result);
}

function timesTaken(server: SmtpTestServer, place: Place, id: string): number {
  const email = inState(place, (db) =>
    db
      .prepare('SELECT email FROM leads WHERE row_id = (SELECT lead_row_id FROM messages WHERE id = ?)')
      .pluck()
      .get(id),
  );
  return server.allTaken().filter(({ to }) => to === email).length;
}
