import { expect, it } from 'vitest';

import { bringPeople, startUp } from '../sim/living.ts';
import { DAY_MS, HOUR_MS } from '../sim/rules.ts';
import type { World, WorldOptions } from '../sim/world.ts';
import { storyWorld } from './story-world.ts';

const TUESDAY = Date.UTC(2026, 1, 17, 9);

interface SendDocument {
  readonly items: readonly { readonly action: string; readonly reason?: string }[];
  readonly exit: { readonly name: string };
}

/** Two approved mails that could leave at once. */
async function approved(options: Partial<WorldOptions> = {}): Promise<World> {
  const world = await storyWorld({ now: TUESDAY, ...options });
  await startUp(world);
  await bringPeople(world, 2);
  await world.run(['drip'], { isTimer: true });
  const ids = world.rows('SELECT id FROM messages').map(({ id }) => String(id));
  await world.run(['review', 'approve', ...ids]);
  return world;
}

async function preview(world: World): Promise<readonly string[]> {
  const result = await world.run(['send', '--preview', '--json']);
  const { items, exit } = result.json() as SendDocument;
  return [exit.name, ...items.map(({ action, reason }) => `${action} ${reason ?? ''}`.trim())];
}

async function sendsNothing(world: World): Promise<void> {
  await world.run(['send'], { isTimer: true });
  expect(world.rows(`SELECT id FROM messages WHERE state = 'sent'`)).toEqual([]);
}

it('F3: on an ordinary day it shows what leaves', async () => {
  expect(await preview(await approved())).toEqual(['OK', 'send', 'send']);
});

it('F3, A11: on a holiday of the operator it shows that nothing leaves, as nothing does', async () => {
  const holidays = ['2026-02-18'];
  const world = await approved({
    env: { HEADGATE_HOLIDAYS: JSON.stringify(holidays) },
    rules: { holidays },
  });
  world.clock.advance(DAY_MS);
  expect(await preview(world)).toEqual(['OK', 'hold_back holiday', 'hold_back holiday']);
  await sendsNothing(world);
});

it('F3, A5: after a reboot it shows that what was approved before would be held, as it is', async () => {
  const world = await approved();
  world.clock.advance(HOUR_MS);
  world.machine.reboot();
  expect(await preview(world)).toEqual(['COLD_START', 'hold_back doubt', 'hold_back doubt']);
  await sendsNothing(world);
});

it('F3, A8: above the hold line it shows the whole batch held, as it then is', async () => {
  const env = {
    HEADGATE_LIMITS__DRAFTS_PER_RUN_DRIP: '7',
    HEADGATE_LIMITS__DRAFTS_PER_DAY: '7',
    HEADGATE_LIMITS__SENDS_PER_RUN: '20',
  };
  const rules = { draftsPerRun: { drip: 7, nurture: 5 }, draftsPerDay: 7, sendsPerRun: 20 };
  const world = await storyWorld({ now: TUESDAY, env, rules });
  await startUp(world);
  await bringPeople(world, 14);
  await world.run(['drip'], { isTimer: true });
  world.clock.advance(DAY_MS);
  for (const job of ['drip', 'send']) await world.run([job], { isTimer: true });
  const ids = world.rows('SELECT id FROM messages').map(({ id }) => String(id));
  await world.run(['review', 'approve', ...ids]);
  const [exit, ...items] = await preview(world);
  expect(exit).toBe('OK');
  expect(items).toEqual(ids.map(() => 'hold_back blast_radius'));
  await sendsNothing(world);
  expect(world.rows(`SELECT DISTINCT hold_cause FROM messages`)).toEqual([{ hold_cause: 'blast_radius' }]);
});
