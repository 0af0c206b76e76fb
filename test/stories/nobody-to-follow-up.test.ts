import { expect, it } from 'vitest';

import { startUp } from '../sim/living.ts';
import { sequence } from '../sim/scenery.ts';
import type { World } from '../sim/world.ts';
import { storyWorld } from './story-world.ts';

const DRIP = sequence('website-lead', {
  head: 'status = "active"',
  trigger: 'source = ["form:*"]',
  steps: [['welcome', 'after = "0d"']],
});
const FOR_PARTNERS = sequence('stay-in-touch', {
  head: 'status = "active"\nkind = "nurture"',
  trigger: 'source = ["partner"]',
  steps: [['small-win']],
});

/** Three leads from a fair and one partner, all gone cold. */
async function goneCold(sequences: Readonly<Record<string, string>>): Promise<World> {
  const world = await storyWorld({ now: Date.UTC(2026, 1, 17, 9), sequences });
  await startUp(world);
  const rows = ['fair', 'fair', 'fair', 'partner'].map(
    (source, index) => `person${index}@firm${index}.example,UTC,${source},2026-01-01`,
  );
  world.write('people.csv', ['email,timezone,source,created_at', ...rows, ''].join('\n'));
  await world.run(['leads', 'import', 'people.csv', '--yes']);
  return world;
}

it('B7: without a sequence that writes follow-ups nobody is due, and no run says that it did not look at them', async () => {
  const world = await goneCold(DRIP);
  const result = await world.run(['nurture', '--json']);
  expect(result.json()).toMatchObject({ counts: { evaluated: 0, not_judged: 0 } });
});

it('B7: whom no nurture sequence takes is not counted as left for the next run', async () => {
  const world = await goneCold({ ...DRIP, ...FOR_PARTNERS });
  const result = await world.run(['nurture', '--json']);
  expect(result.json()).toMatchObject({ counts: { evaluated: 1, drafted: 1, not_judged: 0 } });
});
