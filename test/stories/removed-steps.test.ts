import { rmSync } from 'node:fs';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { openState } from '../../src/store/database.ts';
import { bringPeople, startUp } from '../sim/living.ts';
import { HOUR_MS } from '../sim/rules.ts';
import { sequence } from '../sim/scenery.ts';
import type { World } from '../sim/world.ts';
import { storyWorld } from './story-world.ts';

const TUESDAY = Date.UTC(2026, 1, 17, 9);
const MESSAGES =
  'SELECT t.id AS step, m.state, m.note FROM messages m JOIN steps t ON t.row_id = m.step_row_id';
const PLACES = `SELECT e.status, (SELECT id FROM steps WHERE row_id = e.next_step_row_id) AS next FROM enrollments e`;

const BOTH = [
  ['welcome', 'after = "0d"'],
  ['case-study', 'after = "2d"'],
] as const;

function website(steps: readonly (readonly [string, string])[]): Readonly<Record<string, string>> {
  return sequence('website-lead', { head: 'status = "active"', trigger: 'source = ["form:*"]', steps });
}

function nurture(steps: readonly string[]): Readonly<Record<string, string>> {
  return sequence('stay-in-touch', {
    head: 'status = "active"\nkind = "nurture"',
    steps: steps.map((step) => [step]),
  });
}

/** A message of which nobody knows whether it left, as a killed run leaves it for the next one. */
async function uncertainWelcome(): Promise<World> {
  const world = await approvedWelcome();
  await leaveAs(world, 'uncertain');
  return world;
}

async function approvedWelcome(): Promise<World> {
  const world = await storyWorld({ now: TUESDAY, sequences: website(BOTH) });
  await startUp(world);
  await bringPeople(world, 1);
  await world.run(['drip'], { isTimer: true });
  await world.run(['review', 'approve', welcomeId(world)]);
  return world;
}

/** What a run leaves behind that was killed while it sent, or of which nobody knows how it ended. */
async function leaveAs(world: World, state: 'sending' | 'uncertain'): Promise<void> {
  await world.unseen(() => {
    const db = openState({ file: join(world.directory, 'headgate.db'), mode: 'write' });
    db.write(() => {
      db.prepare(
        `INSERT INTO attempts (message_row_id, attempt, event, at, operator_day, run_id, transport)
         SELECT row_id, 1, 'claimed', ?, '2026-02-17', 'r-killed', 'outbox' FROM messages WHERE state = 'approved'`,
      ).run(world.clock.now());
      db.prepare(`UPDATE messages SET state = ?, claimed_at = ?, attempts = 1 WHERE state = 'approved'`).run(
        state,
        world.clock.now(),
      );
    });
    db.close();
  });
}

function welcomeId(world: World): string {
  return String(world.rows('SELECT id FROM messages')[0]?.['id']);
}

async function removeStep(
  world: World,
  step: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  rmSync(join(world.directory, 'sequences', step));
  world.writeSequences(files);
  expect((await world.run(['sequences', 'apply', '--yes'])).code).toBe(0);
}

it('C5, D11: settled as not sent, a message of a step that was removed meanwhile never leaves', async () => {
  const world = await uncertainWelcome();
  await removeStep(world, 'website-lead/welcome.md', website([['case-study', 'after = "2d"']]));

  await world.run(['review', 'settle', welcomeId(world), 'not-sent']);

  expect(world.rows(MESSAGES)).toEqual([{ step: 'welcome', state: 'cancelled', note: 'step_removed' }]);
  expect(world.rows(PLACES)).toMatchObject([{ next: 'case-study' }]);
  expect(world.broken).toEqual([]);
});

it('C5, D11: settled as not sent, a message of the last step left completes its enrollment when the step is gone', async () => {
  const world = await uncertainWelcome();
  await world.run(['review', 'settle', welcomeId(world), 'sent']);
  world.clock.advance(48 * HOUR_MS);
  await world.run(['drip', '--force']);
  const [, second] = world.rows('SELECT id FROM messages ORDER BY row_id');
  await world.run(['review', 'approve', String(second?.['id'])]);
  await leaveAs(world, 'uncertain');
  await removeStep(world, 'website-lead/case-study.md', website([['welcome', 'after = "0d"']]));

  await world.run(['review', 'settle', String(second?.['id']), 'not-sent']);

  expect(world.rows(PLACES)).toEqual([{ status: 'completed', next: null }]);
});

it('C5, D1: a message that a killed run had not sent does not leave when its step was removed meanwhile', async () => {
  const world = await approvedWelcome();
  await leaveAs(world, 'sending');
  await removeStep(world, 'website-lead/welcome.md', website([['case-study', 'after = "2d"']]));

  await world.run(['send'], { isTimer: true });

  expect(world.rows(MESSAGES)).toEqual([{ step: 'welcome', state: 'cancelled', note: 'step_removed' }]);
  expect(world.rows(PLACES)).toMatchObject([{ next: 'case-study' }]);
});

it('B7, C5: a discarded follow-up is not written again when its step was removed', async () => {
  const world = await storyWorld({ now: TUESDAY, sequences: nurture(['small-win', 'useful-read']) });
  await startUp(world);
  world.write('people.csv', 'email,timezone,source,created_at\na@firm.example,UTC,fair,2026-01-01\n');
  await world.run(['leads', 'import', 'people.csv', '--yes']);
  await world.run(['nurture'], { isTimer: true });
  await world.run(['review', 'discard', welcomeId(world)]);
  await removeStep(world, 'stay-in-touch/small-win.md', nurture(['useful-read']));
  world.clock.advance(25 * HOUR_MS);

  await world.run(['nurture'], { isTimer: true });

  expect(world.rows(MESSAGES)).toMatchObject([{ step: 'small-win', state: 'discarded' }]);
  expect(world.rows(PLACES)).toMatchObject([{ status: 'completed' }]);
});
