import { leadFieldText } from './lead-fields.ts';
import type { LeadFields, Trigger } from './model.ts';

/** What the index reads of a sequence. */
export interface Triggered {
  readonly id: string;
  readonly trigger: Trigger;
}

/** B1: a sequence that one lead matches. `rank` 1 is the most specific, 5 the catch-all. */
export interface Found<S extends Triggered> {
  readonly sequence: S;
  readonly rank: number;
  /** The line of the trigger that matched, as written, such as `form:*` or `tags: webinar`. */
  readonly pattern: string;
}

export type FindMatches<S extends Triggered> = (lead: LeadFields) => readonly Found<S>[];

/** One line of one trigger; `place` is the sequence's place in the order of priority and name. */
interface Line {
  readonly place: number;
  readonly pattern: string;
}

type LinesByValue = Map<string, Line[]>;

interface TriggerIndex {
  readonly forms: LinesByValue;
  readonly sources: LinesByValue;
  readonly prefixes: LinesByValue;
  readonly platforms: LinesByValue;
  readonly tags: LinesByValue;
  readonly notes: LinesByValue;
  readonly fields: Map<string, LinesByValue>;
  readonly catchAll: Line[];
}

const RANK_FORM = 1;
const RANK_SOURCE = 2;
const RANK_PREFIX = 3;
const RANK_PREDICATE = 4;
const RANK_CATCH_ALL = 5;

/**
 * Sorts every line of every trigger into look-up tables, so that an import of 100,000 leads pays for the lines
 * that can match and not for every sequence. The function it returns gives a lead's matches in order: rank, then
 * priority (higher first), then id. A sequence appears once, with its most specific line (B1). Catch-alls appear
 * only when nothing else does (B2); which sequences are one is the caller's word, as nurture has its own.
 */
export function compileTriggers<S extends Triggered>(
  sequences: readonly S[],
  isCatchAll: (sequence: S) => boolean,
): FindMatches<S> {
  const ordered = [...sequences].sort(byPriorityThenId);
  const index = indexOf(ordered, isCatchAll);
  return (lead) => {
    const lines = new Map<number, { rank: number; pattern: string }>();
    const mark = (rank: number, matching: readonly Line[] | undefined): void => {
      for (const line of matching ?? []) {
        // Ranks are asked in ascending order: the first line of a sequence is its most specific one.
        if (!lines.has(line.place)) lines.set(line.place, { rank, pattern: line.pattern });
      }
    };
    markSpecific(index, lead, mark);
    if (lines.size === 0) mark(RANK_CATCH_ALL, index.catchAll);
    return [...lines]
      .sort(([placeA, a], [placeB, b]) => a.rank - b.rank || placeA - placeB)
      .flatMap(([place, line]) => {
        const sequence = ordered[place];
        return sequence === undefined ? [] : [{ sequence, ...line }];
      });
  };
}

/** How sources, platforms, tags, notes and `where` values are compared: trimmed, NFC, without case. */
export function foldText(text: string): string {
  return text.trim().normalize('NFC').toLowerCase();
}

/** Whether a `source` line is a prefix (`form:*`); `*` alone is refused by the parser (B1). */
export function isPrefixPattern(source: string): boolean {
  return source.endsWith('*');
}

function markSpecific(
  index: TriggerIndex,
  lead: LeadFields,
  mark: (rank: number, matching: readonly Line[] | undefined) => void,
): void {
  if (lead.sourceFormId !== null) mark(RANK_FORM, index.forms.get(lead.sourceFormId.trim()));
  if (lead.source !== null && (index.sources.size > 0 || index.prefixes.size > 0)) {
    const source = foldText(lead.source);
    mark(RANK_SOURCE, index.sources.get(source));
    for (const [prefix, lines] of index.prefixes) {
      if (source.startsWith(prefix)) mark(RANK_PREFIX, lines);
    }
  }
  markPredicates(index, lead, (lines) => mark(RANK_PREDICATE, lines));
}

function markPredicates(
  index: TriggerIndex,
  lead: LeadFields,
  mark: (matching: readonly Line[] | undefined) => void,
): void {
  if (lead.platform !== null && index.platforms.size > 0) mark(index.platforms.get(foldText(lead.platform)));
  if (lead.notes !== null && index.notes.size > 0) {
    const notes = foldText(lead.notes);
    for (const [needle, lines] of index.notes) if (notes.includes(needle)) mark(lines);
  }
  if (index.tags.size > 0) for (const tag of lead.tags) mark(index.tags.get(foldText(tag)));
  for (const [field, values] of index.fields) {
    const value = leadFieldText(lead, field);
    if (value !== null) mark(values.get(foldText(value)));
  }
}

function indexOf<S extends Triggered>(
  ordered: readonly S[],
  isCatchAll: (sequence: S) => boolean,
): TriggerIndex {
  const index: TriggerIndex = {
    forms: new Map(),
    sources: new Map(),
    prefixes: new Map(),
    platforms: new Map(),
    tags: new Map(),
    notes: new Map(),
    fields: new Map(),
    catchAll: [],
  };
  ordered.forEach((sequence, place) => {
    addTrigger(index, sequence.trigger, place);
    if (isCatchAll(sequence)) index.catchAll.push({ place, pattern: '*' });
  });
  return index;
}

function addTrigger(index: TriggerIndex, trigger: Trigger, place: number): void {
  for (const form of trigger.forms) add(index.forms, form.trim(), { place, pattern: form });
  for (const source of trigger.sources) {
    const line = { place, pattern: source };
    if (isPrefixPattern(source)) add(index.prefixes, foldText(source.slice(0, -1)), line);
    else add(index.sources, foldText(source), line);
  }
  for (const platform of trigger.platforms) {
    add(index.platforms, foldText(platform), { place, pattern: `platform: ${platform}` });
  }
  for (const needle of trigger.notesContain) {
    add(index.notes, foldText(needle), { place, pattern: `notes_contain: ${needle}` });
  }
  for (const tag of trigger.tags) add(index.tags, foldText(tag), { place, pattern: `tags: ${tag}` });
  for (const { field, equals } of trigger.where) {
    const values: LinesByValue = index.fields.get(field) ?? new Map<string, Line[]>();
    index.fields.set(field, values);
    add(values, foldText(equals), { place, pattern: `where: ${field} = ${equals}` });
  }
}

function add(lines: LinesByValue, value: string, line: Line): void {
  // An empty value would match everything, which only a catch-all may (B1).
  if (value === '') return;
  const same = lines.get(value);
  if (same === undefined) lines.set(value, [line]);
  else same.push(line);
}

function byPriorityThenId(a: Triggered, b: Triggered): number {
  if (a.trigger.priority !== b.trigger.priority) return b.trigger.priority - a.trigger.priority;
  // No two sequences have the same id.
  return a.id < b.id ? -1 : 1;
}
