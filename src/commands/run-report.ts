import type { Doubt } from '../core/guards/wake.ts';
import type { HeldBack, PlannedDraft, RunPlan } from '../core/planner.ts';
import { appliedFilesHash } from '../store/applied-files.ts';
import { formatInstant } from '../core/time/instants.ts';
import { formatLocal } from '../core/time/zone.ts';
import type { Instant } from '../core/model.ts';
import type { Reason } from '../core/reasons.ts';
import type { Outcome } from './cli-context.ts';
import type { DraftedItem } from './engine/drafting.ts';
import { runDocument } from './run-document.ts';
import type { RunEnd } from './run-ledger.ts';
import type { RunSession } from './run-session.ts';
import { runLines } from './run-text.ts';

/** All that is worth saying of a run; told once, as text or as JSON. */
export interface RunReport extends RunEnd {
  readonly detail: string | null;
  readonly doubts: readonly Doubt[];
  /** Doubts that a person lifted for this run (A20). */
  readonly lifted: readonly Doubt[];
  /** Null when the run was kept still before it planned anything. */
  readonly plan: RunPlan | null;
  readonly drafted: readonly DraftedItem[];
  readonly fellAway: readonly Fallen[];
  /** `--with-copy`: what a model was asked about each lead, by its id. */
  readonly costs?: ModelCosts;
}

export type ModelCosts = ReadonlyMap<string, { readonly calls: number; readonly costMicros: number }>;

/** A step that a plan wanted and that is no longer allowed, or no longer there (A17). */
export interface Fallen {
  readonly lead: { readonly id: string; readonly email: string; readonly tz: string };
  readonly sequence: string;
  readonly step: string;
  readonly reason: Reason;
  readonly detail: string;
  readonly until: Instant | null;
}

/** A step that a guard refused, in the words of the report. */
export function fallen({ candidate, reason, detail, until }: HeldBack): Fallen {
  const { lead, sequence, step } = candidate;
  const named = { id: lead.id, email: lead.email, tz: lead.zone };
  return { lead: named, sequence: sequence.id, step: step.id, reason, detail, until };
}

/** The outcome of a run in the shape of cli.md 2.6. */
export async function reportRun(session: RunSession, report: RunReport): Promise<Outcome> {
  const next = nextCommands(session, report);
  return {
    exit: report.exit,
    // Made when it is asked for: thousands of items nobody reads take more memory than all that is drafted.
    get document() {
      return {
        schema: 'headgate.run/1',
        run: runDocument(session, report),
        guards: guardsDocument(session, report),
        counts: report.counts,
        items: itemsDocument(session, report),
        next,
      };
    },
    human: (terminal) => runLines(terminal, { session, report, next }),
    message: messageOf(report),
    fix: next[0] ?? null,
    notes: await remarks(session, report),
    journal: journalLine(session, report),
  };
}

/** Runs use the last applied definitions; who looks at one is told when the files have moved on. An idle run reads no files. */
async function remarks({ workspace, reader }: RunSession, { plan }: RunReport): Promise<readonly string[]> {
  if (plan === null || plan.evaluated === 0) return [];
  const applied = appliedFilesHash(reader);
  const { hashDefinitions } = await import('../config/definitions-hash.ts');
  if (applied === null || applied === hashDefinitions(workspace.paths.sequencesDir)) return [];
  return ['sequences/ holds edits that are not applied: headgate sequences plan'];
}

function guardsDocument(
  session: RunSession,
  { doubts, plan, reason }: RunReport,
): Readonly<Record<string, unknown>> {
  const { limits } = session.workspace.policy;
  const { checkpointAt } = session.record;
  return {
    cold_start: {
      ok: doubts.length === 0,
      gap_hours: checkpointAt === null ? null : round1((session.now - checkpointAt) / 3_600_000),
      limit_hours: limits.coldStartMs / 3_600_000,
      avoided: plan?.calendarDemand ?? null,
      doubts: doubts.map((doubt) => ({
        reason: doubt.reason,
        detail: doubt.detail,
        lifted_by: doubt.liftedBy,
      })),
    },
    blast_radius:
      plan === null
        ? null
        : {
            ok: !plan.blastRadius.over,
            drafts: plan.drafts.length,
            demand: plan.demand,
            average_7d: round1(plan.blastRadius.mean),
            limit: round1(plan.blastRadius.line),
          },
    cap: {
      per_run: session.job === 'nurture' ? limits.draftsPerRunNurture : limits.draftsPerRunDrip,
      used: plan?.drafts.length ?? 0,
      per_day: limits.draftsPerDay,
      used_today: plan?.caps.usedToday ?? null,
    },
    paused: reason === 'paused',
  };
}

function itemsDocument(session: RunSession, report: RunReport): readonly unknown[] {
  const { plan } = report;
  if (plan === null) return [];
  const view = { now: session.now, locals: new Map<string, string>(), costs: report.costs };
  const drafts =
    report.mode === 'live'
      ? report.drafted.map(({ draft, messageId, state }) => ({
          ...draftItem(view, draft),
          message: messageId,
          state,
        }))
      : plan.drafts.map((draft) => draftItem(view, draft));
  return [...drafts, ...[...plan.heldBack.map(fallen), ...report.fellAway].map(heldBackItem)];
}

/** One moment, and what clocks show then in each zone: thousands of leads live in a few of them. */
interface ItemView {
  readonly now: Instant;
  readonly locals: Map<string, string>;
  readonly costs: ModelCosts | undefined;
}

function draftItem(
  { now, locals, costs }: ItemView,
  { candidate, copy, askReason }: PlannedDraft,
): Readonly<Record<string, unknown>> {
  const { lead, enrollment, sequence, step } = candidate;
  const local = locals.get(lead.zone) ?? formatLocal(now, lead.zone);
  locals.set(lead.zone, local);
  return {
    action: 'draft',
    lead: { id: lead.id, email: lead.email, tz: lead.zone },
    sequence: sequence.id,
    step: step.id,
    due: formatInstant(enrollment?.dueAt ?? now),
    local,
    subject: copy.subject,
    ask: askReason,
    ...(costs === undefined ? {} : { words: wordsItem(copy, costs.get(lead.id)) }),
  };
}

/** A17: the words that `confirm` drafts, and what a model took for them. */
function wordsItem(
  copy: PlannedDraft['copy'],
  cost: { readonly calls: number; readonly costMicros: number } | undefined,
): Readonly<Record<string, unknown>> {
  const { preheader, bodyMarkdown } = copy.words();
  return {
    preheader,
    text: bodyMarkdown,
    by_model: copy.byModel !== undefined,
    held: copy.byModel?.unfit ?? null,
    calls: cost?.calls ?? 0,
    cost_micros: cost?.costMicros ?? 0,
  };
}

function heldBackItem({ until, ...held }: Fallen): Readonly<Record<string, unknown>> {
  return { action: 'hold_back', ...held, retry_after: until === null ? null : formatInstant(until) };
}

function messageOf(report: RunReport): string | null {
  if (report.doubts.length > 0) return report.doubts.map((doubt) => doubt.detail).join('; ');
  if (report.reason === 'paused')
    return report.detail === '' || report.detail === null ? 'paused' : `paused: ${report.detail}`;
  return report.reason;
}

/** What a person types next, most useful first (cli.md 2.4). */
function nextCommands(session: RunSession, report: RunReport): readonly string[] {
  const { planId, plan, mode, exit, doubts } = report;
  if (mode === 'paused') return ['headgate resume'];
  if (report.reason === 'hold_open') return ['headgate review list --state held'];
  if (doubts.some((doubt) => doubt.liftedBy === 'adopt')) return ['headgate adopt'];
  if (doubts.some((doubt) => doubt.liftedBy === 'being_right')) return [];
  if (exit === 'HELD')
    return [
      `headgate review release --run ${session.runId}`,
      `headgate review discard --run ${session.runId}`,
    ];
  if (mode === 'preview' && planId !== null && plan !== null && plan.drafts.length > 0) {
    return [`headgate review plan ${planId}`, `headgate confirm ${planId}`, ...doubtful(report)];
  }
  if (mode === 'preview' && planId !== null && doubts.length > 0) return [`headgate confirm ${planId}`];
  if (mode === 'live' && report.drafted.length > 0) return ['headgate review list'];
  return [];
}

function doubtful({ doubts }: RunReport): readonly string[] {
  return doubts.length === 0 ? [] : ['headgate pause --reason "…"'];
}

function journalLine(session: RunSession, report: RunReport): string {
  const made =
    report.mode === 'live' ? `${String(report.drafted.length)} drafted` : `${report.mode}, nothing drafted`;
  const reason = report.reason === null ? '' : ` reason=${report.reason}`;
  return `${session.job}: ${made} run=${session.runId}${reason}`;
}

function round1(value: number): number {
  return Math.round(value * 10) / 10;
}
