import { differs, planSteps, type EditRefusal, type StepChange, type StepEdit } from './edit-steps.ts';
import type { Instant, SequenceDefinition, StoredSequence } from './model.ts';
import { definitionHash } from './text-hash.ts';

/** What an edit does to a sequence as a whole; what it does to its steps stands with them. */
export type SequenceChange =
  | 'new'
  /** The folder is gone: archived for good. */
  | 'removed'
  | 'renamed'
  | 'status'
  | 'trigger'
  | 'window'
  /** Anything that moves nobody: title, campaign, approval, lateness, sender. */
  | 'settings';

/** One sequence, before and after. Rows that do not exist yet have provisional ids below 0. */
export interface SequenceEdit {
  /** The name after the edit. */
  readonly id: string;
  /** Null for a new sequence. */
  readonly before: StoredSequence | null;
  readonly after: StoredSequence;
  readonly changes: readonly SequenceChange[];
  /** Changed steps only, in their new order; removed ones where they stood. */
  readonly steps: readonly StepEdit[];
}

export interface EditPlan {
  /** Every sequence that the definitions or the state know, by name; unchanged ones with no changes and no steps. */
  readonly edits: readonly SequenceEdit[];
  readonly refusals: readonly EditRefusal[];
}

export interface EditInput {
  /** As last applied, archived ones included; steps in their order. */
  readonly stored: readonly StoredSequence[];
  /** Of all folders, without errors, each name once. */
  readonly definitions: readonly SequenceDefinition[];
  /** Pending and active enrollments of an applied sequence. */
  readonly liveCount: (sequenceRowId: number) => number;
  readonly now: Instant;
}

/** A sequence of the files with its row in the state. */
interface Paired {
  readonly before: StoredSequence | null;
  readonly definition: SequenceDefinition;
}

/**
 * C1, C5: what applying the definitions would change. Pure: nobody is moved yet (see `moveEnrollment`).
 *
 * A sequence is known by its name, or by `renamed_from` while the state still has the old name and not the new one. A
 * folder that vanished archives its sequence; with live enrollments it is refused, unless the sequence was archived
 * and applied first (hardening 64), and so is a rename without `renamed_from` (74). Archived is terminal (B9).
 */
export function planEdits(input: EditInput): EditPlan {
  const pairs = pairUp(input);
  const refusals: EditRefusal[] = [...vanishedRefusals(input, pairs), ...catchAllRefusals(input.definitions)];
  const edits = pairs.map((pair, index) => {
    refusals.push(...pairRefusals(pair, input));
    return editOf(pair, { index, now: input.now, refusals });
  });
  for (const sequence of vanished(input, pairs)) edits.push(removalOf(sequence, input.now));
  return { edits: edits.sort((left, right) => (left.id < right.id ? -1 : 1)), refusals };
}

/** True when an edit changes anything at all. */
export function isChanged(edit: SequenceEdit): boolean {
  return edit.changes.length > 0 || edit.steps.length > 0;
}

const CHANGES_THAT_MOVE: readonly StepChange[] = ['new', 'removed', 'moved', 'timing', 'window'];

/** True when live enrollments of the sequence may end, move or lose a draft; words and settings touch nobody (C5). */
export function touchesLive(edit: SequenceEdit): boolean {
  const { before, after } = edit;
  if (before === null) return false;
  if (after.status === 'archived') return before.status !== 'archived';
  if (edit.changes.includes('window')) return true;
  return edit.steps.some((step) => step.changes.some((change) => CHANGES_THAT_MOVE.includes(change)));
}

/** True when the edit makes a sequence match arrivals that matched nothing of it before (A19). */
export function isActivated(edit: SequenceEdit): boolean {
  return edit.after.status === 'active' && edit.before?.status !== 'active';
}

function pairUp({ stored, definitions }: EditInput): Paired[] {
  const byId = new Map(stored.map((sequence) => [sequence.id, sequence]));
  const ids = new Set(definitions.map((definition) => definition.id));
  return definitions.map((definition) => {
    const { renamedFrom } = definition;
    const known = byId.get(definition.id);
    // Once the new name is known, the rename has been done and the line in the file is only history.
    if (known !== undefined) return { before: known, definition };
    const former = renamedFrom === null || ids.has(renamedFrom) ? undefined : byId.get(renamedFrom);
    return { before: former ?? null, definition };
  });
}

function vanished({ stored }: EditInput, pairs: readonly Paired[]): readonly StoredSequence[] {
  const kept = new Set(pairs.map((pair) => pair.before?.rowId));
  return stored.filter((sequence) => !kept.has(sequence.rowId) && sequence.status !== 'archived');
}

function vanishedRefusals(input: EditInput, pairs: readonly Paired[]): readonly EditRefusal[] {
  return vanished(input, pairs).flatMap((sequence) => {
    const live = input.liveCount(sequence.rowId);
    if (live === 0) return [];
    return {
      code: 'sequence_vanished',
      sequence: sequence.id,
      step: null,
      message: `the folder of ${sequence.id} is gone while ${live} of its enrollments are live`,
      fix: `bring it back with status = "archived" and apply, or name it in the new folder: renamed_from = "${sequence.id}"`,
    };
  });
}

function catchAllRefusals(definitions: readonly SequenceDefinition[]): readonly EditRefusal[] {
  const catchAlls = definitions.filter(({ trigger, status }) => trigger.catchAll && status !== 'archived');
  return catchAlls.slice(1).map((definition) => ({
    code: 'second_catch_all',
    sequence: definition.id,
    step: null,
    message: `${definition.id} is a second catch-all: ${catchAlls[0]?.id ?? ''} is one already`,
    fix: 'one sequence at most may catch all that are not archived',
  }));
}

function pairRefusals({ before, definition }: Paired, input: EditInput): readonly EditRefusal[] {
  if (before === null) return [];
  const refusals: EditRefusal[] = [];
  const base = { sequence: definition.id, step: null };
  if (before.status === 'archived' && definition.status !== 'archived') {
    const message = `${before.id} is archived, and that is for good`;
    refusals.push({
      ...base,
      code: 'sequence_archived',
      message,
      fix: 'start a new sequence under another name',
    });
  }
  const live = input.liveCount(before.rowId);
  if (before.kind !== definition.kind && live > 0) {
    const message = `${before.id} cannot become a ${definition.kind} while ${live} of its enrollments are live`;
    refusals.push({ ...base, code: 'kind_changed', message, fix: 'start a new sequence under another name' });
  }
  return refusals;
}

function editOf(
  { before, definition }: Paired,
  context: { readonly index: number; readonly now: Instant; readonly refusals: EditRefusal[] },
): SequenceEdit {
  const { id } = definition;
  const hash = definitionHash(definition);
  if (before !== null && before.definitionHash === hash)
    return { id, before, after: before, changes: [], steps: [] };
  const planned = planSteps(definition, before?.steps ?? [], context.now);
  context.refusals.push(...planned.refusals);
  const after: StoredSequence = {
    ...definition,
    rowId: before?.rowId ?? -1 - context.index,
    steps: planned.after,
    appliedAt: context.now,
    definitionHash: hash,
  };
  return { id, before, after, changes: changesOf(before, after), steps: planned.edits };
}

function removalOf(before: StoredSequence, now: Instant): SequenceEdit {
  const { rowId: _rowId, appliedAt: _appliedAt, definitionHash: _hash, ...definition } = before;
  const archived: SequenceDefinition = { ...definition, status: 'archived' };
  const after = {
    ...before,
    status: 'archived' as const,
    appliedAt: now,
    definitionHash: definitionHash(archived),
  };
  return { id: before.id, before, after, changes: ['removed'], steps: [] };
}

function changesOf(before: StoredSequence | null, after: StoredSequence): readonly SequenceChange[] {
  if (before === null) return ['new'];
  const changes: SequenceChange[] = [];
  if (before.id !== after.id) changes.push('renamed');
  if (before.status !== after.status) changes.push('status');
  if (differs(before.trigger, after.trigger)) changes.push('trigger');
  if (differs([before.window, before.gap], [after.window, after.gap])) changes.push('window');
  if (differs(otherSettings(before), otherSettings(after))) changes.push('settings');
  return changes;
}

function otherSettings(sequence: StoredSequence): readonly unknown[] {
  const { title, description, kind, campaign, approve, late, maxLateMs, from, replyTo } = sequence;
  return [title, description, kind, campaign, approve, late, maxLateMs, from, replyTo];
}
