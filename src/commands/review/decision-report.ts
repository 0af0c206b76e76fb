import { strongestExit, type ExitName } from '../../core/exits.ts';
import type { Decision, Refusal } from '../../core/review-rules.ts';
import { readHeader } from '../../store/header.ts';
import type { StoredMessage } from '../../store/messages.ts';
import { holdingRunId } from '../../store/review.ts';
import type { Outcome } from '../cli-context.ts';
import { renderTable } from '../output/table.ts';
import type { Terminal } from '../output/terminal.ts';
import { escapeText } from '../output/text.ts';
import { formatDateTime } from '../output/time.ts';
import type { Decided } from './decide.ts';
import { DECISION_WORDS } from './decision-text.ts';
import type { Desk } from './desk.ts';
import { reviewItem } from './item.ts';

const LINES_MAX = 30;

/** A decision with what works instead, found while the state is open. */
interface Told extends Decided {
  readonly fix: string | null;
}

/** What became of a decision, each message by itself: as a document, as lines, as an exit (32 when any was refused, 33 for its text). */
export function reportDecision(desk: Desk, decision: Decision, decided: readonly Decided[]): Outcome {
  const { db } = desk.engine;
  const told = decided.map((each): Told => {
    const { refusal, message } = each;
    return { ...each, fix: refusal === null ? null : insteadCommand(desk, refusal, message) };
  });
  const first = told.find(({ refusal }) => refusal !== null);
  return {
    exit: exitOf(decided),
    document: {
      decision: decision.kind,
      items: told.map((each) => ({
        ...reviewItem(db, each.message),
        result: each.result,
        refused: each.refusal?.reason ?? null,
        detail: each.detail,
      })),
      counts: {
        done: countResults(decided, 'done'),
        unchanged: countResults(decided, 'unchanged'),
        refused: countResults(decided, 'refused'),
      },
      next: nextCommands(decided),
    },
    human: (terminal) => decisionLines(terminal, { desk, decision, told }),
    message: first === undefined ? null : `${first.message.id}: ${first.detail ?? ''}`,
    fix: first?.fix ?? null,
    notes: approvalRemarks(desk, decision, decided),
  };
}

function exitOf(decided: readonly Decided[]): ExitName {
  const exits = decided.map(({ refusal }): ExitName => {
    if (refusal === null) return 'OK';
    return refusal.reason === 'text_changed' ? 'STALE_PLAN' : 'PARTIAL';
  });
  return strongestExit(exits);
}

function countResults(decided: readonly Decided[], result: Decided['result']): number {
  return decided.filter((each) => each.result === result).length;
}

/** What works now instead of what was refused. */
function insteadCommand(
  { engine }: Desk,
  { instead }: Refusal,
  { id, rowId, runId, holdCause }: StoredMessage,
): string | null {
  const batch = `--run ${holdingRunId(engine.db, rowId) ?? runId}`;
  const whom = holdCause === 'blast_radius' ? batch : id;
  switch (instead) {
    case null:
      return null;
    case 'adopt':
      return 'headgate adopt';
    case 'settle':
      return `headgate review settle ${id} sent|not-sent`;
    case 'release':
    case 'discard':
      return `headgate review ${instead} ${whom}`;
    case 'approve':
    case 'hold':
      return `headgate review ${instead} ${id}`;
  }
}

function nextCommands(decided: readonly Decided[]): readonly string[] {
  const approved = decided.filter(({ result, message }) => result === 'done' && message.state === 'approved');
  const [only] = approved;
  if (only === undefined) return [];
  return approved.length === 1 ? [`headgate review undo ${only.message.id}`] : ['headgate review list'];
}

/** D9: an approval given before `go-live` counts for the rehearsal only. */
function approvalRemarks(desk: Desk, decision: Decision, decided: readonly Decided[]): readonly string[] {
  const isApproval = decision.kind === 'approve' && countResults(decided, 'done') > 0;
  const { policy, db } = desk.engine;
  if (!isApproval || !policy.live || readHeader(db).wentLiveAt !== null) return [];
  return ['go-live has not been done yet: it will ask for this approval again.'];
}

function decisionLines(
  terminal: Terminal,
  { desk, decision, told }: { desk: Desk; decision: Decision; told: readonly Told[] },
): readonly string[] {
  const words = DECISION_WORDS[decision.kind];
  if (told.length === 0) return [' Nothing to do.'];
  const by = (result: Decided['result']): readonly Told[] => told.filter((each) => each.result === result);
  return [
    ...section(terminal, desk, { title: words.done, told: by('done') }),
    ...section(terminal, desk, { title: 'Left as it was', told: by('unchanged') }),
    ...section(terminal, desk, { title: words.not, told: by('refused') }),
    ...nextCommands(told).map((command) => ` Next    ${command}`),
  ];
}

function section(
  terminal: Terminal,
  desk: Desk,
  { title, told }: { title: string; told: readonly Told[] },
): readonly string[] {
  if (told.length === 0) return [];
  const rows = renderTable(terminal, told.slice(0, LINES_MAX), [
    { header: 'id', cell: ({ message }) => message.id, minWidth: 18 },
    { header: 'lead', cell: ({ message }) => message.leadName ?? message.leadEmail, minWidth: 12 },
    { header: 'subject', cell: ({ message }) => message.subject ?? '', minWidth: 12 },
    { header: '', cell: (each) => outcomeText(desk, each), minWidth: 24 },
  ]);
  const lines = terminal.isTty ? rows.slice(1) : rows;
  const left = told.length - LINES_MAX;
  const fixes = new Set(told.map(({ fix }) => fix));
  return [
    ` ${terminal.bold(`${title} ${String(told.length)}`)}`,
    ...lines.map((line) => `   ${line}`),
    ...(left > 0 ? [`   and ${String(left)} more`] : []),
    ...[...fixes].filter((fix) => fix !== null).map((fix) => `   Do   ${fix}`),
  ];
}

function outcomeText(desk: Desk, { message, detail, result }: Decided): string {
  if (detail !== null) return escapeText(detail);
  if (result !== 'done') return '';
  if (message.state === 'held' && message.heldUntil !== null) {
    return `until ${formatDateTime(message.heldUntil, desk.engine.policy.timezone)}`;
  }
  if (message.state !== 'approved' || message.leavesAt === null) return message.state;
  return `leaves ${formatDateTime(message.leavesAt, desk.engine.policy.timezone)}`;
}
