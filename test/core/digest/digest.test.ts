import { describe, expect, test } from 'vitest';

import { makeDigest, sparkline, type DigestFacts } from '../../../src/core/digest/digest.ts';
import { TEST_NOW } from '../../helpers/fakes.ts';

const QUIET: DigestFacts = {
  at: TEST_NOW,
  day: '2026-02-18',
  isLive: true,
  pausedReason: null,
  doubts: [],
  vetoed: [],
  openHolds: [],
  held: 0,
  uncertain: 0,
  late: [],
  stuck: [],
  senders: [],
  lostSenders: [],
  untold: 0,
  waiting: { total: 0, first: [] },
  approved: { count: 0, nextLeavesAt: null },
  yesterday: {
    ...{ drafted: 0, sent: 0, failed: 0, replies: [], bounced: 0, complained: 0, unsubscribed: 0 },
    model: null,
  },
  volume: [],
  forecast: [
    { job: 'drip', drafts: 0, restsFor: null },
    { job: 'nurture', drafts: 0, restsFor: null },
  ],
  roomToday: 10,
  restInDays: 3,
  coming: [],
};

describe('what a morning needs to know (F1)', () => {
  test('nothing at all is an empty digest', () => {
    expect(makeDigest(QUIET)).toMatchObject({ isEmpty: true, attention: [], draftsAhead: 0 });
  });

  test.each(['drafted', 'sent', 'failed', 'bounced', 'complained', 'unsubscribed'] as const)(
    'one that was %s yesterday makes it worth a message',
    (what) => {
      const yesterday = { ...QUIET.yesterday, [what]: 1 };
      expect(makeDigest({ ...QUIET, yesterday })).toMatchObject({ isEmpty: false, attention: [] });
    },
  );

  test('what needs a person is told, most urgent first, in the words of the facts', () => {
    const facts: DigestFacts = {
      ...QUIET,
      pausedReason: 'fair',
      doubts: [
        { job: 'drip', detail: 'another machine' },
        { job: 'send', detail: 'the clock' },
        { job: 'nurture', detail: 'another machine' },
      ],
      openHolds: ['drip'],
      uncertain: 1,
      vetoed: ['nurture'],
      late: [{ job: 'send', lastSuccessAt: TEST_NOW }],
      stuck: ['sync'],
      senders: [{ address: 'a@b.example', detail: 'bounces', isPaused: true }],
      lostSenders: [{ address: 'c@b.example', leads: 3 }],
      untold: 2,
    };
    expect(makeDigest(facts)).toEqual({
      facts,
      draftsAhead: 0,
      isEmpty: false,
      attention: [
        { kind: 'paused', reason: 'fair' },
        { kind: 'doubt', jobs: ['drip', 'nurture'], detail: 'another machine' },
        { kind: 'doubt', jobs: ['send'], detail: 'the clock' },
        { kind: 'hold', jobs: ['drip'], held: 0 },
        { kind: 'uncertain', count: 1 },
        { kind: 'vetoed', jobs: ['nurture'] },
        { kind: 'late', job: 'send', lastSuccessAt: TEST_NOW },
        { kind: 'stuck', job: 'sync' },
        { kind: 'sender', address: 'a@b.example', detail: 'bounces', isPaused: true },
        { kind: 'lost_sender', address: 'c@b.example', leads: 3 },
        { kind: 'untold', count: 2 },
      ],
    });
  });

  test.each<[string, Partial<DigestFacts>]>([
    ['a draft that waits', { waiting: { total: 1, first: [] } }],
    ['an approved mail', { approved: { count: 1, nextLeavesAt: TEST_NOW } }],
    ['an answer of yesterday', { yesterday: { ...QUIET.yesterday, replies: ['Anders'] } }],
    ['a draft that is due', { forecast: [{ job: 'drip', drafts: 1, restsFor: null }] }],
    ['a pause', { pausedReason: '' }],
    ['an alert that nobody took', { untold: 1 }],
    ['a sender in trouble', { senders: [{ address: 'a@b.example', detail: 'bounces', isPaused: false }] }],
  ])('%s makes it worth a message', (_name, change) => {
    expect(makeDigest({ ...QUIET, ...change }).isEmpty).toBe(false);
  });

  test('one doubt of three jobs is told once, after the pause and before all else', () => {
    const doubts = ['drip', 'nurture', 'send'].map((job) => ({ job, detail: 'another machine' }));
    const { attention } = makeDigest({ ...QUIET, doubts, pausedReason: 'fair', uncertain: 2, held: 1 });
    expect(attention).toEqual([
      { kind: 'paused', reason: 'fair' },
      { kind: 'doubt', jobs: ['drip', 'nurture', 'send'], detail: 'another machine' },
      { kind: 'hold', jobs: [], held: 1 },
      { kind: 'uncertain', count: 2 },
    ]);
  });

  test('A6: the forecast never promises more than the cap of the day, nor what a job that rests would do', () => {
    const forecast = [
      { job: 'drip', drafts: 5, restsFor: null },
      { job: 'nurture', drafts: 4, restsFor: 'hold_open' },
    ];
    expect(makeDigest({ ...QUIET, forecast }).draftsAhead).toBe(5);
    const both = forecast.map((each) => ({ ...each, restsFor: null }));
    expect(makeDigest({ ...QUIET, forecast: both }).draftsAhead).toBe(9);
    expect(makeDigest({ ...QUIET, forecast, roomToday: 3 }).draftsAhead).toBe(3);
    expect(makeDigest({ ...QUIET, forecast, roomToday: -1 }).draftsAhead).toBe(0);
  });
});

test('a line of bars has one for each day, and none of them is missing for a zero', () => {
  expect(sparkline([0, 2, 4], { ascii: false })).toBe('▁▅█');
  expect(sparkline([0, 0], { ascii: true })).toBe('..');
  expect(sparkline([], { ascii: true })).toBe('');
  expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7], { ascii: true })).toBe('.:-=+*#@');
  expect(sparkline([-3, 1], { ascii: true })).toBe('.@');
});
