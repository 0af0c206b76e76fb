import { describe, expect, test } from 'vitest';

import { readAssignments, type AssignmentProblem } from '../../src/core/lead-assignments.ts';
import type { LeadFields } from '../../src/core/model.ts';

const NOW = Date.UTC(2026, 1, 18, 9);

const LEAD: LeadFields = {
  email: 'priya@kestrel.example',
  emailKey: 'priya@kestrel.example',
  firstName: 'Priya',
  lastName: 'Nair',
  company: 'Kestrel Logistics',
  companyDomain: null,
  country: 'IN',
  region: null,
  timezone: null,
  stage: 'contacted',
  status: 'working',
  source: 'web',
  sourceFormId: null,
  platform: null,
  tags: ['a'],
  notes: null,
  createdAt: null,
  updatedAt: null,
  lastContactAt: null,
  optedOut: false,
  doNotContact: false,
  spam: false,
  custom: { job_title: 'Head of Ops' },
};

function read(...words: readonly string[]) {
  return readAssignments(words, { lead: LEAD, customColumns: ['job_title'], now: NOW });
}

function fields(...words: readonly string[]): LeadFields {
  const result = read(...words);
  if ('problem' in result) throw new Error(result.problem);
  return result.fields;
}

const problem = (...words: readonly string[]): AssignmentProblem => read(...words) as AssignmentProblem;

describe('leads set reads what a lead file would accept', () => {
  test('a word in any case is the stage it means, and everything else stays', () => {
    expect(fields('stage=CUSTOMER')).toEqual({ ...LEAD, stage: 'customer' });
  });

  test('several fields at once, names of columns in any spelling, values with an = in them', () => {
    expect(fields('First Name=Pria', 'opted_out=yes', 'notes=a=b')).toEqual({
      ...LEAD,
      firstName: 'Pria',
      optedOut: true,
      notes: 'a=b',
    });
  });

  test('an empty value empties a field; a stage or an opt-out is never empty (A3)', () => {
    expect(fields('company=')).toEqual({ ...LEAD, company: null });
    expect(fields('tags=')).toEqual({ ...LEAD, tags: [] });
    for (const name of ['stage', 'status', 'opted_out', 'do_not_contact', 'spam']) {
      expect(problem(`${name}=`).problem, name).toBe(`${name} needs a value`);
      expect(problem(`${name}=  `).problem, name).toBe(`${name} needs a value`);
    }
  });

  test.each<[string, Partial<LeadFields>]>([
    ['last_name=Vogt', { lastName: 'Vogt' }],
    ['company_domain=https://vogt.example/', { companyDomain: 'vogt.example' }],
    ['region=BY', { region: 'BY' }],
    ['status=qualified', { status: 'qualified' }],
    ['source=fair', { source: 'fair' }],
    ['source=', { source: null }],
    ['source_form_id=F-1', { sourceFormId: 'F-1' }],
    ['platform=inbound', { platform: 'inbound' }],
    ['tags=b;c', { tags: ['b', 'c'] }],
    ['last_contact_at=2026-02-01', { lastContactAt: Date.UTC(2026, 1, 1) }],
    ['do_not_contact=yes', { doNotContact: true }],
    ['spam=1', { spam: true }],
  ])('%s sets that field and no other', (word, changes) => {
    expect(fields(word)).toStrictEqual({ ...LEAD, ...changes });
  });

  test('a zone in any case gets its own spelling, a country its code', () => {
    expect(fields('timezone=asia/kolkata', 'country=Germany')).toEqual({
      ...LEAD,
      timezone: 'Asia/Kolkata',
      country: 'DE',
    });
  });

  test.each([
    ['stage=custmer', 'customer'],
    ['status=qualfied', 'qualified'],
    ['timezone=Europe/Berln', 'Europe/Berlin'],
    ['opted_out=perhaps', 'neither yes nor no'],
    ['company_domain=not a domain', 'no domain'],
    ['last_contact_at=18.02.2026', 'ISO 8601'],
  ])('%s is refused and %s is named', (word, hint) => {
    expect(problem(word).problem).toContain(hint);
  });
});

describe('names', () => {
  test('a misspelt name never becomes a further column in silence', () => {
    expect(problem('stge=customer').problem).toContain('did you mean stage?');
    expect(problem('opt_out=yes').problem).toContain('did you mean opted_out?');
  });

  test('a further column that leads have may be set, emptied, and a new one made by its prefix', () => {
    expect(fields('Job Title=CEO').custom).toEqual({ job_title: 'CEO' });
    expect(fields('job_title=').custom).toEqual({});
    expect(fields('custom.plan=gold').custom).toEqual({ job_title: 'Head of Ops', plan: 'gold' });
    expect(problem('custom.stage=customer').problem).toContain('a field of its own');
    expect(problem('custom.=x').problem).toContain('needs a name');
  });

  test('what is wrong is told with a way out', () => {
    expect(problem('customer')).toEqual({
      problem: '"customer" is no key=value',
      fix: 'Write for example: stage=customer',
    });
    expect(problem(' Shoe Size =4')).toEqual({
      problem: 'no lead has a field "Shoe Size"',
      fix: 'For a further column write custom.shoe_size=…',
    });
    expect(problem('custom.Stage=customer')).toEqual({
      problem: 'stage is a field of its own',
      fix: 'Write stage=…',
    });
  });

  test('a further column may have a name of one letter, be written with its prefix, and be emptied so', () => {
    expect(readAssignments(['x=1'], { lead: LEAD, customColumns: ['x'], now: NOW })).toMatchObject({
      fields: { custom: { job_title: 'Head of Ops', x: '1' } },
    });
    expect(fields(' custom.plan=gold').custom).toEqual({ job_title: 'Head of Ops', plan: 'gold' });
    expect(fields('custom.job_title=').custom).toEqual({});
  });

  test('the address and the times of arrival are not for setting', () => {
    for (const name of ['email', 'created_at', 'updated_at', 'enrolled_at']) {
      expect(problem(`${name}=2026-01-01`).problem).toBe(`${name} cannot be set`);
    }
  });

  test('a word without = and one name twice are refused', () => {
    expect(problem('customer').problem).toContain('no key=value');
    expect(problem('=customer').problem).toContain('no key=value');
    expect(problem('stage=new', 'Stage=customer').problem).toContain('stage');
  });

  test('a column of ours cannot be hidden by a further one', () => {
    expect(problem('custom.sender_email=x').problem).toBeTruthy();
  });
});

describe('holds', () => {
  test('a date holds until then, with a note; an empty one lifts it', () => {
    expect(read('hold_until=2026-03-02', 'hold_note=at a fair')).toMatchObject({
      hold: { until: Date.UTC(2026, 2, 2) },
      holdNote: 'at a fair',
      fields: LEAD,
    });
    expect(read('hold_until= 2026-03-02 ', 'hold_note=at a fair')).toHaveProperty('fields', LEAD);
    for (const word of ['hold_until= ', 'hold_until='])
      expect(read(word)).toStrictEqual({ fields: LEAD, hold: { until: null }, holdNote: undefined });
    expect(read('hold_note= ')).toMatchObject({ hold: undefined, holdNote: null });
    expect(read('hold_until=')).toMatchObject({ hold: { until: null } });
    expect(read('stage=new')).toMatchObject({ hold: undefined, holdNote: undefined });
  });

  test('a hold until yesterday would hold nothing, so it is refused', () => {
    for (const time of ['2026-02-17', '2026-02-18T09:00:00Z'])
      expect(problem(`hold_until=${time}`)).toEqual({
        problem: 'hold_until lies in the past',
        fix: 'Write hold_until= to lift a hold.',
      });
    expect(problem('hold_until=next week').problem).toContain('ISO 8601');
  });
});
