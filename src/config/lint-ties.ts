import type { SequenceDefinition } from '../core/model.ts';
import { foldText, isPrefixPattern } from '../core/trigger-index.ts';
import type { LoadedSequence } from './definitions.ts';
import { problemAt } from './sequence-problem.ts';
import type { DefinitionProblem } from './sequence-problem.ts';
import { placeInToml } from './sequence-set.ts';

/** One line of one trigger, so that equal lines of two sequences have equal keys. */
interface TriggerLine {
  readonly rank: number;
  readonly kind: string;
  readonly value: string;
  readonly path: readonly string[];
}

/**
 * B2: two active sequences that are not parallel, have the same priority and share a line of the same rank: the name
 * alone decides which one a lead enters, which is seldom meant. Prefixes that contain each other count as shared.
 */
export function lintTies(sequences: readonly LoadedSequence[]): readonly DefinitionProblem[] {
  const rivals = sequences.filter(({ definition }) => canTie(definition));
  return rivals.flatMap((later, index) => {
    for (const earlier of rivals.slice(0, index)) {
      if (!isRival(earlier.definition, later.definition)) continue;
      const shared = sharedLine(earlier.definition, later.definition);
      if (shared !== null) return [tie(earlier.definition, later, shared)];
    }
    return [];
  });
}

function canTie(definition: SequenceDefinition): boolean {
  return definition.status === 'active' && !definition.trigger.allowParallel;
}

function isRival(a: SequenceDefinition, b: SequenceDefinition): boolean {
  return a.kind === b.kind && a.trigger.priority === b.trigger.priority;
}

function sharedLine(a: SequenceDefinition, b: SequenceDefinition): TriggerLine | null {
  const others = linesOf(a);
  return linesOf(b).find((line) => others.some((other) => overlaps(line, other))) ?? null;
}

function overlaps(a: TriggerLine, b: TriggerLine): boolean {
  if (a.rank !== b.rank || a.kind !== b.kind) return false;
  if (a.kind !== 'prefix') return a.value === b.value;
  return a.value.startsWith(b.value) || b.value.startsWith(a.value);
}

function linesOf({ trigger }: SequenceDefinition): readonly TriggerLine[] {
  const line =
    (rank: number, kind: string, key: string) =>
    (value: string): TriggerLine => ({
      rank,
      kind,
      value,
      path: ['trigger', key],
    });
  return [
    ...trigger.forms.map(line(1, 'form', 'form')),
    ...trigger.sources
      .filter((source) => !isPrefixPattern(source))
      .map(foldText)
      .map(line(2, 'exact', 'source')),
    ...trigger.sources
      .filter(isPrefixPattern)
      .map((source) => foldText(source.slice(0, -1)))
      .map(line(3, 'prefix', 'source')),
    ...trigger.platforms.map(foldText).map(line(4, 'platform', 'platform')),
    ...trigger.notesContain.map(foldText).map(line(4, 'notes', 'notes_contain')),
    ...trigger.tags.map(foldText).map(line(4, 'tag', 'tags')),
    ...trigger.where
      .map(({ field, equals }) => `${field}=${foldText(equals)}`)
      .map(line(4, 'where', 'where')),
  ];
}

function tie(earlier: SequenceDefinition, later: LoadedSequence, shared: TriggerLine): DefinitionProblem {
  const [first, second] = [earlier.id, later.definition.id];
  return problemAt(placeInToml(later, shared.path), {
    severity: 'warning',
    code: 'priority_tie',
    message: `${first} matches the same leads with the same priority; its name comes first, so ${second} never wins them`,
    fix: 'give one of them a higher priority',
  });
}
