import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { onTestFinished } from 'vitest';

import { pauseFor } from '../../src/adapters/pause.ts';
import { temporaryDirectory } from './state.ts';

/** Whether this machine has a real terminal for tests. */
export const HAS_TMUX = spawnSync('tmux', ['-V'], { stdio: 'ignore' }).status === 0;

export interface TmuxOptions {
  readonly columns: number;
  readonly rows: number;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** A line for `sh`. */
  readonly command: string;
}

const NEVER = new AbortController().signal;
const POLL_MS = 15;
const POLLS_MAX = 1_000;

/** A real terminal of a fixed size with one program in it; gone with the test. */
export class TmuxTerminal {
  readonly #socket: string;

  constructor({ columns, rows, cwd, env, command }: TmuxOptions) {
    this.#socket = join(temporaryDirectory(), 'tmux');
    const variables = Object.entries(env).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
    const size = ['-x', String(columns), '-y', String(rows)];
    const start = ['new-session', '-d', ...size, '-c', cwd, ...variables, 'sh', '-c', command];
    this.#tmux('-u', '-f', '/dev/null', ...start, ';', 'set-option', '-w', 'remain-on-exit', 'on');
    onTestFinished(() => {
      this.#tmux('kill-server');
    });
  }

  /** Presses keys, by tmux's names for those that have one: `Enter`, `Escape`, `C-c`. */
  press(...keys: readonly string[]): void {
    this.#tmux('send-keys', ...keys);
  }

  resize(columns: number, rows: number): void {
    this.#tmux('resize-window', '-x', String(columns), '-y', String(rows));
  }

  /** What stands on the screen, without spaces at the ends of lines. */
  text(): string {
    return `${this.#tmux('capture-pane', '-p').trimEnd()}\n`;
  }

  /** The same with colour codes, and with what has left the screen at the top. */
  history(): string {
    return this.#tmux('capture-pane', '-p', '-e', '-S', '-');
  }

  /** The process in the terminal. */
  pid(): number {
    return Number(this.#tmux('display-message', '-p', '#{pane_pid}'));
  }

  /** The screen as soon as it holds this (and not that); fails with the screen when it never does. */
  async screen(has: string | RegExp, hasNot?: string): Promise<string> {
    for (let polls = 0; polls < POLLS_MAX; polls += 1) {
      const text = this.text();
      const isThere = typeof has === 'string' ? text.includes(has) : has.test(text);
      // Twice the same: the program is not in the midst of drawing.
      if (isThere && (hasNot === undefined || !text.includes(hasNot)) && text === this.text()) return text;
      await pauseFor(POLL_MS, NEVER);
    }
    throw new Error(`the screen never showed ${String(has)}:\n${this.text()}`);
  }

  #tmux(...args: readonly string[]): string {
    const env = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C.UTF-8', TERM: 'xterm-256color' };
    return execFileSync('tmux', ['-S', this.#socket, ...args], { encoding: 'utf8', env });
  }
}
