import { expect, it } from 'vitest';

import { approveAndSend, bringPeople, passQuietly, startUp } from '../sim/living.ts';
import { DAY_MS } from '../sim/rules.ts';
import { sequence } from '../sim/scenery.ts';
import type { World } from '../sim/world.ts';
import { storyWorld } from './story-world.ts';

const TUESDAY = Date.UTC(2026, 1, 17, 9);
const STEPS = [
  ['hello', 'day = 0'],
  ['details', 'day = 2'],
  ['closing', 'day = 9'],
] as const;

function restarting(closing: string): Readonly<Record<string, string>> {
  const steps = [STEPS[0], STEPS[1], ['closing', closing]] as const;
  const head = 'status = "active"\nlate = "restart"';
  return sequence('website-lead', { head, trigger: 'source = ["form:*"]', steps });
}

/** One person who got the first two steps, and a machine that was off for a month before the third. */
async function offForAMonth(): Promise<World> {
  const world = await storyWorld({ now: TUESDAY, sequences: restarting('day = 9') });
  await startUp(world);
  await bringPeople(world, 1);
  for (const day of [0, 2]) {
    await passQuietly(world, TUESDAY + day * DAY_MS);
    await world.run(['drip'], { isTimer: true });
    await approveAndSend(world);
  }
  world.clock.advance(33 * DAY_MS);
  await world.run(['drip', '--force']);
  return world;
}

it('A16, C2: a late step that starts again waits as long as it was planned behind the one before it', async () => {
  const world = await offForAMonth();
  expect(world.rows('SELECT due_at, anchor_at FROM enrollments')).toEqual([
    { due_at: world.clock.now() + 7 * DAY_MS, anchor_at: world.clock.now() },
  ]);
});

it('A16, C5: an edit elsewhere does not move a step that started again', async () => {
  const world = await offForAMonth();
  const due = world.rows('SELECT due_at, next_due_at FROM enrollments');
  await world.run(['leads', 'set', 'person0@firm0.example', 'country=DE']);
  expect(world.rows('SELECT due_at, next_due_at FROM enrollments')).toEqual(due);
});
