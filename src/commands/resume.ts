import { readStop, removeStop, type Stop } from '../adapters/stop-file.ts';
import { clearPersonNeeded } from '../store/header.ts';
import { messagesInStates } from '../store/messages.ts';
import { agrees } from './ask.ts';
import { recordAct } from './audit/record.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { withState, writeAsPerson, type OperatorState } from './operator-state.ts';
import { flagOption, textOption } from './options.ts';
import { engineOf, outlookOf, type JobOutlook } from './outlook.ts';
import { escapeText } from './output/text.ts';
import { formatDateTime } from './output/time.ts';
import { resumeOneSender } from './resume-sender.ts';

/** What waits behind the stop. */
interface Waiting {
  readonly stop: Stop;
  readonly outlooks: readonly JobOutlook[];
  readonly approved: number;
}

/**
 * `resume`: shows what is due, by the planner of drip and nurture, asks (or `--yes`) and takes the file STOP away (A10). A
 * resume is as safe as a wake-up (A18): it drafts nothing, and a gap or a reboot meanwhile still makes the first run of a
 * job a preview. `--sender` lifts the pause of one sender instead (D6). It is a person's act: sequences may approve themselves again (A5); a veto stays until its job is confirmed.
 * Throws as `withState` does (a state in which nothing can be planned is not resumed), and 64 where nobody can be asked.
 */
export function run(invocation: Invocation): Promise<Outcome> {
  return withState(invocation, 'write', async (state) => {
    const sender = textOption(invocation, 'sender');
    if (sender !== null) return resumeOneSender(state, sender);
    const { stopFile } = state.workspace.paths;
    const stop = readStop(stopFile);
    if (stop === null) return notPaused();
    const waiting = await waitingOf(state, stop);
    const lines = waitingLines(state, waiting);
    if (!(await agrees(invocation, { lines, question: ' Resume?' }))) return stillPaused(waiting);
    writeAsPerson(state, () => {
      clearPersonNeeded(state.db);
      recordAct(state, { kind: 'resumed' });
    });
    removeStop(stopFile);
    return resumed(state, waiting);
  });
}

/** What stands in front of a resume, as lines; null when nothing is paused. Reads only (A10). */
export async function dueBehindStop(
  state: OperatorState,
): Promise<{ stop: Stop; lines: readonly string[] } | null> {
  const stop = readStop(state.workspace.paths.stopFile);
  if (stop === null) return null;
  return { stop, lines: waitingLines(state, await waitingOf(state, stop)) };
}

async function waitingOf(state: OperatorState, stop: Stop): Promise<Waiting> {
  const engine = engineOf(state);
  const outlooks = [await outlookOf(state, engine, 'drip'), await outlookOf(state, engine, 'nurture')];
  return { stop, outlooks, approved: messagesInStates(state.db, ['approved']).length };
}

function notPaused(): Outcome {
  return {
    exit: 'OK',
    document: { items: [] },
    human: ' Nothing is paused.',
    message: 'not_paused',
  };
}

function stillPaused(waiting: Waiting): Outcome {
  return {
    exit: 'OK',
    document: { items: [itemOf(waiting, true)], next: ['headgate resume'] },
    human: ' Still paused.',
    message: 'declined',
  };
}

function resumed(state: OperatorState, waiting: Waiting): Outcome {
  const next = ['headgate drip --preview', 'headgate status'];
  return {
    exit: 'OK',
    document: { items: [itemOf(waiting, false)], next },
    human: (terminal) => [
      // Whoever was asked has just read it.
      ...(flagOption(state.invocation, 'yes') ? waitingLines(state, waiting) : []),
      ` ${terminal.bold('RESUMED')}  the timers act again, as after waking up`,
      '',
      ` Next    ${next.join('\n         ')}`,
      '',
    ],
  };
}

function waitingLines({ now, workspace }: OperatorState, waiting: Waiting): readonly string[] {
  const { stop, outlooks, approved } = waiting;
  const { timezone } = workspace.policy;
  const reason = stop.reason === '' ? '' : `: ${escapeText(stop.reason)}`;
  return [
    '',
    ` Due now, ${formatDateTime(now, timezone)}`,
    ` Paused since ${formatDateTime(stop.sinceAt, timezone)}${reason}`,
    '',
    ...outlooks.flatMap(outlookLines),
    `   send     ${approved === 0 ? 'nothing approved waits' : `${String(approved)} approved, each judged again before it leaves`}`,
    '',
  ];
}

function outlookLines({ job, plan, doubts, quiet }: JobOutlook): readonly string[] {
  const due =
    plan.evaluated === 0
      ? 'nothing due'
      : `${String(plan.evaluated)} due, ${String(plan.demand)} allowed now, ${String(plan.drafts.length)} in one run`;
  const notes = [...doubts.map((doubt) => `first a preview: ${doubt.detail}`), ...quietNotes(quiet)];
  return [`   ${job.padEnd(8)} ${due}`, ...notes.map((note) => `            ${escapeText(note)}`)];
}

function quietNotes(quiet: JobOutlook['quiet']): readonly string[] {
  if (quiet === null) return [];
  return [quiet === 'hold_open' ? 'a held batch waits for you first' : `quiet today: ${quiet}`];
}

function itemOf({ stop, outlooks, approved }: Waiting, isPaused: boolean): Readonly<Record<string, unknown>> {
  return {
    paused: isPaused,
    reason: stop.reason === '' ? null : stop.reason,
    approved,
    jobs: outlooks.map(({ job, plan, doubts, quiet }) => ({
      job,
      due: plan.evaluated,
      allowed: plan.demand,
      would_draft: plan.drafts.length,
      held_back: plan.countsByReason,
      doubts: doubts.map(({ reason, detail }) => ({ reason, detail })),
      quiet,
    })),
  };
}
