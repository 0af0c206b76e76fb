import { expect, test } from 'vitest';

import { sampleLead } from '../../src/core/sample-lead.ts';

test('D3: whoever looks at words sees every field filled, by somebody who cannot exist', () => {
  expect(sampleLead([])).toEqual({
    ...{ email: 'maren@vogt.example', emailKey: 'maren@vogt.example' },
    ...{ firstName: 'Maren', lastName: 'Vogt', company: 'Vogt Druck', companyDomain: 'vogt.example' },
    ...{ country: 'DE', region: 'Berlin', timezone: 'Europe/Berlin', stage: 'new', status: 'new' },
    ...{ source: 'form:contact', sourceFormId: 'contact', platform: 'inbound' },
    ...{ tags: ['print', 'wholesale'], notes: 'two people match invoices, one day every week' },
    ...{ createdAt: null, updatedAt: null, lastContactAt: null },
    ...{ optedOut: false, doNotContact: false, spam: false, custom: {} },
  });
});

test('D3: a further column stands under its own name, so that nobody takes it for a lead’s value', () => {
  expect(sampleLead(['budget', 'desk size']).custom).toEqual({
    budget: '(budget)',
    'desk size': '(desk size)',
  });
});
