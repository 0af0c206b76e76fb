import { expect, it } from 'vitest';

import { newestBackup, startUp } from '../sim/living.ts';
import { storyWorld } from './story-world.ts';

it('A15: a stamp that cannot be read does not make a restore that was done call itself undone', async () => {
  const world = await storyWorld({ now: Date.UTC(2026, 1, 17, 9) });
  await startUp(world);
  await world.run(['backup']);
  world.write('stamp.json', 'not what we wrote');
  const restored = await world.unseen(() =>
    world.run(['restore', newestBackup(world), '--yes', '--json'], { isJudged: false }),
  );
  expect(restored.json()).toMatchObject({ items: [{ restored: true }], exit: { name: 'OK' } });
  const adopted = await world.run(['adopt', '--yes', '--json']);
  expect(adopted.json()).toMatchObject({ items: [{ adopted: true }] });
  expect((await world.run(['drip', '--json'])).json()).toMatchObject({ run: { reason: 'no_checkpoint' } });
});
