import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { HOUR_MS, MINUTE_MS } from '../../src/core/time/durations.ts';
import { openState, type StateDatabase } from '../../src/store/database.ts';
import { runCli, type CliOptions, type CliResult } from './cli.ts';
import { FakeClock, FakeMachine, SeededRandom } from './fakes.ts';

/** A sample workspace that has worked for some weeks. */
export interface Weeks {
  readonly clock: FakeClock;
  readonly machine: FakeMachine;
  run(line: readonly string[], options?: CliOptions): Promise<CliResult>;
  json(line: readonly string[]): Promise<{ readonly items: readonly Readonly<Record<string, unknown>>[] }>;
  /** One day of drafts, approvals and mails, beginning at 09:03. */
  day(): Promise<void>;
  /** The machine was off for so long; then the drip that its timer starts. */
  outage(days: number): Promise<void>;
}

const INIT = [
  ...['init', '.', '--sample', '--no-input', '--name', 'Ledd Consulting', '--timezone', 'UTC'],
  ...['--from', 'Tom at Ledd <tom@mail.example.com>', '--postal-address', '1 Example Street, Leeds'],
];
const DAY_HOURS = 24;

/** Makes a sample workspace in an empty folder, on Monday, 26 January 2026, 09:03 UTC, and confirms its first run. */
export async function sampleWeeks(directory: string): Promise<Weeks> {
  const clock = new FakeClock(Date.UTC(2026, 0, 26, 9, 3));
  const machine = new FakeMachine();
  const random = new SeededRandom();
  const run = (line: readonly string[], options: CliOptions = {}): Promise<CliResult> =>
    runCli(line, {
      cwd: directory,
      clock,
      machine,
      random,
      ...options,
      env: { USER: 'tom', ...options.env },
    });
  const json: Weeks['json'] = async (line) =>
    (await run([...line, '--json'])).json() as Awaited<ReturnType<Weeks['json']>>;
  await run(INIT);
  await run(['drip']);
  await run(['confirm', '--yes']);
  await run(['nurture']);
  await run(['confirm', '--none', '--yes']);
  await run(['send', '--force']);

  async function approveAndSend(): Promise<void> {
    const { items } = await json(['review', 'list', '--state', 'pending_approval']);
    clock.advance(17 * MINUTE_MS);
    if (items.length > 0) await run(['review', 'approve', '--all', '--count', String(items.length)]);
    clock.advance(15 * MINUTE_MS);
    await run(['send']);
  }
  return {
    clock,
    machine,
    run,
    json,
    async day() {
      const startsAt = clock.now();
      await run(['drip']);
      await run(['nurture']);
      await approveAndSend();
      clock.set(startsAt + DAY_HOURS * HOUR_MS);
    },
    async outage(days) {
      clock.advance(days * DAY_HOURS * HOUR_MS);
      await run(['drip']);
    },
  };
}

const DAYS_ON = 33;
const DAYS_OFF = 16;
const ARRIVALS_A_WEEK = 4;
const FIRST_NAMES = ['Ada', 'Bruno', 'Carla', 'Deniz', 'Elif', 'Farid', 'Gita', 'Hugo', 'Ines', 'Jonas'];

/**
 * The weeks of the report's pictures: people arrive every Monday, some answer, one bounces, one opts out; then the machine is off for
 * two weeks and comes back. What was rehearsed is made to look real: pictures are of a system at work.
 */
export async function busyWeeks(directory: string): Promise<Weeks> {
  const weeks = await sampleWeeks(directory);
  const file = join(directory, 'headgate.toml');
  const weekdays = readFileSync(file, 'utf8').replace('[1, 2, 3, 4, 5, 6, 7]', '[1, 2, 3, 4, 5]');
  writeFileSync(file, weekdays);
  const events: ReadonlyMap<number, readonly [email: string, kind: string, reason: string]> = new Map([
    [4, ['priya@kestrel.example', 'reply', 'replied']],
    [9, ['yusuf@mersa.example', 'hard_bounce', 'bounced']],
    [11, ['sofia@monte-alto.example', 'reply', 'replied']],
    [16, ['tom@lakeside.example', 'opt_out', 'opted_out']],
    [23, ['jonas9@arrivals.example', 'reply', 'replied']],
  ]);
  for (let day = 0; day < DAYS_ON; day += 1) {
    if (day % 7 === 0) await arrive(weeks, directory, day);
    const event = events.get(day);
    if (event !== undefined) await comeBack(weeks, directory, event);
    await weeks.day();
  }
  await arrive(weeks, directory, DAYS_ON);
  makeReal(directory, weeks.clock.now());
  await weeks.outage(DAYS_OFF);
  return weeks;
}

async function arrive(weeks: Weeks, directory: string, day: number): Promise<void> {
  const rows = Array.from({ length: ARRIVALS_A_WEEK }, (_, index) => {
    const name = FIRST_NAMES[(day + index) % FIRST_NAMES.length] ?? '';
    return `${name.toLowerCase()}${String(day + index)}@arrivals.example,${name},form:contact,DE`;
  });
  const list = join(directory, `week-${String(day)}.csv`);
  writeFileSync(list, ['email,first_name,source,country', ...rows, ''].join('\n'));
  await weeks.run(['leads', 'import', list, '--yes']);
}

/** What sync would have read: the event, and what follows from it. */
async function comeBack(
  weeks: Weeks,
  directory: string,
  [email, kind, reason]: readonly [string, string, string],
): Promise<void> {
  const now = weeks.clock.now();
  inState(directory, (db) => {
    db.prepare(
      `INSERT INTO message_events (source_id, key, kind, at, read_at, message_row_id, lead_row_id, detail)
       SELECT 'imap', m.id, ?, ?, ?, m.row_id, l.row_id, '' FROM messages m JOIN leads l ON l.row_id = m.lead_row_id
       WHERE l.email = ? AND m.state = 'sent' ORDER BY m.row_id DESC LIMIT 1`,
    ).run(kind, now, now, email);
  });
  const line =
    reason === 'opted_out' ? ['set', email, 'opted_out=true'] : ['stop', email, '--reason', reason];
  await weeks.run(['leads', ...line]);
}

function makeReal(directory: string, now: number): void {
  inState(directory, (db) => {
    db.prepare('UPDATE messages SET dry = 0').run();
    db.prepare('UPDATE state_header SET went_live_at = ?').run(now);
  });
}

function inState(directory: string, work: (db: StateDatabase) => void): void {
  const db = openState({ file: join(directory, 'headgate.db'), mode: 'write' });
  try {
    db.write(() => {
      work(db);
    });
  } finally {
    db.close();
  }
}
