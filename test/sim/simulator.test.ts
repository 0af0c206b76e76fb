import { describe, expect, it } from 'vitest';

import { Simulation } from './simulation.ts';

const SEED = process.env['HEADGATE_SIM_SEED'];
const SEEDS = Number(process.env['HEADGATE_SIM_SEEDS'] ?? '4');
const seeds = SEED === undefined ? Array.from({ length: SEEDS }, (_, index) => index + 1) : [Number(SEED)];

describe('simulated weeks', () => {
  it.each(seeds)('keep every promise, whatever happens: seed %i', { timeout: 120_000 }, async (seed) => {
    const result = await Simulation.run(seed, 3);
    console.log(JSON.stringify(result));
    expect(result.drafts).toBeGreaterThan(0);
  });
});
