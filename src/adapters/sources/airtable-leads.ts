import { createHash } from 'node:crypto';

import type { HeadgateError } from '../../core/errors.ts';
import type { ColumnRename, HeaderProblem, LeadLayout } from '../../core/lead-columns.ts';
import type { Instant } from '../../core/model.ts';
import { DAY_MS, MINUTE_MS } from '../../core/time/durations.ts';
import type { WriteBackField } from '../../core/write-back.ts';
import type { ReadingFrom } from '../../ports.ts';
import { objectOf } from '../http/json.ts';
import type { LeadBatch, LeadFeed, LeadLookup } from '../lead-feed.ts';
import { airtableError, airtableProblem, airtableRefusal, isOffsetGone } from './airtable-error.ts';
import { listRequest, RECORDS_PER_PAGE, type AirtablePlace } from './airtable-request.ts';
import { AirtableTable, RECORDS_MAX } from './airtable-table.ts';
import { writeBackToAirtable } from './airtable-write-back.ts';
import { numberAt, objectsAt, textAt } from './event-fields.ts';
import type { JsonAnswer, JsonApi } from './json-api.ts';

export interface AirtableLeadsOptions {
  readonly id: string;
  readonly place: AirtablePlace;
  readonly renames: readonly ColumnRename[];
  /** For records that name no source of theirs. */
  readonly defaultSource: string | null;
  /** What is told to the table once a day; none: it is only read. */
  readonly writeBack: readonly WriteBackField[];
  readonly api: JsonApi;
  readonly now: () => Instant;
}

/** What changed while the last reading was under way, or was told late, is read again. */
const OVERLAP_MS = 10 * MINUTE_MS;
/** A computed field and a restored record are no change to Airtable, and a row that moved between two pages may have been missed. */
const ALL_AGAIN_MS = DAY_MS;
const RESTARTS_MAX = 3;
/** Twice what the largest table needs: pages may come half full. */
const PAGES_MAX = (2 * RECORDS_MAX) / RECORDS_PER_PAGE;

/**
 * Leads from a table of Airtable (E1). All pages are read before the first record is looked at, since the place between two pages
 * lives on its server for minutes only; then all of it is one source, and where to go on from is kept once it is stored. Changed
 * records only, and all of them once a day; what is read again changes nothing (E7).
 */
export function createAirtableLeads(options: AirtableLeadsOptions): LeadFeed {
  return {
    batches: (from) => read(options, from),
    close: () => options.api.close(),
  };
}

async function* read(options: AirtableLeadsOptions, from: ReadingFrom): AsyncGenerator<LeadBatch> {
  const { id, defaultSource } = options;
  const table = tableMark(options);
  const place = placeOf(from, table);
  const reading = await readPages(options, { from, changedAfter: place?.readUntil ?? null });
  if (reading === null) return;
  const layout = await layoutOf(options, { reading, from, isWhole: place === null });
  const readUntil = reading.beganAt - OVERLAP_MS;
  const next: Place = { table, readUntil, allAt: place?.allAt ?? reading.beganAt };
  const isTold = options.writeBack.length > 0 && place === null;
  yield {
    ...(isTold ? { writeBack: (leadsOf) => tell(options, { reading, layout, from }, leadsOf) } : {}),
    source: reading.table.source(id, layout),
    defaultSource,
    cursorAfter: (isDone) => (isDone ? JSON.stringify(next) : (from.cursor ?? '')),
  };
}

/** After a reading of all records: a value that the table keeps in another form is written once a day, and not for ever. */
function tell(
  { id, api, place, writeBack: fields, now }: AirtableLeadsOptions,
  { reading, layout, from }: { reading: Reading; layout: LeadLayout; from: ReadingFrom },
  leadsOf: LeadLookup,
): Promise<readonly string[]> {
  const names = fields.map(({ field }) => field);
  const records = reading.table.cells(layout.at.email, names);
  const { deadlineAt, signal } = from;
  return writeBackToAirtable({ id, api, place, fields, records, now: now(), deadlineAt, signal }, leadsOf);
}

interface Reading {
  readonly table: AirtableTable;
  /** By whichever clock is behind, ours or theirs: both are asked about later. */
  readonly beganAt: Instant;
}

interface Question {
  readonly from: ReadingFrom;
  readonly changedAfter: Instant | null;
}

/** All pages; null when the run was told to end. */
async function readPages(options: AirtableLeadsOptions, question: Question): Promise<Reading | null> {
  const { id } = options;
  const { from } = question;
  let table = new AirtableTable(options.writeBack.map(({ field }) => field));
  let beganAt = from.now;
  let offset: string | null = null;
  let restarts = 0;
  for (let pages = 0; pages < PAGES_MAX; pages += 1) {
    if (from.signal.aborted) return null;
    const answer = await askPage(options, question, offset);
    const page = pageOf(answer);
    if (page === null) {
      if (offset === null || restarts >= RESTARTS_MAX || !isOffsetGone(airtableError(answer)))
        throw airtableRefusal(id, answer);
      restarts += 1;
      offset = null;
      table = new AirtableTable(options.writeBack.map(({ field }) => field));
      continue;
    }
    if (pages === 0) beganAt = Math.min(beganAt, answer.servedAt ?? beganAt);
    for (const record of page.records) table.add(record);
    if (table.excess !== null) throw tooLarge(id, table.excess);
    if (page.offset === null) return { table, beganAt };
    offset = page.offset;
  }
  throw tooLarge(id, `it has more than ${String(PAGES_MAX)} pages`);
}

function askPage(
  { api, place }: AirtableLeadsOptions,
  { from, changedAfter }: Question,
  offset: string | null,
): Promise<JsonAnswer> {
  const request = listRequest(place, { changedAfter, offset, fields: null, pageSize: RECORDS_PER_PAGE });
  return api.ask({ ...request, deadlineAt: from.deadlineAt });
}

interface Page {
  readonly records: ReturnType<typeof objectsAt>;
  readonly offset: string | null;
}

/** Null for an answer that is no page. */
function pageOf({ status, value }: JsonAnswer): Page | null {
  if (status !== 200 || value === null || !Array.isArray(value['records'])) return null;
  return {
    records: objectsAt(value, 'records', RECORDS_PER_PAGE),
    offset: textAt(value, 'offset', OFFSET_LENGTH_MAX),
  };
}

const OFFSET_LENGTH_MAX = 10_000;

function tooLarge(id: string, what: string): HeadgateError {
  const fix = `Set view of the source ${id} to a view that shows leads only.`;
  return airtableProblem(id, { what, fix });
}

/**
 * Where the records keep what. A cell that is empty in every record is absent, and so is a field that was renamed: for those of `map`
 * and of `write_back` the table is asked which it is, since an opt-out that is no longer read would not be missed by anybody.
 */
async function layoutOf(
  options: AirtableLeadsOptions,
  { reading, from, isWhole }: { reading: Reading; from: ReadingFrom; isWhole: boolean },
): Promise<LeadLayout> {
  const { id, renames, writeBack } = options;
  const { table } = reading;
  const named = [...renames.map((rename) => rename.from), ...writeBack.map(({ field }) => field)];
  const unseen = [...new Set(named)].filter((name) => !table.has(name));
  if (unseen.length > 0) await requireFields(options, unseen, from);
  const isEmailKnown = renames.some(({ to }) => to === 'email') || table.hasColumn('email');
  // Few changed records may all be without an address; a whole table that has none is another table.
  const isEmailDue = !isEmailKnown && (!isWhole || table.size === 0);
  table.complete([...unseen, ...(isEmailDue ? ['email'] : [])]);
  const layout = table.layout(renames);
  if (!('code' in layout)) return layout;
  throw headerError(id, layout);
}

async function requireFields(
  { id, api, place }: AirtableLeadsOptions,
  fields: readonly string[],
  { deadlineAt }: ReadingFrom,
): Promise<void> {
  const request = listRequest(place, { changedAfter: null, offset: null, fields, pageSize: 1 });
  const answer = await api.ask({ ...request, deadlineAt });
  if (pageOf(answer) === null) throw airtableRefusal(id, answer);
}

function headerError(id: string, { problem, fix }: HeaderProblem): HeadgateError {
  return airtableProblem(id, { what: problem, fix: fix.replace(/--map (.+)$/, 'map = ["$1"]') });
}

/** How far reading has come. */
interface Place {
  /** Which table it is about, and how it was read: another one begins from its beginning. */
  readonly table: string;
  readonly readUntil: Instant;
  /** When all of it was last read. */
  readonly allAt: Instant;
}

/** Null: all of it is to be read. */
function placeOf({ cursor, now }: ReadingFrom, table: string): Place | null {
  const value = cursor === null ? null : objectOf(cursor);
  if (value === null || textAt(value, 'table') !== table) return null;
  const readUntil = numberAt(value, 'readUntil');
  const allAt = numberAt(value, 'allAt');
  if (readUntil === null || allAt === null || readUntil > now) return null;
  return allAt <= now && now - allAt < ALL_AGAIN_MS ? { table, readUntil, allAt } : null;
}

function tableMark({ place, renames, writeBack }: AirtableLeadsOptions): string {
  const { base, table, view } = place;
  return createHash('sha256')
    .update(JSON.stringify([base, table, view, renames, writeBack]))
    .digest('hex')
    .slice(0, MARK_LENGTH);
}

const MARK_LENGTH = 16;
