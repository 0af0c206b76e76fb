import { safeCsvLine } from './csv-format.ts';
import { EXPORT_COLUMN, LEAD_COLUMNS, type LeadColumn } from './lead-columns.ts';
import type { Instant, LeadFields } from './model.ts';
import { SECOND_MS } from './time/durations.ts';
import { formatInstant } from './time/instants.ts';

type ExportedColumn = Exclude<LeadColumn, 'enrolled_at'>;

/** What is exported of a lead: all that a lead file can say of it. When it was enrolled is a matter of each enrollment. */
export const EXPORTED_COLUMNS: readonly ExportedColumn[] = LEAD_COLUMNS.filter(
  (column) => column !== 'enrolled_at',
);

const CELLS: Readonly<Record<ExportedColumn, (lead: LeadFields) => string>> = {
  email: ({ email }) => email,
  first_name: ({ firstName }) => firstName ?? '',
  last_name: ({ lastName }) => lastName ?? '',
  company: ({ company }) => company ?? '',
  company_domain: ({ companyDomain }) => companyDomain ?? '',
  country: ({ country }) => country ?? '',
  region: ({ region }) => region ?? '',
  timezone: ({ timezone }) => timezone ?? '',
  stage: ({ stage }) => stage,
  status: ({ status }) => status,
  source: ({ source }) => source ?? '',
  source_form_id: ({ sourceFormId }) => sourceFormId ?? '',
  platform: ({ platform }) => platform ?? '',
  tags: ({ tags }) => tags.join(';'),
  notes: ({ notes }) => notes ?? '',
  created_at: ({ createdAt }) => timeOf(createdAt),
  updated_at: ({ updatedAt }) => timeOf(updatedAt),
  last_contact_at: ({ lastContactAt }) => timeOf(lastContactAt),
  opted_out: ({ optedOut }) => String(optedOut),
  do_not_contact: ({ doNotContact }) => String(doNotContact),
  spam: ({ spam }) => String(spam),
};

/** The header row of an export; by its last column `leads import` knows that apostrophes in front of formulas are not the leads' own. */
export function exportHeader(customColumns: readonly string[]): string {
  return safeCsvLine([...EXPORTED_COLUMNS, ...customColumns, EXPORT_COLUMN]);
}

/** One lead as `leads import` reads it back, unchanged. */
export function exportLine(lead: LeadFields, customColumns: readonly string[]): string {
  return safeCsvLine([
    ...EXPORTED_COLUMNS.map((column) => CELLS[column](lead)),
    ...customColumns.map((name) => lead.custom[name] ?? ''),
    'yes',
  ]);
}

function timeOf(at: Instant | null): string {
  if (at === null) return '';
  // To the millisecond: of two rows about a lead the newer one wins (E1).
  return at % SECOND_MS === 0 ? formatInstant(at) : new Date(at).toISOString();
}
