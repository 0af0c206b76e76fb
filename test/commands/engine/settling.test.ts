import { expect, test } from 'vitest';

import { openEngine } from '../../../src/commands/engine/engine.ts';
import { planJob } from '../../../src/commands/engine/planning.ts';
import { settlePlanned } from '../../../src/commands/engine/settling.ts';
import { NOT_NARROWED } from '../../../src/store/candidates.ts';
import { sequenceDefinition } from '../../helpers/definitions.ts';
import { openHoursPolicy } from '../../helpers/policy.ts';
import { DAY_MS, desk } from '../desk.ts';

test('B7: what became of a lead while nurture planned is not overwritten by what the plan had seen', async () => {
  const bench = desk();
  bench.apply(sequenceDefinition('stay-in-touch', ['small-win'], { kind: 'nurture' }));
  const maren = bench.lead('maren', { stage: 'customer' });
  const now = bench.clock.now();
  const { database: db, random } = bench;
  db.write(() =>
    db.prepare<[number, number]>('UPDATE leads SET nurture_due_at = ? WHERE row_id = ?').run(now, maren),
  );
  const engine = openEngine({ db, policy: openHoursPolicy(), now, without: new Set() });
  const writeCopy = () => ({ kind: 'problem', reason: 'template', detail: 'not written' }) as const;
  const plan = planJob(engine, { job: 'nurture', narrowing: NOT_NARROWED, limit: null, writeCopy });
  expect(plan.countsByReason).toEqual({ stage: 1 });

  await bench.run(['leads', 'set', bench.leadId(maren), 'stage=contacted']);
  db.write(() => {
    settlePlanned(engine, plan, { runId: 'r-test', random, fellAway: [] });
  });

  expect(bench.row('SELECT nurture_due_at AS at FROM leads')['at']).toBe(now + 3 * DAY_MS);
});
