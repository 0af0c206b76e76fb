import { expect, it } from 'vitest';

import { approveAndSend, bringPeople, draftCount, newestBackup, startUp } from '../sim/living.ts';
import { HOUR_MS } from '../sim/rules.ts';
import type { World } from '../sim/world.ts';
import { storyWorld } from './story-world.ts';

const TUESDAY = Date.UTC(2026, 1, 17, 9);

/** A morning on which two drafts were made and sent after the last backup, with more people due. */
async function sentAfterBackup(): Promise<World> {
  const world = await storyWorld({
    now: TUESDAY,
    env: { HEADGATE_LIMITS__DRAFTS_PER_RUN_DRIP: '2', HEADGATE_LIMITS__DRAFTS_PER_DAY: '3' },
    rules: { draftsPerRun: { drip: 2, nurture: 5 }, draftsPerDay: 3 },
  });
  await startUp(world);
  await bringPeople(world, 6);
  await world.run(['backup']);
  await world.run(['drip'], { isTimer: true });
  await approveAndSend(world);
  expect(world.rows(`SELECT id FROM messages WHERE state = 'sent'`)).toHaveLength(2);
  world.clock.advance(HOUR_MS);
  return world;
}

it('A6, A15: what left after the backup still uses the day’s cap up', async () => {
  const world = await sentAfterBackup();
  await world.unseen(() => world.run(['restore', newestBackup(world), '--yes'], { isJudged: false }));
  await world.run(['adopt', '--yes']);
  await world.run(['drip'], { isTimer: true });

  await world.run(['confirm', '--yes']);

  expect(draftCount(world)).toBe(3);
  expect(world.broken).toEqual([]);
});

it('A15: a copy from a future that a restore undid is a restored one too', async () => {
  const world = await sentAfterBackup();
  const monday = newestBackup(world);
  world.clock.advance(HOUR_MS);
  for (const _ of Array.from({ length: 20 })) await world.run(['drip'], { isTimer: true });
  await world.run(['backup']);
  const later = newestBackup(world);
  await world.copyIntoPlace(monday);
  await world.run(['adopt', '--yes']);
  await world.run(['confirm', '--yes']);

  await world.copyIntoPlace(later);

  const { code, stdout } = await world.run(['drip', '--json'], { isTimer: true });
  expect(code).toBe(30);
  expect(stdout).toContain('"reason":"restored"');
});
