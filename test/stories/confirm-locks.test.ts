import { join } from 'node:path';

import { expect, it, onTestFinished } from 'vitest';

import { acquireLock } from '../../src/store/locks.ts';
import { bringPeople, draftCount } from '../sim/living.ts';
import { storyWorld } from './story-world.ts';

it('A12: while nurture runs, confirm for both jobs says that nothing was done, and nothing is', async () => {
  const world = await storyWorld({ now: Date.UTC(2026, 1, 17, 9) });
  await bringPeople(world, 3);
  for (const job of ['drip', 'nurture']) await world.run([job], { isTimer: true });
  const lock = acquireLock({
    directory: join(world.directory, 'locks'),
    job: 'nurture',
    holder: { pid: 1, startedAt: world.clock.now(), command: 'nurture', hostName: 'vps-1' },
  });
  if (lock.kind === 'busy') throw new Error('nobody else holds it');
  onTestFinished(() => lock.release());

  expect((await world.run(['confirm', '--yes'])).code).toBe(75);
  expect(draftCount(world)).toBe(0);

  lock.release();
  expect((await world.run(['confirm', '--yes'])).code).toBe(0);
  expect(draftCount(world)).toBe(3);
});
