/** A workspace of samples in a folder of its own, worked on by the program of this checkout: for pictures and measurements. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..');

export interface DemoWorkspace {
  readonly directory: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Runs one command line and returns what it printed; a cold start, 30, is expected. */
  readonly headgate: (...args: readonly string[]) => string;
  readonly remove: () => void;
}

/** Open on every day; its first drip is confirmed, so that drafts wait. */
export function demoWorkspace(): DemoWorkspace {
  const directory = mkdtempSync(join(tmpdir(), 'headgate-demo-'));
  const env = { PATH: process.env['PATH'], USER: 'tom', HEADGATE_HOURS__WEEKDAYS: '1,2,3,4,5,6,7' };
  const headgate: DemoWorkspace['headgate'] = (...args) => {
    try {
      return execFileSync(join(ROOT, 'bin/headgate'), args, {
        cwd: directory,
        env,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
    } catch (error) {
      if (error instanceof Error && 'status' in error && error.status === 30) return '';
      throw error;
    }
  };
  headgate('init', '.', '--no-input', '--sample', ...ANSWERS);
  headgate('drip');
  headgate('confirm', '--yes');
  return {
    directory,
    env,
    headgate,
    remove() {
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

const ANSWERS = [
  ['--name', 'Ledd Consulting'],
  ['--from', 'tom@mail.example.com'],
  ['--timezone', 'UTC'],
  ['--postal-address', '1 Example Street, Leeds'],
].flat();
