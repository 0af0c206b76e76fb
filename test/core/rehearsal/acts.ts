import type { DraftAct, LeadFacts, RunAct, SendAct, StepFacts } from '../../../src/core/rehearsal/acts.ts';
import type { Violation, WitnessedRun } from '../../../src/core/rehearsal/promises.ts';
import { testPolicy, WEDNESDAY } from '../../helpers/candidates.ts';

export const AT = WEDNESDAY;

const LEAD: LeadFacts = {
  leadRowId: 7,
  leadId: 'l-anna',
  leadEmail: 'Anna@example.com',
  zone: 'UTC',
  country: null,
  stage: 'new',
  status: 'open',
  isOptedOut: false,
  isDoNotContact: false,
  isSpam: false,
  suppressedReason: null,
  attribution: null,
  leadHeldUntil: null,
};

const STEP: StepFacts = {
  sequenceId: 'welcome',
  sequenceStatus: 'active',
  stepId: 'hello',
  position: 2,
  window: null,
  enrollmentRowId: 3,
  messageId: 'm-one',
};

/** A draft that breaks no promise: the only one of its run, due now, for a lead whom nobody wrote to. */
export function draftAct(change: Partial<DraftAct> = {}): DraftAct {
  return {
    ...LEAD,
    ...STEP,
    madeAt: AT,
    day: '2026-02-18',
    runId: 'r-one',
    job: 'drip',
    state: 'pending_approval',
    isBatchHeld: false,
    approvedBy: null,
    late: 'ask',
    maxLateMs: null,
    dueAt: AT,
    nextDueAt: null,
    previousDraftAt: null,
    othersLive: 0,
    othersWaiting: 0,
    lastPosition: 1,
    ...change,
  };
}

/** A mail that breaks no promise: approved, fresh, delivered once. */
export function sendAct(change: Partial<SendAct> = {}): SendAct {
  return {
    ...LEAD,
    ...STEP,
    at: AT,
    day: '2026-02-18',
    runId: 'r-send',
    sender: 'tom@example.com',
    senderPausedAt: null,
    draftedAt: AT - 3_600_000,
    editedAt: null,
    heldUntil: null,
    approvedAt: AT,
    leavesAt: AT,
    previousSentAt: null,
    deliveries: 1,
    job: 'drip',
    ...change,
  };
}

/** A timer's run of drip on an ordinary Wednesday, an hour after the one before it. */
export function witnessedRun(change: Partial<WitnessedRun> = {}): WitnessedRun {
  const memory = { checkpointAt: AT - 3_600_000, checkpointBootId: 'boot-1' };
  const volume = { madeToday: 1, releasedToday: 0, recentDays: [] };
  return {
    policy: testPolicy(),
    command: 'drip',
    at: AT,
    isByPerson: false,
    isPaused: false,
    untrusted: null,
    before: { drip: memory, nurture: memory },
    bootId: 'boot-1',
    volume: { drip: volume, nurture: volume },
    draftsToday: 1,
    drafts24h: 1,
    sendsToday: 1,
    silences: () => [],
    isHoliday: () => false,
    senderDay: () => ({ sent: 1, cap: null }),
    ...change,
  };
}

export function runAct(change: Partial<RunAct> = {}): RunAct {
  return {
    id: 'r-one',
    command: 'drip',
    mode: 'live',
    reason: null,
    exitCode: 0,
    startedAt: AT,
    counts: {},
    planId: null,
    ...change,
  };
}

/** `A6: 6 drafts in one run`, with whom it befell where it befell somebody. */
export function told({ promise, what, lead }: Violation): string {
  return `${promise}${lead === null ? '' : ` ${lead}`}: ${what}`;
}
