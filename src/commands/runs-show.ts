import { HeadgateError } from '../core/errors.ts';
import { messagesOfRun, type StoredMessage } from '../store/messages.ts';
import { runById, type StoredRun } from '../store/runs.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { withState } from './operator-state.ts';
import { argument } from './options.ts';
import { MODEL_COUNTS, modelCostText } from './output/model-cost.ts';
import { NEVER_CUT, renderTable } from './output/table.ts';
import type { Terminal } from './output/terminal.ts';
import { escapeText } from './output/text.ts';
import { formatDateTime, formatSpan } from './output/time.ts';
import { exitName, resultText, runDocument, tookMs } from './run-record.ts';

/** `runs show ID`: one run with its counts by reason and the messages that it made or held (A13). Reads only. */
export function run(invocation: Invocation): Promise<Outcome> {
  return withState(invocation, 'read', ({ db, workspace }) => {
    const id = argument(invocation, 0) ?? '';
    const found = runById(db, id);
    if (found === null) throw unknownRun(id);
    const messages = messagesOfRun(db, found.id);
    return {
      exit: 'OK',
      document: { items: [{ ...runDocument(found), messages: messages.map(messageDocument) }] },
      human: (terminal) => runLines(terminal, { run: found, messages, timezone: workspace.policy.timezone }),
    };
  });
}

function unknownRun(id: string): HeadgateError {
  return new HeadgateError(`there is no run ${escapeText(id)}`, {
    code: 'run_unknown',
    exit: 'USAGE',
    notDone: 'Nothing was done.',
    fix: 'headgate runs list',
  });
}

function messageDocument(message: StoredMessage): Readonly<Record<string, unknown>> {
  return {
    id: message.id,
    state: message.state,
    lead: { id: message.leadId, email: message.leadEmail },
    sequence: message.sequenceId,
    step: message.stepId,
  };
}

function runLines(
  terminal: Terminal,
  of: { run: StoredRun; messages: readonly StoredMessage[]; timezone: string },
): readonly string[] {
  const { run: found, messages, timezone } = of;
  const took = tookMs(found);
  const exit = found.exitCode === null ? '' : `exit ${String(found.exitCode)} ${exitName(found.exitCode)}`;
  const asked = [...(found.forced ? ['--force'] : []), ...(found.narrowed ? ['narrowed'] : [])];
  const counts = Object.entries(found.counts).filter(([name, count]) => count > 0 && !MODEL_COUNTS.has(name));
  const model = modelCostText(found.counts, terminal.symbols);
  return [
    '',
    ` ${terminal.bold(found.id)}  ${escapeText(found.command)}  ${formatDateTime(found.startedAt, timezone)}`,
    ` Result   ${[resultText(found), exit, ...asked].filter((part) => part !== '').join(` ${terminal.symbols.dot} `)}`,
    ...(took === null ? [] : [` Took     ${formatSpan(took)}`]),
    ...(found.planId === null ? [] : [` Plan     ${found.planId}`]),
    ...(model === null ? [] : [` Model    ${model}`]),
    ...(counts.length === 0 ? [] : ['', ...counts.map(countLine)]),
    ...(messages.length === 0 ? [] : ['', ...messageLines(terminal, messages)]),
    '',
  ];
}

function countLine([name, count]: readonly [string, number]): string {
  return ` ${String(count).padStart(6)}  ${escapeText(name.replaceAll('_', ' '))}`;
}

function messageLines(terminal: Terminal, messages: readonly StoredMessage[]): readonly string[] {
  return renderTable(terminal, messages, [
    { header: 'id', cell: ({ id }) => id, minWidth: NEVER_CUT },
    { header: 'state', cell: ({ state }) => state },
    { header: 'lead', cell: ({ leadEmail }) => leadEmail, minWidth: 14 },
    { header: 'step', cell: ({ sequenceId, stepId }) => `${sequenceId} ${terminal.symbols.arrow} ${stepId}` },
  ]).map((line) => ` ${line}`);
}
