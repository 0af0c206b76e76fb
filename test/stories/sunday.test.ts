import { expect, it } from 'vitest';

import { bringPeople, draftCount, passQuietly, startUp } from '../sim/living.ts';
import { DAY_MS, HOUR_MS } from '../sim/rules.ts';
import type { World } from '../sim/world.ts';
import { storyWorld } from './story-world.ts';

const FRIDAY = Date.UTC(2026, 1, 13, 9, 3);
const SUNDAY = Date.UTC(2026, 1, 15, 9, 3);

/** Twenty people who wrote on a Saturday and are due on the Sunday, with the timers firing every hour of every day. */
async function twentyOnASunday(env: Readonly<Record<string, string>> = {}): Promise<World> {
  const world = await storyWorld({ now: FRIDAY, env });
  await startUp(world);
  await passQuietly(world, SUNDAY - DAY_MS);
  await bringPeople(world, 20);
  for (const job of ['drip', 'nurture', 'send']) await world.run([job], { isTimer: true });
  world.clock.set(SUNDAY);
  return world;
}

it('A11: nothing is drafted on a Sunday, by whatever command, and the timers count as present', async () => {
  const world = await twentyOnASunday();
  const codes = [];
  for (const argv of [['drip'], ['nurture'], ['drip', '--force'], ['nurture', '--force'], ['send']]) {
    codes.push((await world.run(argv)).code);
  }
  expect(codes).toEqual([0, 0, 0, 0, 0]);
  expect(draftCount(world)).toBe(0);
  expect(world.rows('SELECT DISTINCT mode, reason FROM runs WHERE started_at = ?', SUNDAY)).toEqual([
    { mode: 'quiet', reason: 'weekend' },
  ]);

  world.clock.advance(DAY_MS);
  expect((await world.run(['drip'], { isTimer: true })).code).toBe(0);
  expect(draftCount(world)).toBe(5);
  expect(world.broken).toEqual([]);
});

it('A5, A11: a reboot on a Sunday is settled by the timer, which drafts nothing', async () => {
  const world = await twentyOnASunday();
  world.machine.reboot();
  expect((await world.run(['drip'], { isTimer: true })).code).toBe(30);
  world.clock.advance(11 * 60_000);
  await world.run(['confirm'], { isTimer: true });
  expect((await world.run(['drip'], { isTimer: true })).code).toBe(0);
  expect(draftCount(world)).toBe(0);
  expect(world.broken).toEqual([]);
});

it('A11, A17: a plan of Friday evening is not drafted on Saturday, not even by a person', async () => {
  const world = await storyWorld({ now: FRIDAY });
  await startUp(world);
  await bringPeople(world, 8);
  world.clock.set(FRIDAY + 7 * HOUR_MS);
  await world.run(['drip', '--preview']);
  world.clock.set(FRIDAY + 23 * HOUR_MS);
  await world.run(['confirm', '--yes']);
  expect(draftCount(world)).toBe(0);
  expect(world.broken).toEqual([]);
});

it('A11: it is the lead’s Sunday as well: on the operator’s Sunday evening nobody in Auckland’s Monday is written to', async () => {
  const world = await storyWorld({ now: FRIDAY });
  await startUp(world);
  await passQuietly(world, Date.UTC(2026, 1, 14, 22, 3));
  await bringPeople(world, 3, 'Pacific/Auckland');
  for (const job of ['drip', 'nurture', 'send']) await world.run([job], { isTimer: true });
  // Sunday 21:03 in UTC, Monday 10:03 in Auckland.
  world.clock.set(Date.UTC(2026, 1, 15, 21, 3));
  await world.run(['drip'], { isTimer: true });
  expect(draftCount(world)).toBe(0);
  // Monday 21:03 in UTC: Tuesday there.
  world.clock.set(Date.UTC(2026, 1, 16, 21, 3));
  await world.run(['drip'], { isTimer: true });
  expect(draftCount(world)).toBe(3);
  expect(world.broken).toEqual([]);
});

it('A11: a holiday of the operator is a Sunday', async () => {
  const world = await storyWorld({
    now: FRIDAY,
    env: { HEADGATE_HOLIDAYS: '2026-02-16' },
    rules: { holidays: ['2026-02-16'] },
  });
  await startUp(world);
  await bringPeople(world, 3, 'Asia/Tokyo');
  await passQuietly(world, Date.UTC(2026, 1, 16, 3));
  const { code } = await world.run(['drip'], { isTimer: true });
  expect(code).toBe(0);
  expect(draftCount(world)).toBe(0);
  expect(world.broken).toEqual([]);
});
