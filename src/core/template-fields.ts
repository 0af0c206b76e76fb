import type { LeadFields } from './model.ts';
import { templateValue } from './template-text.ts';

/** What a template may say of us; from brand.toml and the sequence's sender. */
export interface SenderFields {
  readonly brandName: string | null;
  readonly senderName: string | null;
  readonly senderEmail: string | null;
  readonly signature: string | null;
  readonly postalAddress: string | null;
}

/** Names that every lead has, filled or not. Anything else in a template is a further column of a source. */
export const LEAD_FIELD_NAMES = [
  'first_name',
  'last_name',
  'email',
  'company',
  'company_domain',
  'country',
  'region',
  'source',
  'platform',
  'notes',
  'tags',
] as const;

export const SENDER_FIELD_NAMES = [
  'brand_name',
  'sender_name',
  'sender_email',
  'signature',
  'postal_address',
] as const;

/** Every name that lint accepts without having seen a custom column. */
export const KNOWN_FIELD_NAMES: readonly string[] = [...LEAD_FIELD_NAMES, ...SENDER_FIELD_NAMES];

/**
 * The fields of one lead (and of the sender, where given) for the renderer: text, or null where there is nothing to
 * say (D3). A further column is reached by `customFieldName`; it never hides a field of ours.
 */
export function templateFields(
  lead: LeadFields,
  sender: SenderFields | null = null,
): Readonly<Record<string, string | null>> {
  return withSender(lead, senderFields(sender));
}

/** The same for many leads of one sender. */
export function templateFieldsFrom(
  sender: SenderFields,
): (lead: LeadFields) => Readonly<Record<string, string | null>> {
  const ours = senderFields(sender);
  return (lead) => withSender(lead, ours);
}

function withSender(
  lead: LeadFields,
  ours: Readonly<Record<string, string | null>>,
): Readonly<Record<string, string | null>> {
  const fields: Record<string, string | null> = {
    first_name: templateValue(lead.firstName),
    last_name: templateValue(lead.lastName),
    email: templateValue(lead.email),
    company: templateValue(lead.company),
    company_domain: templateValue(lead.companyDomain),
    country: templateValue(lead.country),
    region: templateValue(lead.region),
    source: templateValue(lead.source),
    platform: templateValue(lead.platform),
    notes: templateValue(lead.notes),
    tags: templateValue(lead.tags.join(', ')),
    ...ours,
  };
  for (const [column, value] of Object.entries(lead.custom)) {
    const name = customFieldName(column);
    if (name !== '' && !Object.hasOwn(fields, name)) fields[name] = templateValue(value);
  }
  return fields;
}

/** How a column is written in a template: `Job Title` is `{{ job_title }}`. Empty when no letter or digit is left. */
export function customFieldName(column: string): string {
  const name = column
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '_')
    .replace(/^_|_$/g, '');
  return /^\p{N}/u.test(name) ? `_${name}` : name;
}

function senderFields(sender: SenderFields | null): Record<string, string | null> {
  return {
    brand_name: templateValue(sender?.brandName),
    sender_name: templateValue(sender?.senderName),
    sender_email: templateValue(sender?.senderEmail),
    signature: templateValue(sender?.signature),
    postal_address: templateValue(sender?.postalAddress),
  };
}
