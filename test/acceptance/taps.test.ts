import { spawnSync, type ChildProcess } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { STRANGER, TelegramServer, TOM } from '../servers/telegram.ts';
import { Box, fakeTimeLibrary, MINUTE_MS, type Ran } from './rig/box.ts';
import { installation, removeInstallations } from './rig/installation.ts';

const canRun = fakeTimeLibrary() !== null;
const canTrace = spawnSync('strace', ['-V'], { stdio: 'ignore' }).status === 0;
const isLong = process.env['HEADGATE_ACCEPTANCE'] === 'full';

/** Wednesday 4 March 2026. */
const MORNING = Date.UTC(2026, 2, 4, 9, 3);
const LONG_MS = 300_000;
/** What `listen` may take while it waits (cli.md 2.5: about 45 MB; the machine's Node alone has 40). */
const RESIDENT_KIB_MAX = 110_000;

let ready: string;

/** The sample's leads with their first drafts, a chat not yet told. */
beforeAll(() => {
  if (!canRun) return;
  ready = mkdtempSync(join(tmpdir(), 'headgate-taps-'));
  const box = new Box({ directory: ready, installation: installation(), now: MORNING });
  const who = ['--name', 'Test', '--from', 'test@sender.example', '--postal-address', '1 Example Street'];
  box.expect([0], 'init', '.', '--no-input', '--sample', '--timezone', 'UTC', ...who);
  for (const job of ['drip', 'nurture']) box.expect([30], job);
  box.expect([0], 'confirm', '--yes');
  box.expect([0], 'send');
}, 120_000);

afterAll(() => {
  rmSync(ready, { recursive: true, force: true });
  removeInstallations();
});

interface Machine {
  readonly box: Box;
  readonly server: TelegramServer;
  remove(): void;
}

async function machine(): Promise<Machine> {
  const directory = mkdtempSync(join(tmpdir(), 'headgate-tapped-'));
  cpSync(ready, directory, { recursive: true });
  const box = new Box({ directory, installation: installation(), now: MORNING + MINUTE_MS });
  const server = await TelegramServer.start();
  server.now = () => box.now;
  const config = readFileSync(box.path('headgate.toml'), 'utf8');
  const telegram = `
[telegram]
api_base = "${server.url}"
token = { file = "token" }
chat = ${String(TelegramServer.CHAT)}
approvers = [${String(TOM.id)}]
`;
  writeFileSync(box.path('headgate.toml'), `${config}${telegram}`);
  writeFileSync(box.path('token'), `${TelegramServer.TOKEN}\n`, { mode: 0o600 });
  const remove = (): void => {
    rmSync(directory, { recursive: true, force: true });
  };
  return { box, server, remove };
}

async function ran(box: Box, ...words: readonly string[]): Promise<Ran> {
  const done = await box.start(...words);
  box.now += 1_000;
  return done;
}

function draftIds(box: Box): readonly string[] {
  return box
    .rows<{ id: string }>("SELECT id FROM messages WHERE state = 'pending_approval' ORDER BY row_id")
    .map(({ id }) => id);
}

function stateOf(box: Box, id: string): string {
  return box.rows<{ state: string }>('SELECT state FROM messages WHERE id = ?', id)[0]?.state ?? 'gone';
}

describe.skipIf(!canRun)('the shipped programs and a chat (F2)', () => {
  test('digest wakes listen, listen acts at once, sync stays away, SIGTERM ends it cleanly', async () => {
    const { box, server, remove } = await machine();
    const [first = '', second = ''] = draftIds(box);
    expect((await ran(box, 'digest')).code).toBe(0);
    expect(existsSync(box.path('listen'))).toBe(true);
    const told = server.messages.length;

    let child: ChildProcess | null = null;
    let residentKib = 0;
    let waitingKib = 0;
    let turn = 0;
    const during: Promise<Ran>[] = [];
    server.onWait = () => {
      turn += 1;
      if (turn === 1) {
        waitingKib = memoryOf(child?.pid ?? 0, 'VmRSS');
        server.tap('✓ 1');
        server.tap('✓ 2', { by: STRANGER });
      } else if (turn === 2)
        during.push(
          box.start('sync').then((synced) => {
            server.write('/pause enough for today');
            return synced;
          }),
        );
      else {
        residentKib = memoryOf(child?.pid ?? 0, 'VmHWM');
        child?.kill('SIGTERM');
      }
    };
    const listened = await box.startWith({ onStart: (started) => (child = started) }, 'listen', '--json');
    expect(listened.code, listened.stderr).toBe(143);
    expect(JSON.parse(listened.stdout)).toMatchObject({ counts: { taken: 3, done: 2, refused: 1 } });
    const [synced] = await Promise.all(during);
    expect(synced?.stdout).toContain('Telegram: listen is at it');
    expect(stateOf(box, first)).toBe('approved');
    expect(stateOf(box, second)).toBe('pending_approval');
    expect(digestText(server)).toContain('1  ✓ approved by Tom');
    // The answer to the words, and no second digest.
    expect(server.messages).toHaveLength(told + 1);
    box.now += 20 * MINUTE_MS;
    expect((await ran(box, 'send')).code).toBe(34);
    console.log(`listen took ${mebibytes(waitingKib)} MB as it waited, ${mebibytes(residentKib)} MB at most`);
    expect(residentKib).toBeLessThan(RESIDENT_KIB_MAX);
    remove();
  }, 60_000);

  test(
    'D7: a hold that is tapped as send claims the mail: one of the two wins, and never both',
    async () => {
      for (let round = 0; round < (isLong ? 20 : 1); round += 1) {
        const { box, server, remove } = await machine();
        const [id = ''] = draftIds(box);
        await ran(box, 'digest');
        server.tap('✓ 1');
        await ran(box, 'sync');
        expect(stateOf(box, id)).toBe('approved');
        box.now += 16 * MINUTE_MS;
        server.write(`/hold ${id}`);
        const [synced, sent] = await Promise.all([box.start('sync'), box.start('send')]);
        expect([synced.code, sent.code], `${synced.stderr}${sent.stderr}`).toEqual([0, 0]);
        const delivered = box.count("SELECT count(*) FROM attempts WHERE event = 'accepted'");
        expect([stateOf(box, id), delivered]).toEqual(
          stateOf(box, id) === 'held' ? ['held', 0] : ['sent', 1],
        );
        remove();
      }
    },
    LONG_MS,
  );
});

describe.skipIf(!canRun || !canTrace)('kill -9', () => {
  test(
    'between hearing of a tap, storing it and acting: nothing is approved twice, and no tap is lost',
    async () => {
      const calls = isLong ? ['fsync', 'pwrite64'] : ['fsync'];
      let points = 0;
      for (const call of calls) {
        for (let nth = 1; nth < 400; nth += isLong ? 1 : 5) {
          if (!(await killedAt(call, nth))) break;
          points += 1;
        }
      }
      console.log(`sync was killed at ${String(points)} points; every tap was done once`);
      expect(points).toBeGreaterThanOrEqual(3);
    },
    LONG_MS,
  );
});

/** One tap, one killed `sync`, and one that is not: false when it made fewer such calls. */
async function killedAt(call: string, nth: number): Promise<boolean> {
  const { box, server, remove } = await machine();
  try {
    const [id = '', other = ''] = draftIds(box);
    await ran(box, 'digest');
    server.tap('✓ 1');
    server.write('/approve 2');
    const inject = `inject=${call}:signal=SIGKILL:when=${String(nth)}`;
    const under = ['strace', '-f', '-qq', '-o', '/dev/null', '-e', `trace=${call}`, '-e', inject];
    const killed = await box.startWith({ under }, 'sync');
    const wasKilled = killed.signal === 'SIGKILL' || killed.code === 137;
    box.now += MINUTE_MS;
    expect((await ran(box, 'sync')).code).toBe(0);
    for (const each of [id, other]) {
      expect(stateOf(box, each), `${call} ${String(nth)}`).toBe('approved');
      const story = "SELECT count(*) FROM timeline WHERE kind = 'approved' AND ref = ?";
      expect(box.count(story, each), `${call} ${String(nth)}`).toBe(1);
    }
    expect(box.count('SELECT count(*) FROM chat_updates WHERE acted_at IS NULL')).toBe(0);
    expect(server.unconfirmed()).toBe(0);
    expect(digestText(server)).toContain('1  ✓ approved by Tom');
    return wasKilled;
  } finally {
    remove();
  }
}

function digestText(server: TelegramServer): string {
  return server.texts().find((text) => text.includes('· digest')) ?? '';
}

/** Memory of a process, in KiB: now, or the most so far. */
function memoryOf(pid: number, what: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
  return Number(new RegExp(`^${what}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
}

function mebibytes(kib: number): string {
  return String(Math.round(kib / 1024));
}
