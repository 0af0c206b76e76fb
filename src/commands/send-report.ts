import type { Doubt } from '../core/guards/wake.ts';
import { formatInstant } from '../core/time/instants.ts';
import type { Outcome } from './cli-context.ts';
import type { QueuedMessage } from './engine/send-candidates.ts';
import type { NotSent } from './engine/send-ledger.ts';
import type { SendingResult } from './engine/sending.ts';
import { formatDateTime } from './output/time.ts';
import { renderTable } from './output/table.ts';
import type { Terminal } from './output/terminal.ts';
import { countOf, escapeText } from './output/text.ts';
import { runDocument } from './run-document.ts';
import type { RunEnd } from './run-ledger.ts';
import type { RunSession } from './run-session.ts';
import { waitingCount, type NamedMessage, type SendPlan } from './send-run.ts';

/** All that is worth saying of one `send`. */
export interface SendReport extends RunEnd {
  readonly doubts: readonly Doubt[];
  readonly plan: SendPlan | null;
  readonly result: SendingResult;
  /** Moved to held by this run. */
  readonly held: number;
  /** The first of those, with the reason. */
  readonly heldNow: readonly HeldNow[];
  /** Of a preview: the messages in doubt that their provider would be asked about (D1). */
  readonly questions?: readonly QueuedMessage[];
}

interface HeldNow {
  readonly message: NamedMessage;
  readonly reason: string;
  readonly detail: string;
}

/** The outcome in the shape of cli.md 2.6; `items[].action` is send, ask or hold_back. */
export function reportSend(session: RunSession, report: SendReport): Outcome {
  const next = nextCommands(session, report);
  return {
    exit: report.exit,
    document: {
      schema: 'headgate.run/1',
      run: runDocument(session, report),
      guards: {
        cold_start: {
          ok: report.doubts.length === 0,
          doubts: report.doubts.map(({ reason, detail }) => ({ reason, detail })),
        },
        ...volumeGuards(session, report),
        paused: report.reason === 'paused',
      },
      counts: report.counts,
      // Made when it is asked for: a person is shown fifty of ten thousand.
      get items() {
        return itemsDocument(report);
      },
      next,
    },
    human: (terminal) => lines(terminal, { session, report, next }),
    message:
      report.result.stoppedBy?.response ??
      (report.doubts.length > 0 ? report.doubts.map((each) => each.detail).join('; ') : report.reason),
    fix: next[0] ?? null,
    journal: `send: ${String(sentOf(report))} sent, ${String(report.held)} held run=${session.runId}`,
  };
}

/** The same keys as of drip and nurture: mails where those count drafts. */
function volumeGuards(session: RunSession, { plan }: SendReport): Readonly<Record<string, unknown>> {
  const { sendsPerRun, sendsPerDay } = session.workspace.policy.limits;
  const used = plan?.queue.length ?? 0;
  const cap = { per_run: sendsPerRun, used, per_day: sendsPerDay, used_today: plan?.sentToday ?? null };
  if (plan === null) return { blast_radius: null, cap };
  const { over, mean, line } = plan.blastRadius;
  const oneDecimal = (value: number): number => Math.round(value * 10) / 10;
  return {
    blast_radius: { ok: !over, demand: plan.demand, average_7d: oneDecimal(mean), limit: oneDecimal(line) },
    cap,
  };
}

function itemsDocument(report: SendReport): readonly unknown[] {
  const { plan, result, mode } = report;
  const done = result.settled.map(({ message, outcome, detail }) => ({
    ...named(message),
    action: 'send',
    outcome,
    detail,
  }));
  const planned =
    mode === 'preview' ? (plan?.queue ?? []).map((message) => ({ ...named(message), action: 'send' })) : [];
  const asked = (report.questions ?? []).map((message) => ({ ...named(message), action: 'ask' }));
  const waiting = leftBehind(report).map((each) => ({
    ...named(each.message),
    action: 'hold_back',
    reason: each.reason,
    detail: each.detail,
    retry_after: each.until === null ? null : formatInstant(each.until),
  }));
  return [...done, ...asked, ...planned, ...waiting];
}

/** Everything that did not leave, with the reason: what was held first. */
function leftBehind({ plan, result, heldNow }: SendReport): readonly (HeldNow & Pick<NotSent, 'until'>)[] {
  const held = heldNow.map((each) => ({ ...each, until: null }));
  return [...held, ...(plan?.notSent ?? []), ...result.notSent];
}

function named(message: NamedMessage): Readonly<Record<string, unknown>> {
  return {
    id: message.id,
    lead: { id: message.leadId, email: message.leadEmail, tz: message.leadZone },
    sequence: message.sequenceId,
    step: message.stepId,
    subject: message.subject,
  };
}

function sentOf({ result }: SendReport): number {
  return result.settled.filter((each) => each.outcome === 'sent').length;
}

function lines(
  terminal: Terminal,
  { session, report, next }: { session: RunSession; report: SendReport; next: readonly string[] },
): readonly string[] {
  const { policy } = session.workspace;
  const at = formatDateTime(session.now, policy.timezone);
  const where = policy.live ? 'live' : 'outbox: no mail leaves this machine';
  return [
    '',
    ` ${terminal.bold(title(report))}  send  ${at}   ${terminal.dim(where)}`,
    ...report.doubts.map((doubt) => `   Why       ${doubt.detail}`),
    ...volumeLines(terminal, report),
    ...(report.held > 0
      ? [
          `   ${countOf(report.held, 'approved message')} moved to held; one release by a person sends them on.`,
        ]
      : []),
    ...sentLines(terminal, report),
    ...waitingLines(report, policy.timezone),
    ...(report.result.stoppedBy === null
      ? []
      : [
          '',
          ` Stopped: ${escapeText(report.result.stoppedBy.response)}`,
          '   Not retried in this run. What was not sent is still approved.',
        ]),
    ...(next.length === 0
      ? []
      : ['', ...next.map((command, index) => ` ${index === 0 ? 'Next' : '    '}    ${command}`)]),
    '',
  ];
}

/** A8: what could leave but for the caps, against the line; wherever it is more than what leaves. */
function volumeLines(terminal: Terminal, report: SendReport): readonly string[] {
  const { plan, mode, exit } = report;
  if (plan === null || (mode === 'live' && exit !== 'HELD' && plan.demand <= plan.queue.length)) return [];
  const { mean, line } = plan.blastRadius;
  const of = `of ${String(plan.demand)} that could leave`;
  const what =
    mode === 'preview'
      ? `would send ${String(plan.queue.length)} ${of}`
      : exit === 'HELD'
        ? `${String(plan.demand)} could leave`
        : `sent ${String(sentOf(report))} ${of}`;
  const dot = ` ${terminal.symbols.dot} `;
  return [
    `   Volume    ${what}${dot}7-day average ${mean.toFixed(1)} a day${dot}hold line ${line.toFixed(1)}`,
  ];
}

function title(report: SendReport): string {
  if (report.doubts.length > 0) return 'COLD START';
  if (report.mode === 'preview') return 'PREVIEW';
  if (report.mode === 'paused') return 'PAUSED';
  if (report.exit === 'HELD') return 'HELD';
  return sentOf(report) > 0 ? `SENT ${String(sentOf(report))}` : 'NOTHING DUE';
}

function sentLines(
  terminal: Terminal,
  { plan, result, mode, questions = [] }: SendReport,
): readonly string[] {
  const wouldDo = (outcome: string) => (message: QueuedMessage) => ({ message, outcome, detail: '' });
  const rows =
    mode === 'preview'
      ? [
          ...questions.map(wouldDo('would ask whether it left')),
          ...(plan?.queue ?? []).map(wouldDo('would send')),
        ]
      : result.settled;
  if (rows.length === 0) return [];
  const table = renderTable({ ...terminal, isTty: true, width: terminal.width - 1 }, rows.slice(0, 50), [
    { header: 'id', cell: ({ message }) => message.id, minWidth: 18 },
    { header: 'lead', cell: ({ message }) => message.leadName ?? message.leadEmail, minWidth: 12 },
    {
      header: 'step',
      cell: ({ message }) => `${message.sequenceId} ${terminal.symbols.arrow} ${message.stepId}`,
      minWidth: 14,
    },
    {
      header: 'result',
      cell: ({ outcome, detail }) => (detail === '' ? outcome : `${outcome}: ${detail}`),
      minWidth: 10,
    },
  ]);
  return ['', ...table.map((line) => ` ${line}`)];
}

function waitingLines(report: SendReport, zone: string): readonly string[] {
  const { plan, result, held } = report;
  const waiting = leftBehind(report);
  if (waiting.length === 0) return [];
  const shown = waiting.slice(0, 20).map(({ message, reason, detail, until }) => {
    const when = until === null ? '' : `, until ${formatDateTime(until, zone)}`;
    return `   ${message.id}  ${reason}: ${escapeText(detail)}${when}`;
  });
  const count = held + result.notSent.length + (plan === null ? 0 : waitingCount(plan));
  return ['', ` ${countOf(count, 'approved message')} not sent now`, ...shown];
}

function nextCommands(session: RunSession, report: SendReport): readonly string[] {
  if (report.reason === 'paused') return ['headgate resume'];
  if (report.doubts.some((doubt) => doubt.liftedBy === 'adopt')) return ['headgate adopt'];
  if (report.exit === 'HELD')
    return [
      `headgate review release --run ${session.runId}`,
      `headgate review discard --run ${session.runId}`,
    ];
  if (report.held > 0)
    return ['headgate review list --state held', `headgate review release --run ${session.runId}`];
  if (report.result.settled.some((each) => each.outcome === 'uncertain'))
    return ['headgate review list --state uncertain'];
  return sentOf(report) > 0 && !session.workspace.policy.live ? ['headgate outbox list'] : [];
}
