import type { Instant, SequenceDefinition, StepDefinition, StoredStep } from './model.ts';
import { orderWithTombstones } from './progress.ts';
import { canonicalJson } from './text-hash.ts';

export type StepChange =
  | 'new'
  | 'removed'
  | 'renamed'
  /** Its place among the steps that were there before. */
  | 'moved'
  | 'timing'
  | 'window'
  /** The words: sent mail and waiting drafts keep their own (C5). */
  | 'copy'
  /** Anything else that moves nobody: lateness, thread, condition. */
  | 'settings';

/** One changed step. A step that is not there yet has a provisional row id below 0. */
export interface StepEdit {
  readonly id: string;
  /** Null for a new step. */
  readonly before: StoredStep | null;
  /** A tombstone for a removed step. */
  readonly after: StoredStep;
  readonly changes: readonly StepChange[];
}

/** Why nothing at all is applied (hardening 64, 66, 74). */
export interface EditRefusal {
  readonly code:
    | 'sequence_vanished'
    | 'sequence_archived'
    | 'kind_changed'
    | 'second_catch_all'
    | 'renamed_from'
    | 'step_id_reused';
  readonly sequence: string;
  readonly step: string | null;
  readonly message: string;
  readonly fix: string;
}

export interface PlannedSteps {
  /** Live steps and tombstones in their new order. */
  readonly after: readonly StoredStep[];
  readonly edits: readonly StepEdit[];
  readonly refusals: readonly EditRefusal[];
}

/**
 * C1, C5: the steps of a sequence after an edit. A step keeps its row as long as it keeps its id, or says what it was
 * called; a step that is no longer written becomes a tombstone and keeps its place, so that whoever stood there goes
 * on from there. The id of a tombstone is never given again, because sent mail points at it (hardening 66).
 */
export function planSteps(
  definition: SequenceDefinition,
  stored: readonly StoredStep[],
  now: Instant,
): PlannedSteps {
  const { paired, refusals } = pairSteps(definition, stored);
  const rows = new Map<number, { definition: StepDefinition; rowId: number }>();
  for (const step of paired) rows.set(step.rowId, step);
  const order = orderWithTombstones(
    stored.map((step) => String(step.rowId)),
    paired.map((step) => String(step.rowId)),
  );
  const before = new Map(stored.map((step) => [step.rowId, step]));
  let position = 0;
  const after = order.flatMap((key): StoredStep[] => {
    const written = rows.get(Number(key));
    if (written !== undefined) {
      const live = { ...written.definition, rowId: written.rowId, position, deletedAt: null };
      position += 1;
      return [live];
    }
    const gone = before.get(Number(key));
    return gone === undefined ? [] : [{ ...gone, position, deletedAt: gone.deletedAt ?? now }];
  });
  return { after, edits: editsOf(before, after), refusals };
}

interface PairedStep {
  readonly definition: StepDefinition;
  readonly rowId: number;
}

function pairSteps(
  sequence: SequenceDefinition,
  stored: readonly StoredStep[],
): { readonly paired: readonly PairedStep[]; readonly refusals: readonly EditRefusal[] } {
  const byId = new Map(stored.map((step) => [step.id, step]));
  const ids = new Set(sequence.steps.map((step) => step.id));
  const claimed = new Set<number>();
  const refusals: EditRefusal[] = [];
  const paired = sequence.steps.map((definition, index): PairedStep => {
    const found = byId.get(definition.id) ?? formerSelf(definition, byId);
    const refusal = found === null ? null : refusalOf(sequence.id, definition, { found, claimed, ids });
    if (refusal !== null) refusals.push(refusal);
    if (found === null || refusal !== null) return { definition, rowId: -1 - index };
    claimed.add(found.rowId);
    return { definition, rowId: found.rowId };
  });
  return { paired, refusals };
}

/** The step that `renamed_from` names, while the state knows only the old name. */
function formerSelf(
  { renamedFrom }: StepDefinition,
  byId: ReadonlyMap<string, StoredStep>,
): StoredStep | null {
  return renamedFrom === null ? null : (byId.get(renamedFrom) ?? null);
}

function refusalOf(
  sequence: string,
  step: StepDefinition,
  facts: {
    readonly found: StoredStep;
    readonly claimed: ReadonlySet<number>;
    readonly ids: ReadonlySet<string>;
  },
): EditRefusal | null {
  const { found } = facts;
  const isRename = found.id !== step.id;
  const base = { sequence, step: step.id, code: 'renamed_from' } as const;
  if (isRename && (facts.ids.has(found.id) || facts.claimed.has(found.rowId))) {
    const message = `${step.id} of ${sequence} cannot have been ${found.id}: another step says that it is or was`;
    return { ...base, message, fix: 'renamed_from names a step that is no longer written, once' };
  }
  if (found.deletedAt === null) return null;
  if (isRename) {
    const message = `${step.id} of ${sequence} cannot have been ${found.id}: that step was removed`;
    return { ...base, message, fix: 'leave renamed_from out: it is a new step' };
  }
  const message = `${sequence} had a step ${step.id} before, and its id is never used again`;
  return { ...base, code: 'step_id_reused', message, fix: 'give the new step another id' };
}

function editsOf(before: ReadonlyMap<number, StoredStep>, after: readonly StoredStep[]): readonly StepEdit[] {
  const moved = movedSteps(before, after);
  return after.flatMap((step): StepEdit[] => {
    const known = before.get(step.rowId) ?? null;
    const changes = known === null ? (['new'] as const) : changesOf(known, step, moved.has(step.rowId));
    return changes.length === 0 ? [] : [{ id: step.id, before: known, after: step, changes }];
  });
}

function changesOf(before: StoredStep, after: StoredStep, isMoved: boolean): readonly StepChange[] {
  if (after.deletedAt !== null) return before.deletedAt === null ? ['removed'] : [];
  const changes: StepChange[] = [];
  // Those that move somebody come first: a report puts the effect beside the first change.
  if (isMoved) changes.push('moved');
  if (differs(before.timing, after.timing)) changes.push('timing');
  if (differs(before.window, after.window)) changes.push('window');
  if (before.id !== after.id) changes.push('renamed');
  if (differs(before.copy, after.copy)) changes.push('copy');
  if (differs(otherSettings(before), otherSettings(after))) changes.push('settings');
  return changes;
}

function otherSettings(step: StoredStep): readonly unknown[] {
  return [step.maxLateMs, step.thread, step.noReplyMs];
}

/**
 * The fewest live steps that explain the new order: those outside a longest run of steps that kept their order.
 * Quadratic in the steps of one sequence, which are a handful.
 */
function movedSteps(
  before: ReadonlyMap<number, StoredStep>,
  after: readonly StoredStep[],
): ReadonlySet<number> {
  const formerPlaces = [...before.keys()];
  const kept = after
    .filter((step) => step.deletedAt === null && before.has(step.rowId))
    .map((step) => step.rowId);
  const places = kept.map((rowId) => formerPlaces.indexOf(rowId));
  const lengths: number[] = [];
  const previous: number[] = [];
  places.forEach((place, index) => {
    let best = -1;
    for (let earlier = 0; earlier < index; earlier += 1) {
      if ((places[earlier] ?? 0) < place && (lengths[earlier] ?? 0) > (lengths[best] ?? 0)) best = earlier;
    }
    lengths.push((lengths[best] ?? 0) + 1);
    previous.push(best);
  });
  const moved = new Set(kept);
  for (let at = lengths.indexOf(Math.max(0, ...lengths)); at >= 0; at = previous[at] ?? -1) {
    moved.delete(kept[at] ?? 0);
  }
  return moved;
}

/** True when two parts of a definition do not say the same. */
export function differs(left: unknown, right: unknown): boolean {
  return canonicalJson(left) !== canonicalJson(right);
}
