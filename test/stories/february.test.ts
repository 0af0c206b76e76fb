import { join } from 'node:path';

import { expect, it } from 'vitest';

import { applyPlan } from '../../src/commands/engine/drafting.ts';
import { openState } from '../../src/store/database.ts';
import { SeededRandom } from '../helpers/fakes.ts';
import { temporaryDirectory } from '../helpers/state.ts';
import { draftCount } from '../sim/living.ts';
import type { World } from '../sim/world.ts';
import { comeBack, draftsPerLead, engineWithout, liveUpToOutage, planOn, planWithout } from './february.ts';

/** What the engine of that morning had not. */
const THAT_MORNING = ['one_step', 'watermark', 'cap', 'blast_radius'];

it(
  'the morning of 18 February: 38 drafts for 17 leads without the guards; with them none, and five after a person’s yes',
  { timeout: 60_000 },
  async () => {
    const world = await liveUpToOutage();
    expect(world.rows(`SELECT id FROM enrollments WHERE status IN ('pending', 'active')`)).toHaveLength(31);
    expect(
      world.rows(
        `SELECT id FROM messages WHERE state IN ('reserved', 'pending_approval', 'approved', 'held')`,
      ),
    ).toEqual([]);
    comeBack(world);

    theOtherEngine(world);
    await theGuardedOne(world);

    expect(world.broken).toEqual([]);
  },
);

function theOtherEngine(world: World): void {
  const perLead = draftsPerLead(planWithout(world, THAT_MORNING));
  expect(perLead).toHaveLength(17);
  expect(perLead.reduce((sum, count) => sum + count, 0)).toBe(38);
  expect(perLead.filter((count) => count >= 2 && count <= 4)).toHaveLength(14);
  expect(perLead.filter((count) => count === 1)).toHaveLength(3);

  // And it really makes them: on a copy.
  const file = join(temporaryDirectory(), 'headgate.db');
  const source = openState({ file: join(world.directory, 'headgate.db'), mode: 'read' });
  source.vacuumInto(file);
  source.close();
  const db = openState({ file, mode: 'write' });
  const engine = engineWithout(db, THAT_MORNING);
  const { drafted } = applyPlan(engine, planOn(engine), {
    runId: 'r-february',
    planId: null,
    limit: null,
    random: new SeededRandom(),
    personNeeded: true,
    bootId: world.machine.bootId(),
  });
  db.close();
  expect(drafted).toHaveLength(38);

  expect(draftsPerLead(planWithout(world, ['cap']))).toEqual(Array.from({ length: 17 }, () => 1));
  expect(draftsPerLead(planWithout(world, ['one_step', 'cap']))).toEqual(Array.from({ length: 17 }, () => 1));
  expect(draftsPerLead(planWithout(world, []))).toEqual([1, 1, 1, 1, 1]);
}

async function theGuardedOne(world: World): Promise<void> {
  const before = draftCount(world);
  const drip = await world.run(['drip'], { isTimer: true });
  expect(drip.code).toBe(30);
  expect(drip.stdout).toContain('COLD START');
  expect(drip.stdout).toContain('the last full run was 504.2 h ago, the limit is 36 h');
  expect(drip.stdout).toContain('would draft 5');
  expect(drip.stdout).toContain('by the calendar alone, 38 drafts would be due for these 17 leads');
  world.clock.advance(180_000);
  const nurture = await world.run(['nurture', '--json'], { isTimer: true });
  expect(nurture.json()).toMatchObject({ counts: { would_draft: 0 }, exit: { name: 'COLD_START' } });
  world.clock.advance(480_000);
  await world.run(['confirm'], { isTimer: true });
  expect(draftCount(world)).toBe(before);

  const again = await world.run(['drip', '--json'], { isTimer: true });
  expect(again.json()).toMatchObject({ guards: { cold_start: { ok: false, avoided: 38 } } });
  await world.run(['confirm', '--yes']);
  const made = world.rows('SELECT lead_row_id FROM draft_log ORDER BY row_id LIMIT -1 OFFSET ?', before);
  expect(made).toHaveLength(5);
  expect(new Set(made.map((row) => row['lead_row_id']))).toHaveProperty('size', 5);
}
