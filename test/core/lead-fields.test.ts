import { expect, test } from 'vitest';

import { leadFieldText, WHERE_FIELD_NAMES } from '../../src/core/lead-fields.ts';
import { sampleLead as filledLead } from '../../src/core/sample-lead.ts';
import { sampleLead } from './matching-samples.ts';

test.each([
  ['job_title', 'CTO'],
  ['Job Title', 'CTO'],
  ['plan', 'gold'],
  ['shoe_size', null],
  ['undefined', null],
  ['__proto__', null],
  ['constructor', null],
])('B1: a where line on the further column %s looks at %j, and at no other', (field, value) => {
  const lead = sampleLead({ custom: { 'Job Title': 'CTO', plan: 'gold' } });
  expect(leadFieldText(lead, field)).toBe(value);
});

test('B1: a where line reads every text column of the lead file, each under its own name', () => {
  const lead = filledLead([]);
  expect(Object.fromEntries(WHERE_FIELD_NAMES.map((name) => [name, leadFieldText(lead, name)]))).toEqual({
    email: lead.email,
    first_name: lead.firstName,
    last_name: lead.lastName,
    company: lead.company,
    company_domain: lead.companyDomain,
    country: lead.country,
    region: lead.region,
    timezone: lead.timezone,
    stage: lead.stage,
    status: lead.status,
    source: lead.source,
    source_form_id: lead.sourceFormId,
    platform: lead.platform,
    notes: lead.notes,
  });
});

test('B1: a further column never stands in for a field of ours', () => {
  const custom = Object.fromEntries(WHERE_FIELD_NAMES.map((name) => [name, 'forged']));
  for (const name of WHERE_FIELD_NAMES)
    expect(leadFieldText(sampleLead({ custom }), name)).not.toBe('forged');
});
