import type { Candidate } from '../core/candidate.ts';
import type { Instant } from '../core/model.ts';
import type { Policy } from '../core/policy.ts';
import type { GuardName } from '../core/reasons.ts';
import { DAY_MS, HOUR_MS } from '../core/time/durations.ts';
import { formatInstant } from '../core/time/instants.ts';
import { localTime } from '../core/time/zone.ts';

/** What a guard looked at, by short names; times are ISO 8601 in UTC. */
export type WhyFacts = Readonly<Record<string, string | number | boolean | null>>;

type FactsOf = (
  candidate: Candidate,
  context: { readonly policy: Policy; readonly now: Instant },
) => WhyFacts;

/** The facts behind each lead guard, so that a verdict can be checked by hand (A13). */
const FACTS: Readonly<Partial<Record<GuardName, FactsOf>>> = {
  suppressed: ({ lead }) => ({ suppressed: lead.suppressedReason }),
  bail: ({ lead }) => ({
    stage: lead.stage,
    status: lead.status,
    opted_out: lead.optedOut,
    do_not_contact: lead.doNotContact,
    spam: lead.spam,
  }),
  lead: ({ lead }) => ({ held_until: iso(lead.heldUntil), note: lead.holdNote }),
  attribution: ({ lead }, { policy }) => ({ attribution: lead.attribution, mode: policy.attribution.mode }),
  reservation: ({ reservation, lead }, { policy }) => ({
    waiting: reservation.waiting?.messageId ?? null,
    in_flight: reservation.inFlightSequence,
    last_message_at: iso(reservation.lastMessageAt),
    follow_ups: lead.nurtureCount,
    follow_ups_max: policy.limits.nurtureMaxPerLead,
  }),
  watermark: ({ lead }, { policy }) => ({
    last_draft_at: iso(lead.watermarkAt),
    hours: policy.limits.watermarkMs / HOUR_MS,
  }),
  due: dueFacts,
  hours: hoursFacts,
  late: ({ enrollment, sequence, step }, { policy }) => ({
    due_at: iso(enrollment?.dueAt ?? null),
    max_late_days: (step.maxLateMs ?? sequence.maxLateMs ?? policy.limits.maxLateMs) / DAY_MS,
    policy: sequence.late,
  }),
};

/** The facts of one guard for one candidate; none for a guard that has none. */
export function factsOf(
  name: GuardName,
  candidate: Candidate,
  context: { readonly policy: Policy; readonly now: Instant },
): WhyFacts {
  return FACTS[name]?.(candidate, context) ?? {};
}

function dueFacts({ enrollment, lead, sequence }: Candidate, { policy }: { policy: Policy }): WhyFacts {
  if (enrollment === null) {
    return {
      cold_since_at: iso(lead.coldSinceAt),
      cold_days: policy.nurture.coldMs / DAY_MS,
      sequence_status: sequence.status,
    };
  }
  return {
    due_at: iso(enrollment.dueAt),
    next_due_at: iso(enrollment.nextDueAt),
    retry_at: iso(enrollment.retryAt),
    sequence_status: sequence.status,
  };
}

function hoursFacts(
  { lead, step, sequence }: Candidate,
  { policy, now }: { policy: Policy; now: Instant },
): WhyFacts {
  const { isoDate, minuteOfDay, weekday } = localTime(now, lead.zone);
  const window = step.window ?? sequence.window;
  return {
    zone: lead.zone,
    local: `${isoDate} ${clock(minuteOfDay)}`,
    weekday,
    hours: `${clock(policy.hours.startMinute)} to ${clock(policy.hours.endMinute)}`,
    window:
      window === null ? null : `${clock(window.startMinute)} to ${clock(window.endMinute)} ${window.zone}`,
  };
}

function clock(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}

function iso(at: Instant | null): string | null {
  return at === null ? null : formatInstant(at);
}
