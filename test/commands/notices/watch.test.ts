import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { describe, expect, onTestFinished, test } from 'vitest';

import { acquireLock } from '../../../src/store/locks.ts';
import { DAY_MS, desk, HOUR_MS, welcome, type Desk } from '../desk.ts';
import { toldDesk } from './bench.ts';

/** A dead-man service that remembers what it was asked. */
async function deadMan(): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.end('OK');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, asked };
}

function breakState(bench: Desk): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${bench.file}${suffix}`, { force: true });
}

describe('the dead-man service (F1)', () => {
  test('hears start and success of each job, also of one that was told to distrust itself', async () => {
    const { url, asked } = await deadMan();
    const config = `timezone = "UTC"\n[watch]\nping = "${url}/{{ping_key}}/headgate-{{unit}}"\nping_key = { file = "secret" }\n`;
    const bench = desk({ config });
    writeFileSync(join(bench.directory, 'secret'), 'k e/y', { mode: 0o600 });
    await bench.run(['drip']);
    await bench.run(['backup']);
    expect(asked).toEqual([
      '/k%20e%2Fy/headgate-drip/start',
      '/k%20e%2Fy/headgate-drip',
      '/k%20e%2Fy/headgate-backup/start',
      '/k%20e%2Fy/headgate-backup',
    ]);
  });

  test('hears of a failure, and nothing of previews and of what a person types', async () => {
    const { url, asked } = await deadMan();
    const bench = desk({ config: `[watch]\nping = "${url}/{{unit}}"\n` });
    await bench.run(['drip', '--preview']);
    await bench.run(['status']);
    expect(asked).toEqual([]);
    writeFileSync(bench.file, 'no database, but long enough to be looked at by somebody who wants one');
    expect((await bench.run(['send'])).code).toBe(78);
    expect(asked).toEqual(['/send/start', '/send/fail']);
  });

  test('that is away fails no run, and its key is in no line', async () => {
    const config = '[watch]\nping = "http://127.0.0.1:1/{{ping_key}}"\nping_key = { file = "secret" }\n';
    const bench = desk({ config });
    const { code, stdout, stderr } = await bench.run(['backup']);
    expect(code).toBe(0);
    expect(stderr).toContain('watch.ping did not answer to start');
    expect(`${stdout}${stderr}`).not.toContain('ssss');
  });
});

describe('hooks', () => {
  /** A program that writes down what it is told and ends as it is asked to. */
  function hook(bench: Desk, exit: number): string {
    const script = join(bench.directory, 'hook.mjs');
    writeFileSync(
      script,
      `import { appendFileSync } from 'node:fs';
       const { HEADGATE_EVENT, HEADGATE_JOB, HEADGATE_EXIT_CODE, HEADGATE_EXIT_NAME, SECRET } = process.env;
       appendFileSync('hook.log', [HEADGATE_EVENT, HEADGATE_JOB, HEADGATE_EXIT_CODE, HEADGATE_EXIT_NAME, SECRET].join(' ') + '\\n');
       process.exit(${String(exit)});`,
    );
    return script;
  }

  function hookedDesk(name: 'on_held' | 'on_failed', exit: number): Desk {
    const place = '["NODE", "hook.mjs"]'.replace('NODE', process.execPath);
    const config = `timezone = "UTC"
[hours]
weekdays = [1, 2, 3, 4, 5, 6, 7]
start = "00:00"
end = "24:00"
[limits]
blast_radius_floor = 1
blast_radius_factor = 1
[hooks]
${name} = ${place}
`;
    const bench = desk({ config });
    hook(bench, exit);
    return bench;
  }

  async function holdABatch(bench: Desk): Promise<number> {
    const sequence = bench.apply(welcome());
    for (const name of ['ann', 'bob', 'cat']) bench.enroll(bench.lead(name), sequence);
    const { code } = await bench.run(['drip', '--force'], { env: { SECRET: 'hidden' } });
    return code;
  }

  const log = (bench: Desk): string => readFileSync(join(bench.directory, 'hook.log'), 'utf8');

  test('on_held is started for a held batch, once, and sees nothing but that', async () => {
    const bench = hookedDesk('on_held', 0);
    expect(await holdABatch(bench)).toBe(31);
    expect((await bench.run(['drip'])).code).toBe(0);
    expect(log(bench)).toBe('held drip 31 HELD \n');
  });

  test('one that fails is told, and the louder ending stays', async () => {
    const bench = hookedDesk('on_held', 3);
    expect(await holdABatch(bench)).toBe(31);
    expect(log(bench)).toContain('held drip');
    expect(bench.row("SELECT text FROM notices WHERE kind = 'hook_failed'")).toMatchObject({
      text: expect.stringContaining('ended with 3') as string,
    });
  });

  test('on_failed is started when a run fails', async () => {
    const bench = hookedDesk('on_failed', 0);
    writeFileSync(bench.file, 'no database, but long enough to be looked at by somebody who wants one');
    expect((await bench.run(['send'])).code).toBe(78);
    expect(log(bench)).toBe('failed send 78 CONFIG \n');
  });
});

describe('a run that fails (F1)', () => {
  test('is told, and once a day', async () => {
    const bench = await toldDesk();
    writeFileSync(join(bench.directory, 'stamp.json'), 'torn');
    for (let hour = 0; hour < 3; hour += 1) {
      expect((await bench.run(['drip'])).code).toBe(78);
      bench.clock.advance(HOUR_MS);
    }
    expect(bench.server.texts()).toHaveLength(1);
    expect(bench.server.texts()[0]).toContain('FAILED  drip ended 78 CONFIG.');
    bench.clock.advance(DAY_MS);
    await bench.run(['drip']);
    expect(bench.server.texts()).toHaveLength(2);
  });

  test('A13: leaves a row, also one that found the lock taken, which nobody is told of', async () => {
    const bench = await toldDesk();
    const holder = { pid: 1, startedAt: bench.clock.now(), command: 'drip', hostName: 'vps-1' };
    const lock = acquireLock({ directory: join(bench.directory, 'locks'), job: 'drip', holder });
    for (let turn = 0; turn < 3; turn += 1) expect((await bench.run(['drip'])).code).toBe(75);
    expect(bench.server.messages).toEqual([]);
    expect(bench.row('SELECT mode, reason, count(*) AS count FROM runs')).toEqual({
      mode: 'failed',
      reason: 'lock_busy',
      count: 3,
    });
    const [digest] = (await bench.json(['digest', '-n'])).items;
    expect(digest?.['attention']).toContainEqual({ kind: 'stuck', job: 'drip' });
    if (lock.kind === 'held') lock.release();
  });

  test('A15: a damaged state cannot hold the notice: it goes straight to the chat, once a day', async () => {
    const bench = await toldDesk();
    bench.database.close();
    breakState(bench);
    writeFileSync(bench.file, 'no database, but long enough to be looked at by somebody who wants one');
    for (const command of ['drip', 'drip', 'drip']) expect((await bench.run([command])).code).toBe(78);
    expect(bench.server.texts()).toHaveLength(1);
    expect(bench.server.texts()[0]).toContain('is not a state of Headgate');
  });

  test('A15: of a state that is gone the operator hears at once, and the run ends 30', async () => {
    const bench = await toldDesk();
    bench.database.close();
    breakState(bench);
    for (const command of ['drip', 'drip', 'send']) expect((await bench.run([command])).code).toBe(30);
    expect(bench.server.texts()).toHaveLength(2);
    expect(bench.server.texts()[0]).toContain('There is no state at');
  });

  test('cli.md 2.7: when nobody could be told of it, the run ends 78, so that its unit raises the alarm', async () => {
    const bench = desk();
    bench.database.close();
    breakState(bench);
    const document = await bench.json(['drip']);
    expect(document.exit).toMatchObject({ code: 78, name: 'CONFIG' });
    expect(document['error']).toMatchObject({ code: 'state_missing' });
    const mute = await toldDesk({ apiBase: 'http://127.0.0.1:1' });
    mute.database.close();
    breakState(mute);
    expect((await mute.run(['send'])).code).toBe(78);
  });
});
