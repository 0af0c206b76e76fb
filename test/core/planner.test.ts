import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Candidate } from '../../src/core/candidate.ts';
import { HELD_BACK_SHOWN_MAX, JUDGED_MAX } from '../../src/core/planner.ts';
import { candidate, guardContext, HOUR_MS, WEDNESDAY } from '../helpers/candidates.ts';
import { CAPS, COPY, leads, plan } from '../helpers/plans.ts';

describe('the planner', () => {
  it('A6: takes the queue in its order up to the cap and names the cap for the rest', () => {
    const result = plan(leads(7));
    expect(result.drafts.map((draft) => draft.candidate.lead.rowId)).toEqual([1, 2, 3, 4, 5]);
    expect(result.countsByReason).toEqual({ cap_run: 2 });
    expect(result.demand).toBe(7);
  });

  it('A1: two due steps of one lead in one run: the second meets the watermark the first is about to set', () => {
    const [first] = leads(1);
    const second = candidate({ enrollment: { rowId: 2 }, step: { id: 'other' } });
    const result = plan([first ?? second, second]);
    expect(result.drafts).toHaveLength(1);
    expect(result.countsByReason).toEqual({ watermark: 1 });
  });

  it('A6: a lead whose words cannot be written takes nobody else’s place', () => {
    const result = plan(leads(6), {
      writeCopy: ({ lead }) =>
        lead.rowId === 1
          ? { kind: 'problem', reason: 'template', detail: 'first_name is empty' }
          : { kind: 'rendered', copy: COPY },
    });
    expect(result.drafts.map((draft) => draft.candidate.lead.rowId)).toEqual([2, 3, 4, 5, 6]);
    expect(result.countsByReason).toEqual({ template: 1 });
  });

  it('A6: leads held back at the head of the queue do not starve the rest', () => {
    const asleep = leads(50, { lead: { zone: 'Asia/Tokyo' } });
    const awake = candidate({ lead: { rowId: 99 }, enrollment: { rowId: 99 } });
    expect(plan([...asleep, awake]).drafts.map((draft) => draft.candidate.lead.rowId)).toEqual([99]);
  });

  it('D3: words are written for those who get a place, and for nobody over the cap', () => {
    let written = 0;
    plan(leads(40), {
      writeCopy: () => {
        written += 1;
        return { kind: 'rendered', copy: COPY };
      },
    });
    expect(written).toBe(5);
  });

  it('A13: only a verdict that differs from the last run’s is written again', () => {
    const known = candidate({ lead: { optedOut: true, rowId: 1 }, previousReason: 'opted_out' });
    const news = candidate({ lead: { optedOut: true, rowId: 2 }, previousReason: 'hours' });
    expect(plan([known, news]).changedVerdicts.map((held) => held.candidate.lead.rowId)).toEqual([2]);
  });

  it('B9: a due step of a paused sequence is pushed out by an hour', () => {
    const paused = candidate({ sequence: { status: 'paused' } });
    const { adjustments } = plan([paused]);
    expect(adjustments).toMatchObject([{ kind: 'push_out', untilAt: WEDNESDAY + HOUR_MS }]);
    expect(adjustments[0]?.candidate.enrollment?.rowId).toBe(paused.enrollment?.rowId);
  });

  it.each([
    ['skip', 'pass_over'],
    ['restart', 'restart'],
  ] as const)('A16: a late step of a sequence that says %s is to %s', (late, kind) => {
    const silences = [{ startedAt: 0, endedAt: WEDNESDAY }];
    const asleep = candidate({ sequence: { late }, enrollment: { dueAt: WEDNESDAY - 10 * 86_400_000 } });
    expect(plan([asleep], { context: guardContext({ silences }) }).adjustments).toMatchObject([{ kind }]);
  });

  it('A16: a late step asks a person even where the sequence approves itself', () => {
    const silences = [{ startedAt: 0, endedAt: WEDNESDAY }];
    const asleep = candidate({
      sequence: { approve: 'auto' },
      enrollment: { dueAt: WEDNESDAY - 10 * 86_400_000 },
    });
    expect(plan([asleep], { context: guardContext({ silences }) }).drafts).toMatchObject([
      { askReason: 'late' },
    ]);
  });

  it('B7: a lead that nurture cannot write to for long leaves its queue, one outside its hours stays in it', () => {
    const quiet = candidate({
      job: 'nurture',
      enrollment: null,
      lead: { rowId: 1 },
      reservation: { lastMessageAt: WEDNESDAY },
    });
    const asleep = candidate({ job: 'nurture', enrollment: null, lead: { rowId: 2, zone: 'Asia/Tokyo' } });
    const { adjustments } = plan([quiet, asleep], { job: 'nurture' });
    expect(adjustments).toMatchObject([{ kind: 'requeue' }]);
    expect(adjustments[0]?.candidate.lead.rowId).toBe(1);
  });

  it.each([
    ['suppressed', { lead: { suppressedReason: 'bounced' } }],
    ['opted_out', { lead: { optedOut: true } }],
    ['dnc', { lead: { doNotContact: true } }],
    ['spam', { lead: { spam: true } }],
    ['stage', { lead: { stage: 'customer' } }],
    ['status', { lead: { status: 'unqualified' } }],
    ['in_flight', { reservation: { inFlightSequence: 'web' } }],
    ['nurture_done', { lead: { nurtureCount: 3 } }],
    ['quiet_days', { reservation: { lastMessageAt: WEDNESDAY } }],
    ['not_due', { lead: { coldSinceAt: WEDNESDAY } }],
  ] as const)(
    'B7: held back by %s, it leaves the queue, so that a tick costs what is due',
    (reason, parts) => {
      const lead = candidate({ job: 'nurture', enrollment: null, ...parts });
      const result = plan([lead], { job: 'nurture' });
      expect([result.countsByReason, result.adjustments]).toMatchObject([
        { [reason]: 1 },
        [{ kind: 'requeue' }],
      ]);
    },
  );

  it('B7: on hold, it stays in the queue: a hold may end at any moment', () => {
    const lead = candidate({ job: 'nurture', enrollment: null, lead: { heldUntil: WEDNESDAY + HOUR_MS } });
    const result = plan([lead], { job: 'nurture' });
    expect([result.countsByReason, result.adjustments]).toEqual([{ lead_hold: 1 }, []]);
  });

  it('keeps a bounded list of a queue without bound, and says how many it did not look at', () => {
    function* endless(): Generator<Candidate> {
      for (let index = 1; ; index += 1) yield candidate({ lead: { rowId: index } });
    }
    const result = plan(endless(), { queueLength: 1_000_000 });
    expect(result.evaluated).toBe(JUDGED_MAX);
    expect(result.notJudged).toBe(1_000_000 - JUDGED_MAX);
    expect(result.heldBack).toHaveLength(HELD_BACK_SHOWN_MAX);
    expect(result.changedVerdicts).toHaveLength(10_000);
  });

  it('never plans two steps for a lead, never more than the cap, and accounts for every candidate', () => {
    const one = fc.record({
      rowId: fc.integer({ min: 1, max: 12 }),
      optedOut: fc.boolean(),
      zone: fc.constantFrom('Europe/Berlin', 'Asia/Tokyo', 'America/New_York'),
      hoursSinceDraft: fc.option(fc.integer({ min: 0, max: 48 })),
    });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 40 }), fc.integer({ min: 0, max: 8 }), (many, left) => {
        const candidates = many.map(({ rowId, optedOut, zone, hoursSinceDraft }, index) => {
          const watermarkAt = hoursSinceDraft === null ? null : WEDNESDAY - hoursSinceDraft * HOUR_MS;
          return candidate({ lead: { rowId, optedOut, zone, watermarkAt }, enrollment: { rowId: index } });
        });
        const result = plan(candidates, { caps: { ...CAPS, left } });
        const planned = result.drafts.map((draft) => draft.candidate.lead.rowId);
        expect(new Set(planned).size).toBe(planned.length);
        expect(planned.length).toBeLessThanOrEqual(left);
        const held = Object.values(result.countsByReason).reduce((sum, count) => sum + count, 0);
        expect(planned.length + held).toBe(candidates.length);
      }),
      { seed: 18022026, numRuns: 300 },
    );
  });
});
