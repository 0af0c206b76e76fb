import { describe, expect, test } from 'vitest';

import { runCli, type CliOptions } from '../helpers/cli.ts';
import { FakeClock, SeededRandom } from '../helpers/fakes.ts';
import { temporaryDirectory } from '../helpers/state.ts';
import { fencesOf, PAGES, type Page } from './pages.ts';

const README: Page = PAGES.find(({ path }) => path === 'README.md') ?? { path: 'README.md', text: '' };

describe('the README', () => {
  test('shows what the first minute prints on a terminal of 80 columns, but for the random id', async () => {
    const options: CliOptions = {
      cwd: temporaryDirectory(),
      clock: new FakeClock(Date.UTC(2026, 1, 18, 9, 3)),
      random: new SeededRandom(),
      stdoutIsTty: true,
      columns: 80,
      env: { NO_COLOR: '1', LANG: 'C.UTF-8' },
    };
    const answers = ['--name', 'Headgate demo', '--from', 'demo@headgate.example', '--timezone', 'UTC'];
    const address = ['--postal-address', '1 Example Street, Leeds'];
    await runCli(['init', '.', '--no-input', '--sample', ...answers, ...address], options);
    const { code, stdout, stderr } = await runCli(['drip'], options);
    expect(code).toBe(30);
    const printed = `$ headgate drip\n${stdout}${stderr}`;
    const [picture = ''] = fencesOf(README, 'text').filter((block) => block.startsWith('$ headgate drip'));
    expect(withoutIds(picture)).toBe(withoutIds(printed));
    for (const line of picture.split('\n')) expect([...line].length, line).toBeLessThanOrEqual(80);
  });

  test('is short enough to be read', () => {
    expect(README.text.split('\n').filter((line) => !line.startsWith('|')).length).toBeLessThan(150);
  });
});

function withoutIds(text: string): string {
  return text.replaceAll(/\bp-[a-z2-7]{16}\b/g, 'p-…');
}
