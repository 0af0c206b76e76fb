import fc from 'fast-check';
import { expect, it } from 'vitest';

import { World } from '../sim/world.ts';
import { filesOf, SEQUENCES, type WrittenSequence } from './author.ts';

/** How many states are compared; a rehearsal of a week costs seconds. */
const { HEADGATE_FORECAST_STATES: STATES = '2', HEADGATE_FORECAST_SEED: SEED = '20260218' } = process.env;
const HOUR_MS = 3_600_000;
/** A Tuesday, so that a week holds a weekend. */
const NOW = Date.UTC(2026, 1, 17, 8, 20);
const DAYS = 7;
const ZONES = ['UTC', 'Europe/Berlin', 'America/New_York', 'Pacific/Auckland', 'Asia/Kolkata'];

interface Calm {
  readonly written: readonly WrittenSequence[];
  readonly approvesItself: boolean;
  readonly arrivals: readonly { readonly zone: number; readonly sequence: number }[][];
  readonly hoursBetween: number;
  readonly perRun: number;
  readonly perDay: number;
  readonly isLeft: boolean;
}

const CALM: fc.Arbitrary<Calm> = fc.record({
  written: fc
    .tuple(SEQUENCES, SEQUENCES)
    .map(([one, other]) => [one, { ...other, id: 'second', source: 'second' }]),
  approvesItself: fc.boolean(),
  arrivals: fc.array(fc.array(fc.record({ zone: fc.nat(4), sequence: fc.nat(1) }), { maxLength: 9 }), {
    minLength: 1,
    maxLength: 4,
  }),
  hoursBetween: fc.integer({ min: 1, max: 20 }),
  perRun: fc.integer({ min: 1, max: 5 }),
  perDay: fc.integer({ min: 2, max: 10 }),
  isLeft: fc.boolean(),
});

it(
  'F5: the forecast of a calm state is what its rehearsal comes to, day by day',
  { timeout: 3_600_000 },
  async () => {
    const property = fc.asyncProperty(CALM, async (calm) => {
      const world = await worldOf(calm);
      try {
        const rehearsed = await ran(world, `simulate --days ${DAYS} --replies 0 --bounces 0 --json`);
        const { items: played } = JSON.parse(rehearsed) as { items: Day[] };
        const status = JSON.parse(await ran(world, 'status --json')) as { items: [{ forecast: Day[] }] };
        expect(figuresOf(status.items[0].forecast)).toEqual(figuresOf(played));
      } finally {
        world.remove();
      }
    });
    // A smaller state would cost minutes to find; the seed finds this one again.
    await fc.assert(property, { seed: Number(SEED), numRuns: Number(STATES), endOnFailure: true });
  },
);

async function worldOf(calm: Calm): Promise<World> {
  const files = calm.written.map(filesOf).reduce((all, some) => ({ ...all, ...some }), {});
  const sequences = calm.approvesItself
    ? Object.fromEntries(
        Object.entries(files).map(([path, text]) => [
          path,
          text.replace('status = "active"', 'status = "active"\napprove = "auto"'),
        ]),
      )
    : files;
  const env = {
    HEADGATE_LIMITS__DRAFTS_PER_RUN_DRIP: String(calm.perRun),
    HEADGATE_LIMITS__DRAFTS_PER_DAY: String(calm.perDay),
    HEADGATE_MAIL__PACE_SECONDS_MIN: '0',
    HEADGATE_MAIL__PACE_SECONDS_MAX: '0',
  };
  const world = await World.create({ now: NOW, env, sequences });
  for (const job of ['drip', 'nurture', 'send']) await ran(world, job, [0, 30]);
  await ran(world, 'confirm --none --yes');
  let count = 0;
  for (const batch of calm.arrivals) {
    const rows = batch.map(({ zone, sequence }) => {
      count += 1;
      return `lead${count}@firm${count}.example,${ZONES[zone] ?? 'UTC'},${sequence === 0 ? 'main' : 'second'}`;
    });
    world.write('arrivals.csv', ['email,timezone,source', ...rows, ''].join('\n'));
    await ran(world, 'leads import arrivals.csv --yes');
    await ran(world, 'drip');
    if (!calm.isLeft) await approveAll(world);
    await ran(world, 'send');
    await ran(world, 'nurture');
    world.clock.advance(calm.hoursBetween * HOUR_MS);
  }
  await ran(world, 'drip');
  await ran(world, 'nurture');
  await ran(world, 'send');
  return world;
}

async function approveAll(world: World): Promise<void> {
  const ids = world
    .rows("SELECT id FROM messages WHERE state = 'pending_approval'")
    .map(({ id }) => String(id));
  if (ids.length > 0) await ran(world, `review approve ${ids.join(' ')}`);
}

async function ran(world: World, line: string, codes: readonly number[] = [0]): Promise<string> {
  const { code, stdout, stderr } = await world.run(line.split(' '), { isJudged: false });
  if (!codes.includes(code)) throw new Error(`headgate ${line} ended ${code}\n${stderr}`);
  return stdout;
}

interface Day {
  readonly day: string;
  readonly drafts: number;
  readonly sends: number;
}

const figuresOf = (days: readonly Day[]): readonly unknown[] =>
  days.map(({ day, drafts, sends }) => [day, drafts, sends]);
