import { expect, test } from 'vitest';
import { systemClock } from '../../src/adapters/clock.ts';

test('the clock tells milliseconds since 1970, not seconds', () => {
  expect(systemClock.now()).toBeGreaterThan(Date.UTC(2025, 0, 1));
  expect(systemClock.now()).toBeLessThan(Date.UTC(2100, 0, 1));
});
