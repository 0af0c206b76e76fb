import { describe, expect, test } from 'vitest';
import {
  channelTrouble,
  claimNotice,
  enqueueNotice,
  forgetChannelTrouble,
  hasWaitingNotice,
  markNoticeDelivered,
  markNoticeFailed,
  saveChannelTrouble,
  supersedeNotices,
  waitingNotices,
} from '../../src/store/notices.ts';
import type { NewNotice } from '../../src/store/notices.ts';
import { TEST_NOW } from '../helpers/fakes.ts';
import { testState } from '../helpers/state.ts';

const DAY_MS = 86_400_000;

const GAP: NewNotice = {
  kind: 'doubt',
  job: 'drip',
  dedupeKey: 'doubt:drip:gap',
  text: 'the last full run was 504.2 h ago',
  runId: 'r-1',
  now: TEST_NOW,
  repeatAfterMs: DAY_MS,
};

function enqueuer(): { enqueue: (change?: Partial<NewNotice>) => boolean; texts: () => string[] } {
  const { database } = testState();
  return {
    enqueue: (change = {}) => database.write(() => enqueueNotice(database, { ...GAP, ...change })),
    texts: () => waitingNotices(database, 100).map(({ text }) => text),
  };
}

describe('one alert per doubt and job until it changes or 24 h pass', () => {
  test('a day is over after 24 h exactly, not a millisecond before', () => {
    const { enqueue, texts } = enqueuer();
    expect(enqueue()).toBe(true);
    expect(enqueue()).toBe(false);
    expect(enqueue({ now: TEST_NOW + DAY_MS - 1 })).toBe(false);
    expect(enqueue({ now: TEST_NOW + DAY_MS })).toBe(true);
    expect(texts()).toHaveLength(2);
  });

  test('another job, or another doubt, is another alert', () => {
    const { enqueue } = enqueuer();
    expect(enqueue()).toBe(true);
    expect(enqueue({ job: 'nurture', dedupeKey: 'doubt:nurture:gap' })).toBe(true);
    expect(enqueue({ dedupeKey: 'doubt:drip:clock' })).toBe(true);
  });

  test('0 tells every time, Infinity tells once', () => {
    const { enqueue } = enqueuer();
    expect(enqueue({ repeatAfterMs: 0 })).toBe(true);
    expect(enqueue({ repeatAfterMs: 0 })).toBe(true);
    expect(enqueue({ repeatAfterMs: Infinity, now: TEST_NOW + 1_000 * DAY_MS })).toBe(false);
  });

  test('A14: an alert dated in the future, from before the clock went back, silences nothing', () => {
    const { enqueue } = enqueuer();
    expect(enqueue({ now: TEST_NOW + 365 * DAY_MS })).toBe(true);
    expect(enqueue()).toBe(true);
  });
});

describe('F1: a notice is kept until a channel took it', () => {
  test('what failed waits with its count and last error, in its old place', () => {
    const { database } = testState();
    database.write(() => {
      enqueueNotice(database, GAP);
      enqueueNotice(database, { ...GAP, dedupeKey: 'other', job: null, runId: null, text: 'second' });
    });
    const [first, second] = waitingNotices(database, 10);
    if (first === undefined || second === undefined) throw new Error('both must wait');
    expect(first).toEqual({
      rowId: first.rowId,
      kind: 'doubt',
      job: 'drip',
      text: GAP.text,
      card: null,
      runId: 'r-1',
      createdAt: TEST_NOW,
      claimedAt: null,
      attempts: 0,
      lastError: null,
    });
    const refuse = (rowId: number, error: string): void =>
      markNoticeFailed(database, rowId, { error, mayHaveArrived: false });
    database.write(() => refuse(first.rowId, `timeout ${'x'.repeat(1_000)}`));
    database.write(() => refuse(first.rowId, 'refused'));
    expect(waitingNotices(database, 1)).toMatchObject([
      { rowId: first.rowId, attempts: 2, lastError: 'refused' },
    ]);
    database.write(() => markNoticeDelivered(database, first.rowId, TEST_NOW + 5));
    expect(waitingNotices(database, 10)).toMatchObject([{ rowId: second.rowId, job: null, runId: null }]);
  });

  test('a claim outlives the run that made it, and a refusal, but not an answer that came', () => {
    const { database } = testState();
    const { rowId } = database.write(() => {
      enqueueNotice(database, GAP);
      return waitingNotices(database, 1)[0]!;
    });
    expect(hasWaitingNotice(database)).toBe(true);
    const claimedAt = (): number | null | undefined => waitingNotices(database, 1)[0]?.claimedAt;
    database.write(() => claimNotice(database, rowId, TEST_NOW + 1));
    expect(claimedAt()).toBe(TEST_NOW + 1);
    database.write(() => markNoticeFailed(database, rowId, { error: 'no answer', mayHaveArrived: true }));
    expect(claimedAt()).toBe(TEST_NOW + 1);
    database.write(() => markNoticeFailed(database, rowId, { error: 'refused', mayHaveArrived: false }));
    expect(claimedAt()).toBeNull();
    database.write(() => supersedeNotices(database, 'doubt', TEST_NOW + 2));
    expect(hasWaitingNotice(database)).toBe(false);
  });

  test('F1: a channel is down since its first failure in a row, and forgotten when it works', () => {
    const { database } = testState();
    const fail = (now: number): void =>
      database.write(() => saveChannelTrouble(database, 'telegram', { now, retryAt: now + 1, error: '502' }));
    fail(TEST_NOW);
    fail(TEST_NOW + 10);
    expect(channelTrouble(database, 'telegram')).toEqual({
      downSince: TEST_NOW,
      retryAt: TEST_NOW + 11,
      failures: 2,
      lastError: '502',
      toldAt: null,
    });
    database.write(() => forgetChannelTrouble(database, 'telegram'));
    expect(channelTrouble(database, 'telegram')).toBeNull();
  });

  test('an endless error is cut', () => {
    const { database } = testState();
    database.write(() => enqueueNotice(database, GAP));
    const [notice] = waitingNotices(database, 1);
    database.write(() =>
      markNoticeFailed(database, notice?.rowId ?? 0, { error: 'x'.repeat(10_000), mayHaveArrived: false }),
    );
    expect(waitingNotices(database, 1)[0]?.lastError).toHaveLength(500);
  });

  test('a notice is part of the transaction of what it reports', () => {
    const { database } = testState();
    const failing = (): void =>
      database.write(() => {
        enqueueNotice(database, GAP);
        throw new Error('rolled back');
      });
    expect(failing).toThrow('rolled back');
    expect(waitingNotices(database, 10)).toEqual([]);
    expect(() => enqueueNotice(database, GAP)).toThrow('must run inside');
  });
});
