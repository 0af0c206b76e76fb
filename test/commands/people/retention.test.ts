import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { configText, DAY_MS, sendDesk } from '../send/send-desk.ts';
import { ADDRESS, personDesk } from './person-desk.ts';

const KEEP_LITTLE = ['[retention]', 'texts_days = 30', 'events_days = 40', 'runs_days = 60'];

describe('[retention]: words go once nothing needs them', () => {
  test('by default everything is kept, but for a chat that fell silent', async () => {
    const bench = await personDesk();
    bench.clock.advance(300 * DAY_MS);
    const { items } = await bench.json(['backup']);
    expect(items[0]!['forgotten']).toEqual({ chat: 1 });
    expect(bench.row('SELECT count(*) AS pages FROM chat_pages')).toEqual({ pages: 0 });
    expect(bench.of(bench.other.messageId).subject).toBe('Hello');
  });

  test('A4: a clock that is a year ahead makes nothing old, and what was due goes once it is right', async () => {
    const bench = await personDesk();
    bench.configure({ blocks: KEEP_LITTLE });
    await bench.json(['leads', 'stop', ADDRESS]);
    bench.clock.advance(400 * DAY_MS);
    expect((await bench.json(['backup'])).items[0]!['forgotten']).toEqual({});
    expect(bench.of(bench.person.messageId).subject).not.toBe('(no longer kept)');
    bench.clock.advance(-300 * DAY_MS);
    expect((await bench.json(['backup'])).items[0]!['forgotten']).toMatchObject({ texts: 1 });
  });

  test('mails of an enrollment that ended lose their words; one that goes on keeps them for its next step (D3)', async () => {
    const bench = await personDesk();
    bench.configure({ blocks: KEEP_LITTLE });
    bench.clock.advance(DAY_MS);
    await bench.json(['leads', 'stop', ADDRESS]);
    bench.clock.advance(29 * DAY_MS + 1_000);
    const { items } = await bench.json(['backup']);
    expect(items[0]!['forgotten']).toMatchObject({ texts: 1, outbox: 3 });
    expect(bench.of(bench.person.messageId)).toMatchObject({ state: 'sent', subject: '(no longer kept)' });
    expect(bench.of(bench.other.messageId).subject).toBe('Hello');
    expect(bench.outbox()).toEqual([]);
    // Whoever looks at the timers sees that something went, and how much.
    const total = Object.values(items[0]!['forgotten'] as Readonly<Record<string, number>>).reduce(
      (sum, count) => sum + count,
    );
    const backup = async (): Promise<string | undefined> =>
      (await bench.run(['status'], { stdoutIsTty: true, columns: 80 })).stdout
        .split('\n')
        .find((line) => line.startsWith('   backup'));
    expect(await backup()).toContain(`ok, ${String(total)} forgotten`);
    // A second night finds nothing to do.
    expect((await bench.json(['backup'])).items[0]!['forgotten']).toEqual({});
    expect(await backup()).not.toContain('forgotten');
  });

  test('what people and servers said goes, that they said it stays (E7), and nothing lies in the copy', async () => {
    const bench = await personDesk();
    bench.configure({ blocks: KEEP_LITTLE });
    await bench.json(['leads', 'stop', ADDRESS]);
    bench.database.write(() => {
      bench.database.prepare('UPDATE notices SET delivered_at = ?').run(bench.clock.now());
    });
    const before = bench.rows('SELECT key, kind, at FROM message_events');
    bench.clock.advance(41 * DAY_MS);
    const { items } = await bench.json(['backup']);
    expect(items[0]!['forgotten']).toMatchObject({ events: 1, notices: 1 });
    expect(bench.rows('SELECT key, kind, at FROM message_events')).toEqual(before);
    expect(bench.row('SELECT detail FROM message_events')).toEqual({ detail: '' });
    expect(bench.row('SELECT counts_json FROM runs ORDER BY row_id DESC LIMIT 1')['counts_json']).toContain(
      '"events":1',
    );
  });

  test('A4, A9: old runs go, but for those that a checkpoint, a plan or a waiting draft names', async () => {
    const bench = sendDesk({ blocks: KEEP_LITTLE });
    bench.enroll(bench.lead('ann'), bench.sequence);
    await bench.json(['drip', '--force']);
    await bench.json(['drip', '-n']);
    bench.clock.advance(61 * DAY_MS);
    const names = (): unknown => bench.rows('SELECT command FROM runs ORDER BY row_id').length;
    const count = names();
    const { items } = await bench.json(['backup']);
    expect(count).toBe(2);
    // The draft waits and the preview is a plan that waits: both are kept; the backup itself is the third.
    expect(names()).toBe(3);
    expect(items[0]!['forgotten']).toEqual({});
    await bench.json(['status']);
  });

  test.for([
    ['texts_days = 29', 'retention.texts_days', 'at least 30'],
    ['runs_days = 59', 'retention.runs_days', 'at least 60'],
    ['texts_days = -1', 'retention.texts_days', '0'],
  ] as const)('%s is refused: guards and pages still read that', async ([line, key, said]) => {
    const bench = sendDesk();
    writeFileSync(join(bench.directory, 'headgate.toml'), configText({ blocks: ['[retention]', line] }));
    const result = await bench.run(['config', 'validate']);
    expect(result.code).toBe(78);
    expect(result.stdout + result.stderr).toContain(key);
    expect(result.stdout + result.stderr).toContain(said);
  });

  test('a limit of the operator that reads further back wins over the least', async () => {
    const bench = sendDesk();
    const blocks = ['[nurture]', 'quiet_days = 90', '[retention]', 'texts_days = 60'];
    writeFileSync(join(bench.directory, 'headgate.toml'), configText({ blocks }));
    const { stdout, stderr } = await bench.run(['config', 'validate']);
    expect(stdout + stderr).toContain('at least 90 (nurture.quiet_days)');
  });
});
