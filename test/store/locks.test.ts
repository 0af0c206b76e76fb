import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { acquireLock, lockBusyError } from '../../src/store/locks.ts';
import type { Lock, LockBusy, LockHolder } from '../../src/store/locks.ts';
import { startChild } from '../helpers/child.ts';
import { temporaryDirectory } from '../helpers/state.ts';

const HOLDER: LockHolder = {
  pid: 48_121,
  startedAt: Date.UTC(2026, 1, 18, 9, 15, 2),
  command: 'send',
  hostName: 'vps-1',
};

function acquire(directory: string, job = 'send', holder = HOLDER): Lock | LockBusy {
  const answer = acquireLock({ directory, job, holder });
  if (answer.kind === 'held') onTestFinished(() => answer.release());
  return answer;
}

function locksFolder(): string {
  return join(temporaryDirectory(), 'locks');
}

test('A12: a second run of one job is told who is running, and changes nothing', () => {
  const directory = locksFolder();
  expect(acquire(directory).kind).toBe('held');
  const other = { ...HOLDER, pid: 1, command: 'other' };
  expect(acquire(directory, 'send', other)).toEqual({ kind: 'busy', holder: HOLDER });
  expect(acquire(directory, 'send', other)).toEqual({ kind: 'busy', holder: HOLDER });
});

test('A12: two jobs do not wait for each other', () => {
  const directory = locksFolder();
  expect(acquire(directory, 'drip').kind).toBe('held');
  expect(acquire(directory, 'nurture').kind).toBe('held');
});

test('A12: a lock that was released is free, and releasing it twice frees nobody else’s', () => {
  const directory = locksFolder();
  const first = acquire(directory);
  if (first.kind === 'busy') throw new Error('the first one must get it');
  first.release();
  expect(acquire(directory).kind).toBe('held');
  first.release();
  expect(acquire(directory).kind).toBe('busy');
});

test('A12: SIGKILL frees the lock, and what the dead one said of itself misleads nobody', async () => {
  const directory = locksFolder();
  const child = startChild('./lock-child.ts', [directory, 'drip']);
  expect(await child.line()).toBe('ready');
  child.send('go');
  expect(JSON.parse(await child.line())).toEqual({ kind: 'held' });
  const busy = acquire(directory, 'drip');
  expect(busy).toMatchObject({ kind: 'busy', holder: { pid: child.process.pid, command: 'drip' } });
  await child.kill();
  expect(existsSync(join(directory, 'drip.holder.json'))).toBe(true);
  expect(acquire(directory, 'drip').kind).toBe('held');
  expect(acquire(directory, 'drip')).toEqual({ kind: 'busy', holder: HOLDER });
});

test('A12: of 20 that start at once exactly one works', async () => {
  const directory = locksFolder();
  const children = Array.from({ length: 20 }, () => startChild('./lock-child.ts', [directory, 'send']));
  await Promise.all(children.map((child) => child.line()));
  for (const child of children) child.send('go');
  const answers = await Promise.all(
    children.map(async (child) => ({
      pid: child.process.pid,
      answer: JSON.parse(await child.line()) as Lock | LockBusy,
    })),
  );
  const winners = answers.filter(({ answer }) => answer.kind === 'held');
  expect(winners).toHaveLength(1);
  const named = answers.flatMap(({ answer }) => (answer.kind === 'busy' ? [answer.holder?.pid ?? null] : []));
  expect(named).toHaveLength(19);
  expect(new Set([...named, null])).toEqual(new Set([winners[0]?.pid, null]));
});

test('the words of a busy lock are those of the manual, and nobody is sent to look for a file', () => {
  const error = lockBusyError('send', { kind: 'busy', holder: HOLDER }, HOLDER.startedAt + 38_900);
  expect(error.message).toBe('Another run holds the lock: send, pid 48121, since 09:15:02 (38 s), vps-1');
  expect(error).toMatchObject({ code: 'lock_busy', exit: 'TEMPFAIL' });
  expect(error.notDone).toContain('no lock file to remove');
  expect(lockBusyError('drip', { kind: 'busy', holder: null }, 0).message).toContain('drip, just started');
});

test('no time below zero is shown when the clock went back', () => {
  const error = lockBusyError('send', { kind: 'busy', holder: HOLDER }, HOLDER.startedAt - 5_000);
  expect(error.message).toContain('(0 s)');
});

test.each(['', '{"pid": 1', '7', '{"pid": "1"}', '{"pid": 1, "startedAt": 1}'])(
  'a holder’s file that reads %j is no holder, and busy stays busy',
  (text) => {
    const directory = locksFolder();
    acquire(directory);
    writeFileSync(join(directory, 'send.holder.json'), text);
    expect(acquire(directory)).toEqual({ kind: 'busy', holder: null });
  },
);

test('A15: a lock never makes the folder of a state', () => {
  const folder = join(temporaryDirectory(), 'no-state-here');
  expect(() => acquire(join(folder, 'locks'))).toThrow(
    expect.objectContaining({ code: 'state_missing', exit: 'COLD_START' }),
  );
  expect(existsSync(folder)).toBe(false);
});

test('the lock file stays empty, so that taking it costs nothing, and only its owner can look', () => {
  const directory = locksFolder();
  acquire(directory);
  expect(statSync(directory).mode & 0o777).toBe(0o700);
  expect(statSync(join(directory, 'send.db')).size).toBe(0);
  expect(readdirSync(directory).sort()).toEqual(['send.db', 'send.holder.json']);
});
