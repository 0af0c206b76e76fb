import type { Violation } from '../../core/rehearsal/promises.ts';
import type { PlayedDay } from '../../core/rehearsal/tally.ts';
import { isOperatingDay } from '../../core/time/operator-day.ts';
import { formatInstant } from '../../core/time/instants.ts';
import type { Played } from './play.ts';
import type { Comparison, Rehearsed } from './rehearse.ts';
import { calendarDays } from './text.ts';

/** The document of `simulate --json` (cli.md 2.6). */
export function rehearsalDocument(
  rehearsed: Rehearsed,
  { html }: { readonly html: string | null },
): Readonly<Record<string, unknown>> {
  const { all, script, without, workspace } = rehearsed;
  const { habits, answers } = script;
  const { weekdays } = workspace.policy.hours;
  const calendar = { weekdays, holidays: workspace.policy.holidays };
  return {
    items: calendarDays(rehearsed).map((day) => itemOf(day, isOperatingDay(day.day, calendar))),
    starts_at: formatInstant(script.startsAt),
    ends_at: formatInstant(script.endsAt),
    ...figures(all),
    drained_by: all.drainedBy,
    hold_line: Math.round(rehearsed.holdLine * 10) / 10,
    violations: all.violations.map(violationOf),
    violation_count: all.violationCount,
    happenings: all.happenings.map(({ at, what }) => ({ at: formatInstant(at), what })),
    without: Object.fromEntries(without.map((row) => [row.guards.join('+'), comparisonOf(row)])),
    left: { waiting: all.waiting, under_way: all.underWay },
    assumed: {
      approve_after_minutes: habits.approveAfterMs === null ? null : habits.approveAfterMs / 60_000,
      reply_share: answers.replyShare,
      bounce_share: answers.bounceShare,
      shares_from: answers.from,
      edits_applied: rehearsed.withEdits,
    },
    replies: all.replies,
    bounces: all.bounces,
    paused: rehearsed.paused,
    cut_short: all.isCutShort,
    report: html,
  };
}

function figures(played: Played): Readonly<Record<string, number>> {
  return {
    drafts: played.drafts,
    sends: played.sends,
    max_per_run: played.maxPerRun,
    max_per_day: played.maxPerDay,
    max_per_lead_per_day: played.maxPerLeadPerDay,
    leads_hit_twice: played.leadsHitTwice,
  };
}

function comparisonOf({ played }: Comparison): Readonly<Record<string, unknown>> {
  return {
    ...figures(played),
    violation_count: played.violationCount,
    promises: [...new Set(played.violations.map(({ promise }) => promise))].sort(),
    cut_short: played.isCutShort,
  };
}

function itemOf(day: PlayedDay, isOpen: boolean): Readonly<Record<string, unknown>> {
  const { drafts, sends, doubted, held, isOff } = day;
  return { day: day.day, drafts, sends, held, doubted, off: isOff, open: isOpen };
}

function violationOf({ promise, at, lead, what }: Violation): Readonly<Record<string, unknown>> {
  return { promise, at: formatInstant(at), lead, what };
}
