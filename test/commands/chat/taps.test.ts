import { describe, expect, test } from 'vitest';

import { chatBench } from './chat-desk.ts';

describe('a digest that can be decided about (F2, D5)', () => {
  test('a tap approves just that draft, and the message says so instead of a new one', async () => {
    const bench = await chatBench();
    const first = bench.draft();
    const second = bench.draft();
    const digest = await bench.digest();
    expect(bench.labels(digest)).toEqual([
      ...['✓ 1', '✎ 1', '✗ 1', '✓ 2', '✎ 2', '✗ 2'],
      ...['Read all 2', 'Approve all 2', 'Pause everything'],
    ]);
    const tap = bench.server.tap('✓ 1');
    expect((await bench.sync()).code).toBe(0);
    expect(bench.message(first)).toMatchObject({ state: 'approved', approvedBy: 'telegram:4711 Tom' });
    expect(bench.message(second).state).toBe('pending_approval');
    expect(bench.story(first)).toContain('approved by Tom in Telegram, unchanged');
    expect(bench.server.answers.get(tap)).toBe('Approved: leaves 09:15.');
    expect(bench.server.messages).toHaveLength(1);
    expect(digest.text).toContain('1  ✓ approved by Tom 09:00, leaves 09:15 · Lead1');
    expect(bench.labels(digest)).toContain('Undo 1');
    expect(bench.server.unconfirmed()).toBe(0);
  });
});
