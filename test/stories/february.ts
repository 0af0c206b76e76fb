import { join } from 'node:path';

import { openEngine, type Engine } from '../../src/commands/engine/engine.ts';
import { planJob } from '../../src/commands/engine/planning.ts';
import { writtenCopy, type RunPlan } from '../../src/core/planner.ts';
import type { Policy } from '../../src/core/policy.ts';
import { NOT_NARROWED } from '../../src/store/candidates.ts';
import { openState, type StateDatabase } from '../../src/store/database.ts';
import { openHoursPolicy } from '../helpers/policy.ts';
import { approveAndSend, startUp } from '../sim/living.ts';
import { HOUR_MS } from '../sim/rules.ts';
import { sequence } from '../sim/scenery.ts';
import type { World } from '../sim/world.ts';
import { storyWorld } from './story-world.ts';

/** The last full run before the machine went away, and the first one after the reboot: 504.2 h apart. */
export const LAST_RUN = Date.UTC(2026, 0, 28, 5, 51);
export const FIRST_RUN = Date.UTC(2026, 1, 18, 6, 3);

const SEQUENCES = {
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
  ...sequence('consulting-outbound', {
    head: 'status = "active"',
    trigger: 'source = ["outreach:consulting"]',
    steps: [
      ['followup', 'after = "3d"'],
      ['resource', 'after = "4d"'],
      ['close-loop', 'after = "7d"'],
    ],
  }),
  ...sequence('quarterly', {
    head: 'status = "active"',
    trigger: 'source = ["newsletter"]',
    steps: [
      ['hello', 'after = "1d"'],
      ['quarter', 'after = "45d"'],
    ],
  }),
  ...sequence('stay-in-touch', { head: 'status = "active"\nkind = "nurture"', steps: [['small-win']] }),
};

/** Who came when, so that on 28 January 17 of 31 wait for a step that falls due while nothing runs, and 14 for a later one. */
const ARRIVALS: readonly { readonly at: number; readonly count: number; readonly source: string }[] = [
  { at: Date.UTC(2026, 0, 12, 5), count: 14, source: 'newsletter' },
  // One step left: last-touch.
  { at: Date.UTC(2026, 0, 20, 5), count: 3, source: 'form:contact' },
  // Two steps left.
  { at: Date.UTC(2026, 0, 22, 5), count: 3, source: 'outreach:consulting' },
  { at: Date.UTC(2026, 0, 23, 5), count: 5, source: 'form:contact' },
  // Three steps left.
  { at: Date.UTC(2026, 0, 26, 5), count: 2, source: 'outreach:consulting' },
  { at: Date.UTC(2026, 0, 27, 5), count: 3, source: 'form:contact' },
  // All four, of whom one wrote when the last run was over.
  { at: LAST_RUN + 240_000, count: 1, source: 'form:contact' },
];

/** Three weeks of an engine at work with 31 people, up to the morning of 28 January. The sample's hours: always open. */
export async function liveUpToOutage(): Promise<World> {
  const world = await storyWorld({
    now: Date.UTC(2026, 0, 12, 4, 51),
    sequences: SEQUENCES,
    env: { HEADGATE_HOURS__START: '00:00', HEADGATE_HOURS__END: '24:00' },
    rules: { startMinute: 0, endMinute: 1440 },
  });
  await startUp(world);
  const arrivals = [...ARRIVALS];
  let arrived = 0;
  for (let at = world.clock.now(); at <= LAST_RUN; at += 3 * HOUR_MS) {
    world.clock.set(at);
    for (let next = arrivals[0]; next !== undefined && next.at <= at; next = arrivals[0]) {
      arrived += await bring(world, next, arrived);
      arrivals.shift();
    }
    // The engine runs by day; the timers fire on every day of the week.
    if ((at / HOUR_MS) % 24 > 18) continue;
    await world.run(['drip'], { isTimer: true });
    await world.run(['nurture'], { isTimer: true });
    await approveAndSend(world);
  }
  world.clock.set(LAST_RUN);
  await world.run(['drip'], { isTimer: true });
  await world.run(['nurture'], { isTimer: true });
  world.clock.set(LAST_RUN + 240_000);
  for (const last of arrivals) arrived += await bring(world, last, arrived);
  return world;
}

async function bring(
  world: World,
  { count, source }: { count: number; source: string },
  first: number,
): Promise<number> {
  const rows = Array.from({ length: count }, (_, index) => {
    const number = String(first + index + 1);
    return `person${number}@firm${number}.example,Person${number},${source}`;
  });
  world.write('people.csv', ['email,first_name,source', ...rows, ''].join('\n'));
  await world.run(['leads', 'import', 'people.csv', '--yes']);
  return count;
}

/** The three weeks in which nothing ran, and the boot at their end. */
export function comeBack(world: World): void {
  world.clock.set(FIRST_RUN);
  world.machine.reboot();
}

/** The same planner on the same state at the same moment, without some of its guards: the engine of that morning. */
export function planWithout(world: World, guards: readonly string[]): RunPlan {
  const db = openState({ file: join(world.directory, 'headgate.db'), mode: 'read' });
  try {
    return planOn(engineWithout(db, guards));
  } finally {
    db.close();
  }
}

export function engineWithout(db: StateDatabase, guards: readonly string[]): Engine {
  return openEngine({ db, policy: POLICY, now: FIRST_RUN, without: new Set(guards) });
}

export function planOn(engine: Engine): RunPlan {
  const copy = writtenCopy({ subject: 'A subject', preheader: null, bodyMarkdown: 'A body' });
  return planJob(engine, {
    job: 'drip',
    narrowing: NOT_NARROWED,
    limit: null,
    writeCopy: () => ({ kind: 'rendered', copy }),
  });
}

const POLICY: Policy = openHoursPolicy({
  hours: { weekdays: [1, 2, 3, 4, 5], startMinute: 0, endMinute: 1440 },
});

/** How many drafts each lead gets, most first. */
export function draftsPerLead(plan: RunPlan): readonly number[] {
  const byLead = Map.groupBy(plan.drafts, ({ candidate }) => candidate.lead.id);
  return [...byLead.values()].map((drafts) => drafts.length).sort((a, b) => b - a);
}
