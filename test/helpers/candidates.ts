import type { Candidate, EnrollmentFacts, LeadFacts } from '../../src/core/candidate.ts';
import type { GuardContext } from '../../src/core/guards/lead-guards.ts';
import { createOpenings } from '../../src/core/guards/opening.ts';
import type { Instant, StoredSequence, StoredStep } from '../../src/core/model.ts';
import type { Policy } from '../../src/core/policy.ts';
import { openHoursPolicy } from './policy.ts';

/** Wednesday 18 February 2026, 10:00 UTC: a working day at a working hour in Europe. */
export const WEDNESDAY = Date.UTC(2026, 1, 18, 10);
export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** The defaults of cli.md, working hours included: Monday to Friday, 09:00 to 17:00 where the lead lives. */
export function testPolicy(changes: Partial<Policy> = {}): Policy {
  const hours = { weekdays: [1, 2, 3, 4, 5] as const, startMinute: 540, endMinute: 1020 };
  return openHoursPolicy({ hours, ...changes });
}

export interface CandidateParts {
  readonly job?: 'drip' | 'nurture';
  readonly lead?: Partial<LeadFacts>;
  /** Null: a follow-up that does not exist yet. */
  readonly enrollment?: Partial<EnrollmentFacts> | null;
  readonly sequence?: Partial<StoredSequence>;
  readonly step?: Partial<StoredStep>;
  readonly reservation?: Partial<Candidate['reservation']>;
  readonly previousReason?: string | null;
}

/** A lead in Berlin whose second step fell due an hour ago: every guard lets it pass unless the test says otherwise. */
export function candidate(parts: CandidateParts = {}, now: Instant = WEDNESDAY): Candidate {
  const step = { ...testStep(), ...parts.step };
  return {
    job: parts.job ?? 'drip',
    lead: { ...testLead(now), ...parts.lead },
    enrollment: parts.enrollment === null ? null : { ...testEnrollment(now), ...parts.enrollment },
    sequence: { ...testSequence(step), ...parts.sequence },
    step,
    reservation: { waiting: null, inFlightSequence: null, lastMessageAt: null, ...parts.reservation },
    previousReason: parts.previousReason ?? null,
  };
}

export function guardContext(parts: Partial<GuardContext> & { policy?: Policy } = {}): GuardContext {
  const now = parts.now ?? WEDNESDAY;
  const policy = parts.policy ?? testPolicy();
  const openingFor = createOpenings(now, policy, () => new Set());
  return { now, policy, silences: [], openingFor, without: new Set(), ...parts };
}

function testLead(now: Instant): LeadFacts {
  return {
    rowId: 1,
    id: 'l-1',
    email: 'maren@vogt.example',
    name: 'Maren Vogt',
    company: 'Vogt',
    companyDomain: null,
    zone: 'Europe/Berlin',
    country: 'DE',
    stage: 'contacted',
    status: 'working',
    optedOut: false,
    doNotContact: false,
    spam: false,
    suppressedReason: null,
    attribution: null,
    heldUntil: null,
    holdNote: null,
    watermarkAt: null,
    coldSinceAt: now - 10 * DAY_MS,
    nurtureCount: 0,
    sender: null,
  };
}

function testEnrollment(now: Instant): EnrollmentFacts {
  return {
    rowId: 1,
    id: 'e-1',
    anchorAt: now - 3 * DAY_MS,
    dueAt: now - HOUR_MS,
    nextDueAt: now - HOUR_MS,
    retryAt: null,
    isFirstStep: false,
    parallel: false,
  };
}

function testStep(): StoredStep {
  return {
    rowId: 11,
    id: 'case-study',
    position: 1,
    deletedAt: null,
    timing: { kind: 'after', delay: { unit: 'elapsed', ms: 2 * DAY_MS } },
    window: null,
    maxLateMs: null,
    thread: 'reply',
    noReplyMs: null,
    renamedFrom: null,
    copy: {
      subject: 'A case study',
      preheader: null,
      mode: 'fixed',
      length: 'medium',
      briefing: null,
      continuesThread: true,
      bodyMarkdown: 'Hello',
    },
  };
}

function testSequence(step: StoredStep): StoredSequence {
  return {
    rowId: 1,
    id: 'website-lead',
    title: 'Website lead',
    description: null,
    status: 'active',
    kind: 'drip',
    campaign: null,
    approve: 'ask',
    gap: 'planned',
    late: 'ask',
    maxLateMs: null,
    trigger: {
      forms: [],
      sources: ['form:*'],
      platforms: [],
      notesContain: [],
      tags: [],
      where: [],
      catchAll: false,
      priority: 0,
      allowParallel: false,
    },
    from: null,
    replyTo: null,
    window: null,
    renamedFrom: null,
    steps: [step],
    appliedAt: 0,
    definitionHash: 'hash',
  };
}
