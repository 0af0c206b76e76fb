import { expect, test } from 'vitest';

import type { StateDatabase } from '../../src/store/database.ts';
import { newestWaitingPlan, planById, savePlan } from '../../src/store/plans.ts';
import { recordRun } from '../../src/store/runs.ts';
import { testState } from '../helpers/state.ts';

const KEPT = 500;
const NOON_AT = Date.UTC(2026, 1, 18, 12);
const DAY_MS = 86_400_000;

/** As a preview keeps its plan: before the run that made it. */
function preview(db: StateDatabase, nth: number, madeAt: number): string {
  const name = String(nth).padStart(16, 'a');
  const plan = { id: `p-${name}`, runId: `r-${name}`, job: 'drip', madeAt } as const;
  savePlan(db, { ...plan, narrowed: false, policyHash: 'x', definitionsHash: 'y', doubts: [] }, []);
  recordRun(db, {
    ...{ id: plan.runId, command: 'drip', mode: 'preview', forced: false, narrowed: false, counts: {} },
    ...{ startedAt: madeAt, finishedAt: madeAt, operatorDay: '2026-02-18', exitCode: 30, reason: null },
    ...{ planId: plan.id, bootId: null },
  });
  return plan.id;
}

test('A14, A17: a plan that was just shown is kept, though all others were made by a clock that was ahead', () => {
  const { database } = testState();
  database.write(() => {
    const ids = Array.from({ length: KEPT }, (_, nth) => preview(database, nth, NOON_AT + nth));
    const shown = preview(database, KEPT, NOON_AT - DAY_MS);
    const after = preview(database, KEPT + 1, NOON_AT - DAY_MS + 1);
    expect([shown, after].map((id) => planById(database, id)?.state)).toEqual(['waiting', 'waiting']);
    expect(ids.map((id) => planById(database, id) === null).indexOf(false)).toBe(2);
    expect(newestWaitingPlan(database, 'drip')?.id).toBe(after);
  });
});
