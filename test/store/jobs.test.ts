import { expect, it } from 'vitest';

import { isLate } from '../../src/core/guards/lateness.ts';
import { markPresent, silencesOf } from '../../src/store/jobs.ts';
import { testState } from '../helpers/state.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const TICK_MS = HOUR_MS + 5_000;

it('A16: an outage is remembered for as long as its steps may wait behind a cap, however many ticks come late', () => {
  const { database } = testState();
  const brokeAt = 1_000 * DAY_MS;
  const backAt = brokeAt + 20 * DAY_MS;
  const present = (at: number): void => database.write(() => markPresent(database, 'drip', at));
  present(brokeAt);
  present(backAt);

  database.write(() => {
    for (let tick = 1; tick <= 300; tick += 1) markPresent(database, 'drip', backAt + tick * TICK_MS);
  });

  const silences = silencesOf(database, 'drip', backAt + 300 * TICK_MS);
  expect(silences).toContainEqual({ startedAt: brokeAt, endedAt: backAt });
  expect(silences.length).toBeLessThanOrEqual(200);
  expect(isLate(brokeAt + DAY_MS, 7 * DAY_MS, silences)).toBe(true);
});
