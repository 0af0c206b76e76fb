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
}

const COLUMNS: readonly Column[] = [
  { name: 'id', of: ({ id }) => id },
  { name: 'email', of: ({ fields }) => fields.email },
  { name: 'email_key', of: ({ fields }) => fields.emailKey },
  { name: 'first_name', of: ({ fields }) => fields.firstName },
  { name: 'last_name', of: ({ fields }) => fields.lastName },
  { name: 'company', of: ({ fields }) => fields.company },
  { name: 'company_domain', of: ({ fields }) => fields.companyDomain },
  { name: 'country', of: ({ fields }) => fields.country },
  { name: 'region', of: ({ fields }) => fields.region },
  { name: 'timezone', of: ({ fields }) => fields.timezone },
  { name: 'zone', of: ({ zone }) => zone.zone },
  { name: 'zone_rule', of: ({ zone }) => zone.rule },
  { name: 'stage', of: ({ fields }) => fields.stage },
  { name: 'status', of: ({ fields }) => fields.status },
  { name: 'source', of: ({ fields }) => fields.source },
  { name: 'source_form_id', of: ({ fields }) => fields.sourceFormId },
  { name: 'platform', of: ({ fields }) => fields.platform },
  { name: 'tags_json', of: ({ fields }) => (fields.tags.length === 0 ? '[]' : JSON.stringify(fields.tags)) },
  { name: 'notes', of: ({ fields }) => fields.notes },
  { name: 'custom_json', of: ({ fields }) => JSON.stringify(fields.custom) },
  { name: 'opted_out', of: ({ fields }) => (fields.optedOut ? 1 : 0) },
  { name: 'do_not_contact', of: ({ fields }) => (fields.doNotContact ? 1 : 0) },
  { name: 'spam', of: ({ fields }) => (fields.spam ? 1 : 0) },
  { name: 'created_at', of: ({ fields }) => fields.createdAt },
  { name: 'updated_at', of: ({ fields }) => fields.updatedAt },
  { name: 'last_contact_at', of: ({ fields }) => fields.lastContactAt },
  { name: 'nurture_due_at', of: ({ nurtureDueAt }) => nurtureDueAt },
];

/**
 * Inserts leads in their order, in the caller's transaction, and returns the row id of the first; the others follow it one
 * by one. Keys that are taken, in the state or twice in the batch, make the database refuse.
 */
export function insertLeads(db: StateDatabase, leads: readonly NewLead[], now: Instant): number {
  db.assertInWrite();
  const firstRowId = nextRowId(db);
  const { own, shared } = columnsOf(leads);
  const values: SqlValue[] = [];
  for (const [index, lead] of leads.entries()) {
    values.push(firstRowId + index);
    for (const { of } of own) values.push(of(lead));
  }
  const names = [...own.map(({ name }) => name), ...Object.keys(shared)];
  insertRows(
    db,
    {
      into: `leads (imported_at, changed_at, row_id, ${names.join(', ')})`,
      row: `(@now, @now, ?${', ?'.repeat(own.length)}${Object.keys(shared)
        .map((name) => `, @${name}`)
        .join('')})`,
      perRow: own.length + 1,
      shared: { ...shared, now },
    },
    values,
  );
  return firstRowId;
}

/** Binding a value costs as much as storing it: what all leads of a batch have in common is bound once. */
function columnsOf(leads: readonly NewLead[]): {
  readonly own: readonly Column[];
  readonly shared: Readonly<Record<string, SqlValue>>;
} {
  const own: Column[] = [];
  const shared: Record<string, SqlValue> = {};
  const [first] = leads;
  for (const column of COLUMNS) {
    const value = first === undefined ? null : column.of(first);
    if (leads.every((lead) => column.of(lead) === value)) shared[column.name] = value;
    else own.push(column);
  }
  return { own, shared };
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
