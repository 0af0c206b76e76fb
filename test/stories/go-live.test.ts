import { expect, it } from 'vitest';

import { approveAndSend, bringPeople, startUp } from '../sim/living.ts';
import { HOUR_MS } from '../sim/rules.ts';
import { sequence } from '../sim/scenery.ts';
import type { World, WorldOptions } from '../sim/world.ts';
import { storyWorld } from './story-world.ts';

const TUESDAY = Date.UTC(2026, 1, 17, 9);
const LIVE = `SELECT l.email, q.id AS sequence, e.status FROM enrollments e JOIN leads l ON l.row_id = e.lead_row_id
  JOIN sequences q ON q.row_id = e.sequence_row_id WHERE e.ended_at IS NULL ORDER BY e.row_id`;
const ENDED = 'SELECT status, cancel_reason FROM enrollments WHERE ended_at IS NOT NULL ORDER BY row_id';

/** People to whom a first mail was rehearsed, at ten past ten. */
async function rehearsed(people: number, options: Partial<WorldOptions> = {}): Promise<World> {
  const world = await storyWorld({ now: TUESDAY, ...options });
  await startUp(world);
  await bringPeople(world, people);
  await world.run(['drip'], { isTimer: true });
  await approveAndSend(world);
  world.clock.advance(HOUR_MS);
  return world;
}

async function goLive(world: World): Promise<void> {
  world.write('headgate.toml', world.read('headgate.toml').replace(/^live = false.*$/m, 'live = true'));
  expect((await world.run(['go-live', '--restart', '--yes'])).code).toBe(0);
}

it('D9, B3, B6: whoever was stopped or opted out during the rehearsal is not enrolled again by going live', async () => {
  const world = await rehearsed(3);
  await world.run(['leads', 'stop', 'person0@firm0.example']);
  await world.run(['leads', 'set', 'person1@firm1.example', 'opted_out=true']);
  await goLive(world);
  expect(world.rows(LIVE)).toMatchObject([{ email: 'person2@firm2.example', status: 'pending' }]);
  expect(world.rows(ENDED)).toEqual([
    { status: 'cancelled', cancel_reason: 'manual' },
    { status: 'cancelled', cancel_reason: 'opted_out' },
    { status: 'cancelled', cancel_reason: 'rehearsal' },
  ]);
});

it('D9, B2: of two rehearsed drips that never ran side by side, only the one under way begins again', async () => {
  const one = (id: string, source: string): Readonly<Record<string, string>> =>
    sequence(id, {
      head: 'status = "active"',
      trigger: `source = ["${source}"]`,
      steps: [['hello', 'after = "0d"'], ...(id === 'second' ? [['more', 'after = "9d"'] as const] : [])],
    });
  const world = await rehearsed(1, { sequences: { ...one('first', 'form:*'), ...one('second', 'fair') } });
  await world.run(['leads', 'set', 'person0@firm0.example', 'source=fair']);
  world.clock.advance(24 * HOUR_MS);
  await world.run(['drip'], { isTimer: true });
  await approveAndSend(world);
  expect(world.rows(LIVE)).toMatchObject([{ sequence: 'second', status: 'active' }]);
  await goLive(world);
  expect(world.rows(LIVE)).toMatchObject([{ sequence: 'second', status: 'pending' }]);
});

it('D9, B9: who is in flight in a paused sequence begins again there and waits', async () => {
  const paused = (status: string): Readonly<Record<string, string>> =>
    sequence('website-lead', {
      head: `status = "${status}"`,
      trigger: 'source = ["form:*"]',
      steps: [
        ['welcome', 'after = "0d"'],
        ['more', 'after = "2d"'],
      ],
    });
  const world = await rehearsed(1, { sequences: paused('active') });
  world.writeSequences(paused('paused'));
  await world.run(['sequences', 'apply', '--yes']);
  await goLive(world);
  expect(world.rows(LIVE)).toMatchObject([{ sequence: 'website-lead', status: 'pending' }]);
});

it('D9, A6: what was only rehearsed and restarted uses no cap of sends up', async () => {
  const env = { HEADGATE_LIMITS__SENDS_PER_DAY: '2' };
  const world = await rehearsed(2, { env, rules: { sendsPerDay: 2 } });
  await goLive(world);
  await world.run(['drip'], { isTimer: true });
  const drafts = world.rows(`SELECT id FROM messages WHERE state = 'pending_approval'`);
  await world.run(['review', 'approve', ...drafts.map(({ id }) => String(id))]);
  world.clock.advance(HOUR_MS);
  await world.run(['send'], { isTimer: true, isJudged: false });
  expect(world.rows(`SELECT dry FROM messages WHERE state = 'sent' AND counts = 1`)).toEqual([
    { dry: 0 },
    { dry: 0 },
  ]);
});
