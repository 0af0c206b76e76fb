import fc from 'fast-check';
import { it } from 'vitest';

import { Stage } from './stage.ts';
import { STORIES, Telling } from './telling.ts';

/**
 * How many stories are told; eight are what every `npm test` can afford. The seed is one whose first eight show that a step is left out
 * which somebody was sent, or which was rejected, and which an edit has put in front of them again. A path is one that a failure named.
 */
const {
  HEADGATE_EDIT_STORIES: STORIES_TOLD = '8',
  HEADGATE_EDIT_SEED: SEED = '2',
  HEADGATE_EDIT_PATH: PATH,
} = process.env;

it(
  'C5: whatever is edited, nobody gets a step twice or loses one after their place, and the preflight told it right',
  { timeout: 3_600_000 },
  async () => {
    const property = fc.asyncProperty(STORIES, async (story) => {
      const stage = await Stage.open(story.written);
      try {
        await new Telling(stage, story).tell();
      } finally {
        stage.close();
      }
    });
    const path = PATH === undefined ? {} : { path: PATH };
    await fc.assert(property, { seed: Number(SEED), numRuns: Number(STORIES_TOLD), ...path });
  },
);
