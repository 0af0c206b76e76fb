import type { LeadRow } from './lead-row.ts';
import type { Instant, LeadFields, LeadStatus, Stage } from './model.ts';

/** `--on-conflict`: what a source may do to a lead that is already known. Opt-outs it always brings (E1). */
export type OnConflict = 'skip' | 'update';

export interface MergedLead {
  readonly fields: LeadFields;
  /** Names of the fields that differ from what is stored; none: the row says nothing new (E7). */
  readonly changed: readonly (keyof LeadFields)[];
}

type Age = 'newer' | 'same' | 'older';

/** How far a lead has come. A row that does not prove to be newer can only move it on, never back (E1, hardening 33). */
const STAGE_ORDER: Readonly<Record<Stage, number>> = {
  new: 0,
  contacted: 1,
  proposal: 2,
  customer: 3,
  disqualified: 3,
};
const STATUS_ORDER: Readonly<Record<LeadStatus, number>> = {
  new: 0,
  working: 1,
  contacted: 2,
  nurture: 3,
  qualified: 3,
  unqualified: 4,
};

/**
 * What a known lead becomes when a source tells of it again (E1, hardening 32, 33). Opt-out, do-not-contact and spam are
 * only ever set. A row with a later `updated_at` replaces what it has a value for. One without, where none is stored
 * either, replaces texts but moves stage and status only forward. An older one, or one without a time where one is
 * stored, fills gaps. An empty cell never erases. The address stays as it was first written.
 */
export function mergeLead(stored: LeadFields, row: LeadRow, onConflict: OnConflict): MergedLead {
  const bails = {
    optedOut: stored.optedOut || row.fields.optedOut,
    doNotContact: stored.doNotContact || row.fields.doNotContact,
    spam: stored.spam || row.fields.spam,
  };
  const fields = { ...stored, ...(onConflict === 'update' ? mergedFields(stored, row) : {}), ...bails };
  return { fields, changed: changedFields(stored, fields) };
}

/** Names of the fields in which two states of a lead differ. */
export function changedFields(before: LeadFields, after: LeadFields): (keyof LeadFields)[] {
  return COMPARED.filter((key) => !isSame(before[key], after[key]));
}

function mergedFields(stored: LeadFields, row: LeadRow): Partial<LeadFields> {
  const { fields } = row;
  const age = ageOf(fields.updatedAt, stored.updatedAt);
  const pick = <T>(before: T | null, after: T | null): T | null =>
    age === 'older' ? (before ?? after) : (after ?? before);
  const tags = [stored.tags, fields.tags].filter((list) => list.length > 0);
  return {
    firstName: pick(stored.firstName, fields.firstName),
    lastName: pick(stored.lastName, fields.lastName),
    company: pick(stored.company, fields.company),
    companyDomain: pick(stored.companyDomain, fields.companyDomain),
    country: pick(stored.country, fields.country),
    region: pick(stored.region, fields.region),
    timezone: pick(stored.timezone, fields.timezone),
    source: pick(stored.source, fields.source),
    sourceFormId: pick(stored.sourceFormId, fields.sourceFormId),
    platform: pick(stored.platform, fields.platform),
    notes: pick(stored.notes, fields.notes),
    tags: (age === 'older' ? tags[0] : tags.at(-1)) ?? [],
    custom: age === 'older' ? { ...fields.custom, ...stored.custom } : { ...stored.custom, ...fields.custom },
    stage: row.hasStage ? moved(stored.stage, fields.stage, { age, order: STAGE_ORDER }) : stored.stage,
    status: row.hasStatus ? moved(stored.status, fields.status, { age, order: STATUS_ORDER }) : stored.status,
    createdAt: stored.createdAt ?? fields.createdAt,
    updatedAt: latest(stored.updatedAt, fields.updatedAt),
    lastContactAt: latest(stored.lastContactAt, fields.lastContactAt),
  };
}

function ageOf(incomingAt: Instant | null, storedAt: Instant | null): Age {
  if (incomingAt === storedAt) return 'same';
  if (incomingAt === null) return 'older';
  return storedAt === null || incomingAt > storedAt ? 'newer' : 'older';
}

function moved<T extends string>(
  before: T,
  after: T,
  { age, order }: { readonly age: Age; readonly order: Readonly<Record<T, number>> },
): T {
  if (age === 'newer') return after;
  return age === 'same' && order[after] > order[before] ? after : before;
}

function latest(before: Instant | null, after: Instant | null): Instant | null {
  if (before === null || after === null) return before ?? after;
  return Math.max(before, after);
}

const COMPARED: readonly (keyof LeadFields)[] = [
  'firstName',
  'lastName',
  'company',
  'companyDomain',
  'country',
  'region',
  'timezone',
  'stage',
  'status',
  'source',
  'sourceFormId',
  'platform',
  'tags',
  'notes',
  'createdAt',
  'updatedAt',
  'lastContactAt',
  'optedOut',
  'doNotContact',
  'spam',
  'custom',
];

function isSame(before: LeadFields[keyof LeadFields], after: LeadFields[keyof LeadFields]): boolean {
  if (before === after) return true;
  if (typeof before !== 'object' || typeof after !== 'object' || before === null || after === null)
    return false;
  // Tags are a list; further columns compare without regard to their order.
  return comparable(before) === comparable(after);
}

function comparable(value: object): string {
  if (Array.isArray(value)) return JSON.stringify(value);
  return JSON.stringify(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)));
}
