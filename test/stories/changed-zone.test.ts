import { expect, it } from 'vitest';

import { draftCount, startUp } from '../sim/living.ts';
import { HOUR_MS } from '../sim/rules.ts';
import type { World } from '../sim/world.ts';
import { storyWorld } from './story-world.ts';

const TUESDAY_AT_TEN = Date.UTC(2026, 1, 17, 10);
const PACIFIC = { env: { HEADGATE_TIMEZONE: 'America/Los_Angeles' } };

/** Somebody of whom no place is known, so that the operator's zone is theirs. */
async function nowhere(now: number): Promise<World> {
  const world = await storyWorld({ now });
  await startUp(world);
  world.write('people.csv', 'email,source\nmaren@vogt.example,form:contact\n');
  await world.run(['leads', 'import', 'people.csv', '--yes']);
  return world;
}

async function counts(world: World, argv: readonly string[]): Promise<Readonly<Record<string, number>>> {
  return ((await world.run([...argv, '--json'])).json() as { counts: Record<string, number> }).counts;
}

it('C4: who lives by the operator’s zone moves with it, and so do the due moments', async () => {
  const world = await nowhere(TUESDAY_AT_TEN + 10 * HOUR_MS);
  expect(await counts(world, ['drip', '--preview'])).toMatchObject({ would_draft: 0, not_due: 1 });

  // Eight in the evening here, noon there.
  await world.configure(PACIFIC);
  expect(await counts(world, ['drip', '--preview'])).toMatchObject({ would_draft: 1 });
  expect(world.rows('SELECT zone FROM leads')).toEqual([{ zone: 'UTC' }]);
  await world.run(['drip'], { isTimer: true });

  expect(draftCount(world)).toBe(1);
  expect(world.rows('SELECT zone, zone_rule FROM leads')).toEqual([
    { zone: 'America/Los_Angeles', zone_rule: 'operator' },
  ]);
});

it('C4, D2: send judges the hours of the new zone though nothing was drafted since', async () => {
  const world = await nowhere(TUESDAY_AT_TEN);
  await world.run(['drip'], { isTimer: true });
  const ids = world.rows('SELECT id FROM messages').map(({ id }) => String(id));
  await world.run(['review', 'approve', ...ids]);

  // Ten in the morning here, two at night there.
  await world.configure(PACIFIC);
  const preview = await world.run(['send', '--preview', '--json']);
  const sent = await counts(world, ['send']);

  expect(preview.json()).toMatchObject({ items: [{ action: 'hold_back', reason: 'hours' }] });
  expect([sent['sent'], sent['hours']]).toEqual([undefined, 1]);
  expect(world.mails()).toEqual([]);
});

it('C4: a zone that somebody told us, and a due moment that was asked for, stay', async () => {
  const world = await nowhere(TUESDAY_AT_TEN + 10 * HOUR_MS);
  world.write('more.csv', 'email,source,timezone\npriya@kestrel.example,form:contact,Asia/Kolkata\n');
  await world.run(['leads', 'import', 'more.csv', '--yes']);
  await world.run(['leads', 'due', 'maren@vogt.example']);
  const due = world.rows('SELECT next_due_at FROM enrollments ORDER BY row_id');
  await world.configure({ env: { HEADGATE_TIMEZONE: 'Pacific/Auckland' } });
  await world.run(['nurture'], { isTimer: true });
  expect(world.rows('SELECT zone FROM leads ORDER BY row_id')).toEqual([
    { zone: 'Pacific/Auckland' },
    { zone: 'Asia/Kolkata' },
  ]);
  expect(world.rows('SELECT next_due_at FROM enrollments ORDER BY row_id')).toEqual(due);
});
