import { rmSync } from 'node:fs';
import { join } from 'node:path';

import { sequence } from '../sim/scenery.ts';
import { World, type Ran } from '../sim/world.ts';
import { filesOf, type WrittenSequence } from './author.ts';

/** What a person does with one waiting draft, or what a stopped run has left of it. */
export type Fate =
  | 'approve'
  | 'leave'
  | 'hold'
  | 'reject'
  | 'redraft'
  | 'stop'
  | 'expire'
  | 'discard'
  | 'edit'
  | 'sending'
  | 'uncertain'
  | 'send now';

/** One live enrollment as the state has it. */
export interface Enrolled {
  readonly id: string;
  readonly rowId: number;
  readonly email: string;
  readonly sequence: string;
  readonly status: string;
  /** Row ids of steps. */
  readonly last: number | null;
  readonly next: number | null;
  readonly nextDueAt: number | null;
  /** By its delay alone. */
  readonly dueAt: number | null;
  readonly anchorAt: number;
  /** A person asked for the next step now (C6). */
  readonly isAskedFor: boolean;
  /** By row id of the step. */
  readonly messages: ReadonlyMap<number, string>;
}

/** A Wednesday morning in every zone that leads are in. */
const NOW = Date.UTC(2026, 1, 18, 14, 30);
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const EXPIRED_MS = 8 * DAY_MS;
const ZONES = ['UTC', 'Europe/Berlin', 'America/New_York', 'Pacific/Auckland'];
/** Room for everybody at once: what an edit does is looked at, not what a cap does. */
const ENV = {
  HEADGATE_LIMITS__DRAFTS_PER_RUN_DRIP: '100',
  HEADGATE_LIMITS__DRAFTS_PER_DAY: '1000',
  HEADGATE_LIMITS__SENDS_PER_RUN: '100',
  HEADGATE_LIMITS__SENDS_PER_DAY: '1000',
  HEADGATE_LIMITS__COLD_START_HOURS: '720',
  HEADGATE_LIMITS__BLAST_RADIUS_FLOOR: '1000',
  HEADGATE_LIMITS__WATERMARK_HOURS: '1',
};
/** What nobody edits: its people must not notice. */
const BYSTANDER = sequence('bystander', {
  head: 'status = "active"',
  trigger: 'source = ["bystander"]',
  steps: [
    ['b-one', 'after = "1d"'],
    ['b-two', 'after = "2d"'],
  ],
});
/** Hours and minutes of the day in UTC at which, taken together, every zone and every window is open. */
const OPENINGS_MS = [9.5, 14.5, 21.5].map((hours) => hours * HOUR_MS);
/** A run of more rounds than this is going nowhere. */
const ROUNDS_MAX = 250;

/** A workspace in which sequences are edited: its people, its runs and its edits, all by real commands. */
export class Stage {
  readonly world: World;
  #written: string | null = null;
  #leads = 0;

  private constructor(world: World) {
    this.world = world;
  }

  static async open(written: WrittenSequence): Promise<Stage> {
    const world = await World.create({ now: NOW, env: ENV, sequences: BYSTANDER });
    const stage = new Stage(world);
    stage.write(written);
    await stage.run('sequences apply --yes');
    await stage.arrive('bystander', 0);
    // The first run of a state is a doubt; a person accepts it.
    await stage.run('drip', [30]);
    await stage.run('confirm --none --yes');
    return stage;
  }

  close(): void {
    this.world.remove();
  }

  write(written: WrittenSequence): void {
    const { directory } = this.world;
    if (this.#written !== null)
      rmSync(join(directory, 'sequences', this.#written), { recursive: true, force: true });
    this.#written = written.id;
    this.world.writeSequences(filesOf(written));
  }

  /** Runs a command line that must end with one of these codes. */
  async run(line: string, codes: readonly number[] = [0]): Promise<Ran> {
    const ran = await this.world.run(line.split(' '), { isJudged: false });
    if (codes.includes(ran.code)) return ran;
    throw new Error(`headgate ${line} ended ${ran.code}\n${ran.stdout}\n${ran.stderr}`);
  }

  async json(line: string): Promise<Readonly<Record<string, unknown>>> {
    return (await this.run(`${line} --json`)).json() as Readonly<Record<string, unknown>>;
  }

  async arrive(source: string, zone: number): Promise<void> {
    this.#leads += 1;
    const email = `lead${this.#leads}@firm${this.#leads}.example`;
    const row = `${email},${ZONES[zone % ZONES.length] ?? 'UTC'},${source}`;
    this.world.write('arrivals.csv', `email,timezone,source\n${row}\n`);
    await this.run('leads import arrivals.csv --yes');
  }

  /** On to the next moment at which somebody may get something; then drafts, decisions and mails. */
  async round(fateOf: () => Fate): Promise<void> {
    const { clock } = this.world;
    const due = this.live().flatMap((person) =>
      hasDraft(person) || isInDoubt(person) ? [] : (person.nextDueAt ?? []),
    );
    const now = clock.now();
    const ahead = due.filter((at) => at > now);
    // Whoever is due already was held up: by the night, a weekend, a window.
    clock.set(
      Math.min(...ahead, ...(ahead.length < due.length || due.length === 0 ? [nextOpening(now)] : [])),
    );
    await this.run('drip', [0, 32]);
    for (const id of this.#messages('pending_approval')) await this.#decide(id, fateOf());
    await this.run('send', [0, 32]);
  }

  /** Every draft approved, every hold released, every doubt settled, until nobody is under way any more. */
  async runToTheEnd(outcomeOf: () => 'sent' | 'not-sent'): Promise<void> {
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      for (const id of this.#messages('held')) await this.run(`review release ${id}`);
      for (const id of this.#messages('uncertain')) await this.run(`review settle ${id} ${outcomeOf()}`);
      await this.round(() => 'approve');
      const isOver = this.live().length === 0 && this.#messages('sending', 'uncertain').length === 0;
      if (isOver) return;
    }
    throw new Error(`still under way after ${ROUNDS_MAX} rounds: ${JSON.stringify(this.live())}`);
  }

  async #decide(id: string, fate: Fate): Promise<void> {
    switch (fate) {
      case 'leave':
        return;
      case 'approve':
      case 'hold':
      case 'discard':
        await this.run(`review ${fate} ${id}`);
        return;
      case 'reject':
        await this.run(`review reject ${id} --then skip`);
        return;
      case 'redraft':
      case 'stop':
        await this.run(`review reject ${id} --then ${fate}`);
        return;
      case 'expire':
        // D2: the next run finds it too old.
        this.world.tamper(
          `UPDATE messages SET drafted_at = ${this.world.clock.now() - EXPIRED_MS} WHERE id = '${id}'`,
        );
        return;
      case 'edit':
        await this.run(`review edit ${id} --subject Edited`);
        return;
      case 'sending':
      case 'uncertain':
        await this.run(`review approve ${id}`);
        this.world.tamper(
          `UPDATE messages SET state = '${fate}', claimed_at = ${this.world.clock.now()}, attempts = 1 WHERE id = '${id}'`,
        );
        return;
      case 'send now': {
        await this.run(`review discard ${id}`);
        const [row] = this.world.rows(
          'SELECT l.email FROM messages m JOIN leads l ON l.row_id = m.lead_row_id WHERE m.id = ?',
          id,
        );
        await this.run(`leads due ${String(row?.['email'])}`);
      }
    }
  }

  /** What a run that was killed has left: a place reserved for whoever is next, without a word written. */
  reserve(): void {
    this.world.tamper(
      `INSERT INTO messages (id, enrollment_row_id, step_row_id, lead_row_id, job, state, run_id, reserved_at)
       SELECT 'm-reserved' || e.row_id, e.row_id, e.next_step_row_id, e.lead_row_id, 'drip', 'reserved', 'r-killed', ${this.world.clock.now()}
       FROM enrollments e WHERE e.ended_at IS NULL AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.enrollment_row_id = e.row_id
         AND (m.step_row_id = e.next_step_row_id OR m.state IN ('pending_approval', 'approved', 'held', 'sending', 'uncertain')))`,
    );
  }

  /** Everybody, ended or not, by id of the enrollment. */
  enrolled(): ReadonlyMap<string, Enrolled> {
    const rows = this.world.rows(
      `SELECT e.id, e.row_id, l.email, s.id AS sequence, e.status, e.last_step_row_id AS last, e.next_step_row_id AS next, e.next_due_at AS due, e.due_at, e.anchor_at,
         coalesce(e.sent_now_at >= e.anchor_at, 0) AS asked,
         (SELECT group_concat(m.step_row_id || ' ' || m.state) FROM messages m WHERE m.enrollment_row_id = e.row_id) AS messages
       FROM enrollments e JOIN leads l ON l.row_id = e.lead_row_id JOIN sequences s ON s.row_id = e.sequence_row_id`,
    );
    const number = (value: unknown): number | null => (value === null ? null : Number(value));
    return new Map(
      rows.map((row) => [
        String(row['id']),
        {
          id: String(row['id']),
          rowId: Number(row['row_id']),
          email: String(row['email']),
          sequence: String(row['sequence']),
          status: String(row['status']),
          last: number(row['last']),
          next: number(row['next']),
          nextDueAt: number(row['due']),
          dueAt: number(row['due_at']),
          anchorAt: Number(row['anchor_at']),
          isAskedFor: Number(row['asked']) === 1,
          messages: new Map(
            (row['messages'] === null ? [] : String(row['messages']).split(',')).map((each) => {
              const [step, state = ''] = each.split(' ');
              return [Number(step), state] as const;
            }),
          ),
        },
      ]),
    );
  }

  live(): readonly Enrolled[] {
    return [...this.enrolled().values()].filter(
      (person) => person.status === 'pending' || person.status === 'active' || isInDoubt(person),
    );
  }

  /** What lies in the outbox: who got which step, by the words of the mail itself. */
  mails(): readonly { readonly email: string; readonly key: string }[] {
    return [...this.world.mails()].sort().map((file) => {
      const text = this.world.read(join('outbox', file));
      return {
        email: /lead\d+@firm\d+\.example/.exec(/^To: (.*)$/m.exec(text)?.[1] ?? '')?.[0] ?? '?',
        key: /^this is ([\w-]+)\./m.exec(text)?.[1] ?? '?',
      };
    });
  }

  #messages(...states: readonly string[]): readonly string[] {
    return states.flatMap((state) =>
      this.world
        .rows('SELECT id FROM messages WHERE state = ? ORDER BY row_id', state)
        .map(({ id }) => String(id)),
    );
  }
}

/** Whether a draft of theirs waits; one that may be leaving is none. */
export function hasDraft({ messages }: Enrolled): boolean {
  return [...messages.values()].some((state) => ['pending_approval', 'approved', 'held'].includes(state));
}

/** Whether a mail to them may have left or may be leaving. */
export function isInDoubt({ messages }: Enrolled): boolean {
  return [...messages.values()].some((state) => state === 'sending' || state === 'uncertain');
}

/** On a working day. */
function nextOpening(now: number): number {
  const midnight = now - (now % DAY_MS);
  const openings = [0, 1, 2, 3, 4].flatMap((days) => OPENINGS_MS.map((ms) => midnight + days * DAY_MS + ms));
  const isWorkingDay = (at: number): boolean => ![0, 6].includes(new Date(at).getUTCDay());
  return openings.find((at) => at > now && isWorkingDay(at)) ?? now + DAY_MS;
}
