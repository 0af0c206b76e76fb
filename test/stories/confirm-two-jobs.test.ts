import { expect, it, onTestFinished } from 'vitest';

import { DAY_MS, HOUR_MS } from '../sim/rules.ts';
import { sequence } from '../sim/scenery.ts';
import { World } from '../sim/world.ts';

it('A17: a stale plan of nurture does not hide what confirm has just drafted for drip', async () => {
  const world = await World.create({
    now: Date.UTC(2026, 1, 16, 9),
    sequences: {
      ...sequence('website-lead', {
        head: 'status = "active"',
        trigger: 'source = ["form:*"]',
        steps: [['welcome', 'after = "0d"']],
      }),
      ...sequence('stay-in-touch', { head: 'status = "active"\nkind = "nurture"', steps: [['small-win']] }),
    },
  });
  onTestFinished(() => world.remove());
  world.write('leads.csv', 'email,timezone,source\nmaren@vogt.example,UTC,form:contact\n');
  await world.run(['leads', 'import', 'leads.csv', '--yes']);
  await world.run(['nurture', '--preview']);
  world.clock.advance(DAY_MS + HOUR_MS);
  expect((await world.run(['drip'])).code).toBe(30);

  const confirmed = await world.run(['confirm', '--yes', '--json']);

  expect(confirmed.code).toBe(33);
  expect(confirmed.json()).toMatchObject({
    // The keys of every run, told of the job that decided the exit; both jobs beside them.
    run: { job: 'nurture', mode: 'refused', reason: 'it is older than 24 h' },
    guards: { cap: { per_run: 5 }, paused: false },
    jobs: [
      { run: { job: 'drip', mode: 'live' }, guards: { cap: { used: 1 } }, counts: { drafted: 1 } },
      { run: { job: 'nurture', mode: 'refused' }, counts: {} },
    ],
    counts: { drafted: 1 },
    items: [{ action: 'draft', sequence: 'website-lead' }],
    exit: { name: 'STALE_PLAN', message: 'it is older than 24 h' },
  });
  expect(world.broken).toEqual([]);
});
