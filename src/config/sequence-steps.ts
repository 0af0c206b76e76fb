import type { SequenceKind, StepDefinition, StepTiming } from '../core/model.ts';
import { parseDelay, parseDurationMs } from '../core/time/durations.ts';
import { quoteValue } from './sequence-problem.ts';
import type { FilePlace } from './sequence-problem.ts';
import type { TableReader } from './sequence-table.ts';
import { readWindow } from './sequence-window.ts';

/** What `sequence.toml` says of a step; the words are in its own file. */
export interface StepMechanics extends Omit<StepDefinition, 'copy'> {
  /** Where its `[[step]]` stands, for complaints about what is missing elsewhere. */
  readonly place: FilePlace;
}

export const STEPS_MAX = 100;
export const ID_CHARACTERS_MAX = 64;

const ID = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
const DAY_MAX = 366;
const AT_ONCE: StepTiming = { kind: 'after', delay: { unit: 'elapsed', ms: 0 } };

/** Whether a text can be the id of a sequence or a step: lower case, digits, single hyphens, at most 64 characters. */
export function isDefinitionId(text: string): boolean {
  return text.length <= ID_CHARACTERS_MAX && ID.test(text);
}

export const ID_RULE = `lower-case letters, digits and single hyphens, at most ${ID_CHARACTERS_MAX} characters`;

/**
 * Reads every `[[step]]` in the order of the file (C1, C2) and judges them together: ids are unique, `after` and
 * `day` are not mixed, days rise. A step whose id cannot be read is left out; it has been complained about.
 */
export function readSteps(reader: TableReader, kind: SequenceKind): readonly StepMechanics[] {
  const tables = reader.tables('step');
  if (tables.length > STEPS_MAX) {
    const message = `${tables.length} steps, the limit is ${STEPS_MAX}`;
    reader.complain('step', { code: 'too_many_steps', message, fix: 'split the sequence' });
  }
  const steps = tables
    .slice(0, STEPS_MAX)
    .flatMap((table, index) => readStep(table, { kind, isFirst: index === 0 }) ?? []);
  refuseDoubles(tables, steps);
  refuseMixedTiming(tables);
  refuseFallingDays(tables, steps);
  return steps;
}

function readStep(
  table: TableReader,
  context: { readonly kind: SequenceKind; readonly isFirst: boolean },
): StepMechanics | null {
  const id = readId(table, 'id');
  const window = table.table('window');
  const step = {
    timing: readTiming(table, context.kind),
    window: window === null ? null : readWindow(window),
    maxLateMs: readDuration(table, 'max_late'),
    thread: table.choice('thread', ['reply', 'new'], context.isFirst ? 'new' : 'reply'),
    noReplyMs: readDuration(table, 'no_reply'),
    renamedFrom: table.has('renamed_from') ? readId(table, 'renamed_from') : null,
  };
  table.finish();
  return id === null ? null : { id, ...step, place: table.place(null) };
}

/** A required id; null when it is missing or malformed, which has been complained about. */
export function readId(table: TableReader, key: string): string | null {
  const value = table.value(key);
  if (typeof value === 'string' && isDefinitionId(value)) return value;
  const got = value === undefined ? `${key} is missing` : `${key} is ${quoteValue(value)}`;
  table.complain(value === undefined ? null : key, { code: 'id', message: `${got}, expected ${ID_RULE}` });
  return null;
}

/** A duration such as `"7d"` in milliseconds; null when the key is absent or wrong. */
export function readDuration(table: TableReader, key: string): number | null {
  const value = table.value(key);
  if (value === undefined) return null;
  const parsed = typeof value === 'string' ? parseDurationMs(value) : notQuoted(value, '"90m", "6h" or "7d"');
  if (typeof parsed === 'number') return parsed;
  table.complain(key, { code: 'duration', message: `${key}: ${parsed.problem}` });
  return null;
}

function readTiming(table: TableReader, kind: SequenceKind): StepTiming {
  const [after, day] = [table.value('after'), table.value('day')];
  if (after !== undefined && day !== undefined) {
    table.complain('day', {
      code: 'mixed_timing',
      message: 'a step has after or day, not both',
      fix: 'keep after (counted from the previous send) or day (counted from enrollment)',
    });
    return AT_ONCE;
  }
  if (kind === 'nurture') return readNurtureTiming(table);
  if (after !== undefined) return readAfter(table, after);
  if (day !== undefined)
    return { kind: 'day', day: table.integer('day', { minimum: 0, maximum: DAY_MAX }) ?? 0 };
  table.complain(null, {
    code: 'no_timing',
    message: 'the step does not say when it is due',
    fix: 'add after = "2d" (from the previous send; for the first step from enrollment)',
  });
  return AT_ONCE;
}

/** B7: `nurture.cold_days` and `nurture.quiet_days` time a follow-up; a delay here would silently do nothing. */
function readNurtureTiming(table: TableReader): StepTiming {
  const after = table.value('after');
  if (table.has('day') || (after !== undefined && !isAtOnce(readAfter(table, after)))) {
    table.complain(table.has('day') ? 'day' : 'after', {
      code: 'nurture_timing',
      message: 'a nurture step has no delay: nurture.cold_days and nurture.quiet_days decide when it is due',
      fix: 'remove the line',
    });
  }
  return AT_ONCE;
}

function isAtOnce(timing: StepTiming): boolean {
  return timing.kind === 'after' && timing.delay.unit === 'elapsed' && timing.delay.ms === 0;
}

function readAfter(table: TableReader, value: unknown): StepTiming {
  const forms = '"90m", "6h", "2d" or "2 working days"';
  const parsed = typeof value === 'string' ? parseDelay(value) : notQuoted(value, forms);
  if (!('problem' in parsed)) return { kind: 'after', delay: parsed };
  table.complain('after', { code: 'delay', message: `after: ${parsed.problem}` });
  return AT_ONCE;
}

function notQuoted(value: unknown, forms: string): { readonly problem: string } {
  return { problem: `${quoteValue(value)} has no unit: write ${forms}, in quotes` };
}

function refuseDoubles(tables: readonly TableReader[], steps: readonly StepMechanics[]): void {
  const seen = new Set<string>();
  for (const table of tables) {
    const id = table.value('id');
    if (typeof id !== 'string') continue;
    if (seen.has(id)) {
      table.complain('id', {
        code: 'duplicate_step',
        message: `two steps have the id ${quoteValue(id)}`,
        fix: 'an id names one step for ever; give the new step an id and a file of its own',
      });
    }
    seen.add(id);
  }
  const former = new Set<string>();
  for (const step of steps) {
    if (step.renamedFrom === null) continue;
    if (seen.has(step.renamedFrom) || former.has(step.renamedFrom)) {
      tables
        .find((table) => table.value('id') === step.id)
        ?.complain('renamed_from', {
          code: 'renamed_from',
          message: `step ${quoteValue(step.id)} cannot have been renamed from ${quoteValue(step.renamedFrom)}`,
          fix: 'renamed_from names a former id that no step has any more, once',
        });
    }
    former.add(step.renamedFrom);
  }
}

function refuseMixedTiming(tables: readonly TableReader[]): void {
  const firstAfter = tables.findIndex((table) => table.has('after'));
  const firstDay = tables.findIndex((table) => table.has('day'));
  if (firstAfter === -1 || firstDay === -1 || firstAfter === firstDay) return;
  const [key, table] =
    firstAfter > firstDay ? (['after', tables[firstAfter]] as const) : (['day', tables[firstDay]] as const);
  table?.complain(key, {
    code: 'mixed_timing',
    message: 'after and day are mixed in one sequence',
    fix: 'use after for every step (counted from the previous send), or day for every step (from enrollment)',
  });
}

function refuseFallingDays(tables: readonly TableReader[], steps: readonly StepMechanics[]): void {
  let previous: number | null = null;
  for (const step of steps) {
    if (step.timing.kind !== 'day') continue;
    const { day } = step.timing;
    if (previous !== null && day <= previous) {
      tables
        .find((table) => table.value('id') === step.id)
        ?.complain('day', {
          code: 'day_order',
          message: `day ${day} does not come after day ${previous} of the step before`,
          fix: 'order the steps by day; each day is later than the one before',
        });
    }
    previous = day;
  }
}
