import { bailReason } from '../core/bail.ts';
import { HeadgateError } from '../core/errors.ts';
import type { Lead } from '../core/model.ts';
import { nextStep } from '../core/progress.ts';
import { scheduleStep } from '../core/schedule.ts';
import { isLive } from '../core/states.ts';
import { insertEnrollment, type EnrollmentStart } from '../store/enrollment-insert.ts';
import { cancelEnrollment } from '../store/enrollments.ts';
import { markWentLive, readHeader } from '../store/header.ts';
import { leadByRowId } from '../store/leads.ts';
import { refreshNurtureDue } from '../store/nurture-queue.ts';
import {
  countRehearsals,
  forgetRehearsal,
  rehearsedEnrollments,
  takeBackApprovals,
  type RehearsalCounts,
  type RehearsedEnrollment,
} from '../store/rehearsals.ts';
import { liveEnrollmentsOfLead } from '../store/sequence-enrollments.ts';
import { agrees } from './ask.ts';
import { recordAct } from './audit/record.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { holidayJudge, openEngine, type Engine } from './engine/engine.ts';
import { GUARDS_OFF } from './guards-off.ts';
import { OUTBOUND_JOBS, withJobLocks } from './job-locks.ts';
import { withState, writeAsPerson, type OperatorState } from './operator-state.ts';
import { flagOption, usageError } from './options.ts';
import { countOf } from './output/text.ts';
import { settleRehearsals } from './send-recovery.ts';

/**
 * `go-live --restart|--keep` (D9): after `live = true`, shows what was only rehearsed and restarts it from now, or keeps it as sent.
 * Approvals given before must be given again either way. Until then every outbound job refuses (78). Nothing is sent by it.
 */
export function run(invocation: Invocation): Promise<Outcome> {
  const restart = flagOption(invocation, 'restart');
  if (restart === flagOption(invocation, 'keep')) {
    throw usageError(
      'say what becomes of the rehearsals',
      'headgate go-live --restart   or   headgate go-live --keep',
    );
  }
  return withState(invocation, 'write', async (state) => {
    refuseUnlessDue(state);
    const counts = countRehearsals(state.db);
    const lines = surveyLines(counts, restart);
    if (!(await agrees(invocation, { lines, question: ' Go live?' })))
      return outcome({ counts, restarted: 0, lines: [' Nothing was changed.'] });
    const { workspace } = state;
    const restarted = await withJobLocks(invocation, { workspace, jobs: OUTBOUND_JOBS }, () =>
      goLive(state, restart),
    );
    return outcome({ counts, restarted, lines: doneLines(counts, { restart, restarted }) });
  });
}

function refuseUnlessDue({ workspace, db }: OperatorState): void {
  if (!workspace.policy.live) {
    throw new HeadgateError('live is false in headgate.toml', {
      code: 'not_live',
      exit: 'CONFIG',
      notDone: 'Nothing was changed.',
      fix: 'Set live = true first, then say go-live again.',
    });
  }
  if (readHeader(db).wentLiveAt === null) return;
  throw usageError('this workspace is live already', 'headgate status');
}

function goLive(state: OperatorState, restart: boolean): number {
  const { db, now, workspace, invocation } = state;
  const engine = openEngine({ db, policy: workspace.policy, now, without: GUARDS_OFF });
  return writeAsPerson(state, () => {
    const runId = invocation.context.random.publicId('r');
    settleRehearsals(engine, { runId, outboxDir: workspace.paths.outboxDir });
    takeBackApprovals(db);
    markWentLive(db, now);
    const begun = restart ? restartRehearsals(state, engine) : 0;
    recordAct(state, {
      kind: 'went_live',
      subject: readHeader(db).stateId,
      detail: { rehearsals: restart ? 'restarted' : 'kept', restarted: begun, run: runId },
    });
    return begun;
  });
}

function restartRehearsals({ db, now, invocation }: OperatorState, engine: Engine): number {
  const rehearsed = rehearsedEnrollments(db);
  for (const enrollment of rehearsed) forgetRehearsal(db, enrollment, now);
  // B2: where two of a lead's cannot run side by side, the one under way goes before those that were over, the newest first.
  const inOrder = [
    ...rehearsed.filter(isUnderWay),
    ...rehearsed.filter((each) => !isUnderWay(each)).reverse(),
  ];
  return inOrder.filter((old) => begin(engine, old, invocation.context.random.publicId('e'))).length;
}

function isUnderWay({ status }: RehearsedEnrollment): boolean {
  return isLive(status);
}

/**
 * A new enrollment from now; a follow-up comes back by itself when nurture looks at its lead again (B7). False for one that must not
 * begin again: it had been cancelled or had failed, its lead may not be written to (B3), or another drip of the lead runs (B2).
 */
function begin(engine: Engine, old: RehearsedEnrollment, id: string): boolean {
  const { db, now, policy } = engine;
  const lead = leadByRowId(db, old.leadRowId);
  const start = lead === null ? null : startOf(engine, old, lead);
  if (start !== null) {
    // B7: a follow-up never blocks a drip; one that matches cancels it.
    for (const each of liveEnrollmentsOfLead(db, old.leadRowId).filter(({ kind }) => kind === 'nurture'))
      cancelEnrollment(db, { enrollmentRowId: each.rowId, reason: 'drip_matched', now });
    insertEnrollment(db, { ...start, id, leadRowId: old.leadRowId });
  }
  refreshNurtureDue(db, old.leadRowId, { policy, now });
  return start !== null;
}

function startOf(engine: Engine, old: RehearsedEnrollment, lead: Lead): EnrollmentStart | null {
  const { db, now, policy } = engine;
  if (old.kind === 'nurture' || old.status === 'cancelled' || old.status === 'failed') return null;
  if (bailReason(lead) !== null || lead.suppressedReason !== null) return null;
  const drips = liveEnrollmentsOfLead(db, lead.rowId).filter(({ kind }) => kind === 'drip');
  const isBlocked =
    old.parallel === 1
      ? drips.some(({ sequenceRowId }) => sequenceRowId === old.sequenceRowId)
      : drips.length > 0;
  const sequence = engine.sequences.get(old.sequenceRowId);
  if (isBlocked || sequence === undefined || sequence.status === 'archived') return null;
  const step = nextStep(sequence.steps, null, new Set());
  if (step === null) return null;
  const scheduled = scheduleStep({
    sequence,
    step,
    previousStep: null,
    enrolledAt: now,
    previousSendAt: null,
    leadZone: lead.zone,
    isHoliday: holidayJudge(engine, lead),
    policy,
  });
  return {
    sequenceRowId: old.sequenceRowId,
    kind: 'drip',
    enrolledAt: now,
    ...scheduled,
    firstStepRowId: step.rowId,
    matchReason: old.matchReason,
    matchSnapshotJson: old.matchSnapshotJson,
    parallel: old.parallel === 1,
  };
}

function surveyLines(counts: RehearsalCounts, restart: boolean): readonly string[] {
  const verb = restart
    ? 'start again from now, as if they had never run'
    : 'are kept: what was rehearsed counts as sent';
  return [
    '',
    ` ${countOf(counts.messages, 'message')} in ${countOf(counts.enrollments, 'enrollment')} only went to the outbox.`,
    ` These enrollments ${verb}.`,
    ` ${countOf(counts.approvals, 'approval')} given before must be given again.`,
    ' From then on send reaches people.',
    '',
  ];
}

function doneLines(
  counts: RehearsalCounts,
  { restart, restarted }: { restart: boolean; restarted: number },
): readonly string[] {
  return [
    ' This workspace is live.',
    restart
      ? ` ${countOf(restarted, 'enrollment')} started again.`
      : ` ${countOf(counts.messages, 'rehearsed message')} kept as sent.`,
    '',
    ' Next    headgate drip --preview',
  ];
}

function outcome(of: { counts: RehearsalCounts; restarted: number; lines: readonly string[] }): Outcome {
  return {
    exit: 'OK',
    document: { items: [{ ...of.counts, restarted: of.restarted }] },
    human: of.lines.join('\n'),
  };
}
