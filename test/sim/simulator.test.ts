import { expect, it } from 'vitest';

import { Simulation } from './simulation.ts';

/** One seed to play again, or how many to play. Three are what every `npm test` can afford. */
const { HEADGATE_SIM_SEED: SEED, HEADGATE_SIM_SEEDS: SEEDS = '3' } = process.env;
const seeds =
  SEED === undefined ? Array.from({ length: Number(SEEDS) }, (_, index) => index + 1) : [Number(SEED)];
const WEEKS = 2;

it.each(seeds)(
  'two weeks of timers, people, reboots, wrong clocks and kills break no promise: seed %i',
  { timeout: 240_000 },
  async (seed) => {
    const { drafts, mails, kills } = await Simulation.run(seed, WEEKS);
    // A simulation in which nothing happens would keep every promise too.
    expect(Math.min(drafts, mails, kills)).toBeGreaterThan(10);
  },
);
