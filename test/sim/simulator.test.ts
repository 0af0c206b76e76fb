import { expect, it } from 'vitest';

import { Simulation } from './simulation.ts';

/** One seed to play again, or how many to play. Four are what every `npm test` can afford. */
const { HEADGATE_SIM_SEED: SEED, HEADGATE_SIM_SEEDS: SEEDS = '4' } = process.env;
const seeds =
  SEED === undefined ? Array.from({ length: Number(SEEDS) }, (_, index) => index + 1) : [Number(SEED)];
const SIZE = { days: 10, leads: 12 };

it.each(seeds)(
  'ten days of timers, people, reboots, wrong clocks and kills break no promise: seed %i',
  { timeout: 240_000 },
  async (seed) => {
    const { drafts, mails, kills } = await Simulation.run(seed, SIZE);
    // A simulation in which nothing happens would keep every promise too.
    expect(Math.min(drafts, mails, kills)).toBeGreaterThan(10);
  },
);
