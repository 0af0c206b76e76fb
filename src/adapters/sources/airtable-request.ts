import type { Instant } from '../../core/model.ts';
import { SECOND_MS } from '../../core/time/durations.ts';
import { formatInstant } from '../../core/time/instants.ts';
import type { JsonRequest } from './json-api.ts';

export const AIRTABLE_BASE_URL = 'https://api.airtable.com';
/** After one request too many, everything fails for so long; it does not say so itself. */
export const AIRTABLE_PENALTY_MS = 30 * SECOND_MS;
/** What it allows at most, and answers with where nothing is said. */
export const RECORDS_PER_PAGE = 100;
/** Longer addresses are refused; the same question then goes as POST (Airtable Web API, "URL length limit"). */
export const URL_LENGTH_MAX = 16_000;

export interface AirtablePlace {
  readonly baseUrl: string;
  readonly base: string;
  /** Its name or its id. */
  readonly table: string;
  /** Null: the whole table. */
  readonly view: string | null;
}

export interface PageQuestion {
  /** Only records that were changed after it; null: all. */
  readonly changedAfter: Instant | null;
  /** Where the last page ended; null: from the beginning. Lives on the server for minutes and is never stored. */
  readonly offset: string | null;
  /** Null: all fields. */
  readonly fields: readonly string[] | null;
  readonly pageSize: number;
}

/** The request for one page of records: GET, or POST to `listRecords` where the address would be too long. */
export function listRequest(place: AirtablePlace, question: PageQuestion): Omit<JsonRequest, 'deadlineAt'> {
  const path = `/v0/${encodeURIComponent(place.base)}/${encodeURIComponent(place.table)}`;
  const query = queryOf(place, question);
  const search = searchOf(query);
  if (place.baseUrl.length + path.length + search.length < URL_LENGTH_MAX)
    return { path: `${path}?${search}` };
  return { path: `${path}/listRecords`, body: query };
}

/**
 * The formula that keeps records changed after a moment. A moment has no characters that need it, and is escaped all the same: nothing
 * enters a formula as it is.
 */
export function changedAfterFormula(at: Instant): string {
  return `IS_AFTER(LAST_MODIFIED_TIME(),${formulaText(formatInstant(at))})`;
}

/** A text inside a formula, in quotes. */
export function formulaText(text: string): string {
  return `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}

interface Query {
  readonly pageSize: number;
  readonly view?: string;
  readonly filterByFormula?: string;
  readonly fields?: readonly string[];
  readonly offset?: string;
}

function queryOf({ view }: AirtablePlace, question: PageQuestion): Query {
  const { changedAfter, offset, fields, pageSize } = question;
  return {
    pageSize,
    ...(view === null ? {} : { view }),
    ...(changedAfter === null ? {} : { filterByFormula: changedAfterFormula(changedAfter) }),
    ...(fields === null ? {} : { fields }),
    ...(offset === null ? {} : { offset }),
  };
}

function searchOf({ fields = [], ...plain }: Query): string {
  const search = new URLSearchParams(Object.entries(plain).map(([name, value]) => [name, String(value)]));
  for (const field of fields) search.append('fields[]', field);
  return search.toString();
}
