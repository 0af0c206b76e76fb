import { join } from 'node:path';

import { expect, it } from 'vitest';

import { openState } from '../../src/store/database.ts';
import { bringPeople, draftCount, startUp } from '../sim/living.ts';
import { HOUR_MS } from '../sim/rules.ts';
import type { World, WorldOptions } from '../sim/world.ts';
import { storyWorld } from './story-world.ts';

const TUESDAY = Date.UTC(2026, 1, 17, 9);
const FRIDAY_AT_FOUR = Date.UTC(2026, 1, 20, 16);
const MINUTE_MS = 60_000;

interface RunDocument {
  readonly run: { readonly plan: string | null; readonly reason: string | null };
  readonly items: readonly { readonly action: string; readonly reason?: string }[];
  readonly exit: { readonly code: number; readonly name: string };
}

async function document(world: World, argv: readonly string[]): Promise<RunDocument> {
  return (await world.run([...argv, '--json'])).json() as RunDocument;
}

/** What a timer's `confirm` says about drip. */
async function confirmByTimer(world: World): Promise<string | null> {
  const result = await world.run(['confirm', '--json'], { isTimer: true });
  const { jobs } = result.json() as { jobs: readonly { readonly run: RunDocument['run'] }[] };
  return jobs[0]?.run.reason ?? null;
}

/** Three people due, on a machine that has just booted again. */
async function rebooted(options: Partial<WorldOptions> = {}): Promise<World> {
  const world = await storyWorld({ ...options, now: TUESDAY });
  await startUp(world);
  await bringPeople(world, 3);
  world.clock.advance(HOUR_MS);
  world.machine.reboot();
  return world;
}

it('A17: the plan of the alert can be confirmed for a day, although the timer saves a new one every hour', async () => {
  const world = await storyWorld({ now: TUESDAY });
  await bringPeople(world, 3);
  const first = await document(world, ['drip']);
  for (let hour = 0; hour < 4; hour += 1) {
    world.clock.advance(HOUR_MS);
    await world.run(['drip'], { isTimer: true });
  }
  const confirmed = await document(world, ['confirm', String(first.run.plan), '--yes']);
  expect(confirmed.exit).toMatchObject({ name: 'OK' });
  expect(draftCount(world)).toBe(3);
  expect(world.broken).toEqual([]);
});

it('A17: a plan that was decided about is no more, and the older ones do not come back in its place', async () => {
  const world = await storyWorld({ now: TUESDAY });
  await bringPeople(world, 3);
  await world.run(['drip'], { isTimer: true });
  world.clock.advance(HOUR_MS);
  const second = await document(world, ['drip']);
  await world.run(['confirm', String(second.run.plan), '--veto']);
  expect((await document(world, ['confirm', String(second.run.plan), '--yes'])).exit.name).toBe('STALE_PLAN');
  expect((await document(world, ['confirm', '--yes'])).exit.name).toBe('OK');
  expect(draftCount(world)).toBe(0);
});

it('A5: a second reboot within the ten minutes is previewed first, before any timer drafts', async () => {
  const world = await rebooted();
  expect((await world.run(['drip'], { isTimer: true })).code).toBe(30);
  world.clock.advance(5 * MINUTE_MS);
  world.machine.reboot();
  world.clock.advance(6 * MINUTE_MS);
  expect(await confirmByTimer(world)).toBe('nothing_to_confirm');
  expect(draftCount(world)).toBe(0);

  await world.run(['drip'], { isTimer: true });
  world.clock.advance(10 * MINUTE_MS);
  await world.run(['confirm'], { isTimer: true });
  expect(draftCount(world)).toBe(3);
});

it('A5: a wait of an hour and more is not begun anew by the preview of every hour', async () => {
  const world = await rebooted({
    env: { HEADGATE_LIMITS__BOOT_CONFIRM_MINUTES: '90' },
    rules: { confirmAfterMs: 90 * MINUTE_MS },
  });
  await world.run(['drip'], { isTimer: true });
  world.clock.advance(HOUR_MS);
  await world.run(['drip'], { isTimer: true });
  world.clock.advance(29 * MINUTE_MS);
  expect(await confirmByTimer(world)).toBe('too_early');
  world.clock.advance(MINUTE_MS);
  await world.run(['confirm'], { isTimer: true });
  expect(draftCount(world)).toBe(3);
  expect(world.broken).toEqual([]);
});

it('A5: a newer preview that doubted more than the boot keeps the timer from an older one', async () => {
  const world = await rebooted({ env: { HEADGATE_LIMITS__BOOT_CONFIRM_MINUTES: '90' } });
  await world.run(['drip'], { isTimer: true });
  world.clock.advance(HOUR_MS);
  await world.run(['drip'], { isTimer: true });
  await previewDoubted(world, ['first_boot', 'clock'], 'ORDER BY made_at DESC LIMIT 1');
  world.clock.advance(30 * MINUTE_MS);
  expect(await confirmByTimer(world)).toBe('not_nominal');
  expect(draftCount(world)).toBe(0);
});

it('A5, A21: replies that were unread at the preview and are read now do not keep the timer from confirming', async () => {
  const world = await rebooted();
  await world.run(['drip'], { isTimer: true });
  await previewDoubted(world, ['first_boot', 'replies_unread']);
  world.clock.advance(10 * MINUTE_MS);
  await world.run(['confirm'], { isTimer: true });
  expect(draftCount(world)).toBe(3);
});

it('A5: a preview that doubted more than the boot is for a person, though nothing else is doubted any more', async () => {
  const world = await rebooted();
  await world.run(['drip'], { isTimer: true });
  await previewDoubted(world, ['first_boot', 'clock']);
  world.clock.advance(10 * MINUTE_MS);
  expect(await confirmByTimer(world)).toBe('not_nominal');
  expect(draftCount(world)).toBe(0);
});

it('A11, A17: confirmed on a weekend nothing is drafted, and every step of the plan is named with the reason', async () => {
  const world = await storyWorld({ now: FRIDAY_AT_FOUR });
  await startUp(world);
  await bringPeople(world, 3);
  const preview = await document(world, ['drip', '--preview']);
  world.clock.advance(18 * HOUR_MS);
  const { items } = await document(world, ['confirm', String(preview.run.plan), '--yes']);
  expect(items.map(({ action, reason }) => `${action} ${reason ?? ''}`)).toEqual(
    Array.from({ length: 3 }, () => 'hold_back weekend'),
  );
});

it('F3: a preview of --none or --veto is refused, since it would decide', async () => {
  const world = await storyWorld({ now: TUESDAY });
  await world.run(['drip'], { isTimer: true });
  expect((await world.run(['confirm', '--none', '--preview', '--yes'])).code).toBe(64);
  expect((await world.run(['confirm', '--veto', '--preview'])).code).toBe(64);
  expect(world.rows('SELECT * FROM jobs')).toEqual([]);
});

it('A6, A17: --plan with a flag that would narrow it is refused, rather than drafted whole', async () => {
  const world = await storyWorld({ now: TUESDAY });
  await startUp(world);
  await bringPeople(world, 3);
  const preview = await document(world, ['drip', '--preview']);
  const plan = ['--plan', String(preview.run.plan)];
  expect((await world.run(['drip', ...plan, '--limit', '1'])).code).toBe(64);
  expect((await world.run(['drip', ...plan, '--lead', 'person0@firm0.example'])).code).toBe(64);
  expect((await world.run(['drip', ...plan, '--force'])).code).toBe(64);
  expect(draftCount(world)).toBe(0);
  expect((await world.run(['drip', ...plan])).code).toBe(0);
  expect(draftCount(world)).toBe(3);
});

/** As if sources of replies, or the clock, had been in doubt when the preview was made. */
async function previewDoubted(world: World, doubts: readonly string[], which = ''): Promise<void> {
  await world.unseen(() => {
    const db = openState({ file: join(world.directory, 'headgate.db'), mode: 'write' });
    db.write(() =>
      db
        .prepare<[string]>(
          `UPDATE plans SET doubts_json = ? WHERE id IN (SELECT id FROM plans WHERE state = 'waiting' ${which})`,
        )
        .run(JSON.stringify(doubts)),
    );
    db.close();
  });
}

it('A5: where the machine does not tell its boot, no timer confirms: each plan may be of another boot', async () => {
  const world = await rebooted();
  world.machine.forgetBootId();
  await world.run(['drip'], { isTimer: true });
  world.clock.advance(11 * MINUTE_MS);
  expect(await confirmByTimer(world)).toBe('nothing_to_confirm');
  expect(draftCount(world)).toBe(0);
});
