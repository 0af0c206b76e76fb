import { describe, expect, test } from 'vitest';

import { startLeadCsv } from '../../src/core/lead-csv.ts';
import { EXPORTED_COLUMNS, exportHeader, exportLine } from '../../src/core/lead-export.ts';
import { parseLeadRow } from '../../src/core/lead-row.ts';
import type { LeadFields } from '../../src/core/model.ts';
import { sampleLead } from './matching-samples.ts';

/** No two fields alike, so that none can stand in for another. */
const FULL: LeadFields = {
  email: 'Ann@x.example',
  emailKey: 'ann@x.example',
  firstName: 'Ann',
  lastName: 'Vogt',
  company: 'Vogt, Druck "&" Co',
  companyDomain: 'vogt.example',
  country: 'DE',
  region: 'BY',
  timezone: 'Europe/Berlin',
  stage: 'proposal',
  status: 'working',
  source: 'form:contact',
  sourceFormId: 'F-1',
  platform: 'inbound',
  tags: ['a', 'b'],
  notes: 'one\ntwo',
  createdAt: Date.UTC(2026, 0, 2),
  updatedAt: Date.UTC(2026, 0, 3, 8, 0, 0, 250),
  lastContactAt: Date.UTC(2026, 0, 4, 8),
  optedOut: true,
  doNotContact: false,
  spam: true,
  custom: { job_title: 'CTO', plan: 'gold' },
};
const COLUMNS = ['job_title', 'plan'];

function readBack(csv: string): LeadFields {
  const start = startLeadCsv(csv, { isLast: true, renames: [] });
  if ('code' in start) throw new Error(start.what);
  const row = parseLeadRow(start.records[0]?.cells ?? [], start.layout, {
    now: Infinity,
    defaultSource: null,
  });
  if (row.kind === 'rejected') throw new Error(row.reason);
  return row.fields;
}

describe('GDPR Art. 20: a lead that leaves can come back', () => {
  test('every field of a lead, read back, is as it was, to the millisecond (E1)', () => {
    expect(readBack(exportHeader(COLUMNS) + exportLine(FULL, COLUMNS))).toStrictEqual(FULL);
  });

  test('a lead of which nothing is known comes back as one', () => {
    const lead = sampleLead({ firstName: null });
    expect(readBack(exportHeader([]) + exportLine(lead, []))).toStrictEqual(lead);
  });

  test('the file is plain to read: whole seconds without fractions, no for what is not so', () => {
    expect(exportHeader(COLUMNS)).toBe(`${[...EXPORTED_COLUMNS, ...COLUMNS, 'headgate_export'].join(',')}\n`);
    expect(EXPORTED_COLUMNS).not.toContain('enrolled_at');
    expect(exportLine(FULL, [...COLUMNS, 'shoe_size'])).toBe(
      'Ann@x.example,Ann,Vogt,"Vogt, Druck ""&"" Co",vogt.example,DE,BY,Europe/Berlin,proposal,working,' +
        'form:contact,F-1,inbound,a;b,"one\ntwo",2026-01-02T00:00:00Z,2026-01-03T08:00:00.250Z,' +
        '2026-01-04T08:00:00Z,true,false,true,CTO,gold,,yes\n',
    );
  });

  test('hardening 17: a spreadsheet runs no formula of a lead', () => {
    expect(exportLine(sampleLead({ company: '=1+1' }), [])).toContain(",'=1+1,");
  });
});
