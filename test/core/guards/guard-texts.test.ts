import { describe, expect, test } from 'vitest';

import { judgeSend, type SendCandidate } from '../../../src/core/guards/send-guards.ts';
import { judgeState, type StateFacts } from '../../../src/core/guards/state-doubts.ts';
import { repliesUnread, wakeDoubts } from '../../../src/core/guards/wake.ts';
import { stampOf, type StateHeader } from '../../../src/core/state-identity.ts';
import { candidate, DAY_MS, guardContext, HOUR_MS, testPolicy, WEDNESDAY } from '../../helpers/candidates.ts';

/** A13: whoever reads why nothing moved reads one of these sentences, and nothing else tells what to do. */

const { limits } = testPolicy();

describe('why a job only previews', () => {
  const CALM = {
    now: WEDNESDAY,
    checkpointAt: WEDNESDAY - HOUR_MS,
    checkpointBootId: 'boot-1',
    bootId: 'boot-1',
    vetoedAt: null,
  };

  test.each([
    [{ checkpointAt: null }, 'no_checkpoint', 'no live run of this job has ever succeeded here'],
    [
      { checkpointAt: WEDNESDAY - 100.5 * HOUR_MS },
      'gap',
      'the last full run was 100.5 h ago, the limit is 36 h',
    ],
    [{ bootId: 'boot-2' }, 'first_boot', 'this is the first run since the machine booted'],
    [{ vetoedAt: WEDNESDAY - 1 }, 'first_boot', 'its preview was vetoed and no person has acted since'],
    // A veto from before the boot says nothing new: the boot alone asks for a person.
    [
      { vetoedAt: WEDNESDAY - 1, bootId: 'boot-2' },
      'first_boot',
      'this is the first run since the machine booted',
    ],
  ])('A4, A5: %j', (change, reason, detail) => {
    expect(wakeDoubts({ ...CALM, ...change }, limits)).toEqual([{ reason, liftedBy: 'confirm', detail }]);
  });

  test.each([
    [{ readToEndAt: null }, 'boot-1', 'inbox was never read to its end'],
    [{ readToEndAt: WEDNESDAY - 7.5 * HOUR_MS }, 'boot-1', 'inbox was last read to its end 7.5 h ago'],
    [
      { readToEndAt: WEDNESDAY - HOUR_MS },
      'boot-2',
      'inbox was last read to its end 1.0 h ago, before the machine booted',
    ],
    [
      { readToEndAt: WEDNESDAY - HOUR_MS },
      null,
      'inbox was last read to its end 1.0 h ago, and this machine does not tell whether it has booted since',
    ],
    // As old as it may be is not too old: the boot is what is wrong.
    [
      { readToEndAt: WEDNESDAY - 6 * HOUR_MS },
      'boot-2',
      'inbox was last read to its end 6.0 h ago, before the machine booted',
    ],
    // Too old is said of what is too old, whatever the boot.
    [{ readToEndAt: WEDNESDAY - 7 * HOUR_MS }, null, 'inbox was last read to its end 7.0 h ago'],
  ])('A21: %j on %s', (change, bootId, words) => {
    const sources = [{ sourceId: 'inbox', readOnBootId: 'boot-1', ...change }];
    expect(repliesUnread({ now: WEDNESDAY, bootId, sources }, limits)).toEqual([
      {
        reason: 'replies_unread',
        liftedBy: 'being_right',
        detail: `${words}; an answer may be waiting there`,
      },
    ]);
  });

  test('A21: only the sources that are unread are told', () => {
    const read = { sourceId: 'read', readToEndAt: WEDNESDAY - limits.replyAgeMs, readOnBootId: 'boot-1' };
    const unread = { sourceId: 'unread', readToEndAt: null, readOnBootId: null };
    const doubts = repliesUnread({ now: WEDNESDAY, bootId: 'boot-1', sources: [read, unread] }, limits);
    expect(doubts.map(({ detail }) => detail)).toEqual([expect.stringMatching(/^unread was/)]);
  });
});

describe('what is wrong with a state', () => {
  const MACHINE = { machineIdHash: 'id-1', instanceIdHash: 'i-1', macHash: 'mac-1', hostName: 'vps-1' };
  const HEADER: StateHeader = {
    stateId: 's-1',
    machine: MACHINE,
    lastClockAt: WEDNESDAY,
    writeCounter: 40,
    createdAt: 0,
    boundAt: 0,
    restoredAt: null,
    wentLiveAt: null,
    personNeededSinceAt: null,
  };
  const SOUND: StateFacts = {
    header: HEADER,
    stamp: stampOf(HEADER),
    auditHash: null,
    machine: MACHINE,
    now: WEDNESDAY,
  };
  const detailsOf = (change: Partial<StateFacts>): readonly string[] =>
    judgeState({ ...SOUND, ...change }).map(({ detail }) => detail);

  test('A15: which parts of the machine differ, and where it was', () => {
    const machine = {
      machineIdHash: 'id-2',
      instanceIdHash: 'i-2',
      macHash: 'mac-2',
      hostName: 'vps-2',
    };
    const words = 'this state belongs to another machine (vps-1; here vps-2): ';
    expect(detailsOf({ machine })).toEqual([`${words}machine id, cloud instance id, network card differ`]);
    expect(judgeState({ ...SOUND, machine: { ...machine, instanceIdHash: 'i-1', macHash: null } })).toEqual([
      {
        reason: 'machine',
        liftedBy: 'adopt',
        detail: `${words}machine id differ`,
        facts: { bound_host: 'vps-1', this_host: 'vps-2', differing: 'machine id' },
      },
    ]);
  });

  test.each<[Partial<StateFacts>, string]>([
    [{ stamp: null }, 'its stamp (stamp.json) is missing'],
    [{ header: { ...HEADER, stateId: 's-2' } }, 'the stamp beside it belongs to another state'],
    [{ header: { ...HEADER, writeCounter: 28 } }, 'it is 12 writes older than the stamp beside it'],
    [{ header: { ...HEADER, restoredAt: 1 } }, 'it was restored and waits for adopt'],
  ])('A15: %j', (change, why) => {
    expect(detailsOf(change)).toEqual([`the state may be a restored one: ${why}`]);
  });

  test('A13, A15: an audit trail that its stamp knows otherwise, and of a state that is known to be restored only that', () => {
    const stamp = { ...stampOf(HEADER), audit: { number: 41, hash: 'a'.repeat(64) } };
    expect(judgeState({ ...SOUND, stamp })).toMatchObject([{ facts: { stamp_audit_number: 41 } }]);
    const header = { ...HEADER, restoredAt: 1 };
    expect(detailsOf({ stamp, header })).toEqual([
      'the state may be a restored one: it was restored and waits for adopt',
    ]);
  });

  test.each([
    [-120 * 60_000, 'the clock went back by 2 hours'],
    [-119 * 60_000, 'the clock went back by 119 minutes'],
    [366 * DAY_MS, 'the clock is 366 days ahead of its last reading'],
  ])('A14: a clock that is wrong by %i ms', (shiftMs, detail) => {
    const now = WEDNESDAY + shiftMs;
    expect(judgeState({ ...SOUND, now })).toEqual([
      { reason: 'clock', liftedBy: 'being_right', detail, facts: { now, last_clock_at: WEDNESDAY } },
    ]);
  });
});

describe('why an approved message does not leave', () => {
  const message: SendCandidate['message'] = {
    rowId: 1,
    id: 'm-1',
    state: 'approved',
    approvedAt: WEDNESDAY - HOUR_MS,
    draftedAt: WEDNESDAY - DAY_MS,
    editedAt: null,
    heldUntil: null,
    leavesAt: WEDNESDAY - HOUR_MS,
    retryAt: null,
    released: false,
  };
  const sender = { address: 'tom@example.com', room: 1, pausedReason: null, removed: null };
  const detailOf = (change: Partial<SendCandidate>, allowlist: readonly string[] = []): unknown => {
    const send = { candidate: candidate(), message, lastSentAt: null, sender, ...change };
    const verdict = judgeSend(send, guardContext({ policy: testPolicy({ allowlist }) }));
    return verdict.kind === 'allow' ? 'allow' : verdict.detail;
  };

  test.each<[Partial<SendCandidate>, string]>([
    [{}, 'allow'],
    [{ sender: null }, 'allow'],
    [{ sender: { ...sender, room: null } }, 'allow'],
    [{ message: { ...message, draftedAt: 0 } }, 'the draft waited too long'],
    [{ message: { ...message, leavesAt: WEDNESDAY + 1 } }, 'the approval can still be undone'],
    [{ message: { ...message, retryAt: WEDNESDAY + 1 } }, 'the last attempt failed; waiting before the next'],
    [{ lastSentAt: WEDNESDAY }, 'this lead was sent something too recently'],
    [{ sender: { ...sender, room: 0 } }, 'tom@example.com has had its mails of the day'],
    [{ sender: { ...sender, room: -1 } }, 'tom@example.com has had its mails of the day'],
    [{ sender: { ...sender, pausedReason: 'bounces' } }, 'tom@example.com is paused: bounces'],
    [
      { sender: { ...sender, room: 0, pausedReason: 'bounces', removed: 'mia@example.com' } },
      'its sender mia@example.com is in no [[sender]] block, and none takes_over its leads',
    ],
  ])('D2, D6, D7: %j', (change, detail) => {
    expect(detailOf(change)).toBe(detail);
  });

  test('D9: who is not on the list is told so, and a domain does not stand for one that ends alike', () => {
    expect(detailOf({}, ['@ogt.example'])).toBe('not on mail.allowlist');
    expect(detailOf({}, ['vogt.example'])).toBe('not on mail.allowlist');
    expect(detailOf({}, ['nobody@x.example', '@vogt.example'])).toBe('allow');
  });
});
