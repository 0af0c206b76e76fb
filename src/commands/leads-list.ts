import { LEAD_STATUSES, STAGES } from '../core/model.ts';
import { nearestWords } from '../core/nearest.ts';
import { formatInstant } from '../core/time/instants.ts';
import type { SequencesByRowId } from '../store/candidates.ts';
import { listLeads, type LeadQuery } from '../store/leads.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import {
  barOf,
  leadDocument,
  leadName,
  leadView,
  sequencesByRowId,
  stepIdOf,
  type LeadView,
} from './lead-document.ts';
import { withState, type OperatorState } from './operator-state.ts';
import { countOption, textOption, usageError } from './options.ts';
import { NEVER_CUT, renderTable } from './output/table.ts';
import type { Terminal } from './output/terminal.ts';
import { formatDueDay } from './output/time.ts';

/** A million leads are not a list that anybody reads; `leads export` is for those who want them all. */
const SHOWN_DEFAULT = 1_000;

/** `leads list [--sequence S] [--status S] [--stage S] [--limit N]`, in the order of arrival (F4). Reads only. */
export function run(invocation: Invocation): Promise<Outcome> {
  return withState(invocation, 'read', (state) => {
    const { db } = state;
    const limit = countOption(invocation, 'limit') ?? SHOWN_DEFAULT;
    const sequences = sequencesByRowId(db);
    const query = queryOf(invocation, sequences);
    const { views, hasMore } = db.read(() => takeLeads(state, { query, limit, sequences }));
    return {
      exit: 'OK',
      document: { items: views.map(leadDocument), more: hasMore },
      human: (terminal) => listLines(terminal, state, views),
      notes: hasMore ? [`Only the first ${String(limit)} are shown; --limit shows more.`] : [],
    };
  });
}

function takeLeads(
  { db }: OperatorState,
  of: { query: LeadQuery; limit: number; sequences: SequencesByRowId },
): { views: readonly LeadView[]; hasMore: boolean } {
  const views: LeadView[] = [];
  for (const lead of listLeads(db, of.query)) {
    if (views.length >= of.limit) return { views, hasMore: true };
    views.push(leadView(db, lead, of.sequences));
  }
  return { views, hasMore: false };
}

function queryOf(invocation: Invocation, sequences: SequencesByRowId): LeadQuery {
  const known = [...sequences.values()].map((sequence) => sequence.id);
  const sequenceId = textOption(invocation, 'sequence');
  return {
    sequenceId: sequenceId === null ? null : oneOf('sequence', sequenceId, known),
    status: choice(invocation, 'status', LEAD_STATUSES),
    stage: choice(invocation, 'stage', STAGES),
  };
}

function choice<T extends string>(invocation: Invocation, name: string, words: readonly T[]): T | null {
  const text = textOption(invocation, name);
  return text === null ? null : oneOf(name, text.toLowerCase(), words);
}

function oneOf<T extends string>(name: string, text: string, words: readonly T[]): T {
  const found = words.find((word) => word === text);
  if (found !== undefined) return found;
  const [near] = nearestWords(text, words, 1);
  const fix = near === undefined ? `one of: ${words.join(', ')}` : `--${name} ${near}`;
  throw usageError(`--${name}: there is no ${name} "${text}"`, fix);
}

function listLines(terminal: Terminal, state: OperatorState, views: readonly LeadView[]): readonly string[] {
  if (views.length === 0) return terminal.isTty ? [' No lead fits.'] : [];
  const { timezone } = state.workspace.policy;
  return renderTable(terminal, views, [
    { header: 'id', cell: ({ lead }) => lead.id, minWidth: NEVER_CUT },
    { header: 'lead', cell: ({ lead }) => leadName(lead), raw: ({ lead }) => lead.email, minWidth: 12 },
    { header: 'company', cell: ({ lead }) => lead.company },
    { header: 'stage', cell: ({ lead }) => lead.stage },
    { header: 'status', cell: ({ lead }) => lead.status },
    { header: 'next', cell: (view) => nextText(terminal, view), minWidth: 12 },
    {
      header: 'due',
      cell: (view) => {
        const dueAt = nextDueAt(view);
        return dueAt === null ? null : formatDueDay(dueAt, state.now, timezone);
      },
      raw: (view) => {
        const dueAt = nextDueAt(view);
        return dueAt === null ? null : formatInstant(dueAt);
      },
      minWidth: 7,
    },
  ]);
}

/** The next step of the lead's first live enrollment, or why there will be none. */
function nextText(terminal: Terminal, { lead, enrollments, sequences }: LeadView): string | null {
  const live = enrollments.find((each) => each.endedAt === null);
  if (live === undefined) return barOf(lead);
  const sequence = sequences.get(live.sequenceRowId);
  const stepId = stepIdOf(sequence, live.nextStepRowId);
  return `${sequence?.id ?? ''} ${terminal.symbols.arrow} ${stepId ?? terminal.symbols.dash}`;
}

function nextDueAt({ enrollments }: LeadView): number | null {
  return enrollments.find((each) => each.endedAt === null)?.nextDueAt ?? null;
}
