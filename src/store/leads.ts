import { parseAddress } from '../core/email-address.ts';
import type { Instant, Lead, LeadFields, LeadStatus, Stage } from '../core/model.ts';
import type { LeadZone } from '../core/zones-of-country.ts';
import type { StateDatabase } from './database.ts';
import { NOT_ERASED } from './erasures.ts';
import { SELECT_LEADS, toLead, type LeadRow } from './lead-rows.ts';

/** The lead with this row id; null when there is none. */
export function leadByRowId(db: StateDatabase, rowId: number): Lead | null {
  return oneLead(db, 'l.row_id = ?', rowId);
}

/** The lead with this public id (`l-…`); null when there is none. */
export function leadById(db: StateDatabase, id: string): Lead | null {
  return oneLead(db, 'l.id = ?', id);
}

/** The lead whose address has this key (`ParsedAddress.emailKey`); null when there is none. */
export function leadByEmailKey(db: StateDatabase, emailKey: string): Lead | null {
  return oneLead(db, 'l.email_key = ?', emailKey);
}

/** What a person types for a lead: its id, the beginning of its id when only one has it, or its address. */
export function findLead(db: StateDatabase, text: string): Lead | null {
  const address = text.includes('@') ? parseAddress(text) : null;
  if (address !== null) return 'emailKey' in address ? leadByEmailKey(db, address.emailKey) : null;
  const exact = leadById(db, text);
  if (exact !== null || !/^l-[a-z2-7]+$/.test(text)) return exact;
  const [first, second] = db
    // `{` follows `z`: every id that begins with the text lies between the two.
    .prepare<[string, string], LeadRow>(`${SELECT_LEADS} WHERE l.id >= ? AND l.id < ? ORDER BY l.id LIMIT 2`)
    .all(text, `${text}{`);
  return first === undefined || second !== undefined ? null : toLead(first);
}

/** The leads with these keys, by key. Costs what is found; give at most a few thousand at once. */
export function leadsByEmailKeys(db: StateDatabase, emailKeys: readonly string[]): Map<string, Lead> {
  const rows = db
    .prepare<[string], LeadRow>(`${SELECT_LEADS} WHERE l.email_key IN (SELECT value FROM json_each(?))`)
    .all(JSON.stringify(emailKeys));
  return new Map(rows.map((row) => [row.email_key, toLead(row)]));
}

export interface LeadQuery {
  /** Only leads with an enrollment, live or ended, in this sequence. */
  readonly sequenceId: string | null;
  readonly status: LeadStatus | null;
  readonly stage: Stage | null;
}

export const ALL_LEADS: LeadQuery = { sequenceId: null, status: null, stage: null };

const PAGE_ROWS = 1_000;

const LIST = `${SELECT_LEADS}
  WHERE l.row_id > @after AND ${NOT_ERASED}
    AND (@status IS NULL OR l.status = @status)
    AND (@stage IS NULL OR l.stage = @stage)
    AND (@sequenceId IS NULL OR EXISTS (
      SELECT 1 FROM enrollments e JOIN sequences q ON q.row_id = e.sequence_row_id
      WHERE e.lead_row_id = l.row_id AND q.id = @sequenceId))
  ORDER BY l.row_id LIMIT ${PAGE_ROWS}`;

/** Leads in the order in which they arrived, without those who were erased. Read page by page: the caller may write in between, a million need no memory. */
export function* listLeads(db: StateDatabase, query: LeadQuery): Generator<Lead> {
  const statement = db.prepare<[LeadQuery & { after: number }], LeadRow>(LIST);
  let after = 0;
  for (;;) {
    const rows = statement.all({ ...query, after });
    for (const row of rows) yield toLead(row);
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE_ROWS) return;
    after = last.row_id;
  }
}

/**
 * Writes all fields of a known lead, in the caller's transaction. The address is its identity and stays. Which value may
 * replace which is decided before (core/lead-merge.ts); what follows from a change is the caller's to do.
 */
export function updateLead(
  db: StateDatabase,
  lead: {
    readonly rowId: number;
    readonly fields: LeadFields;
    readonly zone: LeadZone;
    readonly now: Instant;
  },
): void {
  const { fields, zone } = lead;
  db.prepare<[Record<string, string | number | null>]>(UPDATE).run({
    rowId: lead.rowId,
    firstName: fields.firstName,
    lastName: fields.lastName,
    company: fields.company,
    companyDomain: fields.companyDomain,
    country: fields.country,
    region: fields.region,
    timezone: fields.timezone,
    zone: zone.zone,
    zoneRule: zone.rule,
    stage: fields.stage,
    status: fields.status,
    source: fields.source,
    sourceFormId: fields.sourceFormId,
    platform: fields.platform,
    tagsJson: JSON.stringify(fields.tags),
    notes: fields.notes,
    customJson: JSON.stringify(fields.custom),
    optedOut: fields.optedOut ? 1 : 0,
    doNotContact: fields.doNotContact ? 1 : 0,
    spam: fields.spam ? 1 : 0,
    createdAt: fields.createdAt,
    updatedAt: fields.updatedAt,
    lastContactAt: fields.lastContactAt,
    changedAt: lead.now,
  });
}

const SAME_CLAIM = 'company IS @company AND company_domain IS @companyDomain';

const UPDATE = `
  UPDATE leads SET
    -- B8: a verdict is one of a claim, and goes with it.
    attribution = CASE WHEN ${SAME_CLAIM} THEN attribution END,
    attribution_by = CASE WHEN ${SAME_CLAIM} THEN attribution_by END,
    attribution_note = CASE WHEN ${SAME_CLAIM} THEN attribution_note END,
    attribution_at = CASE WHEN ${SAME_CLAIM} THEN attribution_at END,
    first_name = @firstName, last_name = @lastName, company = @company, company_domain = @companyDomain,
    country = @country, region = @region, timezone = @timezone, zone = @zone, zone_rule = @zoneRule,
    stage = @stage, status = @status, source = @source, source_form_id = @sourceFormId, platform = @platform,
    tags_json = @tagsJson, notes = @notes, custom_json = @customJson,
    opted_out = @optedOut, do_not_contact = @doNotContact, spam = @spam,
    opted_out_on_page_at = CASE WHEN @optedOut = 1 THEN opted_out_on_page_at END,
    created_at = @createdAt, updated_at = @updatedAt, last_contact_at = @lastContactAt, changed_at = @changedAt
  WHERE row_id = @rowId`;

function oneLead(db: StateDatabase, where: string, value: string | number): Lead | null {
  const row = db.prepare<[string | number], LeadRow>(`${SELECT_LEADS} WHERE ${where}`).get(value);
  return row === undefined ? null : toLead(row);
}
