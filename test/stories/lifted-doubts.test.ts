import { expect, it } from 'vitest';

import { bringPeople, startUp } from '../sim/living.ts';
import { DAY_MS, HOUR_MS } from '../sim/rules.ts';
import { sequence } from '../sim/scenery.ts';
import type { Row } from '../sim/view.ts';
import type { World } from '../sim/world.ts';
import { storyWorld } from './story-world.ts';

const TUESDAY = Date.UTC(2026, 1, 17, 9);
const FRIDAY_AT_FOUR = Date.UTC(2026, 1, 20, 16);
const MINUTE_MS = 60_000;

/** A sequence that approves itself, a person who has acted since the last doubt, and three people due. */
async function approvingItself(now = TUESDAY): Promise<World> {
  const steps = [['welcome', 'after = "0d"']] as const;
  const head = 'status = "active"\napprove = "auto"';
  const sequences = sequence('website-lead', { head, trigger: 'source = ["form:*"]', steps });
  const world = await storyWorld({ now, sequences });
  await startUp(world);
  await world.run(['pause']);
  await world.run(['resume', '--yes']);
  await bringPeople(world, 3);
  return world;
}

function states(world: World): readonly Row[] {
  return world.rows('SELECT DISTINCT state FROM messages');
}

it('A5, A20: --force right after a reboot still asks a person, whatever the sequence says of itself', async () => {
  const world = await approvingItself();
  world.clock.advance(HOUR_MS);
  world.machine.reboot();
  await world.run(['drip', '--force']);
  expect(states(world)).toEqual([{ state: 'pending_approval' }]);
});

it('A5: a gap that only an asked preview has shown still asks a person when its plan is confirmed', async () => {
  const world = await approvingItself();
  world.clock.advance(3 * DAY_MS);
  await world.run(['drip', '--preview']);
  await world.run(['confirm', '--yes']);
  expect(states(world)).toEqual([{ state: 'pending_approval' }]);
});

it('A5: once a person has acted after the doubt was told, what its confirmation drafts approves itself again', async () => {
  const world = await approvingItself();
  world.clock.advance(HOUR_MS);
  world.machine.reboot();
  await world.run(['drip'], { isTimer: true });
  world.clock.advance(10 * MINUTE_MS);
  await world.run(['pause']);
  await world.run(['resume', '--yes']);
  await world.run(['confirm'], { isTimer: true });
  expect(states(world)).toEqual([{ state: 'approved' }]);
});

it('A20: --force is reported on a weekend too, where it drafts nothing but settles the gap', async () => {
  const world = await approvingItself(FRIDAY_AT_FOUR);
  world.clock.advance(7 * DAY_MS + 18 * HOUR_MS);
  await world.run(['drip', '--force']);
  expect(world.rows(`SELECT text FROM notices WHERE kind = 'forced'`)).toEqual([
    { text: 'drip ran with --force over: gap' },
  ]);
});

it('F1: a second reboot on the same day alerts again', async () => {
  const world = await storyWorld({ now: TUESDAY });
  await startUp(world);
  const alerts = (): number =>
    world.rows(`SELECT 1 FROM notices WHERE kind = 'doubt' AND job = 'drip' AND text LIKE '%booted%'`).length;
  for (const expected of [1, 2]) {
    world.clock.advance(HOUR_MS);
    world.machine.reboot();
    await world.run(['drip'], { isTimer: true });
    await world.run(['drip'], { isTimer: true });
    expect(alerts()).toBe(expected);
    world.clock.advance(10 * MINUTE_MS);
    await world.run(['confirm'], { isTimer: true });
  }
});
