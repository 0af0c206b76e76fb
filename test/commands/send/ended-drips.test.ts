import { expect, test } from 'vitest';

import { SmtpTestServer } from '../../helpers/smtp-server.ts';
import { DAY_MS, liveDesk, sendDesk, type SendDesk } from './send-desk.ts';

/** When nurture looks at the lead again (B7): three days after the last contact at the earliest, seven after the last draft. */
function looksAt(bench: SendDesk): unknown {
  return bench.row('SELECT nurture_due_at AS at FROM leads')['at'];
}

test('B7: a lead whose drip failed for good can go cold like any other', async () => {
  const server = await SmtpTestServer.start();
  const bench = await liveDesk(server.port);
  bench.approve('ann');
  server.plan([{ at: 'RCPT', fault: { kind: 'reply', line: '554 5.7.1 refused by policy' } }]);
  await bench.send();
  expect(bench.row('SELECT status FROM enrollments')).toEqual({ status: 'failed' });
  expect(looksAt(bench)).toBe(bench.clock.now() + 7 * DAY_MS);
});

test('B7, D9: a lead that left its drip at the allowlist can go cold like any other', async () => {
  const bench = sendDesk({ mail: ['allowlist = ["bob@bob.example"]'] });
  bench.approve('ann');
  await bench.send();
  expect(bench.row('SELECT status FROM enrollments')).toEqual({ status: 'cancelled' });
  expect(looksAt(bench)).toBe(bench.clock.now() + 7 * DAY_MS);
});
