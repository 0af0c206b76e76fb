import type { LeadFields } from './model.ts';
import { customFieldName } from './template-fields.ts';

type FieldReader = (lead: LeadFields) => string | null;

/** The lead's own fields that a `where` line of a trigger may name (B1): the text columns of the lead file. */
const READERS: ReadonlyMap<string, FieldReader> = new Map<string, FieldReader>([
  ['email', (lead) => lead.email],
  ['first_name', (lead) => lead.firstName],
  ['last_name', (lead) => lead.lastName],
  ['company', (lead) => lead.company],
  ['company_domain', (lead) => lead.companyDomain],
  ['country', (lead) => lead.country],
  ['region', (lead) => lead.region],
  ['timezone', (lead) => lead.timezone],
  ['stage', (lead) => lead.stage],
  ['status', (lead) => lead.status],
  ['source', (lead) => lead.source],
  ['source_form_id', (lead) => lead.sourceFormId],
  ['platform', (lead) => lead.platform],
  ['notes', (lead) => lead.notes],
]);

/** Names of the lead's own fields for `[trigger] where`. Anything else is a further column of a source. */
export const WHERE_FIELD_NAMES: readonly string[] = [...READERS.keys()];

/**
 * One field of a lead as text; null when it is missing. A further column is reached by its name or by the name it
 * has in templates (`Job Title` is `job_title`); it never stands in for a field of ours, and no prototype is reached.
 */
export function leadFieldText(lead: LeadFields, field: string): string | null {
  const reader = READERS.get(field);
  if (reader !== undefined) return reader(lead);
  if (Object.hasOwn(lead.custom, field)) return lead.custom[field] ?? null;
  const column = Object.keys(lead.custom).find((name) => customFieldName(name) === field);
  return column === undefined ? null : (lead.custom[column] ?? null);
}
