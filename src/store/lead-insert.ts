import type { Instant, LeadFields } from '../core/model.ts';
import type { LeadZone } from '../core/zones-of-country.ts';
import { insertRows, type SqlValue } from './bulk-insert.ts';
import type { StateDatabase } from './database.ts';
import type { TimelineEntry } from './timeline.ts';

/** A lead that is not in the state yet. */
export interface NewLead {
  /** Public id, `l-…`. */
  readonly id: string;
  readonly fields: LeadFields;
  readonly zone: LeadZone;
  readonly nurtureDueAt: Instant | null;
}

interface Column {
  readonly name: string;
  readonly of: (lead: NewLead) => SqlValue;
  /** What the database puts there by itself; a column in which a whole batch has it is left out. */
  readonly preset: SqlValue | undefined;
}

/** Binding a value costs as much as storing it, so that columns without any are not even named. */
const COLUMNS: readonly Column[] = [
  always('id', ({ id }) => id),
  always('email', ({ fields }) => fields.email),
  always('email_key', ({ fields }) => fields.emailKey),
  always('zone', ({ zone }) => zone.zone),
  always('zone_rule', ({ zone }) => zone.rule),
  always('stage', ({ fields }) => fields.stage),
  always('status', ({ fields }) => fields.status),
  unless(null, 'first_name', ({ fields }) => fields.firstName),
  unless(null, 'last_name', ({ fields }) => fields.lastName),
  unless(null, 'company', ({ fields }) => fields.company),
  unless(null, 'company_domain', ({ fields }) => fields.companyDomain),
  unless(null, 'country', ({ fields }) => fields.country),
  unless(null, 'region', ({ fields }) => fields.region),
  unless(null, 'timezone', ({ fields }) => fields.timezone),
  unless(null, 'source', ({ fields }) => fields.source),
  unless(null, 'source_form_id', ({ fields }) => fields.sourceFormId),
  unless(null, 'platform', ({ fields }) => fields.platform),
  unless('[]', 'tags_json', ({ fields }) => (fields.tags.length === 0 ? '[]' : JSON.stringify(fields.tags))),
  unless(null, 'notes', ({ fields }) => fields.notes),
  unless('{}', 'custom_json', ({ fields }) => JSON.stringify(fields.custom)),
  unless(0, 'opted_out', ({ fields }) => (fields.optedOut ? 1 : 0)),
  unless(0, 'do_not_contact', ({ fields }) => (fields.doNotContact ? 1 : 0)),
  unless(0, 'spam', ({ fields }) => (fields.spam ? 1 : 0)),
  unless(null, 'created_at', ({ fields }) => fields.createdAt),
  unless(null, 'updated_at', ({ fields }) => fields.updatedAt),
  unless(null, 'last_contact_at', ({ fields }) => fields.lastContactAt),
  unless(null, 'nurture_due_at', ({ nurtureDueAt }) => nurtureDueAt),
];

/**
 * Inserts leads in their order, in the caller's transaction, and returns the row id of the first; the others follow it one
 * by one. Keys that are taken, in the state or twice in the batch, make the database refuse.
 */
export function insertLeads(db: StateDatabase, leads: readonly NewLead[], now: Instant): number {
  db.assertInWrite();
  const firstRowId = nextRowId(db);
  const columns = COLUMNS.filter(
    ({ preset, of }) => preset === undefined || leads.some((lead) => of(lead) !== preset),
  );
  const names = columns.map(({ name }) => name).join(', ');
  const values: SqlValue[] = [];
  for (const [index, lead] of leads.entries()) {
    values.push(firstRowId + index);
    for (const { of } of columns) values.push(of(lead));
  }
  insertRows(
    db,
    {
      into: `leads (imported_at, changed_at, row_id, ${names})`,
      row: `(@now, @now, ?${', ?'.repeat(columns.length)})`,
      perRow: columns.length + 1,
      shared: { now },
    },
    values,
  );
  return firstRowId;
}

/** The same line in the stories of many leads (F4), in the caller's transaction. */
export function addTimelineOfMany(
  db: StateDatabase,
  entry: TimelineEntry,
  leadRowIds: readonly number[],
): void {
  const { at, kind, text, ref } = entry;
  insertRows(
    db,
    {
      into: 'timeline (lead_row_id, at, kind, text, ref)',
      row: '(?, @at, @kind, @text, @ref)',
      perRow: 1,
      shared: { at, kind, text, ref },
    },
    leadRowIds,
  );
}

function nextRowId(db: StateDatabase): number {
  const row = db.prepare<[], { last: number | null }>('SELECT max(row_id) AS last FROM leads').get();
  return (row?.last ?? 0) + 1;
}

function always(name: string, of: Column['of']): Column {
  return { name, of, preset: undefined };
}

function unless(preset: SqlValue, name: string, of: Column['of']): Column {
  return { name, of, preset };
}
