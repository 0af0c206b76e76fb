import type { HeldBack, PlannedDraft, RunPlan } from '../core/planner.ts';
import { REASON_PHRASES, REASONS } from '../core/reason-texts.ts';
import type { Reason } from '../core/reasons.ts';
import { formatClock, formatDateTime, formatDueDay, formatRelative, zoneLabel } from './output/time.ts';
import { countWords } from '../core/word-count.ts';
import { amountText, modelCostText } from './output/model-cost.ts';
import { renderTable } from './output/table.ts';
import type { Terminal } from './output/terminal.ts';
import { hanging } from './output/wrap.ts';
import { countOf, displayWidth, escapeText, truncate } from './output/text.ts';
import type { RunReport } from './run-report.ts';
import type { RunSession } from './run-session.ts';

interface RunView {
  readonly session: RunSession;
  readonly report: RunReport;
  readonly next: readonly string[];
}

/** A run on one screen: what happened, what would, what was held back and why, what to type (cli.md 2.4). */
export function runLines(terminal: Terminal, view: RunView): readonly string[] {
  const { report, session, next } = view;
  const { plan } = report;
  return [
    '',
    headline(terminal, view),
    ...(report.doubts.length > 0 ? whyLines(terminal, view) : stateLines(terminal, view)),
    ...(plan === null ? [] : draftLines(terminal, { ...view, plan })),
    ...(plan === null ? [] : writtenLines(terminal, { plan, report })),
    ...(plan === null ? [] : heldBackLines(terminal, { plan, report, session })),
    ...modelLines(terminal, report),
    ...(report.planId === null || report.mode !== 'preview' ? [] : ['', ...savedLines(view, report.planId)]),
    ...nextLines(next),
    '',
  ];
}

function modelLines({ symbols }: Terminal, { counts }: RunReport): readonly string[] {
  const cost = modelCostText(counts, symbols);
  return cost === null ? [] : ['', ` Model   ${cost}`];
}

function headline(terminal: Terminal, { session, report }: RunView): string {
  const at = formatDateTime(session.now, session.workspace.policy.timezone);
  const plain = ` ${title(report)}  ${session.job}  ${at}   `;
  const room = Math.max(0, terminal.width - displayWidth(plain));
  const rest = truncate(subtitle(report), room, terminal.symbols.ellipsis);
  return ` ${terminal.bold(title(report))}  ${session.job}  ${at}   ${terminal.dim(rest)}`;
}

function title(report: RunReport): string {
  if (report.doubts.length > 0) {
    return report.doubts.every((doubt) => doubt.reason === 'first_boot')
      ? 'FIRST RUN SINCE BOOT'
      : 'COLD START';
  }
  if (report.mode === 'preview') return 'PREVIEW';
  if (report.mode === 'paused') return 'PAUSED';
  if (report.exit === 'HELD') return 'HELD';
  return report.drafted.length > 0 ? 'DRAFTED' : 'NOTHING DUE';
}

function subtitle(report: RunReport): string {
  if (report.mode === 'preview') return 'nothing drafted, nothing sent';
  if (report.reason !== null)
    return report.detail === null || report.detail === ''
      ? report.reason
      : `${report.reason}: ${report.detail}`;
  if (report.exit === 'HELD') return 'above the hold line: the whole batch waits for you';
  return 'drafts only, no mail was sent';
}

function whyLines(terminal: Terminal, { report }: RunView): readonly string[] {
  const why = report.doubts.map(
    (doubt, index) => `   ${index === 0 ? 'Why     ' : '        '}  ${doubt.detail}`,
  );
  if (report.plan === null) return ['', ...why];
  return ['', ...why, `   Volume    ${volumeText(terminal, report.plan)}`, ...avoidedLines(report.plan)];
}

/** What an engine that goes by the calendar alone would have made of the same leads. */
function avoidedLines({ calendarDemand, evaluated, drafts }: RunPlan): readonly string[] {
  if (calendarDemand === null || calendarDemand <= drafts.length) return [];
  const due = `${countOf(calendarDemand, 'draft')} would be due for these ${countOf(evaluated, 'lead')}`;
  return [`   Avoided   by the calendar alone, ${due}`];
}

function volumeText(terminal: Terminal, plan: RunPlan): string {
  const { mean, line } = plan.blastRadius;
  const dot = ` ${terminal.symbols.dot} `;
  return `would draft ${String(plan.drafts.length)} of ${String(plan.demand)} due${dot}7-day average ${mean.toFixed(1)} a day${dot}hold line ${line.toFixed(1)}`;
}

function stateLines(terminal: Terminal, { session, report }: RunView): readonly string[] {
  if (report.plan === null) return [];
  const { checkpointAt } = session.record;
  const last = checkpointAt === null ? 'never' : formatRelative(checkpointAt, session.now);
  const lifted = report.lifted.filter((doubt) => doubt.liftedBy === 'confirm').map((doubt) => doubt.reason);
  const forced = lifted.length === 0 ? '' : ` ${terminal.symbols.dot} lifted by hand: ${lifted.join(', ')}`;
  return [terminal.dim(` State  last full run ${last} ${terminal.symbols.dot} machine matches${forced}`)];
}

function draftLines(terminal: Terminal, view: RunView & { plan: RunPlan }): readonly string[] {
  const { report, plan, session } = view;
  const drafts = report.mode === 'live' ? report.drafted.map((item) => item.draft) : plan.drafts;
  const verb = report.mode === 'live' ? 'Drafted' : 'Would draft';
  const heading = ` ${verb} ${String(drafts.length)}`;
  if (drafts.length === 0) return ['', terminal.bold(heading)];
  const shown = drafts.slice(0, SHOWN_MAX);
  // Fitted in a pipe too: this table stands among sentences, and programs read --json.
  const table = renderTable({ ...terminal, isTty: true, width: terminal.width - 1 }, shown, [
    { header: 'lead', cell: leadText, minWidth: 14 },
    { header: 'step', cell: (draft) => stepText(terminal, draft), minWidth: 26 },
    { header: 'due', cell: (draft) => dueText(draft, session), minWidth: 7 },
    { header: 'there', cell: (draft) => thereText(draft, session), minWidth: 12 },
    { header: 'subject', cell: (draft) => draft.copy.subject, minWidth: 12 },
  ]);
  const more = drafts.length > SHOWN_MAX ? [` and ${String(drafts.length - SHOWN_MAX)} more`] : [];
  return ['', terminal.bold(heading), ...table.map((line) => ` ${line}`), ...more];
}

const SHOWN_MAX = 20;

/** `--with-copy`: how long each mail is that a model wrote, what it cost, and whether its words would be held. */
function writtenLines(
  terminal: Terminal,
  { plan, report }: { readonly plan: RunPlan; readonly report: RunReport },
): readonly string[] {
  const { costs } = report;
  const written = plan.drafts.filter(({ copy }) => copy.byModel !== undefined).slice(0, SHOWN_MAX);
  if (costs === undefined || written.length === 0) return [];
  const costText = (draft: PlannedDraft): string =>
    amountText(costs.get(draft.candidate.lead.id)?.costMicros ?? 0);
  const table = renderTable({ ...terminal, isTty: true, width: terminal.width - 1 }, written, [
    { header: 'written for', cell: leadText, minWidth: 14 },
    { header: 'words', cell: ({ copy }) => String(countWords(copy.words().bodyMarkdown)), align: 'right' },
    { header: 'cost', cell: costText, align: 'right' },
    { header: 'judged', cell: (draft) => (unfitOf(draft) === null ? 'as asked' : 'would be held') },
  ]);
  const held = written.flatMap((draft) => {
    const unfit = unfitOf(draft);
    if (unfit === null) return [];
    const text = escapeText(`${draft.candidate.lead.email} would be held: ${unfit}`);
    return hanging(` ${terminal.symbols.warning} `, text, terminal.width - 1);
  });
  return ['', ...table.map((line) => ` ${line}`), ...held.map((line) => terminal.yellow(line))];
}

function unfitOf({ copy }: PlannedDraft): string | null {
  return copy.byModel?.unfit ?? null;
}

function leadText({ candidate: { lead } }: PlannedDraft): string {
  const name = lead.name ?? lead.email;
  return lead.company === null ? name : `${name} (${lead.company})`;
}

function stepText(terminal: Terminal, { candidate }: PlannedDraft): string {
  return `${candidate.sequence.id} ${terminal.symbols.arrow} ${candidate.step.id}`;
}

function dueText({ candidate }: PlannedDraft, session: RunSession): string {
  return formatDueDay(
    candidate.enrollment?.dueAt ?? session.now,
    session.now,
    session.workspace.policy.timezone,
  );
}

function thereText({ candidate }: PlannedDraft, session: RunSession): string {
  return `${formatClock(session.now, candidate.lead.zone)} ${zoneLabel(candidate.lead.zone)}`;
}

function heldBackLines(
  terminal: Terminal,
  { plan, report, session }: { plan: RunPlan; report: RunReport; session: RunSession },
): readonly string[] {
  const counts = REASONS.flatMap((reason) => {
    const count = plan.countsByReason[reason] ?? 0;
    return count === 0 ? [] : [[reason, count] as const];
  });
  const total = counts.reduce((sum, [, count]) => sum + count, 0) + report.fellAway.length;
  const more = [
    ...(plan.notJudged > 0 ? [` ${countOf(plan.notJudged, 'more due lead')} not looked at in this run`] : []),
    ...((plan.notDue ?? 0) > 0 ? ['', ` ${countOf(plan.notDue ?? 0, 'more lead')} not due yet`] : []),
  ];
  if (total === 0) return more;
  const heading = report.mode === 'live' ? 'Held back' : 'Would hold back';
  const lines = counts
    .sort(([, a], [, b]) => b - a)
    .map(
      ([reason, count]) =>
        ` ${String(count).padStart(4)}  ${REASON_PHRASES[reason]}${sample(terminal, { plan, reason, session })}`,
    );
  const fellAway = report.fellAway.map(
    ({ lead, reason, detail }) => `       ${escapeText(lead.email)} fell away: ${reason}, ${detail}`,
  );
  return ['', terminal.bold(` ${heading} ${String(total)}`), ...lines, ...fellAway, ...more];
}

/** One example, so that a count can be followed up with `leads why`. */
function sample(
  terminal: Terminal,
  { plan, reason, session }: { plan: RunPlan; reason: Reason; session: RunSession },
): string {
  const first = plan.heldBack.find((held) => held.reason === reason);
  if (first === undefined) return '';
  return terminal.dim(`  ${sampleText(first, session)}`);
}

function sampleText(held: HeldBack, session: RunSession): string {
  const until =
    held.until === null ? '' : `, until ${formatDateTime(held.until, session.workspace.policy.timezone)}`;
  const detail = COPY_REASONS.has(held.reason) ? `: ${held.detail}` : '';
  return `${escapeText(held.candidate.lead.email)}${escapeText(detail)}${until}`;
}

const COPY_REASONS: ReadonlySet<Reason> = new Set<Reason>(['template', 'model', 'validation', 'budget']);

function savedLines({ report, session }: RunView, planId: string): readonly string[] {
  const onlyBoot = report.doubts.length > 0 && report.doubts.every((doubt) => doubt.reason === 'first_boot');
  const minutes = String(session.workspace.policy.limits.bootConfirmMs / 60_000);
  if (onlyBoot) {
    return [
      ` Saved as ${planId}. If it is nominal, the confirm timer drafts exactly this`,
      ` in ${minutes} minutes. To stop it: headgate confirm ${planId} --veto`,
    ];
  }
  if (report.doubts.length > 0) return [` Saved as ${planId}. No timer will confirm it: a person must.`];
  return [` Saved as ${planId}.`];
}

function nextLines(next: readonly string[]): readonly string[] {
  return next.length === 0
    ? []
    : ['', ...next.map((command, index) => ` ${index === 0 ? 'Next' : '    '}    ${command}`)];
}
