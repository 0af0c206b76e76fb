import { existsSync, readFileSync, rmSync } from 'node:fs';

import { systemClock } from '../../src/adapters/clock.ts';
import { createSendJournal } from '../../src/adapters/send-journal.ts';
import { journalFacts } from '../../src/core/journal-facts.ts';
import { program, type Ended, type Place, type StartOptions } from '../chaos/program.ts';
import { SmtpTestServer, type SmtpServerOptions } from '../helpers/smtp-server.ts';
import { endOf, unclear, type Breach, type PromiseName, type Said } from './promises.ts';
import { copyOfStage, inState, type Stage } from './stages.ts';
import { trailProblems } from './trail.ts';

const ROUNDS_MAX = 6;

/** One copy of a stage, the server that takes its mail, and all that was broken there. */
export class Scene {
  readonly stage: Stage;
  readonly place: Place;
  readonly server: SmtpTestServer;
  readonly breaches: Breach[] = [];
  #hint = '';
  #mayExpire = false;
  #takenOf = (id: string): number => this.server.timesTaken(`<${id}@mail.example.com>`);

  private constructor(stage: Stage, place: Place, server: SmtpTestServer) {
    this.stage = stage;
    this.place = place;
    this.server = server;
  }

  static async open(stage: Stage, options: SmtpServerOptions = {}): Promise<Scene> {
    const server = await SmtpTestServer.listen(options);
    return new Scene(stage, { folder: copyOfStage(stage), port: server.port }, server);
  }

  get folder(): string {
    return this.place.folder;
  }

  async close(): Promise<void> {
    rmSync(this.folder, { recursive: true, force: true });
    await this.server.stop();
  }

  breach(promise: PromiseName, what: string): void {
    this.breaches.push({ promise, what: this.#hint === '' ? what : `${what} (${this.#hint})` });
  }

  /** Runs a command line, and judges how it ends and what it says. */
  async expect(
    words: readonly string[],
    codes: readonly number[],
    options: StartOptions = {},
  ): Promise<Ended> {
    const ended = await program(this.place, words, options);
    this.judgeEnd(ended, codes, 'next');
    return ended;
  }

  /** The end of a run: one of these codes, in clear words. */
  judgeEnd(ended: Said, codes: readonly number[], promise: 'exit' | 'next' = 'exit'): void {
    const said = `${endOf(ended)}: ${(ended.stderr || ended.stdout).trim().slice(0, 400)}`;
    if (ended.code === null || !codes.includes(ended.code)) this.breach(promise, `it ended ${said}`);
    const problem = unclear(ended);
    if (problem !== null) this.breach('message', `${problem}: ${said}`);
  }

  /** The file itself is whole, nothing in it points nowhere, and no decision stands without its entry in the audit trail. */
  judgeState(): void {
    if (!existsSync(`${this.folder}/headgate.db`)) {
      this.breach('next', 'there is no state');
      return;
    }
    const faults = inState(this.folder, (db) => [
      ...(db.pragma('integrity_check') as { integrity_check: string }[])
        .map(({ integrity_check: text }) => text)
        .filter((text) => text !== 'ok'),
      ...(db.pragma('foreign_key_check') as unknown[]).map((row) => JSON.stringify(row)),
    ]);
    if (faults.length > 0) this.breach('next', `the state is not whole: ${faults.slice(0, 3).join('; ')}`);
    const problems = trailProblems(this.folder);
    if (problems.length > 0) this.breach('next', `its audit trail: ${problems.slice(0, 3).join('; ')}`);
  }

  /** What a timer and a person do afterwards, until no message moves by itself any more. */
  async settle(options: StartOptions = {}): Promise<void> {
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      const ended = await program(this.place, ['send'], options);
      if (ended.code === 34) await this.expect(['headgate', 'resume', '--yes'], [0], options);
      else if (ended.code === 30) await this.#trustAgain(options);
      else if (ended.code === 78 && ended.stderr.includes('go-live'))
        await this.expect(['headgate', 'go-live', '--restart', '--yes'], [0], options);
      else {
        this.judgeEnd(ended, [0, 32], 'next');
        if (this.#isQuiet() || this.breaches.length > 0) return;
      }
    }
    this.breach('next', 'its messages never come to rest');
  }

  /** D1: every approved message left once, or waits, or is listed; none left twice, and what the state says is what the server saw. */
  judgeMail(options: Leniency = {}): void {
    const rows = inState(this.folder, (db) =>
      db.prepare<[], { id: string; state: string }>('SELECT id, state FROM messages').all(),
    );
    const stateOf = new Map(rows.map(({ id, state }) => [id, state]));
    // What a restored state would go by.
    const facts = journalFacts(createSendJournal(this.folder).read());
    for (const id of new Set([...this.stage.approved, ...this.stage.pending])) {
      const state = stateOf.get(id);
      const taken = this.timesTaken(id);
      const what = `${id} is ${state ?? 'gone'}, taken ${String(taken)} times`;
      if (taken > 1) this.breach('twice', what);
      else if (taken === 1 && !MAY_HAVE_LEFT.has(state ?? '')) this.breach('twice', what);
      else if (state === 'expired' && this.#mayExpire) this.#judgeExpired(id);
      else if (state === undefined || (state === 'sent' && taken === 0) || isLost(state, options))
        this.breach('lost', what);
      const fate = facts.get(id)?.fate;
      if (fate !== 'uncertain' && (fate === 'sent') !== (taken === 1))
        this.breach(taken === 1 ? 'twice' : 'lost', `${what}, the journal says ${String(fate)}`);
    }
    const uncertain = rows.filter(({ state }) => state === 'uncertain').length;
    const listed = this.count("SELECT count(*) FROM notices WHERE kind = 'uncertain'");
    if (listed < uncertain && options.isRestored !== true)
      this.breach('lost', `${String(uncertain)} uncertain, ${String(listed)} of them told`);
  }

  /** All that decides what leaves next of this stage's messages. While it is as it was, so is what `send` will do. */
  mailAsItIs(): string {
    const ids = [...this.stage.approved, ...this.stage.pending].map((id) => `'${id}'`).join(',');
    const rows = inState(this.folder, (db) =>
      db.prepare(`SELECT * FROM messages WHERE id IN (${ids}) ORDER BY row_id`).all(),
    );
    const journal = `${this.folder}/send-journal.jsonl`;
    return JSON.stringify([rows, existsSync(journal) ? readFileSync(journal, 'utf8') : '']);
  }

  timesTaken(id: string): number {
    return this.#takenOf(id);
  }

  /** From now on mail is counted by somebody else than the server of SMTP. */
  countBy(timesTaken: (id: string) => number): void {
    this.#takenOf = timesTaken;
  }

  count(sql: string): number {
    return Number(inState(this.folder, (db) => db.prepare(sql).pluck().get()) ?? 0);
  }

  /** D2: from here on it is so much later that what waits is too old to leave. */
  letDraftsExpire(): void {
    this.#mayExpire = true;
  }

  /** Further words for whatever is broken from here on. */
  hint(text: string): void {
    this.#hint = text;
  }

  /** A person accepts this state and clock, and lets out what was held for the doubt. */
  async #trustAgain(options: StartOptions): Promise<void> {
    await this.expect(['headgate', 'adopt', '--yes'], [0], options);
    const held = this.count("SELECT count(*) FROM messages WHERE state = 'held'");
    if (held === 0) return;
    const release = ['headgate', 'review', 'release', '--all', '--count', String(held)];
    await this.expect(release, this.#mayExpire ? [0, 32] : [0], options);
  }

  /** D11: a draft that expired is not lost, its step is due again. */
  #judgeExpired(id: string): void {
    const due = `SELECT count(*) FROM messages m JOIN enrollments e ON e.row_id = m.enrollment_row_id
      WHERE m.id = '${id}' AND e.status IN ('pending', 'active') AND e.next_step_row_id = m.step_row_id AND e.next_due_at IS NOT NULL`;
    if (this.count(due) !== 1) this.breach('lost', `${id} expired, and its step is not due again`);
  }

  #isQuiet(): boolean {
    const now = systemClock.now();
    return (
      this.count(`SELECT count(*) FROM messages WHERE state IN ('sending', 'reserved') OR
        (state = 'approved' AND retry_at IS NULL AND coalesce(leaves_at, 0) <= ${String(now)})`) === 0
    );
  }
}

interface Leniency {
  /** A server refused some for good. */
  readonly mayBeRefused?: boolean;
  /** A run was killed, and none has followed yet. */
  readonly mayBeSending?: boolean;
  /** `restore` itself tells which are uncertain. */
  readonly isRestored?: boolean;
}

/** Nothing leaves by itself from here. */
const MAY_HAVE_LEFT: ReadonlySet<string> = new Set(['sent', 'uncertain', 'sending']);

/** No guard and no person ended them; a server that refuses one for good may have. */
function isLost(state: string, { mayBeRefused = false, mayBeSending = false }: Leniency): boolean {
  if (state === 'failed') return !mayBeRefused;
  if (state === 'sending') return !mayBeSending;
  return ['expired', 'rejected', 'cancelled', 'reserved'].includes(state);
}
