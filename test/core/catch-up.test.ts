import { describe, expect, it } from 'vitest';

import type { Candidate } from '../../src/core/candidate.ts';
import { stepsByCalendar } from '../../src/core/catch-up.ts';
import type { StepTiming } from '../../src/core/model.ts';
import { planRun, writtenCopy, type RunPlan } from '../../src/core/planner.ts';
import { candidate, DAY_MS, guardContext, testPolicy, WEDNESDAY } from '../helpers/candidates.ts';
import { sequenceDefinition, stepDefinition, storedSequence } from '../helpers/definitions.ts';

const view = { now: WEDNESDAY, policy: testPolicy() };

/** A lead whose first step fell due `daysAgo` days ago, in a sequence with these timings. */
function overdue(daysAgo: number, timings: readonly StepTiming[], leadRowId = 1): Candidate {
  const steps = timings.map((timing, index) => stepDefinition(`step-${String(index)}`, { timing }));
  const sequence = storedSequence(sequenceDefinition('website-lead', steps));
  const [step] = sequence.steps;
  if (step === undefined) throw new Error('a sequence without steps');
  const dueAt = WEDNESDAY - daysAgo * DAY_MS;
  return candidate({
    lead: { rowId: leadRowId },
    enrollment: { rowId: leadRowId, anchorAt: dueAt, dueAt, nextDueAt: dueAt, isFirstStep: true },
    sequence,
    step,
  });
}

function after(days: number): StepTiming {
  return { kind: 'after', delay: { unit: 'elapsed', ms: days * DAY_MS } };
}

function stepIds(candidates: readonly Candidate[]): readonly string[] {
  return candidates.map(({ step }) => step.id);
}

describe('what the calendar alone calls due', () => {
  it('adds up delays as if every step had been sent the moment it fell due', () => {
    const lead = overdue(5, [after(0), after(2), after(3), after(5)]);
    const due = stepsByCalendar(lead, view);
    expect(stepIds(due)).toEqual(['step-0', 'step-1', 'step-2']);
    expect(due.map(({ enrollment }) => (WEDNESDAY - (enrollment?.dueAt ?? 0)) / DAY_MS)).toEqual([5, 3, 0]);
  });

  it('counts steps timed by `day` by the distance of their days', () => {
    const lead = overdue(4, [
      { kind: 'day', day: 3 },
      { kind: 'day', day: 5 },
      { kind: 'day', day: 9 },
    ]);
    expect(stepIds(stepsByCalendar(lead, view))).toEqual(['step-0', 'step-1']);
  });

  it('counts a step with a day behind one without from that one', () => {
    const mixed = [after(0), { kind: 'day', day: 2 } as const, after(1)];
    expect(stepIds(stepsByCalendar(overdue(1, mixed), view))).toEqual(['step-0']);
    expect(stepIds(stepsByCalendar(overdue(2, mixed), view))).toEqual(['step-0', 'step-1']);
  });

  it('knows each later step as a later one, waiting since the step before it fell due', () => {
    const [, second] = stepsByCalendar(overdue(5, [after(0), after(2)]), view);
    expect(second?.enrollment).toMatchObject({
      isFirstStep: false,
      anchorAt: WEDNESDAY - 5 * DAY_MS,
      dueAt: WEDNESDAY - 3 * DAY_MS,
      nextDueAt: WEDNESDAY - 3 * DAY_MS,
    });
  });

  it('counts working days on the lead’s calendar', () => {
    const workingDays: StepTiming = { kind: 'after', delay: { unit: 'working_days', days: 3 } };
    // Due on the Friday before: three working days later is this Wednesday. Due on Monday: tomorrow.
    expect(stepIds(stepsByCalendar(overdue(5, [after(0), workingDays]), view))).toHaveLength(2);
    expect(stepIds(stepsByCalendar(overdue(2, [after(0), workingDays]), view))).toHaveLength(1);
  });

  it('B7: a follow-up is one step, however long nothing ran', () => {
    const lead = overdue(30, [after(0), after(1)]);
    const followUp = { ...lead, sequence: { ...lead.sequence, kind: 'nurture' as const } };
    expect(stepsByCalendar(followUp, view)).toEqual([followUp]);
    expect(stepsByCalendar({ ...lead, enrollment: null }, view)).toHaveLength(1);
  });
});

describe('the planner after three weeks', () => {
  const queue = [1, 2, 3].map((leadRowId) =>
    overdue(21, [after(0), after(2), after(3), after(5)], leadRowId),
  );

  function plan(without: readonly string[], countsCalendar = false): RunPlan {
    return planRun({
      job: 'drip',
      candidates: queue,
      context: guardContext({ without: new Set(without) }),
      caps: { perRun: 20, perDay: 20, usedToday: 0, left: 20, bindingReason: 'cap_run' },
      volume: { madeToday: 0, recentDays: [], releasedToday: 0, factor: 3, floor: 4 },
      queueLength: queue.length,
      writeCopy: () => ({
        kind: 'rendered',
        copy: writtenCopy({ subject: 'S', preheader: null, bodyMarkdown: 'B' }),
      }),
      countsCalendar,
    });
  }

  it('A1: offers each lead one step, and says what the calendar would have made when asked', () => {
    expect(plan([]).drafts).toHaveLength(3);
    expect(plan([]).calendarDemand).toBeNull();
    expect(plan([], true).drafts).toHaveLength(3);
    expect(plan([], true).calendarDemand).toBe(12);
  });

  it('A1, A2: without one-step the watermark still stops the second step; without both all twelve are planned', () => {
    expect(plan(['one_step']).drafts).toHaveLength(3);
    expect(plan(['watermark']).drafts).toHaveLength(3);
    expect(plan(['one_step', 'watermark']).drafts).toHaveLength(12);
  });
});
