import { describe, expect, it } from 'vitest';

import type { LeadFields } from '../../src/core/model.ts';
import {
  customFieldName,
  KNOWN_FIELD_NAMES,
  templateFields,
  templateFieldsFrom,
} from '../../src/core/template-fields.ts';
import { cleanText, hasControls, headerText, templateValue } from '../../src/core/template-text.ts';

const LEAD: LeadFields = {
  email: 'maren@vogt.example',
  emailKey: 'maren@vogt.example',
  firstName: 'Maren',
  lastName: '  ',
  company: 'Vogt Druck',
  companyDomain: null,
  country: 'DE',
  region: null,
  timezone: null,
  stage: 'new',
  status: 'new',
  source: null,
  sourceFormId: null,
  platform: null,
  tags: ['print', 'leeds'],
  notes: 'two\r\nlines',
  createdAt: null,
  updatedAt: null,
  lastContactAt: null,
  optedOut: false,
  doNotContact: false,
  spam: false,
  custom: { 'Job Title': 'Owner', EMAIL: 'other@x.example', '2nd phone': '1', '!!!': 'x', constructor: 'y' },
};

describe('the fields of a template', () => {
  it('has every known name, filled or null, so that a missing field is told from an unknown one', () => {
    const fields = templateFields(LEAD);
    for (const name of KNOWN_FIELD_NAMES) expect(fields).toHaveProperty(name);
    expect(fields).toMatchObject({
      first_name: 'Maren',
      last_name: null,
      company_domain: null,
      tags: 'print, leeds',
      notes: 'two\nlines',
      sender_name: null,
    });
  });

  it('reaches a further column by its plain name and never lets it hide a field of ours', () => {
    const fields = templateFields(LEAD);
    expect(fields).toMatchObject({ job_title: 'Owner', _2nd_phone: '1', email: 'maren@vogt.example' });
    expect(Object.hasOwn(fields, 'constructor')).toBe(true);
    expect(Object.hasOwn(fields, '')).toBe(false);
  });

  it.each([
    ['Größe (cm)', 'größe_cm'],
    ['  __Job -- Title__ ', 'job_title'],
    ['Phone 2', 'phone_2'],
    ['2nd phone', '_2nd_phone'],
    ['Cafe\u0301', 'caf\u00e9'],
    ['!!!', ''],
  ])('the column %j is written %j', (column, name) => {
    expect(customFieldName(column)).toBe(name);
  });

  it('says who we are when a sender is given', () => {
    const sender = {
      brandName: 'Ledd',
      senderName: 'Tom',
      senderEmail: null,
      signature: 'Tom\nLedd',
      postalAddress: '',
    };
    expect(templateFields(LEAD, sender)).toMatchObject({
      brand_name: 'Ledd',
      sender_name: 'Tom',
      sender_email: null,
      signature: 'Tom\nLedd',
      postal_address: null,
    });
    expect(templateFieldsFrom(sender)(LEAD)).toEqual(templateFields(LEAD, sender));
  });
});

describe('a value for a template', () => {
  it.each([
    null,
    undefined,
    '',
    '  \n ',
    '\u200b\u202e',
    'null',
    'NULL',
    'undefined',
    'NaN',
    '[object Object]',
  ])('D3: takes %j for empty, so that it is never sent as a word (hardening 49)', (raw) => {
    expect(templateValue(raw)).toBeNull();
  });

  it('keeps the surname Null and the value 0, which are not missing', () => {
    expect(templateValue('Null')).toBe('Null');
    expect(templateValue('0')).toBe('0');
  });

  it('takes away what reorders, hides, stacks or breaks text (hardening 16, 43, 44)', () => {
    expect(templateValue('\u202eevil\u202c\u0000 x')).toBe('evil  x');
    expect(templateValue('a\r\nb\u2028c\u0085d')).toBe('a\nb\nc\nd');
    expect(templateValue(`e${'\u0301'.repeat(2000)}`)?.length).toBeLessThan(12);
    expect(templateValue('a\ud800')).toBe('a\ufffd');
    expect(templateValue('👨‍👩‍👧')).toBe('👨‍👩‍👧');
  });

  it('stacks eight marks on a letter and no more, and leaves the letter', () => {
    expect(cleanText(`e${'\u0323'.repeat(8)}x`)).toBe(`e${'\u0323'.repeat(8)}x`);
    expect(cleanText(`e${'\u0323'.repeat(12)}x`)).toBe(`e${'\u0323'.repeat(8)}x`);
  });

  it('makes one line of a header text', () => {
    expect(headerText(' a\r\nBcc: x@y.z\u2028b\tc  d\u200d ')).toBe('a Bcc: x@y.z b c d');
    expect(headerText('a  b')).toBe('a b');
    expect(headerText('a b')).toBe('a b');
    expect(headerText('é  b')).toBe('é b');
  });

  it.each([
    ['plain text\n\tin two lines', false],
    ['', false],
    ['\u001b[31m', true],
    ['red \u0000', true],
    ['a\u0085b', true],
    ['é 😀', false],
  ])('hardening 16: %j has control characters: %s', (text, has) => {
    expect(hasControls(text)).toBe(has);
  });
});
