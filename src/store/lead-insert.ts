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
  /** What is stored, `mark` standing for what `of` gives, which is stored as it is by default. */
  readonly stored?: (mark: string) => string;
}

const COLUMNS: readonly Column[] = [
  { name: 'id', of: ({ id }) => id },
  // Nearly every address is its own key, and a text is dear to bind.
  {
    name: 'email_key',
    of: ({ fields }) => (fields.emailKey === fields.email ? null : fields.emailKey),
    stored: (mark) => `ifnull(${mark}, ?2)`,
  },
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
  const { own, shared, common } = columnsOf(leads);
  const values: SqlValue[] = [];
  for (const [index, lead] of leads.entries()) {
    values.push(firstRowId + index, lead.fields.email);
    for (const { of } of own) values.push(of(lead));
  }
  const names = [...own, ...common].map(({ name }) => name);
  const marks = [
    ...own.map((column) => markOf(column, '?')),
    ...common.map((column) => markOf(column, `@${column.name}`)),
  ];
  insertRows(
    db,
    {
      into: `leads (${['row_id', 'email', 'imported_at', 'changed_at', ...names].join(', ')})`,
      row: `(${['?', '?', '@now', '@now', ...marks].join(', ')})`,
      perRow: own.length + 2,
      shared: { ...shared, now },
    },
    values,
  );
  return firstRowId;
}

function markOf({ stored }: Column, mark: string): string {
  return stored === undefined ? mark : stored(mark);
}

/** Binding a value costs as much as storing it: what all leads of a batch have in common is bound once, what none has not at all. */
function columnsOf(leads: readonly NewLead[]): {
  readonly own: readonly Column[];
  readonly common: readonly Column[];
  readonly shared: Readonly<Record<string, SqlValue>>;
} {
  const own: Column[] = [];
  const common: Column[] = [];
  const shared: Record<string, SqlValue> = {};
  const [first] = leads;
  for (const column of COLUMNS) {
    const value = first === undefined ? null : column.of(first);
    if (!leads.every((lead) => column.of(lead) === value)) own.push(column);
    else if (value !== null || column.stored !== undefined) {
      common.push(column);
      shared[column.name] = value;
    }
  }
  return { own, common, shared };
}

/** The same line in the stories of many leads (F4), in the caller's transaction. */
export function addTimelineOfMany(
  db: StateDatabase,
  entry: TimelineEntry,
  leadRowIds: readonly number[],
): void {
  // One value a row: a list of them is read faster than each is bound.
  db.prepare<[number, string, string, string | null, string]>(
    'INSERT INTO timeline (lead_row_id, at, kind, text, ref) SELECT value, ?, ?, ?, ? FROM json_each(?)',
  ).run(entry.at, entry.kind, entry.text, entry.ref, JSON.stringify(leadRowIds));
}

function nextRowId(db: StateDatabase): number {
  const row = db.prepare<[], { last: number | null }>('SELECT max(row_id) AS last FROM leads').get();
  return (row?.last ?? 0) + 1;
}
