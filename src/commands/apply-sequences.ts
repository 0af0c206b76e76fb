import { moveEnrollment, type EnrollmentMove, type EnrollmentPlace } from '../core/edit-moves.ts';
import { isChanged, planEdits, type EditPlan, type SequenceEdit } from '../core/edit-plan.ts';
import type { EditRefusal } from '../core/edit-steps.ts';
import { createPreflight, type Preflight } from '../core/edit-preflight.ts';
import { HeadgateError } from '../core/errors.ts';
import type { Instant, SequenceDefinition, StoredSequence } from '../core/model.ts';
import type { Policy } from '../core/policy.ts';
import { canonicalJson, combinedHash } from '../core/text-hash.ts';
import type { StateDatabase } from '../store/database.ts';
import { loadedHolidays } from '../store/holidays.ts';
import { undoReservations } from '../store/reservations.ts';
import { livePlaces } from '../store/sequence-enrollments.ts';
import {
  appliedDefinitionsHash,
  enrollmentCounts,
  loadSequences,
  noEnrollments,
  saveSequences,
} from '../store/sequences.ts';
import { applyMove } from './apply-move.ts';
import type { PersonAct } from './audit/record.ts';
import { countOf } from './output/text.ts';
import { preflightDocument, preflightTotals } from './preflight-document.ts';
import { retryUnwritten } from './retry-unwritten.ts';

export interface ApplyDependencies {
  readonly db: StateDatabase;
  readonly policy: Policy;
  readonly now: Instant;
}

export interface ApplyOptions {
  /** Of all folders, without errors. */
  readonly definitions: readonly SequenceDefinition[];
  /** The fingerprint of the preflight that the operator saw; null when nobody was asked (`init`). */
  readonly seen: string | null;
}

/** What was applied, and what it did to whoever was under way. */
export interface Applied {
  readonly preflight: Preflight;
  /** Every sequence, the changed ones with their final row ids. */
  readonly edits: readonly SequenceEdit[];
  /** How many leads no longer wait to be written for, because the words of their step were corrected. */
  readonly retried: number;
}

/** What applying would do. Reads only (C5). */
export interface SequencesPreview {
  readonly plan: EditPlan;
  readonly preflight: Preflight;
  /** Of all that is shown of it: another one when files, state or configuration make the edit do anything else. */
  readonly fingerprint: string;
}

/** C5: the preflight, on one snapshot of the state. Refusals are in the plan; nothing is thrown for them. */
export function previewSequences(
  definitions: readonly SequenceDefinition[],
  dependencies: ApplyDependencies,
): SequencesPreview {
  return previewAgainst(definitions, { ...dependencies, stored: null });
}

/** The same as if `stored` were applied, with their own row ids, and not what the state has; null for what it has. */
export function previewAgainst(
  definitions: readonly SequenceDefinition[],
  { stored, ...dependencies }: ApplyDependencies & { readonly stored: readonly StoredSequence[] | null },
): SequencesPreview {
  const { db } = dependencies;
  return db.read(() => {
    const plan = planOf(definitions, { ...dependencies, stored: stored ?? loadSequences(db) });
    const builder = createPreflight(plan);
    forEachMove(plan.edits, dependencies, (edit, place, move) => builder.add(edit, place, move));
    const preflight = builder.finish();
    return { plan, preflight, fingerprint: fingerprintOf(plan.edits, preflight) };
  });
}

/**
 * C5: makes the definitions active in one transaction: saves sequences and steps by identity, withdraws the drafts of
 * removed steps, moves or completes whoever waited there, cancels the enrollments of archived sequences, and anchors
 * changed due times anew. Enrolls nobody (A19; see `enrollStored`). The caller holds the locks of drip, nurture and
 * send, so that no run goes on with what it read before; what such a run left reserved is undone first.
 *
 * Throws HeadgateError `edit_refused` (65) with every reason, `edit_outdated` (33) when it would do anything else than what was `seen`,
 * and `double_send_risk` (70) rather than let anybody get a step twice; nothing has been changed then.
 */
export function applySequences(options: ApplyOptions, dependencies: ApplyDependencies): Applied {
  const { db } = dependencies;
  return db.write(() => {
    undoReservations(db, 'drip');
    undoReservations(db, 'nurture');
    const plan = planOf(options.definitions, { ...dependencies, stored: loadSequences(db) });
    refuseEdits(plan.refusals);
    const saved = saveEdits(db, plan.edits);
    const builder = createPreflight({ ...plan, edits: saved });
    forEachMove(saved, dependencies, (edit, place, move) => {
      builder.add(edit, place, move);
      applyMove(move, { edit, place, dependencies });
    });
    const preflight = builder.finish();
    refuseDoubleSends(preflight);
    refuseUnseen(options.seen, fingerprintOf(plan.edits, preflight));
    return { preflight, edits: saved, retried: retryUnwritten(saved, dependencies) };
  });
}

/** A13: which sequences changed, and what is active from now on; the words themselves are in the state and in the files. */
export function appliedAct(
  db: StateDatabase,
  { applied, enrolled }: { readonly applied: Applied; readonly enrolled: number },
): PersonAct {
  const changed = [...new Set(applied.preflight.items.map(({ sequence }) => sequence))].sort();
  const hash = appliedDefinitionsHash(db);
  return { kind: 'sequences_applied', detail: { sequences: changed, definitions_hash: hash, enrolled } };
}

/** Of the definitions before and after and of the effects; neither the moment nor the rows that were given to new steps count. */
function fingerprintOf(edits: readonly SequenceEdit[], preflight: Preflight): string {
  const hashes = edits.filter(isChanged).map(({ id, before, after }) => ({
    id,
    hash: `${before?.definitionHash ?? ''} ${after.definitionHash}`,
  }));
  const effects = { ...preflightTotals(preflight), items: preflight.items.map(preflightDocument) };
  return combinedHash([...hashes, { id: '', hash: canonicalJson(effects) }]);
}

/** Throws HeadgateError `edit_refused` (65) unless there is nothing to refuse. */
export function refuseEdits(refusals: readonly EditRefusal[]): void {
  const [first] = refusals;
  if (first === undefined) return;
  throw new HeadgateError(first.message, {
    code: 'edit_refused',
    exit: 'DATAERR',
    notDone: 'Nothing was applied: the last good version stays active.',
    fix: first.fix,
    details: refusals.slice(1).map((refusal) => `${refusal.message}; ${refusal.fix}`),
  });
}

/** Throws HeadgateError `edit_outdated` (33) unless what was seen is what is done. `seen` may be cut short. */
export function refuseUnseen(seen: string | null, fingerprint: string): void {
  if (seen === null || fingerprint.startsWith(seen)) return;
  throw new HeadgateError('What applying does is no longer what was shown', {
    code: 'edit_outdated',
    exit: 'STALE_PLAN',
    notDone: 'Nothing was applied: the files or the state have moved since.',
    fix: 'headgate sequences plan',
  });
}

function refuseDoubleSends({ doubleSendRiskCount }: Preflight): void {
  if (doubleSendRiskCount === 0) return;
  throw new HeadgateError(`Applying could send ${countOf(doubleSendRiskCount, 'lead')} a step again`, {
    code: 'double_send_risk',
    exit: 'SOFTWARE',
    notDone: 'Nothing was applied: the last good version stays active.',
    fix: 'Report this with the output of headgate sequences plan --json',
  });
}

function planOf(
  definitions: readonly SequenceDefinition[],
  { db, now, stored }: ApplyDependencies & { readonly stored: readonly StoredSequence[] },
): EditPlan {
  const counts = enrollmentCounts(db);
  return planEdits({
    stored,
    definitions,
    liveCount: (rowId) => {
      const { pending, active } = counts.get(rowId) ?? noEnrollments();
      return pending + active;
    },
    now,
  });
}

/** Saves what changed; the edits come back with the row ids that new sequences and steps got. */
function saveEdits(db: StateDatabase, edits: readonly SequenceEdit[]): readonly SequenceEdit[] {
  const changed = edits.filter(isChanged);
  const saved = saveSequences(
    db,
    changed.map((edit) => edit.after),
  );
  const bySequence = new Map(changed.map((edit, index) => [edit, saved[index]]));
  return edits.map((edit) => {
    const after = bySequence.get(edit);
    return after === undefined ? edit : withRowIds(edit, after);
  });
}

function withRowIds(edit: SequenceEdit, after: StoredSequence): SequenceEdit {
  const byProvisional = new Map(
    edit.after.steps.map((step, index) => [step.rowId, after.steps[index] ?? step]),
  );
  const steps = edit.steps.map((step) => ({
    ...step,
    after: byProvisional.get(step.after.rowId) ?? step.after,
  }));
  return { ...edit, after, steps };
}

function forEachMove(
  edits: readonly SequenceEdit[],
  { db, policy }: ApplyDependencies,
  visit: (edit: SequenceEdit, place: EnrollmentPlace, move: EnrollmentMove) => void,
): void {
  const holidaysOf = loadedHolidays(db);
  for (const edit of edits) {
    if (edit.before === null || !isChanged(edit)) continue;
    for (const place of livePlaces(db, edit.before.rowId)) {
      visit(edit, place, moveEnrollment(place, edit, { policy, holidaysOf }));
    }
  }
}
