import type { LeadColumn } from '../../src/core/lead-columns.ts';
import type { LEAD_FIELD_NAMES, SENDER_FIELD_NAMES } from '../../src/core/template-fields.ts';
import { LEAD_STATUSES, STAGES } from '../../src/core/model.ts';
import { codes } from './markdown.ts';

/** What a template gets from the lead. A field without a text here does not compile. */
export const LEAD_FIELD_TEXTS: Readonly<Record<(typeof LEAD_FIELD_NAMES)[number], string>> = {
  first_name: 'The first name.',
  last_name: 'The last name.',
  email: 'The address; never empty.',
  company: 'The company.',
  company_domain: 'The domain of the company.',
  country: 'The country, two letters: `DE`.',
  region: 'The region.',
  source: 'Where the lead came from.',
  platform: 'The platform.',
  notes: 'The notes, line breaks kept.',
  tags: 'The tags with commas.',
};

/** What a template gets from brand.toml and the sequence. */
export const SENDER_FIELD_TEXTS: Readonly<Record<(typeof SENDER_FIELD_NAMES)[number], string>> = {
  brand_name: '`name` of brand.toml.',
  sender_name: 'The name in `from`.',
  sender_email: 'The address in `from`.',
  signature: '`signature` of brand.toml; the same as `name` when it is not set.',
  postal_address: '`postal_address` of brand.toml. It stands at the foot of every mail anyway.',
};

const FLAG = '`true`, `yes`, `1`, or `false`, `no`, `0`, or nothing';

/** The columns of a lead file. */
export const LEAD_COLUMN_TEXTS: Readonly<Record<LeadColumn, string>> = {
  email: 'The address: who this is. Required. One lead per address, whatever its capitals.',
  first_name: 'At most 100 characters.',
  last_name: 'At most 100 characters.',
  company: 'At most 200 characters.',
  company_domain: 'A domain; what is none is left out.',
  country: 'Two letters or an English name; unknown ones are refused with near matches.',
  region: 'A state or province; tells the zone in countries with several.',
  timezone: 'An IANA zone such as `Asia/Kolkata`; wins over region and country.',
  stage: `${codes(STAGES)}; \`new\` when a new lead has none. customer and disqualified get no email.`,
  status: `${codes(LEAD_STATUSES)}; \`new\` when a new lead has none. unqualified gets no email.`,
  source: 'Where the lead came from, such as `form:contact`; what triggers match.',
  source_form_id: 'The id of the form; compared exactly.',
  platform: 'For triggers and templates.',
  tags: 'Several with commas or semicolons.',
  notes: 'At most 10,000 characters; may have lines.',
  created_at: 'ISO 8601. No sequence counts from it.',
  updated_at: 'ISO 8601. The newer row wins when a known lead comes again.',
  last_contact_at:
    'ISO 8601. From when a lead counts as gone cold; else `updated_at`, `created_at`, or the import.',
  enrolled_at: 'ISO 8601. Its sequence starts then, if that is later than the import: never in the past.',
  opted_out: `${FLAG}. Once set, no file takes it back.`,
  do_not_contact: `${FLAG}. Once set, no file takes it back.`,
  spam: `${FLAG}. Once set, no file takes it back.`,
};
