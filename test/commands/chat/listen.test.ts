import { describe, expect, test } from 'vitest';

import { acquireLock } from '../../../src/store/locks.ts';
import { chatBench, type ChatBench } from './chat-desk.ts';

/** Listens; `meanwhile` happens each time that the chat is asked and has nothing to say. Ends when it says so. */
async function listen(
  bench: ChatBench,
  meanwhile: (turn: number, stop: () => void) => void,
): Promise<{ code: number; stdout: string }> {
  const ending = new AbortController();
  let turn = 0;
  bench.server.onWait = () => {
    turn += 1;
    const now = turn;
    queueMicrotask(() => {
      meanwhile(now, () => {
        ending.abort('TERMINATED');
      });
    });
  };
  return bench.run(['listen', '--minutes', '1', '--json'], { signal: ending.signal });
}

describe('listen, after a digest or an alert (F2, cli.md 2.7)', () => {
  test('acts on a tap at once, and ends cleanly when it is told to', async () => {
    const bench = await chatBench();
    const [first, second] = [bench.draft(), bench.draft()];
    const digest = await bench.digest();
    let tap = '';
    const { code, stdout } = await listen(bench, (turn, stop) => {
      if (turn === 1) tap = bench.server.tap('✓ 1');
      else if (turn === 2) bench.server.write('/approve 2');
      else stop();
    });
    expect(code).toBe(143);
    expect(JSON.parse(stdout)).toMatchObject({ counts: { taken: 2, done: 2, refused: 0 } });
    expect([first, second].map((id) => bench.message(id).state)).toEqual(['approved', 'approved']);
    expect(bench.server.answers.get(tap)).toBe('Approved: leaves 09:15.');
    expect(digest.text).toContain('2  ✓ approved by Tom');
    expect(bench.page('2  Lead2: Approved: leaves 09:15.').buttons).toEqual([]);
    expect(bench.one("SELECT command, mode FROM runs WHERE command = 'listen'")).toEqual({
      command: 'listen',
      mode: 'live',
    });
  });

  test('a sync meanwhile leaves the chat to it: never do two ask at the same time', async () => {
    const bench = await chatBench();
    const id = bench.draft();
    await bench.digest();
    let said = '';
    await listen(bench, (turn, stop) => {
      if (turn > 1) stop();
      else
        void bench.sync().then(({ stdout }) => {
          said = stdout;
          bench.server.tap('✓ 1');
        });
    });
    expect(said).toContain('Telegram: listen is at it');
    expect(bench.message(id).state).toBe('approved');
  });

  test('a second listener ends 75, and one without approvers has nothing to do', async () => {
    const bench = await chatBench();
    const lock = acquireLock({
      directory: `${bench.directory}/locks`,
      job: 'taps',
      holder: { pid: 1, startedAt: bench.clock.now(), command: 'listen', hostName: 'vps-1' },
    });
    const ending = new AbortController();
    ending.abort('TERMINATED');
    const { stderr } = await bench.run(['listen'], { signal: ending.signal });
    expect(stderr).toContain('Another run holds the lock: listen, pid 1');
    if (lock.kind === 'held') lock.release();
  });

  test.each([
    ['0', '--minutes takes 1 to 15'],
    ['16', '--minutes takes 1 to 15'],
  ])('never listens for %s minutes', async (minutes, problem) => {
    const bench = await chatBench();
    const { code, stderr } = await bench.run(['listen', '--minutes', minutes]);
    expect(code).toBe(64);
    expect(stderr).toContain(problem);
  });

  test('a chat whose token is revoked ends it 75 at once, and nothing is lost', async () => {
    const bench = await chatBench();
    const id = bench.draft();
    await bench.digest();
    bench.server.tap('✓ 1');
    const revoked = { status: 401, body: '{"ok":false,"error_code":401,"description":"Unauthorized"}' };
    bench.server.failBy(() => ({ kind: 'answer', acts: false, answer: revoked }));
    const { code, stderr } = await bench.run(['listen']);
    expect(code).toBe(75);
    expect(stderr).toContain('Telegram: 401 Unauthorized');
    bench.server.fail();
    bench.clock.advance(3_600_000);
    await bench.sync();
    expect(bench.message(id).state).toBe('approved');
  });
});
