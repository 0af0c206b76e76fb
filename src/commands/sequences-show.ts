import { HeadgateError } from '../core/errors.ts';
import { nearestWords } from '../core/nearest.ts';
import { takesThreadSubject } from '../core/thread.ts';
import { EMPTY_FUNNEL, sequenceFunnels, type SequenceFunnel } from '../store/funnel.ts';
import { readHeader } from '../store/header.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { funnelDocument, funnelLines, funnelStages } from './funnel.ts';
import { withState } from './operator-state.ts';
import { argument } from './options.ts';
import { renderTable } from './output/table.ts';
import type { Terminal } from './output/terminal.ts';
import { countOf, escapeText } from './output/text.ts';
import { formatDateTime } from './output/time.ts';
import { hanging } from './output/wrap.ts';
import { liveSteps, timingText, triggerText, windowText } from './sequence-text.ts';
import { liveCount, readSequences, sequenceDocument, type ListedSequence } from './sequences-list.ts';

/** `sequences show ID`: one sequence as last applied. An unknown id is 64 with the nearest one. Reads only. */
export async function run(invocation: Invocation): Promise<Outcome> {
  const id = argument(invocation, 0) ?? '';
  const listed = await readSequences(invocation);
  const found = listed.find(({ sequence }) => sequence.id === id);
  if (found === undefined) throw unknownSequence(id, listed);
  const { funnel, isLive } = await readFunnel(invocation, found);
  const next = found.sequence.status === 'draft' ? [] : [`headgate sends list --sequence ${id}`];
  return {
    exit: 'OK',
    document: {
      items: [{ ...sequenceDocument(found), funnel: funnelDocument(found.sequence, funnel, isLive) }],
      next,
    },
    human: (terminal) => [
      ...showLines(terminal, found),
      ' Funnel',
      ...funnelLines(terminal, funnelStages(found.sequence, funnel, isLive), { isLive }),
      '',
      ...next.map((command) => ` Next    ${command}`),
      '',
    ],
  };
}

/** F4, D9: whether what was only rehearsed counts is the state's word: nothing was for real before it went live. */
function readFunnel(
  invocation: Invocation,
  { sequence }: ListedSequence,
): Promise<{ readonly funnel: SequenceFunnel; readonly isLive: boolean }> {
  return withState(invocation, 'read', ({ db }) =>
    db.read(() => ({
      funnel: sequenceFunnels(db).get(sequence.rowId) ?? EMPTY_FUNNEL,
      isLive: readHeader(db).wentLiveAt !== null,
    })),
  );
}

function unknownSequence(id: string, listed: readonly ListedSequence[]): HeadgateError {
  const ids = listed.map(({ sequence }) => sequence.id);
  const [nearest] = nearestWords(id, ids, 1);
  return new HeadgateError(`No sequence ${escapeText(id)} is applied`, {
    code: 'sequence_unknown',
    exit: 'USAGE',
    notDone: 'Nothing was done.',
    fix: nearest === undefined ? 'headgate sequences list' : `headgate sequences show ${nearest}`,
  });
}

function showLines(terminal: Terminal, { sequence, enrollments }: ListedSequence): readonly string[] {
  const removed = sequence.steps.filter((step) => step.deletedAt !== null).map((step) => step.id);
  const { completed, cancelled, failed } = enrollments;
  const dot = ` ${terminal.symbols.dot} `;
  return [
    '',
    ` ${terminal.bold(escapeText(sequence.id))}  ${escapeText(sequence.title)}${dot}${sequence.kind}${dot}${sequence.status}`,
    ...(sequence.description === null ? [] : [` ${escapeText(sequence.description)}`]),
    ...hanging(' Trigger   ', escapeText(triggerText(sequence.trigger)), terminal.width - 1),
    ` Window    ${windowText(sequence.window)}`,
    ` Approval  ${sequence.approve === 'auto' ? 'approves itself' : 'asks a person'}`,
    '',
    ...renderTable({ ...terminal, width: terminal.width - 1 }, liveSteps(sequence), [
      { header: '#', cell: (step) => String(step.position + 1), minWidth: 3 },
      { header: 'step', cell: (step) => step.id, minWidth: 14 },
      { header: 'timing', cell: (step) => timingText(step.timing), minWidth: 14 },
      { header: 'window', cell: (step) => (step.window === null ? null : windowText(step.window)) },
      { header: 'mode', cell: (step) => step.copy.mode, minWidth: 6 },
      {
        header: 'subject',
        cell: (step) => (takesThreadSubject(step) ? 'Re: …' : step.copy.subject),
        minWidth: 12,
      },
    ]).map((line) => ` ${line}`),
    ...(removed.length === 0 ? [] : ['', terminal.dim(` Removed   ${removed.join(', ')}`)]),
    '',
    ` ${countOf(liveCount(enrollments), 'lead')} under way${dot}${completed} completed${dot}${cancelled} cancelled${dot}${failed} failed`,
    terminal.dim(` Applied   ${formatDateTime(sequence.appliedAt)}`),
    '',
  ];
}
