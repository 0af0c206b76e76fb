import type { SequenceKind, Trigger, TriggerPredicate } from '../core/model.ts';
import { quoteValue } from './sequence-problem.ts';
import type { TableReader } from './sequence-table.ts';

/** The trigger of a sequence without `[trigger]`: nobody matches it. */
export const NO_TRIGGER: Trigger = {
  forms: [],
  sources: [],
  platforms: [],
  notesContain: [],
  tags: [],
  where: [],
  catchAll: false,
  priority: 0,
  allowParallel: false,
};

const PRIORITY_MAX = 1_000_000;
const FIELD_NAME = /^[\p{L}\p{N}_][\p{L}\p{N}_ -]{0,63}$/u;

/**
 * Reads `[trigger]` (B1, B2). `form`, `source`, `platform`, `notes_contain` and `tags` are lists; `where` is a table
 * of field and value (or list of values), of which any that is equal is enough, as with every other line. A `*` may
 * stand only at the end of a source, and never alone. A sequence of kind nurture takes the same lines as its filter
 * (B7); what would make it catch or run beside a drip is refused.
 */
export function readTrigger(reader: TableReader, kind: SequenceKind): Trigger {
  const trigger: Trigger = {
    forms: withoutWildcards(reader, 'form'),
    sources: readSources(reader),
    platforms: withoutWildcards(reader, 'platform'),
    notesContain: reader.texts('notes_contain'),
    tags: withoutWildcards(reader, 'tags'),
    where: readWhere(reader),
    catchAll: reader.flag('catch_all', false),
    priority: reader.integer('priority', { minimum: -PRIORITY_MAX, maximum: PRIORITY_MAX }) ?? 0,
    allowParallel: reader.flag('allow_parallel', false),
  };
  reader.finish();
  if (kind === 'nurture') refuseDripKeys(reader, trigger);
  return trigger;
}

function readSources(reader: TableReader): readonly string[] {
  const sources = reader.texts('source');
  for (const source of sources) {
    if (source === '*') {
      reader.complain('source', {
        code: 'bare_wildcard',
        message: 'source "*" would match every lead',
        fix: 'write the beginning of the source before the star, such as "form:*", or use catch_all = true',
      });
    } else if (source.slice(0, -1).includes('*')) {
      reader.complain('source', {
        code: 'wildcard_place',
        message: `source ${quoteValue(source)} has a star that is not at its end`,
        fix: 'only a prefix can be open: "form:*"',
      });
    }
  }
  return sources;
}

function withoutWildcards(reader: TableReader, key: string): readonly string[] {
  const texts = reader.texts(key);
  const starred = texts.find((text) => text.includes('*'));
  if (starred !== undefined) {
    reader.complain(key, {
      code: 'wildcard_place',
      message: `${key} ${quoteValue(starred)} has a star, which is read as a wildcard in source only`,
      fix: 'write each value in full',
    });
  }
  return texts;
}

function readWhere(reader: TableReader): readonly TriggerPredicate[] {
  const where = reader.table('where');
  if (where === null) return [];
  return where.keys().flatMap((field) => {
    if (!FIELD_NAME.test(field)) {
      where.complain(field, {
        code: 'field_name',
        message: `${quoteValue(field)} is no field name`,
        fix: 'use letters, digits and underscores, as in the header of the lead file',
      });
    }
    const value = where.value(field);
    const values =
      typeof value === 'string' ? [where.text(field, { maximumLength: 300 })] : where.texts(field);
    return values.flatMap((equals) => (equals === null ? [] : [{ field, equals }]));
  });
}

function refuseDripKeys(reader: TableReader, trigger: Trigger): void {
  for (const [key, isSet] of [
    ['catch_all', trigger.catchAll],
    ['allow_parallel', trigger.allowParallel],
  ] as const) {
    if (!isSet) continue;
    reader.complain(key, {
      code: 'nurture_trigger',
      message: `${key} has no meaning in a sequence of kind nurture, which only \`nurture\` enrolls into`,
      fix: 'remove the line; without any filter the sequence takes every cold lead',
    });
  }
}
