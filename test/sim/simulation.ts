import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { SeededRandom } from '../helpers/fakes.ts';
import { Mortality } from './mortality.ts';
import { Operator } from './operator.ts';
import type { Broken } from './promises.ts';
import { DAY_MS, HOUR_MS } from './rules.ts';
import { Chance, SEQUENCES, settingOf } from './scenery.ts';
import { Weather } from './weather.ts';
import { World } from './world.ts';

export interface SimulationResult {
  readonly seed: number;
  readonly ticks: number;
  readonly commands: number;
  readonly kills: number;
  readonly drafts: number;
  readonly mails: number;
}

/** A Monday; simulated weeks begin anywhere in the year behind it, so that clocks change under them too. */
const EPOCH = Date.UTC(2026, 0, 5);
/** Room for whatever has piled up: with less, the cap is what leaves somebody waiting, and rightly. */
const ROOMY = {
  env: {
    HEADGATE_LIMITS__DRAFTS_PER_RUN_DRIP: '20',
    HEADGATE_LIMITS__DRAFTS_PER_DAY: '40',
    HEADGATE_LIMITS__SENDS_PER_RUN: '40',
  },
  rules: { draftsPerRun: { drip: 20, nurture: 5 }, draftsPerDay: 40, sendsPerRun: 40 },
};
const TICKS_PER_DAY = 17;
const NOT_TOLD = 255;
const CALM_DAYS = 15;
const LOG_LINES_MAX = 60;
/** A run that ends so has met something that no run may meet. 75 would be a lock that outlived its process. */
const FORBIDDEN_CODES = [65, 69, 70, 75, 77, 78];

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

  private constructor(seed: number, world: World, mortality: Mortality) {
    this.#seed = seed;
    this.#world = world;
    this.#mortality = mortality;
    this.#chance = new Chance(new SeededRandom(seed));
    this.#weather = new Weather(world, this.#chance);
    this.#operator = new Operator(world, this.#chance, (argv) => this.#run(argv, false));
  }

  static async run(seed: number, days: number): Promise<SimulationResult> {
    const now = EPOCH + (seed % 300) * DAY_MS + 7 * HOUR_MS;
    const world = await World.create({ now, seed, sequences: SEQUENCES, ...settingOf(seed) });
    const mortality = new Mortality();
    try {
      const simulation = new Simulation(seed, world, mortality);
      await simulation.#live(days);
      return simulation.#result();
    } finally {
      mortality.end();
      // For whoever wants to look at the state behind a broken promise.
      if (process.env['HEADGATE_SIM_KEEP'] === undefined) world.remove();
    }
  }

  async #live(days: number): Promise<void> {
    await this.#operator.bringLeads(12);
    await this.#operator.lookAfterDoubts();
    // An outage lasts longer than the ticks it swallows, so that it is the ticks that are counted.
    for (let tick = 0; tick < days * TICKS_PER_DAY; tick += 1) await this.#tick();
    await this.#calmDown();
  }

  async #tick(): Promise<void> {
    this.#ticks += 1;
    this.#weather.pass(this.#untilNextTick() + this.#chance.between(-90, 90) * 1_000);
    const news = this.#weather.change();
    if (news !== null) this.#note(news);
    if (this.#chance.oneIn(4)) await this.#operator.visit();
    if (this.#chance.oneIn(40)) await this.#run(['backup'], true);
    if (this.#chance.oneIn(120)) await this.#restore();
    if (this.#chance.oneIn(15)) await this.#runTogether();
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
    this.#note('calm');
    await this.#world.configure(ROOMY);
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
    const stuck = this.#world.rows(STUCK, this.#world.clock.now() - 7 * DAY_MS);
    if (stuck.length > 0) this.#fail([{ promise: 'everybody gets to an end', how: JSON.stringify(stuck) }]);
  }

  /** One command line, perhaps killed on the way, judged at its end. */
  async #run(argv: readonly string[], isTimer: boolean): Promise<number> {
    this.#commands += 1;
    const isStopped = existsSync(join(this.#world.directory, 'STOP'));
    if (!this.#isCalm && this.#chance.oneIn(this.#isMailWaiting(argv) ? 2 : 7)) {
      this.#mortality.arm(this.#chance.between(1, 9));
    }
    const { code, stderr } = await this.#world.run(argv, { isJudged: false });
    const isKilled = this.#mortality.revive();
    if (isKilled) this.#kills += 1;
    this.#note(`${argv.join(' ')} → ${isKilled ? 'killed' : String(code)}`);
    const broken = [
      ...this.#world.judge(argv, { code, isStopped, isTimer, isKilled }),
      ...this.#brokenOutbox(),
    ];
    if (!isKilled && FORBIDDEN_CODES.includes(code))
      broken.push({ promise: 'no run ends so', how: `${code}: ${stderr}` });
    if (broken.length > 0) this.#fail(broken);
    return isKilled ? 137 : code;
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
    if (!isCommand) return this.#world.copyIntoPlace(copy);
    const { code, stderr } = await this.#world.unseen(() =>
      this.#world.run(['restore', copy, '--yes'], { isJudged: false }),
    );
    if (code !== 0) this.#fail([{ promise: 'F8 a copy can be restored', how: `${code}: ${stderr}` }]);
  }

  /** D1, from the only place that a mail cannot be taken back from: no message and no step reaches anybody twice. */
  #brokenOutbox(): readonly Broken[] {
    const files = this.#world.mails();
    if (files.length === this.#mailsSeen) return [];
    this.#mailsSeen = files.length;
    const seen = new Set<string>();
    return files.flatMap((file) => {
      const text = this.#world.read(join('outbox', file));
      const message = /m-[a-z2-7]{16}/.exec(file)?.[0] ?? file;
      const step = /^this is ([\w-]+)\./m.exec(text)?.[1] ?? '?';
      const keys = [message, `${/^To: (.*)$/m.exec(text)?.[1] ?? '?'} ${step}`];
      const again = keys.filter((key) => seen.has(key));
      for (const key of keys) seen.add(key);
      return again.map((key) => ({
        promise: 'D1 nothing is delivered twice',
        how: `${key} lies in the outbox twice`,
      }));
    });
  }

  #mailsSeen = 0;

  #note(line: string): void {
    this.#log.push(`${new Date(this.#world.clock.now()).toISOString().slice(0, 16)}  ${line}`);
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
      drafts: Number(drafts?.['n']),
      mails: this.#mailsSeen,
    };
  }
}

// On hold, paused by hand, or suppressed until a person has looked is not stuck.
const STUCK = `
  SELECT e.id, e.status, e.next_due_at, e.verdict_reason, l.email, l.zone FROM enrollments e JOIN leads l ON l.row_id = e.lead_row_id
    JOIN sequences q ON q.row_id = e.sequence_row_id
  WHERE e.status IN ('pending', 'active') AND e.next_due_at < ? AND q.status = 'active' AND coalesce(l.held_until, 0) < e.next_due_at
    AND NOT EXISTS (SELECT 1 FROM suppressions s WHERE s.email_key = l.email_key)`;
