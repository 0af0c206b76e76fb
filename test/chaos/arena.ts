import { join } from 'node:path';

import Database from 'better-sqlite3';
import { expect } from 'vitest';

import { createSendJournal } from '../../src/adapters/send-journal.ts';
import { journalFacts } from '../../src/core/journal-facts.ts';
import { killProcess } from '../helpers/kill-process.ts';
import { CLOSED_PORT } from '../helpers/ports.ts';
import { SmtpTestServer, type SmtpFault, type SmtpMoment } from '../helpers/smtp-server.ts';
import type { Point } from './points.ts';
import { program, succeed, type Ended, type Place } from './program.ts';
import { copyOf, removeFolder, type Template } from './workspace.ts';

interface MessageRow {
  readonly id: string;
  readonly state: string;
  readonly retry_at: number | null;
}

/** What became of all that was approved. */
export interface Tally {
  readonly delivered: number;
  readonly uncertain: number;
  readonly toSend: number;
  readonly refused: number;
}

export interface Outcome extends Tally {
  /** False when the run ended before the fault could strike. */
  readonly isHit: boolean;
  readonly ended: Ended;
}

const RUNS_UNTIL_QUIET_MAX = 6;

/** One bad run on a fresh copy of the template, then good ones until nothing moves; the promises are checked after each. */
export async function survive(
  template: Template,
  point: Point,
  options: { readonly restores: boolean },
): Promise<Outcome> {
  const server = await SmtpTestServer.start(point.server);
  const arena = new Arena(template, server, point);
  try {
    const { ended, isHit } = await arena.badRun(point);
    arena.check('right after it');
    for (const next of point.then ?? []) {
      await arena.badRun(next);
      arena.check('right after the next one');
    }
    await arena.runUntilQuiet();
    arena.check('when it is quiet');
    const tally = arena.tally();
    arena.forgetWaits();
    await arena.runUntilQuiet();
    arena.check('when every wait is over');
    expect(arena.tally().toSend, 'still to send at the end').toBe(0);
    if (options.restores) await arena.restoreAndGoOn();
    return { ...tally, isHit, ended };
  } finally {
    removeFolder(arena.place.folder);
    await server.stop();
  }
}

class Arena {
  readonly place: Place;
  private readonly template: Template;
  private readonly server: SmtpTestServer;
  private readonly remedy: Point['remedy'];

  constructor(template: Template, server: SmtpTestServer, { remedy }: Point) {
    this.template = template;
    this.server = server;
    this.remedy = remedy;
    this.place = { folder: copyOf(template), port: server.port };
  }

  async badRun(point: Point): Promise<{ ended: Ended; isHit: boolean }> {
    const { server } = this;
    let pid = 0;
    server.plan(point.faults ?? []);
    if (point.killAtMoment !== undefined) killAt(server, point.killAtMoment, () => pid);
    const place = point.isRefused === true ? { ...this.place, port: CLOSED_PORT } : this.place;
    const ended = await program(place, ['send', '--json'], {
      quickTimers: point.faults?.some(({ fault }) => isSilent(fault)) ?? false,
      environment: {
        ...(point.isPaced ? { HEADGATE_MAIL__PACE_SECONDS_MAX: '0.001' } : {}),
        ...point.environment,
      },
      started: (started) => {
        pid = started;
      },
      ...(point.killAtCall === undefined ? {} : { killAt: point.killAtCall }),
    });
    server.plan([]);
    server.watch = null;
    server.cutAll();
    const isKill = point.killAtCall !== undefined || point.killAtMoment !== undefined;
    // A program that fails in its own way would hide behind the fault.
    if (!isKill) expect(ended.code, ended.stderr).toBeOneOf([0, 32, 69, 75]);
    const isHit = isKill ? ended.signal === 'SIGKILL' : server.strikes > 0 || point.faults === undefined;
    return { ended, isHit };
  }

  /** Good runs, as the timer would make them, until no message moves by itself any more. */
  async runUntilQuiet(): Promise<void> {
    for (let run = 0; run < RUNS_UNTIL_QUIET_MAX && this.moves(); run += 1) {
      const environment = this.remedy ?? {};
      const { code, stderr } = await program(this.place, ['send', '--json'], { environment });
      expect(code, stderr).toBe(0);
    }
    expect(this.moves(), 'messages that never come to rest').toBe(false);
  }

  /** As if hours had passed since the last refusal. */
  forgetWaits(): void {
    const db = new Database(join(this.place.folder, 'headgate.db'));
    db.prepare('UPDATE messages SET retry_at = NULL').run();
    db.close();
  }

  /** F8: the state of before all this, put back; nobody gets anything twice even then. */
  async restoreAndGoOn(): Promise<void> {
    const { place, template } = this;
    const copy = join(place.folder, template.backup.slice(template.folder.length));
    await succeed(place, ['headgate', 'restore', copy, '--yes']);
    expect((await program(place, ['send'])).code, 'by itself').toBe(30);
    this.check('after a restore');
    await succeed(place, ['headgate', 'adopt', '--yes']);
    const held = this.rows().filter(({ state }) => state === 'held').length;
    if (held > 0) await succeed(place, ['headgate', 'review', 'release', '--all', '--count', String(held)]);
    await this.runUntilQuiet();
    this.check('after the release');
  }

  /** D1: no message delivered twice; what the state says of each is what the server saw, and so is what the journal says. */
  check(when: string): void {
    const facts = journalFacts(createSendJournal(this.place.folder).read());
    for (const { id, state } of this.rows()) {
      const times = this.server.timesTaken(`<${id}@mail.example.com>`);
      const what = `${id} is ${state} ${when}`;
      expect(times, `${what}: deliveries`).toBeLessThanOrEqual(1);
      if (state === 'sent') expect(times, what).toBe(1);
      if (UNSENT.has(state)) expect(times, what).toBe(0);
      const fate = facts.get(id)?.fate;
      if (fate === 'sent') expect(times, `${what}, the journal says ${fate}`).toBe(1);
      else if (fate !== 'uncertain') expect(times, `${what}, the journal says ${String(fate)}`).toBe(0);
    }
  }

  tally(): Tally {
    const rows = this.rows();
    const count = (...states: readonly string[]): number =>
      rows.filter(({ state }) => states.includes(state)).length;
    const tally = {
      delivered: count('sent'),
      uncertain: count('uncertain'),
      toSend: count('approved'),
      refused: count('failed'),
    };
    const sum = tally.delivered + tally.uncertain + tally.toSend + tally.refused;
    expect(sum, JSON.stringify(tally)).toBe(this.template.approved);
    expect(this.listedUncertain(), 'uncertain ones that the operator was told of').toBe(tally.uncertain);
    return tally;
  }

  private moves(): boolean {
    return this.rows().some(
      ({ state, retry_at: retryAt }) => state === 'sending' || (state === 'approved' && retryAt === null),
    );
  }

  private rows(): readonly MessageRow[] {
    return this.query('SELECT id, state, retry_at FROM messages ORDER BY row_id');
  }

  private listedUncertain(): number {
    return this.query(
      `SELECT dedupe_key AS id, kind AS state, NULL AS retry_at FROM notices WHERE kind = 'uncertain'`,
    ).length;
  }

  private query(sql: string): readonly MessageRow[] {
    const db = new Database(join(this.place.folder, 'headgate.db'), { fileMustExist: true });
    try {
      return db.prepare<[], MessageRow>(sql).all();
    } finally {
      db.close();
    }
  }
}

function isSilent(fault: SmtpFault): boolean {
  return fault.kind === 'hang' || (fault.kind === 'lost' && fault.then === 'hang');
}

const UNSENT: ReadonlySet<string> = new Set(['approved', 'held', 'failed', 'pending_approval']);

function killAt(
  server: SmtpTestServer,
  { moment, nth, when }: NonNullable<Point['killAtMoment']>,
  pidOf: () => number,
): void {
  let seen = 0;
  server.watch = (met: SmtpMoment) => {
    if (met !== moment) return;
    seen += 1;
    if (seen !== nth) return;
    const kill = (): void => {
      killProcess(pidOf());
    };
    if (when === 'before') kill();
    else setImmediate(kill);
  };
}
