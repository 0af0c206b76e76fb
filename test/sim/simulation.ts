import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { SeededRandom } from '../helpers/fakes.ts';
import { Mortality } from './mortality.ts';
import { Operator } from './operator.ts';
import type { Broken } from './promises.ts';
import { DAY_MS, HOUR_MS } from './rules.ts';
import { Post } from './post.ts';
import { Chance, LETTERS, SEQUENCES, settingOf } from './scenery.ts';
import { Weather } from './weather.ts';
import { endsOf, Wires, type Ends } from './wires.ts';
import { World, type WorldOptions } from './world.ts';

export interface SimulationResult {
  readonly seed: number;
  readonly ticks: number;
  readonly commands: number;
  readonly kills: number;
  /** Clones, failing disks, mail servers and models, and what came back: how often each struck. */
  readonly troubles: Readonly<Record<string, number>>;
  readonly drafts: number;
  readonly mails: number;
  /** Leads under way in a sequence, times the days that they were: what outages swallowed is not counted, nor is the calm. */
  readonly leadDays: number;
}

export interface Size {
  /** Besides what outages swallow, and the calm that follows. */
  readonly days: number;
  /** How many people there are to begin with. */
  readonly leads: number;
}

/** A Monday; simulated weeks begin anywhere in the year behind it, so that clocks change under them too. */
const EPOCH = Date.UTC(2026, 0, 5);
/** Room for whatever has piled up: with less, the cap is what leaves somebody waiting, and rightly. */
function roomy(scale: number): Pick<WorldOptions, 'env' | 'rules'> {
  const [perRun, perDay] = [20 * scale, 40 * scale];
  return {
    env: {
      HEADGATE_LIMITS__DRAFTS_PER_RUN_DRIP: String(perRun),
      HEADGATE_LIMITS__DRAFTS_PER_RUN_NURTURE: String(5 * scale),
      HEADGATE_LIMITS__DRAFTS_PER_DAY: String(perDay),
      HEADGATE_LIMITS__SENDS_PER_RUN: String(perDay),
      HEADGATE_LIMITS__SENDS_PER_DAY: String(perDay + 10),
      HEADGATE_LIMITS__BLAST_RADIUS_FLOOR: String(4 * scale),
    },
    rules: {
      draftsPerRun: { drip: perRun, nurture: 5 * scale },
      draftsPerDay: perDay,
      sendsPerRun: perDay,
      sendsPerDay: perDay + 10,
      blastRadiusFloor: 4 * scale,
    },
  };
}
/** A small workspace has so many leads to begin with. */
const SMALL = 12;
const TICKS_PER_DAY = 17;
const NOT_TOLD = 255;
const CALM_DAYS = 15;
const LOG_LINES_MAX = 60;
const LOG_LINE_LENGTH = 200;
/** A run that ends so has met something that no run may meet. 75 would be a lock that outlived its process. */
const FORBIDDEN_CODES = [65, 69, 70, 75, 77, 78];
/** What a run may say when its disk is full or broken, or when nobody answers it. */
const DISK_CODES = [77];
const UNREACHED_CODES = [69, 75];

/**
 * Days of one workspace from one seed: hourly timers, a person, bad weather, and processes that are killed between any two lasting
 * acts. Throws at the first broken promise, with the seed and the last commands.
 */
export class Simulation {
  readonly #seed: number;
  readonly #world: World;
  readonly #chance: Chance;
  readonly #weather: Weather;
  readonly #operator: Operator;
  readonly #mortality: Mortality;
  readonly #log: string[] = [];
  #ticks = 0;
  #commands = 0;
  #kills = 0;
  #isCalm = false;
  #leadMs = 0;
  readonly #size: Size;
  readonly #wires: Wires;
  readonly #post: Post;
  readonly #troubles = new Map<string, number>();

  private constructor(of: { seed: number; size: Size; world: World; mortality: Mortality; ends: Ends }) {
    this.#seed = of.seed;
    this.#size = of.size;
    this.#world = of.world;
    this.#mortality = of.mortality;
    this.#chance = new Chance(new SeededRandom(of.seed));
    this.#weather = new Weather(of.world, this.#chance);
    this.#wires = new Wires(of.ends, this.#chance);
    this.#post = new Post(of.world, this.#chance);
    this.#operator = new Operator(of.world, {
      chance: this.#chance,
      type: (argv) => this.#run(argv, false),
      scale: Math.ceil(this.#scale / 8),
    });
    of.world.heard = () => this.#post.heard();
  }

  static async run(seed: number, size: Size): Promise<SimulationResult> {
    const now = EPOCH + (seed % 300) * DAY_MS + 7 * HOUR_MS;
    const ends = await endsOf(seed);
    const mortality = new Mortality();
    let world: World | null = null;
    try {
      const sequences = ends.model === null ? SEQUENCES : { ...SEQUENCES, ...LETTERS };
      world = await World.create({ now, seed, sequences, ...ends, ...settingOf(seed, scaleOf(size)) });
      const simulation = new Simulation({ seed, size, world, mortality, ends });
      await simulation.#live();
      return simulation.#result();
    } finally {
      mortality.end();
      await ends.server?.stop();
      await ends.model?.stop();
      // For whoever wants to look at the state behind a broken promise.
      if (process.env['HEADGATE_SIM_KEEP'] === undefined) world?.remove();
    }
  }

  async #live(): Promise<void> {
    await this.#operator.bringLeads(this.#size.leads);
    await this.#operator.lookAfterDoubts();
    // An outage lasts longer than the ticks it swallows, so that it is the ticks that are counted.
    for (let tick = 0; tick < this.#size.days * TICKS_PER_DAY; tick += 1) await this.#tick();
    await this.#calmDown();
  }

  get #scale(): number {
    return scaleOf(this.#size);
  }

  async #tick(): Promise<void> {
    this.#ticks += 1;
    const ms = this.#untilNextTick() + this.#chance.between(-90, 90) * 1_000;
    this.#weather.pass(ms);
    this.#leadMs += ms * Number(this.#world.rows(UNDER_WAY)[0]?.['n']);
    const wires = this.#wires.change();
    if (wires.length > 0) this.#count('wires');
    const news = [this.#weather.change() ?? [], ...wires, ...this.#post.arrive()].flat();
    for (const line of news) this.#note(line);
    for (const kind of this.#weather.struck.splice(0)) this.#count(kind);
    if (this.#chance.oneIn(250)) await this.#clone();
    if (this.#chance.oneIn(40)) this.#meddle();
    if (this.#chance.oneIn(4)) await this.#operator.visit();
    if (this.#chance.oneIn(40)) await this.#run(['backup'], true);
    if (this.#chance.oneIn(120)) await this.#restore();
    if (this.#chance.oneIn(15)) await this.#runTogether();
    if (this.#chance.oneIn(2)) await this.#run(['sync'], true);
    const code = await this.#run(['drip'], true);
    if (this.#ticks % 3 === 0) await this.#run(['nurture'], true);
    await this.#run(['send'], true);
    if (code !== 30) return;
    this.#weather.pass(11 * 60_000);
    await this.#run(['confirm'], true);
  }

  /** Hourly by day; at night, when few leads are awake, every third one is enough. */
  #untilNextTick(): number {
    const hour = new Date(this.#world.clock.now()).getUTCHours();
    return hour >= 6 && hour < 19 ? HOUR_MS : 3 * HOUR_MS;
  }

  /** Nothing bad happens any more and a person looks in every day: whoever is under way must get to an end. */
  async #calmDown(): Promise<void> {
    this.#isCalm = true;
    this.#weather.setRight();
    this.#wires.setRight();
    this.#note('calm');
    await this.#world.configure(roomy(this.#scale));
    await this.#operator.activateSequences();
    for (let tick = 0; tick < CALM_DAYS * 6; tick += 1) {
      this.#ticks += 1;
      this.#weather.pass(4 * HOUR_MS);
      if (tick % 6 === 0) await this.#operator.lookAfterDoubts();
      if (tick % 2 === 0) await this.#operator.approveAll();
      await this.#run(['drip'], true);
      if (tick % 2 === 0) await this.#run(['nurture'], true);
      await this.#run(['send'], true);
    }
    const weekAgo = this.#world.clock.now() - 7 * DAY_MS;
    const stuck = this.#world.rows(STUCK, weekAgo, weekAgo);
    if (stuck.length > 0)
      this.#fail([
        { promise: 'everybody gets to an end', how: `${stuck.length}: ${JSON.stringify(stuck.slice(0, 5))}` },
      ]);
  }

  /** One command line, perhaps killed on the way, judged at its end. */
  async #run(argv: readonly string[], isTimer: boolean): Promise<number> {
    this.#commands += 1;
    const isStopped = existsSync(join(this.#world.directory, 'STOP'));
    if (!this.#isCalm) this.#threaten(argv);
    const { code, stderr } = await this.#world.run(argv, { isJudged: false });
    const { diskFaults } = this.#mortality;
    const isKilled = this.#mortality.revive();
    if (isKilled) this.#kills += 1;
    if (diskFaults > 0) this.#count('disk');
    const how = diskFaults === 0 ? '' : `, the disk failed ${diskFaults} times`;
    this.#note(`${argv.join(' ')} → ${isKilled ? 'killed' : String(code)}${how}`);
    if (argv[0] === 'sync' && !isKilled && (code === 0 || code === 20)) this.#post.synced();
    const broken = [
      ...this.#world.judge(argv, { code, isStopped, isTimer, isKilled }),
      ...this.#brokenOutbox(),
    ];
    const excused = [...(diskFaults > 0 ? DISK_CODES : []), ...(this.#wires.areBad ? UNREACHED_CODES : [])];
    if (!isKilled && FORBIDDEN_CODES.includes(code) && !excused.includes(code))
      broken.push({ promise: 'no run ends so', how: `${code}: ${stderr}` });
    if (broken.length > 0) this.#fail(broken);
    return isKilled ? 137 : code;
  }

  /** Death or a bad disk, at any lasting act of the command that comes; mostly neither. */
  #threaten(argv: readonly string[]): void {
    if (this.#chance.oneIn(this.#isMailWaiting(argv) ? 2 : 7)) {
      this.#mortality.arm(this.#chance.between(1, 9));
    } else if (this.#chance.oneIn(25)) {
      this.#mortality.failDisk({
        code: this.#chance.pick(['ENOSPC', 'EIO']),
        after: this.#chance.between(0, 12),
        times: this.#chance.pick([1, 3, Infinity]),
      });
    }
  }

  /**
   * Somebody writes into the state past the program, which would have ended the lead's enrollments as well: only the guard that looks at
   * the lead itself stands between it and a mail.
   */
  #meddle(): void {
    const leads = this.#world.rows(
      `SELECT DISTINCT l.row_id, l.email_key FROM enrollments e JOIN leads l ON l.row_id = e.lead_row_id WHERE e.status IN ('pending', 'active')`,
    );
    if (leads.length === 0) return;
    const { row_id: rowId, email_key: key } = this.#chance.pick(leads);
    const change = this.#chance.pick([
      `INSERT INTO suppressions (email_key, reason, added_at) VALUES ('${String(key)}', 'bounced', 0) ON CONFLICT DO NOTHING`,
      `UPDATE leads SET opted_out = 1 WHERE row_id = ${String(rowId)}`,
      `UPDATE leads SET attribution = 'mismatch' WHERE row_id = ${String(rowId)}`,
    ]);
    this.#count('meddling');
    this.#note(change);
    this.#world.tamper(change);
  }

  /** A snapshot of this machine's disk wakes up in another one, with timers of its own. Nobody may hear from it. */
  async #clone(): Promise<void> {
    this.#count('clone');
    this.#note('a clone wakes up');
    const sentBefore = this.#world.deliveries.all().length;
    await this.#world.cloned(async ({ run, rows }) => {
      const made = (): number =>
        Number(
          rows('SELECT (SELECT count(*) FROM draft_log) + (SELECT count(*) FROM attempts) AS n')[0]?.['n'],
        );
      const before = made();
      for (const job of ['drip', 'nurture', 'send', 'confirm']) await run([job]);
      const more = made() - before + this.#world.deliveries.all().length - sentBefore;
      if (more > 0) this.#fail([{ promise: 'A15 a clone stays still', how: `${more} drafts or mails` }]);
    });
  }

  /** A send with something to deliver is where a death costs most, and rare. */
  #isMailWaiting([command]: readonly string[]): boolean {
    return (
      command === 'send' &&
      this.#world.rows(`SELECT 1 FROM messages WHERE state = 'approved' LIMIT 1`).length > 0
    );
  }

  /** Timers that fire at once, and one that fires twice. */
  async #runTogether(): Promise<void> {
    const isStopped = existsSync(join(this.#world.directory, 'STOP'));
    const argvs = this.#chance.pick([
      [['drip'], ['drip']],
      [['drip'], ['nurture'], ['send']],
      [['send'], ['send']],
    ]);
    const results = await Promise.all(argvs.map((argv) => this.#world.run(argv, { isJudged: false })));
    const codes = results.map(({ code }) => code);
    this.#count('together');
    this.#note(`together: ${argvs.join(', ')} → ${codes.join(', ')}`);
    // Which of them did what is not told apart here: no promise that goes by a run's end is judged.
    const ran = { code: NOT_TOLD, isStopped, isTimer: true, isKilled: false };
    const broken = [...this.#world.judge(['drip'], ran), ...this.#brokenOutbox()];
    if (broken.length > 0) this.#fail(broken);
  }

  /** An older copy in the state's place: it has forgotten what left since. */
  async #restore(): Promise<void> {
    const folder = join(this.#world.directory, 'backup');
    const copies = existsSync(folder)
      ? readdirSync(folder)
          .filter((name) => name.endsWith('.db'))
          .sort()
      : [];
    if (copies.length === 0) return;
    const copy = join(folder, this.#chance.pick(copies));
    const isCommand = this.#chance.oneIn(2);
    this.#note(`${isCommand ? 'restore' : 'cp'} ${copy}`);
    this.#count('restore');
    this.#post.restored();
    if (!isCommand) return this.#world.copyIntoPlace(copy);
    const { code, stderr } = await this.#world.unseen(() =>
      this.#world.run(['restore', copy, '--yes'], { isJudged: false }),
    );
    if (code !== 0) this.#fail([{ promise: 'F8 a copy can be restored', how: `${code}: ${stderr}` }]);
  }

  /** D1, from the only place that a mail cannot be taken back from: no message and no step reaches anybody twice. */
  #brokenOutbox(): readonly Broken[] {
    const fresh = this.#world.deliveries.all().slice(this.#mailsSeen);
    this.#mailsSeen += fresh.length;
    return fresh.flatMap(({ messageId, to, step }) => {
      const keys = [messageId, `${to} ${step}`];
      const again = keys.filter((key) => this.#arrived.has(key));
      for (const key of keys) this.#arrived.add(key);
      return again.map((key) => ({
        promise: 'D1 nothing is delivered twice',
        how: `${key} has arrived twice`,
      }));
    });
  }

  #mailsSeen = 0;
  readonly #arrived = new Set<string>();

  #count(trouble: string): void {
    this.#troubles.set(trouble, (this.#troubles.get(trouble) ?? 0) + 1);
  }

  #note(line: string): void {
    this.#log.push(
      `${new Date(this.#world.clock.now()).toISOString().slice(0, 16)}  ${line.slice(0, LOG_LINE_LENGTH)}`,
    );
    if (this.#log.length > LOG_LINES_MAX) this.#log.shift();
  }

  #fail(broken: readonly Broken[]): never {
    const what = broken.map(({ promise, how }) => `  ${promise}: ${how}`).join('\n');
    throw new Error(
      `seed ${this.#seed}, tick ${this.#ticks}: a promise was broken\n${what}\n\n${this.#log.join('\n')}\n\nagain: HEADGATE_SIM_SEED=${this.#seed} npm run test:sim (HEADGATE_SIM_KEEP=1 keeps ${this.#world.directory})`,
    );
  }

  #result(): SimulationResult {
    const [drafts] = this.#world.rows('SELECT count(*) AS n FROM draft_log');
    return {
      seed: this.#seed,
      ticks: this.#ticks,
      commands: this.#commands,
      kills: this.#kills,
      troubles: { ...Object.fromEntries(this.#troubles), post: this.#post.count },
      leadDays: Math.round(this.#leadMs / DAY_MS),
      drafts: Number(drafts?.['n']),
      mails: this.#mailsSeen,
    };
  }
}

function scaleOf({ leads }: Size): number {
  return Math.max(1, Math.round(leads / SMALL));
}

const UNDER_WAY = `SELECT count(DISTINCT lead_row_id) AS n FROM enrollments WHERE status IN ('pending', 'active')`;

// On hold, paused by hand, or suppressed until a person has looked is not stuck; nor who was written to this week and waits for a turn (A7).
const STUCK = `
  SELECT e.id, e.status, e.next_due_at, e.verdict_reason, l.email, l.zone FROM enrollments e JOIN leads l ON l.row_id = e.lead_row_id
    JOIN sequences q ON q.row_id = e.sequence_row_id
  WHERE e.status IN ('pending', 'active') AND l.opted_out = 0 AND l.attribution IS NOT 'mismatch' AND e.next_due_at < ? AND q.status = 'active' AND coalesce(l.held_until, 0) < e.next_due_at
    AND NOT EXISTS (SELECT 1 FROM suppressions s WHERE s.email_key = l.email_key)
    AND NOT EXISTS (SELECT 1 FROM draft_log g WHERE g.lead_row_id = l.row_id AND g.made_at > ?)`;
