import { expect, it } from 'vitest';

import { approveAndSend, draftCount, startUp } from '../sim/living.ts';
import { DAY_MS } from '../sim/rules.ts';
import type { World, WorldOptions } from '../sim/world.ts';
import { storyWorld } from './story-world.ts';

const TUESDAY = Date.UTC(2026, 1, 17, 9);

function follows(max: number): Required<Pick<WorldOptions, 'env' | 'rules'>> {
  return { env: { HEADGATE_LIMITS__NURTURE_MAX_PER_LEAD: String(max) }, rules: { nurtureMax: max } };
}

/** One person whom no sequence but nurture's has anything to say to. */
async function oneLead(max: number): Promise<World> {
  const world = await storyWorld({ now: TUESDAY, ...follows(max) });
  await startUp(world);
  world.write('people.csv', 'email,timezone\nmaren@vogt.example,UTC\n');
  await world.run(['leads', 'import', 'people.csv', '--yes']);
  return world;
}

/** Timers that fire once a day, and a person who approves whatever they make. */
async function daysLater(world: World, days: number): Promise<void> {
  for (let day = 0; day < days; day += 1) {
    world.clock.advance(DAY_MS);
    for (const job of ['drip', 'nurture']) await world.run([job], { isTimer: true });
    await approveAndSend(world);
  }
}

async function wouldFollowUp(world: World): Promise<number> {
  const result = await world.run(['nurture', '--preview', '--json']);
  return (result.json() as { counts: { would_draft: number } }).counts.would_draft;
}

it('B7: who had all the follow-ups there were gets the next one when the limit is raised', async () => {
  const world = await oneLead(1);
  await daysLater(world, 6);
  await daysLater(world, 16);
  expect([draftCount(world), await wouldFollowUp(world)]).toEqual([1, 0]);

  await world.configure(follows(2));
  expect(await wouldFollowUp(world)).toBe(1);
  await world.run(['nurture'], { isTimer: true });

  expect([draftCount(world), await wouldFollowUp(world)]).toEqual([2, 0]);
  // Between the change and the next run the queue is the old one.
  expect(world.broken.map(({ promise }) => promise)).toEqual(['B7 no cold lead is forgotten']);
});

it('B7: a lowered limit holds at once, and a limit of none that is lifted brings everybody back', async () => {
  const world = await oneLead(3);
  await daysLater(world, 6);
  await world.configure(follows(1));
  await daysLater(world, 16);
  await world.configure(follows(0));
  await daysLater(world, 2);
  expect(draftCount(world)).toBe(1);
  await world.configure(follows(3));
  await daysLater(world, 3);
  expect(draftCount(world)).toBe(2);
  expect(world.broken).toEqual([]);
});

it('B7: fewer days of silence count from the next run, whatever was reckoned with before', async () => {
  const world = await storyWorld({
    now: TUESDAY,
    env: { HEADGATE_NURTURE__COLD_DAYS: '30' },
    rules: { coldMs: 30 * DAY_MS },
  });
  await startUp(world);
  world.write('people.csv', 'email,timezone\nmaren@vogt.example,UTC\n');
  await world.run(['leads', 'import', 'people.csv', '--yes']);
  await daysLater(world, 6);
  await world.configure({ env: { HEADGATE_NURTURE__COLD_DAYS: '3' }, rules: {} });
  await world.run(['nurture'], { isTimer: true });
  expect(draftCount(world)).toBe(1);
});
