import { expect, it } from 'vitest';

import { bringPeople, startUp } from '../sim/living.ts';
import { HOUR_MS } from '../sim/rules.ts';
import type { World } from '../sim/world.ts';
import { storyWorld } from './story-world.ts';

const TUESDAY = Date.UTC(2026, 1, 17, 9);

async function document(world: World, argv: readonly string[]): Promise<unknown> {
  return (await world.run([...argv, '--json'])).json();
}

it('A6, cli.md 2.6: a run says what both jobs had made today before it, in preview and live', async () => {
  const world = await storyWorld({ now: TUESDAY });
  await startUp(world);
  await bringPeople(world, 2);
  const cap = (usedToday: number, used: number): object => ({
    guards: { cap: { per_run: 5, used, per_day: 10, used_today: usedToday } },
  });
  expect(await document(world, ['drip', '--preview'])).toMatchObject(cap(0, 2));
  expect(await document(world, ['drip'])).toMatchObject(cap(0, 2));
  world.clock.advance(HOUR_MS);
  expect(await document(world, ['drip'])).toMatchObject(cap(2, 0));
  expect(await document(world, ['send'])).toMatchObject({
    guards: { cap: { per_run: 10, used: 0, per_day: 50, used_today: 0 }, blast_radius: { average_7d: 0 } },
  });
});

it('A13: who is under way and merely not due is counted', async () => {
  const world = await storyWorld({ now: TUESDAY });
  await startUp(world);
  await bringPeople(world, 3);
  for (const person of [0, 1]) {
    const email = `person${person}@firm${person}.example`;
    await world.run(['leads', 'set', email, 'timezone=Pacific/Auckland']);
  }
  const preview = await world.run(['drip', '--preview', '--json']);
  expect(preview.json()).toMatchObject({
    counts: { evaluated: 1, would_draft: 1, held_back: 0, not_due: 2 },
  });
  expect((await world.run(['drip', '--preview'])).stdout).toContain('2 more leads not due yet');
});

it('cli.md 2.6: the lead’s own time stands with its distance to UTC', async () => {
  const world = await storyWorld({ now: TUESDAY });
  await startUp(world);
  await bringPeople(world, 1, 'Europe/Berlin');
  expect(await document(world, ['drip', '--preview'])).toMatchObject({
    items: [{ due: '2026-02-17T09:00:00Z', local: '2026-02-17T10:00:00+01:00' }],
  });
});
