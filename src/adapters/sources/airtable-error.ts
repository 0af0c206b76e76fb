import { HeadgateError } from '../../core/errors.ts';
import { isObject } from '../http/json.ts';
import { fieldsAt, objectsAt, textAt } from './event-fields.ts';
import type { JsonAnswer } from './json-api.ts';

/** Why it said no, in its own words. */
export interface AirtableError {
  /** `UNKNOWN_FIELD_NAME`; empty when it names none. */
  readonly type: string;
  readonly message: string;
}

/**
 * Its three shapes: `{error: {type, message}}`, `{error: "NOT_FOUND"}` and `{errors: [{error, message}]}`. What is none of them, a page
 * of a server in between, has no type.
 */
export function airtableError({ value, text }: JsonAnswer): AirtableError {
  const of = value ?? {};
  const [first] = objectsAt(of, 'errors', 1);
  if (first !== undefined) return named(textAt(first, 'error', 200), textAt(first, 'message'));
  const short = textAt(of, 'error', 200);
  if (short !== null) return named(short, null);
  const error = fieldsAt(of, 'error');
  return isObject(of['error'])
    ? named(textAt(error, 'type', 200), textAt(error, 'message'))
    : named(null, text);
}

/** The iterator behind an offset is gone, or was never there: reading begins again at page one. */
export function isOffsetGone({ type }: AirtableError): boolean {
  return type === 'LIST_RECORDS_ITERATOR_NOT_AVAILABLE' || type === 'INVALID_OFFSET_VALUE';
}

/** An answer that is no page of records. It is asked again after a rest: a table may be there again, and a name corrected. */
export function airtableRefusal(id: string, answer: JsonAnswer): HeadgateError {
  const { type, message } = airtableError(answer);
  const words = [String(answer.status), type, message].filter((part) => part !== '').join(' ');
  return airtableProblem(id, {
    what: words.slice(0, WORDS_LENGTH_MAX),
    fix:
      answer.status >= 400 && answer.status < 500
        ? `Compare base, table, view and map of the source ${id} with what stands in Airtable.`
        : null,
  });
}

/** 75: the source is left alone for a while, and the place to go on from stays where it was. */
export function airtableProblem(
  id: string,
  { what, fix }: { readonly what: string; readonly fix: string | null },
): HeadgateError {
  return new HeadgateError(`${id} could not be read: ${what.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim()}`, {
    code: 'source_unreadable',
    exit: 'TEMPFAIL',
    notDone: 'Nothing of it was stored; a later run reads it from its beginning.',
    ...(fix === null ? {} : { fix }),
  });
}

const WORDS_LENGTH_MAX = 300;

function named(type: string | null, message: string | null): AirtableError {
  return { type: type ?? '', message: message ?? '' };
}
