import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { DAY_MS } from './rules.ts';
import { sequence } from './scenery.ts';
import type { World } from './world.ts';

/** One sequence that everybody from a form gets, and one for those who have gone quiet. */
export const TWO_SEQUENCES: Readonly<Record<string, string>> = {
  ...sequence('website-lead', {
    head: 'status = "active"',
    trigger: 'source = ["form:*"]',
    steps: [
      ['welcome', 'after = "0d"'],
      ['case-study', 'after = "2d"'],
      ['free-resource', 'after = "3d"'],
      ['last-touch', 'after = "5d"'],
    ],
  }),
  ...sequence('stay-in-touch', { head: 'status = "active"\nkind = "nurture"', steps: [['small-win']] }),
};

/** A state that has run before: a person has confirmed that nothing is due, and the timers' checkpoints stand. */
export async function startUp(world: World): Promise<void> {
  for (const job of ['drip', 'nurture']) await world.run([job], { isTimer: true });
  await world.run(['confirm', '--none', '--yes']);
  await world.run(['send'], { isTimer: true });
}

/** Brings people who wrote through a form, all in one zone. */
export async function bringPeople(world: World, count: number, zone = 'UTC'): Promise<void> {
  const rows = Array.from({ length: count }, (_, index) => {
    const number = String(index);
    return `person${number}@firm${number}.example,${zone},form:contact`;
  });
  world.write('people.csv', ['email,timezone,source', ...rows, ''].join('\n'));
  const { code, stderr } = await world.run(['leads', 'import', 'people.csv', '--yes']);
  if (code !== 0) throw new Error(stderr);
}

/** Days on which the timers fire and nothing happens, so that there is no gap. Ends with the clock at that moment. */
export async function passQuietly(world: World, until: number): Promise<void> {
  for (let at = world.clock.now() + DAY_MS; at < until; at += DAY_MS) {
    world.clock.set(at);
    for (const job of ['drip', 'nurture', 'send']) await world.run([job], { isTimer: true });
  }
  world.clock.set(until);
}

export function draftCount(world: World): number {
  return Number(world.rows('SELECT count(*) AS n FROM draft_log')[0]?.['n']);
}

/** Approves all that waits and sends it. */
export async function approveAndSend(world: World): Promise<void> {
  const waiting = world.rows(`SELECT id FROM messages WHERE state = 'pending_approval'`);
  await world.run(['review', 'approve', ...waiting.map(({ id }) => String(id))]);
  await world.run(['send'], { isTimer: true });
}

/** The path of the newest copy that `backup` made. */
export function newestBackup(world: World): string {
  const folder = join(world.directory, 'backup');
  const copies = readdirSync(folder).filter((file) => file.endsWith('.db'));
  const newest = copies.sort().at(-1);
  if (newest === undefined) throw new Error('there is no backup');
  return join(folder, newest);
}
