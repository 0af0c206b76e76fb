import { describe, expect, it } from 'vitest';

import { liftByPerson, repliesUnread, wakeDoubts } from '../../../src/core/guards/wake.ts';
import { HOUR_MS, testPolicy, WEDNESDAY } from '../../helpers/candidates.ts';

const { limits } = testPolicy();
const CALM = {
  now: WEDNESDAY,
  checkpointAt: WEDNESDAY - HOUR_MS,
  checkpointBootId: 'boot-1',
  bootId: 'boot-1',
  vetoedAt: null,
};

function reasons(facts: Partial<typeof CALM>): string[] {
  return wakeDoubts({ ...CALM, ...facts }, limits).map((doubt) => doubt.reason);
}

describe('the wake guard', () => {
  it('has no doubt an hour after a live run on the same boot', () => {
    expect(reasons({})).toEqual([]);
  });

  it('A4, hardening 104: 36 h since the last live run are no cold start, a millisecond more is', () => {
    expect(reasons({ checkpointAt: WEDNESDAY - 36 * HOUR_MS })).toEqual([]);
    expect(reasons({ checkpointAt: WEDNESDAY - 36 * HOUR_MS - 1 })).toEqual(['gap']);
  });

  it('A4: a job without a checkpoint previews, and is not asked about its boot as well', () => {
    expect(wakeDoubts({ ...CALM, checkpointAt: null, checkpointBootId: null }, limits)).toMatchObject([
      { reason: 'no_checkpoint' },
    ]);
  });

  it('A4: a checkpoint at the epoch is a checkpoint, not a missing one', () => {
    expect(reasons({ checkpointAt: 0 })).toEqual(['gap']);
  });

  it('A5: the first run after a reboot previews, however short the gap', () => {
    expect(reasons({ bootId: 'boot-2' })).toEqual(['first_boot']);
  });

  it('A5: three weeks off end in both doubts: the morning this was made for', () => {
    expect(reasons({ checkpointAt: WEDNESDAY - 504 * HOUR_MS, bootId: 'boot-2' })).toEqual([
      'gap',
      'first_boot',
    ]);
  });

  it('A5: a machine that does not tell its boot id counts as rebooted', () => {
    expect(wakeDoubts({ ...CALM, bootId: null }, limits)).toMatchObject([{ reason: 'first_boot' }]);
  });

  it('A5: a veto keeps the job preview-only on the same boot too', () => {
    expect(wakeDoubts({ ...CALM, vetoedAt: WEDNESDAY - 1 }, limits)).toMatchObject([
      { reason: 'first_boot' },
    ]);
  });

  it('A20: --force lifts checkpoint, gap and boot, and neither machine nor replies', () => {
    const doubts = [
      ...wakeDoubts({ ...CALM, bootId: 'boot-2', checkpointAt: 1 }, limits),
      { reason: 'machine' as const, liftedBy: 'adopt' as const, detail: '' },
      { reason: 'replies_unread' as const, liftedBy: 'being_right' as const, detail: '' },
    ];
    expect(liftByPerson(doubts).map((doubt) => doubt.reason)).toEqual(['machine', 'replies_unread']);
  });
});

describe('A21: unread replies', () => {
  const source = { sourceId: 'imap', readToEndAt: WEDNESDAY - 6 * HOUR_MS, readOnBootId: 'boot-1' };
  const judge = (change: Partial<typeof source> | { readToEndAt: null } | { readOnBootId: null }): number =>
    repliesUnread({ now: WEDNESDAY, bootId: 'boot-1', sources: [{ ...source, ...change }] }, limits).length;

  it('hold nothing back while the source was read within six hours on this boot', () => {
    expect(judge({})).toBe(0);
  });

  it('stop everything a millisecond later, after a reboot, and before the first reading', () => {
    expect(judge({ readToEndAt: source.readToEndAt - 1 })).toBe(1);
    expect(judge({ readOnBootId: 'boot-0' })).toBe(1);
    expect(judge({ readToEndAt: null })).toBe(1);
  });

  it('count as unread where the machine does not tell its boot: two that it did not tell may be two', () => {
    const unknown = { ...source, readToEndAt: WEDNESDAY, readOnBootId: null };
    expect(repliesUnread({ now: WEDNESDAY, bootId: null, sources: [unknown] }, limits)).toMatchObject([
      { reason: 'replies_unread' },
    ]);
    expect(repliesUnread({ now: WEDNESDAY, bootId: null, sources: [unknown] }, limits)[0]?.detail).toBe(
      'imap was last read to its end 0.0 h ago, and this machine does not tell whether it has booted since; an answer may be waiting there',
    );
    expect(judge({ readOnBootId: null })).toBe(1);
  });

  it('are no question where no source is configured', () => {
    expect(repliesUnread({ now: WEDNESDAY, bootId: null, sources: [] }, limits)).toEqual([]);
  });
});
