import { createSendJournal } from '../adapters/send-journal.ts';
import { createOptOutSpool } from '../adapters/spool.ts';
import type { StateDoubt } from '../core/guards/state-doubts.ts';
import { aheadOfClock, type AheadCount } from '../store/adoption.ts';
import { checkBeforeWrite } from '../store/disk-space.ts';
import { readHeader } from '../store/header.ts';
import { messagesInStates } from '../store/messages.ts';
import { acceptedClock, adoptState, type Adoption } from './adoption.ts';
import { agrees } from './ask.ts';
import { newestLost } from './audit/breaks.ts';
import { actorOf } from './audit/record.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { openEngine } from './engine/engine.ts';
import { settleAgainst } from './engine/journal-settling.ts';
import { finishErasuresByTheWay } from './erasure/finish-erasures.ts';
import { MIN_FREE_BYTES } from './engine/live-run.ts';
import { GUARDS_OFF } from './guards-off.ts';
import { OUTBOUND_JOBS, withJobLocks } from './job-locks.ts';
import { stateDoubtsOf, withState, type OperatorState } from './operator-state.ts';
import { unknownLines } from './journal-text.ts';
import type { Terminal } from './output/terminal.ts';
import { countOf, escapeText } from './output/text.ts';
import { formatDateTime } from './output/time.ts';
import { stampState } from './run-session.ts';

/** What differs, and what adopting would do. */
interface Survey {
  readonly doubts: readonly StateDoubt[];
  readonly ahead: readonly AheadCount[];
  readonly approved: number;
  readonly sending: number;
}

/**
 * `adopt`: a person accepts that this state is on another machine, was restored, or that the clock is right as it is now
 * (A14, A15). Shows what differs and what it would do, asks (or `--yes`), does it in one transaction and writes the stamp
 * anew. Nothing is drafted or sent by it. Throws as `withState` does; 75 while an outbound job runs; 64 where nobody can
 * be asked.
 */
export function run(invocation: Invocation): Promise<Outcome> {
  return withState(invocation, 'write', async (state) => {
    const survey = surveyOf(state);
    if (survey.doubts.length === 0 && survey.ahead.length === 0) return nothingToAdopt(state);
    const lines = surveyLines(state, survey);
    if (!(await agrees(invocation, { lines, question: ' Adopt this state?' }))) return declined(survey);
    const { workspace } = state;
    const adoption = await withJobLocks(invocation, { workspace, jobs: OUTBOUND_JOBS }, () => adopt(state));
    return adopted(state, survey, adoption);
  });
}

function adopt(state: OperatorState): Adoption {
  const { db, now, workspace } = state;
  checkBeforeWrite(db, { minFreeBytes: MIN_FREE_BYTES });
  // Before anything is settled: whoever was erased since this copy was made is nobody's recipient any more.
  finishErasuresByTheWay(state);
  const engine = openEngine({ db, policy: workspace.policy, now, without: GUARDS_OFF });
  const { stateDir, outboxDir, unsubscribeSpoolDir } = workspace.paths;
  // D10: a copy that was put in place behind the program's back may be older than an opt-out, as one that `restore` put there.
  createOptOutSpool(unsubscribeSpoolDir).bringBack();
  const witnesses = { journal: createSendJournal(stateDir), outboxDir, actor: actorOf(state.invocation) };
  const adoption = adoptState(state, engine, settleAgainst(witnesses));
  // Last, so that a crash before it leaves a state that is still in doubt.
  stampState(state, db);
  return adoption;
}

function surveyOf(state: OperatorState): Survey {
  const { db } = state;
  return db.read(() => ({
    doubts: doubtsAbout(state),
    ahead: aheadOfClock(db, acceptedClock(state)),
    approved: messagesInStates(db, ['approved']).length,
    sending: messagesInStates(db, ['sending']).length,
  }));
}

/** A13: a trail that the send journal knows otherwise is a restored state, whatever its stamp says. */
function doubtsAbout(state: OperatorState): readonly StateDoubt[] {
  const doubts = stateDoubtsOf(state);
  if (doubts.some(({ reason }) => reason === 'restored')) return doubts;
  const lost = newestLost(state.db, null);
  if (lost === null) return doubts;
  const detail = `the state may be a restored one: its audit trail does not hold entry ${String(lost.number)}, which ${lost.source} knows`;
  const facts = { audit_number: lost.number };
  return [...doubts, { reason: 'restored', liftedBy: 'adopt', detail, facts }];
}

function surveyLines({ db, now, workspace, invocation }: OperatorState, survey: Survey): readonly string[] {
  const host = invocation.context.machine.identity().hostName;
  const { doubts, ahead, approved, sending } = survey;
  return [
    '',
    ` ADOPT  ${escapeText(db.file)}  ${formatDateTime(now, workspace.policy.timezone)}`,
    '',
    ...doubts.map(({ reason, detail }) => `   ${reason.padEnd(9)} ${escapeText(detail)}`),
    ...(ahead.length === 0 ? [] : [`   ${'ahead'.padEnd(9)} of this clock: ${aheadText(ahead)}`]),
    '',
    ` It binds the state to ${escapeText(host)} and accepts this clock.`,
    ` ${countOf(approved, 'approved message')} will be held, ${String(sending)} being sent will be uncertain.`,
    ' Every job starts cold: a person confirms its first plan. Nothing is drafted or sent.',
    '',
  ];
}

/** `2 watermarks, 5 messages`: the kinds in words. */
function aheadText(ahead: readonly AheadCount[]): string {
  return ahead.map(({ what, count }) => `${String(count)} ${what.replaceAll('_', ' ')}`).join(', ');
}

function nothingToAdopt({ db }: OperatorState): Outcome {
  const { machine } = readHeader(db);
  return {
    exit: 'OK',
    document: { items: [] },
    human: [
      ` Nothing to adopt: this state belongs to ${escapeText(machine.hostName)}, is as new as its stamp,`,
      ' and nothing in it lies ahead of the clock.',
    ].join('\n'),
    message: 'nothing_to_adopt',
  };
}

function declined(survey: Survey): Outcome {
  return {
    exit: 'OK',
    document: { items: [itemOf(survey, null)] },
    human: ' Not adopted. Everything stays as it is.',
    message: 'declined',
  };
}

function adopted(state: OperatorState, survey: Survey, adoption: Adoption): Outcome {
  const next = [
    ...(adoption.held > 0 ? ['headgate review list --state held'] : []),
    'headgate drip --preview',
    'headgate status',
  ];
  return {
    exit: 'OK',
    document: {
      items: [{ ...itemOf(survey, adoption), machine: readHeader(state.db).machine.hostName }],
      next,
    },
    human: (terminal) => adoptedLines(terminal, adoption, next),
  };
}

function itemOf(survey: Survey, adoption: Adoption | null): Readonly<Record<string, unknown>> {
  const lowered = adoption?.lowered ?? [];
  return {
    adopted: adoption !== null,
    doubts: survey.doubts.map(({ reason, detail, facts }) => ({ reason, detail, facts })),
    ahead: Object.fromEntries(survey.ahead.map(({ what, count }) => [what, count])),
    lowered: Object.fromEntries(lowered.map(({ what, count }) => [what, count])),
    held: adoption?.held ?? 0,
    uncertain: adoption?.uncertain ?? 0,
    journal: adoption?.journal ?? null,
    cold_jobs: adoption?.coldJobs ?? [],
    plans_superseded: adoption?.plansSuperseded ?? 0,
    run: adoption?.runId ?? null,
  };
}

function adoptedLines(terminal: Terminal, adoption: Adoption, next: readonly string[]): readonly string[] {
  const { lowered, held, uncertain, plansSuperseded, journal } = adoption;
  return [
    '',
    ` ${terminal.bold('ADOPTED')}  ${terminal.dim('nothing was drafted or sent')}`,
    `   Lowered   ${lowered.length === 0 ? 'nothing lay ahead of the clock' : aheadText(lowered)}`,
    `   Messages  ${String(held)} held (release them one by one or all), ${String(uncertain)} uncertain`,
    ...unknownLines(journal),
    `   Plans     ${String(plansSuperseded)} set aside; the next run of each job is a preview that a person confirms`,
    '',
    ...next.map((command, index) => ` ${index === 0 ? 'Next' : '    '}    ${command}`),
    '',
  ];
}
