import { describe, expect, test } from 'vitest';

import type { Policy } from '../../../src/core/policy.ts';
import type { DraftAct, SendAct } from '../../../src/core/rehearsal/acts.ts';
import { judgeActs, type WitnessedRun } from '../../../src/core/rehearsal/promises.ts';
import { DAY_MS, HOUR_MS, testPolicy } from '../../helpers/candidates.ts';
import { AT, draftAct, sendAct, told, witnessedRun } from './acts.ts';

const WHO = 'Anna@example.com';

function limited(limits: Partial<Policy['limits']>, more: Partial<Policy> = {}): Policy {
  const policy = testPolicy(more);
  return { ...policy, limits: { ...policy.limits, ...limits } };
}

function ofDraft(draft: Partial<DraftAct>, run: Partial<WitnessedRun> = {}): readonly string[] {
  return judgeActs(witnessedRun(run), { drafts: [draftAct(draft)], sends: [] }).map(told);
}

function ofSend(send: Partial<SendAct>, run: Partial<WitnessedRun> = {}): readonly string[] {
  return judgeActs(witnessedRun(run), { drafts: [], sends: [sendAct(send)] }).map(told);
}

function ofDrafts(drafts: readonly Partial<DraftAct>[], run: Partial<WitnessedRun> = {}): readonly string[] {
  const made = drafts.map((draft, index) => draftAct({ leadRowId: 100 + index, ...draft }));
  return judgeActs(witnessedRun(run), { drafts: made, sends: [] }).map(told);
}

test('F5: a day that kept every promise has no violation, and neither has one on which nothing happened', () => {
  expect([ofDraft({}), ofSend({})]).toEqual([[], []]);
  expect(judgeActs(witnessedRun({ isPaused: true }), { drafts: [], sends: [] })).toEqual([]);
});

test('F5: a violation says when and to whom, so that it can be looked up', () => {
  expect(
    judgeActs(witnessedRun(), { drafts: [draftAct({ madeAt: AT + 5, isSpam: true })], sends: [] }),
  ).toEqual([{ promise: 'B3', at: AT + 5, lead: WHO, what: 'written to though marked as spam' }]);
});

describe('B3, B8, E4: whoever must not be written to, drafted or sent', () => {
  test.each<[Partial<DraftAct> & Partial<SendAct>, string | null]>([
    [{ suppressedReason: 'bounced' }, 'B3: written to though suppressed: bounced'],
    [{ isOptedOut: true }, 'B3: written to though opted out'],
    [{ isDoNotContact: true }, 'B3: written to though marked do-not-contact'],
    [{ isSpam: true }, 'B3: written to though marked as spam'],
    [{ stage: 'customer' }, 'B3: written to in stage customer'],
    [{ stage: 'disqualified' }, 'B3: written to in stage disqualified'],
    [{ stage: 'proposal' }, null],
    [{ status: 'unqualified' }, 'B3: written to though unqualified'],
    [{ attribution: 'mismatch' }, 'B8: written to at an address of another company'],
    [{ attribution: 'unknown' }, null],
    [{ leadHeldUntil: AT + 1 }, 'E4: written to while on hold'],
    [{ leadHeldUntil: AT }, null],
  ])('%j', (facts, line) => {
    const expected = line === null ? [] : [line.replace(':', ` ${WHO}:`)];
    expect(ofDraft(facts)).toEqual(expected);
    expect(ofSend(facts)).toEqual(expected);
  });
});

describe('A10, A14, B9, A11, C3: moments at which nothing may happen', () => {
  const MORNING = { weekdays: [], startMinute: 480, endMinute: 600, zone: 'lead' } as const;

  test.each<[string, Partial<DraftAct> & Partial<SendAct>, Partial<WitnessedRun>, string[]]>([
    ['a pause', {}, { isPaused: true }, ['A10: while everything was paused']],
    [
      'a doubt',
      {},
      { untrusted: { promise: 'A14', what: 'the clock ran backwards' } },
      ['A14: while the clock ran backwards'],
    ],
    ['a paused sequence', { sequenceStatus: 'paused' }, {}, ['B9: its sequence is paused']],
    ['the night of the lead', { zone: 'Asia/Tokyo' }, {}, ['A11: outside the hours of Asia/Tokyo']],
    [
      'a holiday of the lead’s country',
      { country: 'DE' },
      { isHoliday: (country, day) => country === 'DE' && day === '2026-02-18' },
      ['A11: outside the hours of UTC'],
    ],
    ['a holiday of another country', { country: 'FR' }, { isHoliday: (country) => country === 'DE' }, []],
    ['a window that has just closed', { window: MORNING }, {}, ['C3: outside the window of its step']],
    ['a window that is open', { window: { ...MORNING, endMinute: 601 } }, {}, []],
    [
      'a window of another zone that has closed',
      { window: { ...MORNING, zone: 'Europe/Berlin', endMinute: 660 } },
      {},
      ['C3: outside the window of its step'],
    ],
    [
      'a window that never meets the hours: it is ignored',
      { window: { ...MORNING, startMinute: 60, endMinute: 180 } },
      {},
      [],
    ],
  ])('%s', (_name, act, run, lines) => {
    const expected = lines.map((line) => line.replace(':', ` ${WHO}:`));
    expect(ofDraft(act, run)).toEqual(expected);
    expect(ofSend(act, run)).toEqual(expected);
  });

  test('C3: a window that opens within fourteen days is waited for, one that opens later is ignored', () => {
    const wednesday = { weekdays: [3], startMinute: 480, endMinute: 600, zone: 'lead' } as const;
    const holidaysUntil = (last: string) => (_country: string | null, day: string) =>
      day > '2026-02-18' && day <= last;
    // Two Wednesdays on are holidays; the one after that is too far away.
    expect(ofDraft({ window: wednesday }, { isHoliday: holidaysUntil('2026-03-03') })).toEqual([
      `C3 ${WHO}: outside the window of its step`,
    ]);
    expect(ofDraft({ window: wednesday }, { isHoliday: holidaysUntil('2026-03-04') })).toEqual([]);
  });
});

describe('what a draft must not be', () => {
  test.each<[string, Partial<DraftAct>, string | null]>([
    ['A2', { previousDraftAt: AT - DAY_MS + 1 }, 'drafted 24.0 h after the draft before it'],
    ['A2', { previousDraftAt: AT - 90 * 60_000 }, 'drafted 1.5 h after the draft before it'],
    ['A2', { previousDraftAt: AT - DAY_MS }, null],
    ['A7', { othersWaiting: 1 }, 'drafted while another draft of this lead waits'],
    ['B7', { job: 'nurture', othersLive: 1 }, 'a follow-up for a lead that is under way'],
    ['B7', { job: 'drip', othersLive: 1 }, null],
    ['C5', { lastPosition: 2 }, 'drafted a step that was passed already'],
    ['C5', { lastPosition: 3 }, 'drafted a step that was passed already'],
    ['C5', { lastPosition: null }, null],
    ['C5', { lastPosition: 5, job: 'nurture' }, null],
    ['C2', { dueAt: AT + 2 * HOUR_MS }, 'drafted 2.0 h before it was due'],
    ['C2', { nextDueAt: AT + 1 }, 'drafted 0.0 h before it was due'],
    ['C2', { dueAt: AT - 1, nextDueAt: AT + HOUR_MS }, 'drafted 1.0 h before it was due'],
    ['C2', { dueAt: null, nextDueAt: null }, null],
  ])('%s %j', (promise, draft, what) => {
    expect(ofDraft(draft)).toEqual(what === null ? [] : [`${promise} ${WHO}: ${what}`]);
  });

  describe('A16: too late, since nothing ran when it fell due', () => {
    const dueAt = AT - 8 * DAY_MS;
    const off = { startedAt: dueAt - 1, endedAt: dueAt + 7 * DAY_MS + 1 };
    const silent = { silences: () => [off] };

    test('a person is asked, or it is a violation', () => {
      expect(ofDraft({ dueAt }, silent)).toEqual([]);
      expect(ofDraft({ dueAt, late: 'skip' }, silent)).toEqual([
        `A16 ${WHO}: too late, and its sequence says skip`,
      ]);
      expect(ofDraft({ dueAt, late: 'restart', state: 'approved' }, silent)).toEqual([
        `A16 ${WHO}: too late, and its sequence says restart`,
      ]);
      const unasked = [`A16 ${WHO}: too late, and nobody was asked`];
      expect(ofDraft({ dueAt, approvedBy: 'sequence' }, silent)).toEqual(unasked);
      expect(ofDraft({ dueAt, state: 'approved' }, silent)).toEqual(unasked);
      expect(ofDraft({ dueAt, approvedBy: 'tom' }, silent)).toEqual([]);
    });

    test.each<[string, Partial<DraftAct>, Partial<WitnessedRun>]>([
      ['what falls due at no time is never late', { dueAt: null }, silent],
      ['machines that ran all the time make nothing late', { dueAt }, {}],
      [
        'a silence that began when it fell due',
        { dueAt },
        { silences: () => [{ ...off, startedAt: dueAt }] },
      ],
      ['a silence that ended in time', { dueAt }, { silences: () => [{ ...off, endedAt: off.endedAt - 1 }] }],
      ['a step that may be later', { dueAt, maxLateMs: 7 * DAY_MS + 1 }, silent],
      ['the silence of the other job', { dueAt }, { silences: (job) => (job === 'nurture' ? [off] : []) }],
    ])('%s: it is not late', (_name, draft, run) => {
      expect(ofDraft({ late: 'skip', ...draft }, run)).toEqual([]);
    });

    test('a step that has less time than the others is late sooner', () => {
      const short = { startedAt: dueAt - 1, endedAt: dueAt + HOUR_MS + 1 };
      expect(ofDraft({ dueAt, late: 'skip', maxLateMs: HOUR_MS }, { silences: () => [short] })).toHaveLength(
        1,
      );
      expect(ofDraft({ dueAt, late: 'skip' }, { silences: () => [short] })).toEqual([]);
      expect(
        ofDraft(
          { dueAt, late: 'skip' },
          { silences: () => [short, off], policy: limited({ maxLateMs: DAY_MS }) },
        ),
      ).toHaveLength(1);
    });
  });
});

describe('what a mail must not be', () => {
  test.each<[string, Partial<SendAct>, string | null]>([
    ['D5', { approvedAt: null }, 'sent without an approval'],
    ['D5', { approvedAt: AT + 1, leavesAt: AT + 1 }, 'sent without an approval'],
    ['D7', { leavesAt: AT + 1 }, 'sent while it could still be undone'],
    ['D7', { leavesAt: null }, null],
    ['D1', { deliveries: 2 }, 'delivered 2 times'],
    ['A2', { previousSentAt: AT - 23 * HOUR_MS }, 'sent 23.0 h after the mail before it'],
    ['A2', { previousSentAt: AT - DAY_MS }, null],
    ['D2', { draftedAt: AT - 7 * DAY_MS - 1 }, 'sent a draft that was too old'],
    ['D2', { draftedAt: AT - 7 * DAY_MS }, null],
    ['D2', { draftedAt: AT - 9 * DAY_MS, editedAt: AT - DAY_MS }, null],
    ['D2', { draftedAt: AT - 9 * DAY_MS, heldUntil: AT - DAY_MS }, null],
    ['D2', { draftedAt: null }, 'sent a draft that was too old'],
    ['D6', { senderPausedAt: AT - 1 }, 'sent by a mailbox that is paused'],
    ['D6', { senderPausedAt: AT }, null],
  ])('%s %j', (promise, send, what) => {
    expect(ofSend(send)).toEqual(what === null ? [] : [`${promise} ${WHO}: ${what}`]);
  });

  test.each<[string[], boolean]>([
    [[], true],
    [['ANNA@example.com'], true],
    [['tom@example.com', '@EXAMPLE.com'], true],
    [['tom@example.com'], false],
    [['@example.org'], false],
    [['example.com'], false],
  ])('D9: with the allowlist %j a mail to Anna@example.com is allowed: %s', (allowlist, isAllowed) => {
    expect(ofSend({}, { policy: testPolicy({ allowlist }) })).toEqual(
      isAllowed ? [] : [`D9 ${WHO}: sent to an address that is not on the allowlist`],
    );
  });
});

describe('what a run must not do', () => {
  test('A1: two steps for one lead, though two runs may have one each', () => {
    const one = draftAct({ messageId: 'm-a' });
    const judged = (other: DraftAct): readonly string[] =>
      judgeActs(witnessedRun(), { drafts: [one, other], sends: [] }).map(told);
    expect(judged(draftAct())).toEqual([`A1 ${WHO}: two steps in one run`]);
    expect(judged(draftAct({ runId: 'r-two' }))).toEqual([]);
    expect(judged(draftAct({ leadRowId: 8 }))).toEqual([]);
  });

  test('A6: more than the cap of a run, of each job for itself', () => {
    const five = Array.from({ length: 5 }, () => ({}));
    const nurture = five.map(() => ({ job: 'nurture' as const }));
    expect(ofDrafts([...five, ...nurture])).toEqual([]);
    expect(ofDrafts([...five, {}])).toEqual(['A6: drip made 6 drafts in one run, the cap is 5']);
    expect(ofDrafts([...nurture, { job: 'nurture' }])).toEqual([
      'A6: nurture made 6 drafts in one run, the cap is 5',
    ]);
    expect(ofDrafts([...five, {}], { policy: limited({ draftsPerRunNurture: 9 }) })).toHaveLength(1);
    expect(ofDrafts([...nurture, {}], { policy: limited({ draftsPerRunNurture: 4 }) })).toEqual([
      'A6: nurture made 5 drafts in one run, the cap is 4',
    ]);
    expect(ofDrafts([...five, {}], { policy: limited({ draftsPerRunDrip: 6 }) })).toEqual([]);
  });

  test('A6: more than the cap of a day, by the day or by the last 24 hours', () => {
    expect(ofDraft({}, { draftsToday: 10, drafts24h: 10 })).toEqual([]);
    expect(ofDraft({}, { draftsToday: 11 })).toEqual(['A6: 11 drafts in a day, the cap is 10']);
    expect(ofDraft({}, { drafts24h: 12 })).toEqual(['A6: 12 drafts in a day, the cap is 10']);
    expect(ofSend({}, { draftsToday: 11 })).toEqual([]);
    expect(ofSend({}, { sendsToday: 50 })).toEqual([]);
    expect(ofSend({}, { sendsToday: 51 })).toEqual(['A6: 51 sends in a day, the cap is 50']);
    expect(ofDraft({}, { sendsToday: 51 })).toEqual([]);
    const sends = [sendAct(), sendAct({ messageId: 'm-two' })];
    const policy = (sendsPerRun: number): WitnessedRun => witnessedRun({ policy: limited({ sendsPerRun }) });
    expect(judgeActs(policy(2), { drafts: [], sends })).toEqual([]);
    expect(judgeActs(policy(1), { drafts: [], sends }).map(told)).toEqual([
      'A6: 2 sends in one run, the cap is 1',
    ]);
  });

  describe('A4, A5: what nobody had settled', () => {
    const NEVER = { checkpointAt: null, checkpointBootId: null };
    const LONG_AGO = { checkpointAt: AT - 36 * HOUR_MS - 1, checkpointBootId: 'boot-1' };
    const KNOWN = { checkpointAt: AT - 36 * HOUR_MS, checkpointBootId: 'boot-1' };
    const before = (drip: WitnessedRun['before']['drip']): Partial<WitnessedRun> => ({
      before: { drip, nurture: NEVER },
    });

    test.each<[string, Partial<WitnessedRun>, string[]]>([
      ['the last run is as old as may be', before(KNOWN), []],
      ['it never ran', before(NEVER), ['A4: drip drafted without ever having run before']],
      ['it was silent', before(LONG_AGO), ['A4: drip drafted after 36.0 h of silence']],
      [
        'the machine was started',
        { ...before(KNOWN), bootId: 'boot-2' },
        ['A4: drip drafted in a boot that nobody had settled'],
      ],
      [
        'nobody can tell the boot',
        { ...before({ ...KNOWN, checkpointBootId: null }), bootId: null },
        ['A4: drip drafted in a boot that nobody had settled'],
      ],
      ['a person typed it', { ...before(LONG_AGO), isByPerson: true }, []],
      ['a person confirmed it', { ...before(LONG_AGO), command: 'confirm', isByPerson: true }, []],
      ['a timer confirmed a boot', { ...before(KNOWN), bootId: 'boot-2', command: 'confirm' }, []],
      ['a timer confirmed the first run', { ...before(NEVER), command: 'confirm' }, []],
      [
        'a timer confirmed a silence',
        { ...before(LONG_AGO), command: 'confirm' },
        ['A5: a timer confirmed drip after 36.0 h of silence'],
      ],
    ])('%s', (_name, run, lines) => {
      expect(ofDraft({}, run)).toEqual(lines);
    });
  });

  describe('A8: more than is usual, and not held', () => {
    const volume = (madeToday: number, more = {}): Partial<WitnessedRun> => {
      const drip = { madeToday, releasedToday: 0, recentDays: [], ...more };
      return { volume: { drip, nurture: { ...drip, madeToday: 0 } } };
    };

    test('the floor counts where little is usual, the mean where much is, and what was released on top', () => {
      expect(ofDraft({}, volume(12))).toEqual([]);
      expect(ofDraft({}, volume(13))).toEqual(['A8: drip made 13 today, the hold line is 12.0']);
      expect(ofDraft({}, volume(13, { recentDays: [1, 2] }))).toHaveLength(1);
      expect(ofDraft({}, volume(15, { recentDays: [6, 4] }))).toEqual([]);
      expect(ofDraft({}, volume(16, { recentDays: [6, 4] }))).toEqual([
        'A8: drip made 16 today, the hold line is 15.0',
      ]);
      expect(ofDraft({}, volume(14, { releasedToday: 2 }))).toEqual([]);
      expect(ofDraft({}, volume(15, { releasedToday: 2 }))).toHaveLength(1);
    });

    test('a batch that was held is no violation, one draft of it that was not is', () => {
      expect(ofDrafts([{ isBatchHeld: true }, { isBatchHeld: true }], volume(20))).toEqual([]);
      expect(ofDrafts([{ isBatchHeld: true }, {}], volume(20))).toHaveLength(1);
    });
  });

  test('D6: more than the cap of a mailbox, said once for each', () => {
    const sends = [
      sendAct(),
      sendAct({ messageId: 'm-two' }),
      sendAct({ messageId: 'm-three', sender: null }),
      sendAct({ messageId: 'm-four', sender: 'eva@example.com' }),
    ];
    const senderDay = (address: string) => ({ sent: 21, cap: address === 'tom@example.com' ? 20 : 21 });
    expect(judgeActs(witnessedRun({ senderDay }), { drafts: [], sends }).map(told)).toEqual([
      'D6: tom@example.com sent 21 on one day, its cap is 20',
    ]);
    expect(ofSend({}, { senderDay: () => ({ sent: 900, cap: null }) })).toEqual([]);
  });

  test('A11: on a day on which the operator does not work, drafting and sending alike', () => {
    const holiday = { policy: testPolicy({ holidays: ['2026-02-19'] }) };
    const line = 'A11: on 2026-02-19, when the operator does not work';
    expect(ofDraft({ day: '2026-02-19' }, holiday)).toEqual([line]);
    expect(ofSend({ day: '2026-02-19' }, holiday)).toEqual([line]);
    expect(ofDraft({ day: '2026-02-22' })).toEqual(['A11: on 2026-02-22, when the operator does not work']);
    expect(ofSend({}, holiday)).toEqual([]);
    // What a run says of itself is said at the run's own moment, and of nobody.
    expect(
      judgeActs(witnessedRun({ ...holiday, at: AT - 1 }), {
        drafts: [draftAct({ day: '2026-02-19' })],
        sends: [],
      }),
    ).toEqual([{ promise: 'A11', at: AT - 1, lead: null, what: line.slice(5) }]);
  });
});
