/**
 * Prints what the two web programs cost, as systemd starts them: time to the first byte of a request that wakes the program and of
 * later ones, and its memory awake and asleep. Needs a built dist/ and systemd-socket-activate.
 * Usage: node scripts/build.ts && node bench/web-cost.ts [ROUNDS]
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';

import { demoWorkspace, ROOT } from '../scripts/demo-workspace.ts';

const ROUNDS = Number(process.argv[2] ?? '5');
const WARM_REQUESTS = 20;
const IDLE_SECONDS = 1;
const WAITS_MAX = 400;
const WAIT_MS = 25;

interface Program {
  readonly name: string;
  readonly command: readonly string[];
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

interface Cost {
  readonly coldMs: number;
  readonly warmMs: number;
  readonly memoryMb: number;
}

const { directory, env, headgate, remove } = demoWorkspace();
const socket = join(directory, 'web.sock');

/** Sends one request to the socket; milliseconds until the first byte of its answer. */
function firstByte(
  program: Pick<Program, 'path' | 'headers'>,
  method = 'GET',
): Promise<{ ms: number; cookie: string }> {
  const since = performance.now();
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        socketPath: socket,
        path: program.path,
        method,
        headers: { host: '127.0.0.1:8025', ...program.headers },
      },
      (response) => {
        const ms = performance.now() - since;
        const cookie = response.headers['set-cookie']?.[0]?.split(';', 1)[0] ?? '';
        response.resume().once('end', () => {
          resolve({ ms, cookie });
        });
      },
    );
    sent.once('error', reject);
    sent.end();
  });
}

/** A listener that starts the program for the first connection, as a .socket unit does. */
async function activate({ command }: Program): Promise<ChildProcess> {
  rmSync(socket, { force: true });
  const child = spawn('systemd-socket-activate', ['-l', socket, ...setEnvironment(), ...command], {
    cwd: directory,
    env,
    stdio: 'ignore',
  });
  for (let waits = 0; !existsSync(socket) && waits < WAITS_MAX; waits += 1) await pause();
  return child;
}

/** It hands on no other variables. */
function setEnvironment(): readonly string[] {
  return Object.entries(env).flatMap(([name, value]) => ['-E', `${name}=${value ?? ''}`]);
}

async function pause(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
}

async function costOf(program: Program): Promise<Cost> {
  const child = await activate(program);
  const { ms: coldMs } = await firstByte(program);
  const warm: number[] = [];
  for (let times = 0; times < WARM_REQUESTS; times += 1) warm.push((await firstByte(program)).ms);
  const status = readFileSync(`/proc/${String(child.pid)}/status`, 'utf8');
  const memoryMb = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024;
  // A connection that is kept alive must not keep the program alive.
  const kept = connect(socket);
  kept.on('error', () => undefined);
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  kept.destroy();
  return { coldMs, warmMs: median(warm), memoryMb };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

function report(name: string, costs: readonly Cost[]): void {
  const of = (key: keyof Cost): string =>
    median(costs.map((cost) => cost[key])).toFixed(key === 'warmMs' ? 1 : 0);
  console.log(
    `${name.padEnd(28)} first byte cold ${of('coldMs').padStart(4)} ms, warm ${of('warmMs').padStart(5)} ms; awake ${of('memoryMb').padStart(3)} MB, asleep 0 (no process)`,
  );
}

const idle = ['--idle', String(IDLE_SECONDS)];
const web = [join(ROOT, 'bin/web'), '--listen', 'fd', ...idle];
const plain = { path: '/', headers: {} };

/** Signs in through the very page, and returns its cookie. */
async function signedIn(): Promise<string> {
  const path = new URL(headgate('web', 'login').trim()).pathname;
  const child = await activate({ name: '', command: web, ...plain });
  const form = { origin: 'http://127.0.0.1:8025', 'content-type': 'application/x-www-form-urlencoded' };
  const { cookie } = await firstByte({ path, headers: form }, 'POST');
  if (child.exitCode === null) await once(child, 'exit');
  return cookie;
}

try {
  const programs: readonly Program[] = [
    {
      name: 'public page (bin/unsub)',
      command: [join(ROOT, 'bin/unsub'), ...idle],
      path: '/u/none',
      headers: {},
    },
    { name: 'review page, signed out', command: web, ...plain },
    { name: 'review page, the queue', command: web, path: '/', headers: { cookie: await signedIn() } },
  ];
  for (const program of programs) {
    const costs: Cost[] = [];
    for (let round = 0; round < ROUNDS; round += 1) costs.push(await costOf(program));
    report(program.name, costs);
  }
} finally {
  remove();
}
