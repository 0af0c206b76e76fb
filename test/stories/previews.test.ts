import { expect, it } from 'vitest';

import { bringPeople, startUp } from '../sim/living.ts';
import { DAY_MS, HOUR_MS } from '../sim/rules.ts';
import type { World } from '../sim/world.ts';
import { storyWorld } from './story-world.ts';

const TUESDAY = Date.UTC(2026, 1, 17, 9);

interface RunDocument {
  readonly run: { readonly reason: string | null; readonly plan: string | null };
  readonly counts: Readonly<Record<string, number>>;
  readonly items: readonly { readonly action: string }[];
}

async function document(world: World, argv: readonly string[]): Promise<RunDocument> {
  return (await world.run([...argv, '--json'])).json() as RunDocument;
}

/** One tick a day, so that nothing but time passes. */
async function daysPass(world: World, days: number): Promise<void> {
  for (let day = 0; day < days; day += 1) {
    world.clock.advance(DAY_MS);
    for (const job of ['drip', 'nurture']) await world.run([job], { isTimer: true });
  }
}

it('A17, D2: a preview shows the draft that the run makes anew of one that waited too long', async () => {
  const world = await storyWorld({ now: TUESDAY });
  await startUp(world);
  await bringPeople(world, 2);
  await world.run(['drip'], { isTimer: true });
  await daysPass(world, 7);
  world.clock.advance(HOUR_MS);

  const preview = await document(world, ['drip', '--preview']);
  const live = await document(world, ['drip']);

  expect(live.counts['drafted']).toBe(2);
  expect(preview.counts['would_draft']).toBe(2);
  expect(world.broken).toEqual([]);
});

it('A17, A8, D2: a preview does not call a job closed by a held batch that the run lets expire', async () => {
  const world = await storyWorld({
    now: TUESDAY,
    env: { HEADGATE_LIMITS__BLAST_RADIUS_FLOOR: '0' },
    rules: { blastRadiusFloor: 0 },
  });
  await startUp(world);
  await bringPeople(world, 3);
  expect((await world.run(['drip'], { isTimer: true })).code).toBe(31);
  await daysPass(world, 7);
  expect(await document(world, ['drip', '--preview'])).toMatchObject({ run: { reason: 'hold_open' } });
  world.clock.advance(HOUR_MS);

  const preview = await document(world, ['drip', '--preview']);
  const live = await document(world, ['drip']);

  expect(live.run.reason).toBe(preview.run.reason);
  expect(preview.counts['would_draft']).toBe(live.counts['drafted']);
});

it('F3: a preview of another time writes nothing, paused or not', async () => {
  const world = await storyWorld({ now: TUESDAY });
  const runs = (): unknown => world.rows('SELECT count(*) AS n FROM runs');
  const before = runs();
  const preview = ['drip', '--preview', '--at', '2026-03-10T10:00:00Z'];
  await world.run(preview);
  await world.run(['pause']);
  expect((await world.run(preview)).code).toBe(34);
  expect(runs()).toEqual(before);
});

/** As a run leaves them that was killed while the words of its drafts were being written. */
async function killedWhileWriting(world: World): Promise<void> {
  await world.unseen(() => {
    world.tamper(`UPDATE messages SET state = 'reserved', subject = NULL, body_markdown = NULL, text_hash = NULL,
      drafted_at = NULL WHERE state = 'pending_approval'`);
  });
}

it('F3, A17: what a killed run only reserved does not wait in a preview, since the run undoes it', async () => {
  const world = await storyWorld({ now: TUESDAY });
  await startUp(world);
  await bringPeople(world, 2);
  await world.run(['drip'], { isTimer: true });
  await killedWhileWriting(world);
  const reserved = world.rows('SELECT id, state FROM messages');

  const preview = await document(world, ['drip', '--preview']);
  expect(world.rows('SELECT id, state FROM messages')).toEqual(reserved);
  const live = await document(world, ['drip']);

  expect(live.counts['drafted']).toBe(2);
  expect(preview.counts['would_draft']).toBe(2);
});

it('F3, A17: nor does it in the preview of a confirmation', async () => {
  const world = await storyWorld({ now: TUESDAY });
  await startUp(world);
  await bringPeople(world, 2);
  const saved = await document(world, ['drip', '--preview']);
  await world.run(['drip'], { isTimer: true });
  await killedWhileWriting(world);
  const plan = String(saved.run.plan);

  expect((await document(world, ['confirm', plan, '--preview', '--yes'])).items).toMatchObject([
    { action: 'draft' },
    { action: 'draft' },
  ]);
  expect((await document(world, ['confirm', plan, '--yes'])).counts['drafted']).toBe(2);
});
