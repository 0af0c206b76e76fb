import type { Chance } from './scenery.ts';
import { DAY_MS, HOUR_MS } from './rules.ts';
import type { World } from './world.ts';

/** What the machine's world does by itself: reboots, outages, wrong clocks. Time that really passes is kept apart from the clock. */
export class Weather {
  readonly #world: World;
  readonly #chance: Chance;
  #trueAt: number;
  /** How wrong the clock is. */
  #offsetMs = 0;
  #machines = 1;
  /** What has struck since somebody last took it from here, for the tables. */
  readonly struck: string[] = [];

  constructor(world: World, chance: Chance) {
    this.#world = world;
    this.#chance = chance;
    this.#trueAt = world.clock.now();
  }

  /** Lets real time pass; the clock follows it, as wrong as it is. */
  pass(ms: number): void {
    this.#trueAt += ms;
    this.#world.clock.set(this.#trueAt + this.#offsetMs);
  }

  /** NTP found the time again. */
  setRight(): void {
    this.#offsetMs = 0;
    this.pass(0);
  }

  /** What happens before the next tick; a word for the log, or null for a quiet hour. */
  change(): string | null {
    if (this.#offsetMs !== 0 && this.#chance.oneIn(8)) {
      this.setRight();
      return 'the clock is right again';
    }
    if (this.#chance.oneIn(150)) return this.#reboot();
    if (this.#chance.oneIn(250)) return this.#outage();
    if (this.#offsetMs === 0 && this.#chance.oneIn(300)) return this.#jump();
    if (this.#chance.oneIn(500)) return this.#move();
    return null;
  }

  #reboot(): string {
    this.struck.push('reboot');
    this.#world.machine.reboot();
    return 'reboot';
  }

  #outage(): string {
    this.struck.push('outage');
    const ms = this.#chance.pick([
      5 * HOUR_MS,
      30 * HOUR_MS,
      40 * HOUR_MS,
      4 * DAY_MS,
      9 * DAY_MS,
      21 * DAY_MS,
    ]);
    const isReboot = this.#chance.oneIn(2);
    this.pass(ms);
    if (isReboot) this.#world.machine.reboot();
    return `${ms / HOUR_MS} h off${isReboot ? ' and a reboot' : ''}`;
  }

  /** The disk goes on in another machine. */
  #move(): string {
    this.struck.push('machine');
    this.#machines += 1;
    const name = `machine-${this.#machines}`;
    this.#world.machine.become({ machineIdHash: name, instanceIdHash: name, macHash: name, hostName: name });
    this.#world.machine.reboot();
    return `the disk is in ${name} now`;
  }

  #jump(): string {
    this.struck.push('clock');
    const minutes = this.#chance.pick([-1, -30, -26 * 60, -80 * 60, 30, 26 * 60, 80 * 60, 2 * 365 * 24 * 60]);
    this.#offsetMs = minutes * 60_000;
    this.pass(0);
    return `the clock jumped by ${minutes} minutes`;
  }
}
