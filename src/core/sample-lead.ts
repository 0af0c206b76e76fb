import type { LeadFields } from './model.ts';

/**
 * A lead who does not exist, for looking at words before anybody gets them. Every field is filled, as on a good day. Further columns
 * of stored leads are filled with their own names, so that nobody takes one for a lead's value.
 */
export function sampleLead(columns: readonly string[]): LeadFields {
  return {
    email: 'maren@vogt.example',
    emailKey: 'maren@vogt.example',
    firstName: 'Maren',
    lastName: 'Vogt',
    company: 'Vogt Druck',
    companyDomain: 'vogt.example',
    country: 'DE',
    region: 'Berlin',
    timezone: 'Europe/Berlin',
    stage: 'new',
    status: 'new',
    source: 'form:contact',
    sourceFormId: 'contact',
    platform: 'inbound',
    tags: ['print', 'wholesale'],
    notes: 'two people match invoices, one day every week',
    createdAt: null,
    updatedAt: null,
    lastContactAt: null,
    optedOut: false,
    doNotContact: false,
    spam: false,
    custom: Object.fromEntries(columns.map((column) => [column, `(${column})`])),
  };
}
