/** The public page as a real process started from bin/unsub, over a workspace without a state. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { systemClock } from '../../../src/adapters/clock.ts';
import { createOptOutSpool, type OptOutSpool } from '../../../src/adapters/spool.ts';
import { createUnsubscribeTokens } from '../../../src/adapters/unsubscribe-token.ts';
import { signalProcess } from '../../helpers/kill-process.ts';

export const TOKEN_SECRET = 's'.repeat(64);
export const RESEND_SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
export const LEAD = 'l-aaaaaaaaaaaaaaaa';

export interface Place {
  readonly directory: string;
  readonly spoolDir: string;
  readonly hooksDir: string;
  readonly runtimeDir: string;
  readonly spool: OptOutSpool;
  remove(): void;
}

/** A folder with configuration and secrets, as the public program sees it: no database anywhere. */
export function publicPlace(): Place {
  const directory = mkdtempSync(join(tmpdir(), 'headgate-public-'));
  const [spoolDir, hooksDir, runtimeDir] = ['unsub.d', 'hooks.d', 'run'].map((name) => join(directory, name));
  for (const folder of [spoolDir, hooksDir, runtimeDir]) mkdirSync(folder!);
  const config = [
    'timezone = "UTC"',
    '[web]',
    'token_secret = { file = "secret" }',
    'hooks.resend_secret = { file = "resend" }',
    '',
  ];
  writeFileSync(join(directory, 'headgate.toml'), config.join('\n'));
  const brand = [
    'name = "Ledd Consulting"',
    'from = "Tom <tom@mail.example.com>"',
    'postal_address = "1 Example Street, Leeds"',
    '',
  ];
  writeFileSync(join(directory, 'brand.toml'), brand.join('\n'));
  writeFileSync(join(directory, 'secret'), TOKEN_SECRET, { mode: 0o600 });
  writeFileSync(join(directory, 'resend'), RESEND_SECRET, { mode: 0o600 });
  return {
    directory,
    spoolDir: spoolDir!,
    hooksDir: hooksDir!,
    runtimeDir: runtimeDir!,
    spool: createOptOutSpool(spoolDir!),
    remove: () => {
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export function linkPath(leadId = LEAD): Promise<string> {
  const tokens = createUnsubscribeTokens({ current: TOKEN_SECRET, old: [] });
  return tokens
    .sign({ leadId, purpose: 'unsubscribe', now: systemClock.now() })
    .then((token) => `/u/${token}`);
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export class PublicProgram {
  readonly url: string;
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  readonly #isUnder: boolean;
  stderr = '';

  private constructor(child: ChildProcess, url: string, isUnder: boolean) {
    this.#child = child;
    this.#isUnder = isUnder;
    this.url = url;
    this.ended = once(child, 'close').then(([code, signal]) => ({
      code: code as number | null,
      signal: signal as NodeJS.Signals | null,
    }));
  }

  /** Resolves once it listens. `under`: a program and its arguments that starts it. */
  static async start(
    installation: string,
    place: Place,
    options: { readonly args?: readonly string[]; readonly under?: readonly string[] } = {},
  ): Promise<PublicProgram> {
    const { args = [], under = [] } = options;
    const words = [...under, join(installation, 'bin/unsub'), '--listen', '127.0.0.1:0', ...args];
    const child = spawn(words[0]!, words.slice(1), {
      cwd: place.directory,
      env: { PATH: process.env['PATH'], RUNTIME_DIRECTORY: place.runtimeDir },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [said, stderr] = ['', ''];
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
      heard(stderr);
    });
    let heard: (text: string) => void = () => undefined;
    const url = await new Promise<string>((resolve, reject) => {
      child.once('exit', () => {
        reject(new Error(`bin/unsub ended before it listened: ${stderr}`));
      });
      child.stdout.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        const found = /^listening on (\S+)$/m.exec(said)?.[1];
        if (found !== undefined) resolve(found);
      });
    });
    const program = new PublicProgram(child, url, under.length > 0);
    program.stderr = stderr;
    heard = (text) => {
      program.stderr = text;
    };
    return program;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** Of the program itself, also when something else started it; throws once it has ended: 0 would mean all of our own processes. */
  get pid(): number {
    const own = this.#child.pid ?? 0;
    const pid = this.#isUnder ? onlyChildOf(own) : own;
    if (pid > 0) return pid;
    throw new Error(`the program has ended: ${this.stderr}`);
  }

  /** Resident memory in megabytes: now, and the most there ever was. */
  memory(): { readonly nowMb: number; readonly peakMb: number } {
    const status = readFileSync(`/proc/${String(this.pid)}/status`, 'utf8');
    const kib = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
    return { nowMb: kib('VmRSS') / 1024, peakMb: kib('VmHWM') / 1024 };
  }

  async stop(): Promise<Ended> {
    const own = this.#child.pid ?? 0;
    // What it runs under ends with it.
    const pid = this.#isUnder ? onlyChildOf(own) : own;
    if (this.#child.exitCode === null && this.#child.signalCode === null && pid > 0)
      signalProcess(pid, 'SIGTERM');
    return this.ended;
  }

  /** A connection that sent this and stays open. */
  open(text: string): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const socket = connect(this.port, '127.0.0.1', () => {
        socket.write(text, 'latin1');
        resolve(socket);
      });
      socket.once('error', reject);
      socket.on('error', () => undefined);
    });
  }
}

/** 0 when there is none, or no such process any more. */
function onlyChildOf(pid: number): number {
  try {
    const children = readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8');
    return Number(children.trim().split(' ')[0]);
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH'))
      return 0;
    throw error;
  }
}
