import { HeadgateError } from '../../core/errors.ts';
import { parseAddress } from '../../core/email-address.ts';
import type { Instant, Lead } from '../../core/model.ts';
import { MINUTE_MS } from '../../core/time/durations.ts';
import { parseInstant } from '../../core/time/instants.ts';
import type { WriteBackField, WrittenFact } from '../../core/write-back.ts';
import type { LeadLookup } from '../lead-feed.ts';
import { airtableError } from './airtable-error.ts';
import type { AirtablePlace } from './airtable-request.ts';
import type { RecordCells } from './airtable-table.ts';
import type { JsonApi } from './json-api.ts';

export interface WriteBack {
  readonly id: string;
  readonly api: JsonApi;
  readonly place: AirtablePlace;
  readonly fields: readonly WriteBackField[];
  /** Every record that was read; `values` in the order of `fields`. */
  readonly records: Iterable<RecordCells>;
  readonly now: Instant;
  readonly deadlineAt: Instant;
  readonly signal: AbortSignal;
}

/** What one request may change (Airtable Web API, "Update multiple records"). */
const RECORDS_PER_REQUEST = 10;
/** One reading's worth; the rest is told after the next one. */
const RECORDS_WRITTEN_MAX = 10_000;
/** Answers of people wait in the other sources meanwhile. */
const WRITING_MS = 2 * MINUTE_MS;
const LEADS_AT_ONCE = 1_000;
const TROUBLES_MAX = 5;

/**
 * Tells a table what its leads have become (E2), ten records a request, and only where the record as it was just read says something
 * else: doing it again writes nothing. A batch that is refused is told of and stops no other. An opt-out is only ever set.
 */
export async function writeBackToAirtable(job: WriteBack, leadsOf: LeadLookup): Promise<readonly string[]> {
  const changes = changesOf(job, leadsOf).slice(0, RECORDS_WRITTEN_MAX);
  const deadlineAt = Math.min(job.deadlineAt, job.now + WRITING_MS);
  const troubles: string[] = [];
  let refused = 0;
  for (let at = 0; at < changes.length && !job.signal.aborted; at += RECORDS_PER_REQUEST) {
    const outcome = await write(job, changes.slice(at, at + RECORDS_PER_REQUEST), deadlineAt);
    if (outcome === null) continue;
    refused += 1;
    if (refused <= TROUBLES_MAX) troubles.push(`records were not changed: ${outcome.words}`);
    // No right to write, or no time: the next batch would fare no better.
    if (outcome.isEnd) break;
  }
  return refused > TROUBLES_MAX ? [...troubles, `${String(refused)} batches were refused`] : troubles;
}

interface Change {
  readonly id: string;
  readonly fields: Readonly<Record<string, string | boolean>>;
}

function changesOf(job: WriteBack, leadsOf: LeadLookup): readonly Change[] {
  const changes: Change[] = [];
  let waiting: RecordCells[] = [];
  const judge = (): void => {
    const keys = waiting.map(({ email }) => keyOf(email)).filter((key) => key !== null);
    const leads = leadsOf(keys);
    for (const record of waiting) {
      const lead = leads.get(keyOf(record.email) ?? '');
      const change = lead === undefined ? null : changeOf(job, record, lead);
      if (change !== null) changes.push(change);
    }
    waiting = [];
  };
  for (const record of job.records) {
    waiting.push(record);
    if (waiting.length === LEADS_AT_ONCE) judge();
  }
  judge();
  return changes;
}

function keyOf(email: string): string | null {
  const address = parseAddress(email);
  return 'problem' in address ? null : address.emailKey;
}

function changeOf({ fields }: WriteBack, { id, values }: RecordCells, lead: Lead): Change | null {
  const entries = fields.flatMap(({ fact, field }, index) => {
    const value = newValue(fact, lead, values[index] ?? '');
    return value === null ? [] : [[field, value] as const];
  });
  return entries.length === 0 ? null : { id, fields: Object.fromEntries(entries) };
}

/** Null where the cell says it already, or there is nothing to say. */
function newValue(fact: WrittenFact, lead: Lead, cell: string): string | boolean | null {
  switch (fact) {
    case 'status':
      return differs(lead.status, cell) ? lead.status : null;
    case 'stage':
      return differs(lead.stage, cell) ? lead.stage : null;
    case 'opted_out':
      return lead.optedOut && !isYes(cell) ? true : null;
    case 'bounced':
      return lead.suppressedReason === 'bounced' && !isYes(cell) ? true : null;
    case 'last_contact_at':
      return lead.lastContactAt === null || isSameMoment(lead.lastContactAt, cell)
        ? null
        : new Date(lead.lastContactAt).toISOString();
  }
}

function differs(value: string, cell: string): boolean {
  return cell.trim().toLowerCase() !== value;
}

function isYes(cell: string): boolean {
  return ['yes', 'true', '1'].includes(cell.trim().toLowerCase());
}

/** A field of days holds no time: any moment of that day is there already. */
function isSameMoment(at: Instant, cell: string): boolean {
  const text = cell.trim();
  return new Date(at).toISOString().slice(0, 10) === text || parseInstant(text) === at;
}

/** Null when it was done. */
async function write(
  { api, place }: WriteBack,
  records: readonly Change[],
  deadlineAt: Instant,
): Promise<{ readonly words: string; readonly isEnd: boolean } | null> {
  const path = `/v0/${encodeURIComponent(place.base)}/${encodeURIComponent(place.table)}`;
  try {
    const answer = await api.ask({ path, method: 'PATCH', body: { records, typecast: true }, deadlineAt });
    if (answer.status === 200) return null;
    const { type, message } = airtableError(answer);
    return { words: `${String(answer.status)} ${type} ${message}`.slice(0, 200).trim(), isEnd: false };
  } catch (error) {
    // What was read is stored: a base that cannot be written to now is no reason to read it again.
    if (!(error instanceof HeadgateError)) throw error;
    return { words: error.message, isEnd: true };
  }
}
