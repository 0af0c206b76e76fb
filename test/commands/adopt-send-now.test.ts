import { expect, test } from 'vitest';

import { DAY_MS, desk, welcome } from './desk.ts';

test('A14, C6: what was asked for at once while the clock was a month ahead is due at once when adopt has turned it back', async () => {
  const bench = desk();
  const realNow = bench.clock.now();
  const sequence = bench.apply(welcome());
  bench.enroll(bench.lead('ann'), sequence, { dueAt: realNow + 2 * DAY_MS });
  bench.clock.advance(30 * DAY_MS);
  await bench.run(['leads', 'due', 'ann@ann.example']);
  bench.clock.set(realNow);

  await bench.run(['adopt', '--yes']);

  expect(bench.row('SELECT due_at, next_due_at, sent_now_at FROM enrollments')).toEqual({
    due_at: realNow,
    next_due_at: realNow,
    sent_now_at: realNow,
  });
});
