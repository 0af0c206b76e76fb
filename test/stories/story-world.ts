import { onTestFinished } from 'vitest';

import { TWO_SEQUENCES } from '../sim/living.ts';
import { World, type WorldOptions } from '../sim/world.ts';

/** A world that is gone after the test. */
export async function storyWorld(options: WorldOptions): Promise<World> {
  const world = await World.create({ sequences: TWO_SEQUENCES, ...options });
  onTestFinished(() => world.remove());
  return world;
}
