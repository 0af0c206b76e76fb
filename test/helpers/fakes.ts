import type { Instant } from '../../src/core/model.ts';
import type { Clock, IdPrefix, Machine, MachineIdentity, Random } from '../../src/ports.ts';

/** Wednesday, 18 February 2026, 09:00 UTC. */
export const TEST_NOW: Instant = Date.UTC(2026, 1, 18, 9);

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

/** A clock that stands still until a test moves it. */
export class FakeClock implements Clock {
  #now: Instant;

  constructor(now: Instant = TEST_NOW) {
    this.#now = now;
  }

  now(): Instant {
    return this.#now;
  }

  set(now: Instant): void {
    this.#now = now;
  }

  advance(ms: number): void {
    this.#now += ms;
  }
}

/** The same numbers for the same seed (mulberry32). */
export class SeededRandom implements Random {
  #state: number;

  constructor(seed = 1) {
    this.#state = seed >>> 0;
  }

  publicId(prefix: IdPrefix): string {
    const characters = Array.from({ length: 16 }, () => BASE32.charAt(Math.floor(this.fraction() * 32)));
    return `${prefix}-${characters.join('')}`;
  }

  publicIds(prefix: IdPrefix, count: number): readonly string[] {
    return Array.from({ length: count }, () => this.publicId(prefix)).sort();
  }

  fraction(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}

/** A machine that a test can reboot, or swap for another one under the same name. */
export class FakeMachine implements Machine {
  #identity: MachineIdentity = {
    machineIdHash: 'machine-1',
    instanceIdHash: 'instance-1',
    macHash: 'mac-1',
    hostName: 'vps-1',
  };
  #boots: number | null = 1;

  identity(): MachineIdentity {
    return this.#identity;
  }

  bootId(): string | null {
    return this.#boots === null ? null : `boot-${String(this.#boots)}`;
  }

  reboot(): void {
    this.#boots = (this.#boots ?? 0) + 1;
  }

  /** As on a system that does not tell its boot id. */
  forgetBootId(): void {
    this.#boots = null;
  }

  become(parts: Partial<MachineIdentity>): void {
    this.#identity = { ...this.#identity, ...parts };
  }
}
