import { join } from 'node:path';

import { beforeAll, describe, expect, test } from 'vitest';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';

import { sampleWeeks, type Weeks } from '../helpers/weeks.ts';

/** Every screen of cli.md 2.4 that shows what there is, in 80 columns, as a text that a person can read. */
const SCREENS: readonly (readonly [name: string, line: readonly string[]])[] = [
  ['status', ['status']],
  ['sequences-show', ['sequences', 'show', 'website-lead']],
  ['sequences-list', ['sequences', 'list']],
  ['leads-show', ['leads', 'show', 'priya@kestrel.example']],
  ['leads-why', ['leads', 'why', 'priya@kestrel.example']],
  ['leads-list', ['leads', 'list', '--limit', '8']],
  ['runs-list', ['runs', 'list', '--limit', '8']],
  ['sends-list', ['sends', 'list', '--limit', '8']],
  ['review-list', ['review', 'list']],
];

const snapshot = (name: string): string => join(import.meta.dirname, 'snapshots', `${name}-80.txt`);

let weeks: Weeks;

beforeAll(async () => {
  const directory = mkdtempSync(join(tmpdir(), 'headgate-screens-'));
  weeks = await sampleWeeks(directory);
  for (let day = 0; day < 3; day += 1) await weeks.day();
  await weeks.run(['leads', 'set', 'tom@lakeside.example', 'opted_out=true']);
  await weeks.run(['drip']);
  await weeks.run(['nurture']);
  await weeks.run(['send']);
  weeks.clock.advance(17 * 60_000);
  return () => {
    rmSync(directory, { recursive: true, force: true });
  };
});

describe('screens of 80 columns (cli.md 2.4)', () => {
  test.each(SCREENS)('%s', async (name, line) => {
    const terminal = { stdoutIsTty: true, columns: 80, env: { NO_COLOR: '1' } };
    const { stdout, code } = await weeks.run(line, terminal);
    expect(code).toBe(0);
    await expect(stdout).toMatchFileSnapshot(snapshot(name));
    for (const row of stdout.split('\n')) expect(row.length, row).toBeLessThanOrEqual(80);
  });

  test.each(SCREENS)('%s draws with ASCII alone when it is asked to', async (_name, line) => {
    const { stdout } = await weeks.run([...line, '--ascii'], { stdoutIsTty: true, columns: 80 });
    // eslint-disable-next-line no-control-regex -- the range is ASCII and colour codes
    expect(stdout).toMatch(/^[\u0000-\u007F]*$/);
  });

  test('the first line says what is wrong as soon as anything is', async () => {
    const first = async (): Promise<string> => (await weeks.run(['status'])).stdout.split('\n')[1] ?? '';
    expect(await first()).toContain('all clear');
    weeks.clock.advance(3 * 3_600_000);
    expect(await first()).toContain('late: drip, nurture, send');
    await weeks.run(['pause', '--reason', 'fair']);
    expect(await first()).toContain('paused');
    await weeks.run(['resume', '--yes']);
  });

  test('what a failing command says as a document has its schema, no items, and how to go on', async () => {
    for (const line of [
      'sequences show nothing',
      'leads show nobody',
      'leads why nobody',
      'runs show r-none',
      'sends list --lead nobody',
    ]) {
      const document = (await weeks.run([...line.split(' '), '--json'])).json();
      expect(document, line).toMatchObject({ items: [], exit: { code: 64, name: 'USAGE' } });
      expect((document as { exit: { fix: string | null } }).exit.fix, line).not.toBeNull();
    }
  });
});
