/** The review page as a real process started from bin/web, over a workspace of samples with ten drafts in its queue. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { freePort } from '../../helpers/ports.ts';

export interface ReviewMessage {
  readonly id: string;
  readonly state: string;
  readonly subject: string;
  readonly lead: { readonly id: string; readonly name: string };
}

const INIT = [
  ...['--no-input', '--sample', '--name', 'Ledd Consulting', '--from', 'tom@mail.example.com'],
  ...['--timezone', 'UTC', '--postal-address', '1 Example Street, Leeds'],
];

export class ReviewProgram {
  readonly directory: string;
  readonly #installation: string;
  readonly #port: number;
  #child: ChildProcess | null = null;
  stderr = '';

  private constructor(installation: string, directory: string, port: number) {
    this.#installation = installation;
    this.directory = directory;
    this.#port = port;
  }

  /** Makes the workspace and its drafts, and starts the page. */
  static async start(installation: string): Promise<ReviewProgram> {
    const directory = mkdtempSync(join(tmpdir(), 'headgate-review-'));
    const program = new ReviewProgram(installation, directory, await freePort());
    program.headgate('init', '.', ...INIT);
    // The first run ever is a cold start: 30.
    program.headgateEnding([0, 30], 'drip');
    program.headgate('confirm', '--yes');
    await program.serve();
    return program;
  }

  get url(): string {
    return `http://127.0.0.1:${String(this.#port)}`;
  }

  /** Runs one command line and returns what it printed. */
  headgate(...args: readonly string[]): string {
    return this.headgateEnding([0], ...args);
  }

  headgateEnding(codes: readonly number[], ...args: readonly string[]): string {
    try {
      return execFileSync(join(this.#installation, 'bin/headgate'), args, {
        cwd: this.directory,
        env: this.#env(),
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    } catch (error) {
      if (error instanceof Error && 'status' in error && codes.includes(Number(error.status))) return '';
      throw error;
    }
  }

  /** A link as it is good once. */
  link(): string {
    return this.headgate('web', 'login', '--port', String(this.#port)).trim();
  }

  messages(...states: readonly string[]): readonly ReviewMessage[] {
    const flags = states.length === 0 ? [] : ['--state', ...states];
    const document = JSON.parse(this.headgate('review', 'list', ...flags, '--json')) as {
      items: readonly ReviewMessage[];
    };
    return document.items;
  }

  stateOf(id: string): string {
    const document = JSON.parse(this.headgate('review', 'show', id, '--json')) as {
      items: readonly ReviewMessage[];
    };
    return document.items[0]!.state;
  }

  /** Starts the page, on the same port as before. */
  async serve(): Promise<void> {
    const child = spawn(
      join(this.#installation, 'bin/web'),
      ['--listen', `127.0.0.1:${String(this.#port)}`],
      {
        cwd: this.directory,
        env: this.#env(),
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    this.#child = child;
    await new Promise<void>((resolve, reject) => {
      child.once('exit', () => {
        reject(new Error(`bin/web ended before it listened: ${this.stderr}`));
      });
      child.stderr.on('data', (chunk: Buffer) => {
        this.stderr += chunk.toString();
        if (/^listening on /m.test(this.stderr)) resolve();
      });
    });
  }

  /** Ends it: 0 when it was told to, by a signal when it was killed. */
  async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'close');
    child.kill(signal);
    await ended;
  }

  async remove(): Promise<void> {
    await this.end('SIGTERM');
    rmSync(this.directory, { recursive: true, force: true });
  }

  #env(): Record<string, string | undefined> {
    return {
      PATH: process.env['PATH'],
      USER: 'tom',
      // Ten drafts on any day and at any hour.
      HEADGATE_HOURS__WEEKDAYS: '1,2,3,4,5,6,7',
      HEADGATE_LIMITS__DRAFTS_PER_RUN_DRIP: '10',
    };
  }
}
