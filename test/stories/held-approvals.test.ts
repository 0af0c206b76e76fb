import { expect, it } from 'vitest';

import { bringPeople, startUp } from '../sim/living.ts';
import { HOUR_MS } from '../sim/rules.ts';
import type { World } from '../sim/world.ts';
import { storyWorld } from './story-world.ts';

const TUESDAY = Date.UTC(2026, 1, 17, 9);
const MINUTE_MS = 60_000;

/** An approval that its reviewer put off for two hours. */
async function putOff(): Promise<World> {
  const world = await storyWorld({ now: TUESDAY });
  await startUp(world);
  await bringPeople(world, 1);
  await world.run(['drip'], { isTimer: true });
  const id = String(world.rows('SELECT id FROM messages')[0]?.['id']);
  await world.run(['review', 'approve', id]);
  await world.run(['review', 'hold', id, '--until', '2h']);
  return world;
}

async function afterTheHold(world: World): Promise<void> {
  world.clock.advance(2 * HOUR_MS);
  await world.run(['drip'], { isTimer: true });
  await world.run(['send'], { isTimer: true });
}

it('an approval that was put off until a date leaves when the date has come', async () => {
  const world = await putOff();
  await afterTheHold(world);
  expect(world.rows('SELECT state FROM messages')).toEqual([{ state: 'sent' }]);
});

it('A5, A15: an approval that was put off before a reboot does not leave until a person has given it again', async () => {
  const world = await putOff();
  world.machine.reboot();
  await world.run(['send'], { isTimer: true });
  await world.run(['drip'], { isTimer: true });
  world.clock.advance(10 * MINUTE_MS);
  await world.run(['confirm'], { isTimer: true });
  await afterTheHold(world);
  expect(world.rows('SELECT state FROM messages')).toEqual([{ state: 'pending_approval' }]);
});

it('A15: an approval that was put off on another machine does not leave after adopt alone', async () => {
  const world = await putOff();
  world.machine.become({ machineIdHash: 'machine-2' });
  await world.run(['adopt', '--yes']);
  await world.run(['drip'], { isTimer: true });
  await world.run(['confirm', '--yes']);
  await afterTheHold(world);
  expect(world.rows('SELECT state FROM messages')).toEqual([{ state: 'pending_approval' }]);
});
