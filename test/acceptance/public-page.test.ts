import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';

import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { systemClock } from '../../src/adapters/clock.ts';
import { createHookSpool } from '../../src/adapters/hook-spool.ts';
import { signalProcess } from '../helpers/kill-process.ts';
import { freePort } from '../helpers/ports.ts';
import { installation, removeInstallations } from './rig/installation.ts';
import {
  LEAD,
  linkPath,
  publicPlace,
  PublicProgram,
  RESEND_SECRET,
  type Place,
} from './rig/public-program.ts';

const hasProgram = (name: string): boolean => spawnSync('sh', ['-c', `command -v ${name}`]).status === 0;
const canTrace = spawnSync('strace', ['-V'], { stdio: 'ignore' }).status === 0;
const LONG_MS = 300_000;
const MEMORY_MB_MAX = 120;
const FORM = 'Content-Type: application/x-www-form-urlencoded';
const BODY = 'List-Unsubscribe=One-Click';

let root: string;
let place: Place;
const running: PublicProgram[] = [];

beforeAll(() => {
  root = installation();
}, 120_000);
afterAll(removeInstallations);
beforeEach(() => {
  place = publicPlace();
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((program) => program.stop()));
  place.remove();
}, 30_000);

async function start(options: Parameters<typeof PublicProgram.start>[2] = {}): Promise<PublicProgram> {
  const program = await PublicProgram.start(root, place, options);
  running.push(program);
  return program;
}

/** However it ends: a connection that is reset is closed as well. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.closed) resolve();
    else
      socket.once('close', () => {
        resolve();
      });
  });
}

async function press(program: PublicProgram, path: string): Promise<Response | null> {
  const request = fetch(`${program.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', connection: 'close' },
    body: BODY,
  });
  // Killed in the middle: nothing was answered, so nothing was promised.
  return request.catch(() => null);
}

const signedEvent = (id: string): RequestInit => {
  const body = '{"type":"email.complained"}';
  const at = new Date(systemClock.now());
  return {
    method: 'POST',
    headers: {
      'svix-id': id,
      'svix-timestamp': String(Math.floor(at.getTime() / 1000)),
      'svix-signature': new Webhook(RESEND_SECRET).sign(id, at, body),
      connection: 'close',
    },
    body,
  };
};

describe('bin/unsub', () => {
  test.skipIf(!hasProgram('curl'))(
    'D10: curl, as the large mailboxes send one click, in both encodings',
    async () => {
      const program = await start();
      const agent = [
        '--user-agent',
        'Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)',
      ];
      const show = ['--silent', '--show-error', '--include', '--max-redirs', '0', ...agent];
      for (const [index, form] of [
        ['--data', BODY],
        ['--form', BODY],
      ].entries()) {
        const leadId = `l-curlcurlcurlcur${String(index + 2)}`;
        const url = `${program.url}${await linkPath(leadId)}`;
        const ran = spawnSync('curl', [...show, '--request', 'POST', ...form, url], { encoding: 'utf8' });
        expect(ran.stdout, ran.stderr).toMatch(/^HTTP\/1\.1 200 /);
        expect(place.spool.hasOptedOut(leadId)).toBe(true);
      }
      await program.stop();
      expect(program.stderr).toContain('l-curlcurlcurlcur2 opted out');
    },
  );

  test('ends by itself when nobody asks, and a connection that is merely kept open does not keep it', async () => {
    const program = await start({ args: ['--idle', '1'] });
    const socket = await program.open('GET /robots.txt HTTP/1.1\r\nHost: a\r\n\r\n');
    await once(socket, 'data');
    expect(await program.ended).toEqual({ code: 0, signal: null });
  });

  test('told to end, it finishes the answer under way', async () => {
    const program = await start();
    const path = await linkPath();
    const head = `POST ${path} HTTP/1.1\r\nHost: a\r\n${FORM}\r\nContent-Length: 26\r\nExpect: 100-continue\r\n\r\n`;
    const socket = await program.open(head);
    await once(socket, 'data');
    signalProcess(program.pid, 'SIGTERM');
    // Once it takes nobody else, it has heard.
    while (
      await program.open('').then(
        (other) => !other.destroy().closed,
        () => false,
      )
    );
    socket.write(BODY);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 200 /);
    expect(await program.ended).toEqual({ code: 0, signal: null });
    expect(place.spool.hasOptedOut(LEAD)).toBe(true);
  });

  test('refuses at the start what would go wrong at a reader, each with its code', () => {
    const run = (...args: readonly string[]): string => {
      const ran = spawnSync(join(root, 'bin/unsub'), args, {
        cwd: place.directory,
        encoding: 'utf8',
        env: { PATH: process.env['PATH'] },
      });
      return `${String(ran.status)} ${ran.stderr}`;
    };
    expect(run('--listen', '0.0.0.0:8026')).toMatch(/^64 --listen takes an address of this machine/);
    expect(run('--idle', '0')).toMatch(/^64 --idle takes 1 to 86400 seconds/);
    expect(run('--port', '1')).toMatch(/^64 /);
    writeFileSync(join(place.directory, 'resend'), 'not a secret');
    expect(run()).toMatch(/^78 web\.hooks\.resend_secret[\s\S]*exit 78 CONFIG\n$/);
    writeFileSync(join(place.directory, 'secret'), 'short');
    expect(run()).toMatch(/^78 web\.token_secret has fewer than 32 bytes/);
    writeFileSync(join(place.directory, 'headgate.toml'), 'timezone = "UTC"\n');
    expect(run()).toMatch(/^78 web\.token_secret is not set/);
  });

  test.skipIf(!hasProgram('systemd-socket-activate'))(
    'takes the socket that systemd opened; the first request of all is answered',
    async () => {
      const path = await linkPath();
      const times: { cold: number; warm: number }[] = [];
      for (let run = 0; run < 5; run += 1) times.push(await activated(path));
      const text = times.map(({ cold, warm }) => `${cold.toFixed(0)}/${warm.toFixed(0)}`).join(' ');
      console.log(`time to first byte under systemd-socket-activate, cold/warm in ms: ${text}`);
    },
    LONG_MS,
  );

  async function activated(path: string): Promise<{ cold: number; warm: number }> {
    const port = await freePort();
    const args = ['--listen', `127.0.0.1:${String(port)}`, join(root, 'bin/unsub'), '--idle', '1'];
    const child = spawn('systemd-socket-activate', args, {
      cwd: place.directory,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const exit = once(child, 'exit');
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await once(child.stderr, 'data');
    const url = `http://127.0.0.1:${String(port)}${path}`;
    const cold = await firstByteMs(url);
    const warm = await firstByteMs(url);
    const [code] = (await exit) as [number | null];
    expect(code, said).toBe(0);
    return { cold, warm };
  }

  async function firstByteMs(url: string): Promise<number> {
    const from = systemClock.now();
    const response = await fetch(url);
    const took = systemClock.now() - from;
    expect(response.status).toBe(200);
    await response.text();
    return took;
  }
});

describe('hardening 128: many, large and slow', () => {
  test(
    '500 connections that say half a request, and 500 that send half a body: memory stays below 120 MB',
    async () => {
      const program = await start();
      const path = await linkPath();
      const halves = [
        'GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ',
        `POST ${path} HTTP/1.1\r\nHost: a\r\n${FORM}\r\nContent-Length: 65536\r\n\r\n${'x'.repeat(60_000)}`,
        `POST /hooks/resend HTTP/1.1\r\nHost: a\r\nContent-Length: 1048576\r\n\r\n${'x'.repeat(1_000_000)}`,
      ];
      for (const half of halves) {
        const sockets = await crowd(program, half, 500);
        const { nowMb } = program.memory();
        console.log(`500 connections of ${String(half.length)} bytes each: ${nowMb.toFixed(0)} MB`);
        expect(nowMb).toBeLessThan(MEMORY_MB_MAX);
        // Half a head holds its place until its deadline: one more is over the cap, and closed. Half a body is soon told to go.
        if (half === halves[0]) {
          const extra = await program.open('GET /robots.txt HTTP/1.1\r\nHost: a\r\n\r\n');
          await closed(extra.resume());
        }
        for (const socket of sockets) socket.destroy();
        await answers(program);
      }
      const { peakMb } = program.memory();
      console.log(`the most there ever was: ${peakMb.toFixed(0)} MB`);
      expect(peakMb).toBeLessThan(MEMORY_MB_MAX);
    },
    LONG_MS,
  );

  /** Opens them all and waits until the program has read what it will read of each. */
  async function crowd(program: PublicProgram, text: string, count: number): Promise<readonly Socket[]> {
    const sockets: Socket[] = [];
    for (let made = 0; made < count; made += 50)
      sockets.push(...(await Promise.all(Array.from({ length: 50 }, () => program.open(text)))));
    for (let looks = 0, last = -1; looks < 100; looks += 1) {
      const { nowMb } = program.memory();
      if (nowMb === last) break;
      last = nowMb;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return sockets;
  }

  /** Until the connections that were dropped are counted out, a new one may meet the cap. */
  async function answers(program: PublicProgram): Promise<void> {
    for (let tries = 0; tries < 1_000; tries += 1) {
      const status = await fetch(`${program.url}/robots.txt`, { headers: { connection: 'close' } }).then(
        (response) => response.status,
        () => 0,
      );
      if (status === 200) return;
    }
    throw new Error('it does not answer any more');
  }

  test(
    '10 MB bodies and chunks without end, forty at a time: refused, and memory is flat',
    async () => {
      const program = await start();
      const path = await linkPath();
      const large = Buffer.alloc(10 * 1_048_576, 'x');
      for (const target of [path, '/hooks/resend', '/u/forged']) {
        const statuses = await Promise.all(
          Array.from({ length: 40 }, () =>
            fetch(`${program.url}${target}`, {
              method: 'POST',
              headers: { 'content-type': 'application/x-www-form-urlencoded' },
              body: new ReadableStream({
                start(controller) {
                  controller.enqueue(large);
                  controller.close();
                },
              }),
              duplex: 'half',
            }).then(
              (response) => response.status,
              // It went on writing while it was told: the connection was closed under it.
              () => 0,
            ),
          ),
        );
        for (const status of statuses) expect([0, 404, 413, 503]).toContain(status);
      }
      const { peakMb } = program.memory();
      console.log(`forty bodies of 10 MB at a time: at most ${peakMb.toFixed(0)} MB`);
      expect(peakMb).toBeLessThan(MEMORY_MB_MAX);
      expect(place.spool.acts()).toEqual([]);
    },
    LONG_MS,
  );

  test(
    'slow loris: one byte a second, of a head or of a body, is cut off by itself',
    async () => {
      const program = await start();
      const path = await linkPath();
      const slow = await Promise.all([
        program.open('GET / HTTP/1.1\r\nHost: a\r\nX: '),
        program.open(`POST ${path} HTTP/1.1\r\nHost: a\r\n${FORM}\r\nContent-Length: 26\r\n\r\nList`),
      ]);
      const dripping = setInterval(() => {
        for (const socket of slow) if (socket.writable) socket.write('a');
      }, 1_000);
      // Read, so that the end is seen.
      await Promise.all(slow.map((socket) => closed(socket.resume())));
      clearInterval(dripping);
      expect(place.spool.acts()).toEqual([]);
      expect((await press(program, path))?.status).toBe(200);
    },
    LONG_MS,
  );
});

describe.skipIf(!canTrace)('kill -9 and a disk that fails', () => {
  test.each(['openat', 'pwrite64', 'fsync'])(
    'hardening 132, 138: killed at any %s of an opt-out, what was answered 2xx is there, and the next press works',
    async (call) => {
      const kills = await killAtEach(
        call,
        async (program) => (await press(program, await linkPath()))?.status ?? 0,
        {
          isThere: () => place.spool.hasOptedOut(LEAD),
          clear: () => {
            for (const { file } of place.spool.acts()) rmSync(join(place.spoolDir, file));
          },
        },
      );
      console.log(
        `an opt-out was killed at ${String(kills)} points of ${call}; nothing that was answered is lost`,
      );
      expect(kills).toBeGreaterThan(0);
    },
    LONG_MS,
  );

  test.each(['writev', 'fsync', 'link', 'unlink'])(
    'hardening 138: killed at any %s of a webhook, what was answered 2xx is there, whole, and the next try works',
    async (call) => {
      const hooks = createHookSpool(place.hooksDir);
      const send = (program: PublicProgram): Promise<number> =>
        fetch(`${program.url}/hooks/resend`, signedEvent('msg_1')).then(
          (response) => response.status,
          () => 0,
        );
      const kills = await killAtEach(call, send, {
        isThere: () => hooks.list(10).some(({ eventId }) => eventId === 'msg_1'),
        clear: () => {
          for (const name of readdirSync(place.hooksDir)) rmSync(join(place.hooksDir, name));
        },
      });
      console.log(
        `a webhook was killed at ${String(kills)} points of ${call}; nothing that was answered is lost`,
      );
      expect(kills).toBeGreaterThan(0);
    },
    LONG_MS,
  );

  /** Kills the program at the k-th of these calls for k = 1, 2, … until it gets through; returns how many kills landed after it listened. */
  async function killAtEach(
    call: string,
    act: (program: PublicProgram) => Promise<number>,
    record: { readonly isThere: () => boolean; readonly clear: () => void },
  ): Promise<number> {
    let kills = 0;
    // Only calls on the two spools count: a start opens many other files.
    const paths = [place.spoolDir, place.hooksDir].flatMap((path) => ['-P', path]);
    for (let when = 1; when < 40; when += 1) {
      record.clear();
      const only = call === 'openat' ? paths : [];
      const inject = `inject=${call}:signal=SIGKILL:when=${String(when)}`;
      const under = ['strace', '-f', '-qq', '-o', '/dev/null', ...only, '-e', `trace=${call}`, '-e', inject];
      let program: PublicProgram;
      try {
        program = await start({ under });
      } catch {
        // Killed before it listened: nobody was answered anything.
        continue;
      }
      const status = await act(program);
      if (status >= 200 && status < 300) expect(record.isThere(), `answered ${String(status)}`).toBe(true);
      if (status !== 0) return kills;
      kills += 1;
      const next = await start();
      expect(await act(next)).toBe(200);
      expect(record.isThere()).toBe(true);
      await next.stop();
    }
    throw new Error(`it never gets past its calls of ${call}`);
  }

  test.each([
    ['ENOSPC', 'pwrite64'],
    ['EDQUOT', 'pwrite64'],
    ['EIO', 'fsync'],
  ])(
    'hardening 132: %s at %s: 503 with Retry-After and never "done"; the stop counts all the same',
    async (error, call) => {
      const inject = `inject=${call}:error=${error}`;
      const under = ['strace', '-f', '-qq', '-o', '/dev/null', '-e', `trace=${call}`, '-e', inject];
      const program = await start({ under });
      const response = await press(program, await linkPath());
      expect([response?.status, response?.headers.get('retry-after')]).toEqual([503, '60']);
      expect(await response?.text()).not.toContain('no more email');
      expect(program.stderr).toContain(`${LEAD} opted out and the spool could not take it (`);
      // Its file could not be filled or synced; its name stands, and send honours names.
      expect(place.spool.hasOptedOut(LEAD)).toBe(true);
    },
    LONG_MS,
  );

  test('hardening 132: a spool that is gone: kept in the second folder, and in the spool once that is back', async () => {
    rmSync(place.spoolDir, { recursive: true });
    const program = await start();
    rmSync(place.spoolDir, { recursive: true });
    writeFileSync(place.spoolDir, 'in the way');
    expect((await press(program, await linkPath()))?.status).toBe(503);
    expect(program.stderr).toContain(`kept in ${place.runtimeDir}`);
    expect(readdirSync(place.runtimeDir)).toHaveLength(1);
    rmSync(place.spoolDir);
    mkdirSync(place.spoolDir);
    await program.stop();
    expect(place.spool.hasOptedOut(LEAD)).toBe(true);
    expect(readdirSync(place.runtimeDir)).toEqual([]);
  });
});
