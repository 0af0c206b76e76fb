import { describe, expect, test } from 'vitest';

import { LEAD_COLUMNS, parseRename, readHeader, type LeadLayout } from '../../src/core/lead-columns.ts';
import { parseLeadRow, type LeadRow, type RejectedRow } from '../../src/core/lead-row.ts';

const NOW = Date.UTC(2026, 1, 18, 9);

function layoutOf(...header: string[]): LeadLayout {
  const layout = readHeader(header, []);
  if ('code' in layout) throw new Error(layout.problem);
  return layout;
}

/** A row with an address and these cells by column. */
function read(
  cells: Readonly<Record<string, string>>,
  defaultSource: string | null = null,
): LeadRow | RejectedRow {
  const layout = layoutOf('email', ...Object.keys(cells));
  return parseLeadRow(['ann@x.example', ...Object.values(cells)], layout, { now: NOW, defaultSource });
}

function lead(cells: Readonly<Record<string, string>>, defaultSource: string | null = null): LeadRow {
  const row = read(cells, defaultSource);
  if (row.kind === 'rejected') throw new Error(row.reason);
  return row;
}

function rejection(cells: Readonly<Record<string, string>>): string {
  const row = read(cells);
  return row.kind === 'rejected' ? `${row.field}: ${row.reason}` : 'taken';
}

test('cli.md 2.0: an address alone is a lead, and everything else is missing or new', () => {
  expect(lead({})).toEqual({
    kind: 'lead',
    fields: {
      email: 'ann@x.example',
      emailKey: 'ann@x.example',
      firstName: null,
      lastName: null,
      company: null,
      companyDomain: null,
      country: null,
      region: null,
      timezone: null,
      stage: 'new',
      status: 'new',
      source: null,
      sourceFormId: null,
      platform: null,
      tags: [],
      notes: null,
      createdAt: null,
      updatedAt: null,
      lastContactAt: null,
      optedOut: false,
      doNotContact: false,
      spam: false,
      custom: {},
    },
    hasStage: false,
    hasStatus: false,
    enrolledAt: null,
    remarks: [],
  });
});

test('every column of the contract is read', () => {
  const { fields, enrolledAt } = lead({
    first_name: 'Ann',
    last_name: 'Vogt',
    company: 'Vogt Druck',
    company_domain: 'https://www.Vogt.example/about?x',
    country: 'de',
    region: 'BY',
    timezone: 'europe/berlin',
    stage: 'Proposal',
    status: 'WORKING',
    source: 'form:contact',
    source_form_id: 'F-1',
    platform: 'inbound',
    tags: 'a; B,a ,,b',
    notes: 'one\r\ntwo',
    created_at: '2026-01-02',
    updated_at: '2026-01-03T10:00:00+02:00',
    last_contact_at: '2026-01-04 08:00',
    enrolled_at: '2026-03-01',
    opted_out: 'YES',
    do_not_contact: '1',
    spam: 'true',
  });
  expect(fields).toMatchObject({
    firstName: 'Ann',
    lastName: 'Vogt',
    company: 'Vogt Druck',
    companyDomain: 'vogt.example',
    country: 'DE',
    region: 'BY',
    timezone: 'Europe/Berlin',
    stage: 'proposal',
    status: 'working',
    source: 'form:contact',
    sourceFormId: 'F-1',
    platform: 'inbound',
    tags: ['a', 'B'],
    notes: 'one\ntwo',
    createdAt: Date.UTC(2026, 0, 2),
    updatedAt: Date.UTC(2026, 0, 3, 8),
    lastContactAt: Date.UTC(2026, 0, 4, 8),
    optedOut: true,
    doNotContact: true,
    spam: true,
  });
  expect(enrolledAt).toBe(Date.UTC(2026, 2, 1));
});

describe('the address of a row', () => {
  const readRow = (...cells: readonly string[]): LeadRow | RejectedRow =>
    parseLeadRow(cells, layoutOf('email', 'company', 'spam', 'Shoe Size'), { now: NOW, defaultSource: null });

  test('E1: a row without an address that can be written to is refused, with the cell and why', () => {
    expect(readRow('ann', 'A')).toEqual({
      kind: 'rejected',
      field: 'email',
      value: '"ann"',
      reason: 'no @ in the address',
    });
    expect(readRow('')).toMatchObject({ field: 'email', reason: 'no email address' });
  });

  test('hardening 8: a row that is too short is a lead with what it has', () => {
    expect(readRow('ann@x.example')).toMatchObject({ fields: { company: null, spam: false, custom: {} } });
  });

  test('hardening 22: a domain that looks like another is taken with a remark', () => {
    expect(readRow('ann@ex\u0430mple.com')).toMatchObject({ kind: 'lead', remarks: ['look_alike_domain'] });
  });
});

test('cells of nothing but space are missing, and spaces around a value are not part of it', () => {
  const columns = [...LEAD_COLUMNS.slice(1), 'shoe_size'];
  const blank = Object.fromEntries(columns.map((column) => [column, '  ']));
  expect(lead(blank)).toStrictEqual(lead({}));
  expect(
    lead({
      country: ' de ',
      timezone: ' europe/berlin ',
      company_domain: ' vogt.example ',
      created_at: ' 2026-01-02 ',
      stage: ' Proposal ',
    }).fields,
  ).toMatchObject({
    country: 'DE',
    timezone: 'Europe/Berlin',
    companyDomain: 'vogt.example',
    createdAt: Date.UTC(2026, 0, 2),
    stage: 'proposal',
  });
});

test.each([
  ['mywww.example', 'mywww.example'],
  ['WWW.vogt.example?x=1', 'vogt.example'],
  ['ftp://vogt.example#top', 'vogt.example'],
  ['vogt.example/a/\nhttps://other.example', 'vogt.example'],
  ['vogt.example://other', null],
])('B8: the company domain in %j is %j', (text, domain) => {
  expect(lead({ company_domain: text }).fields.companyDomain).toBe(domain);
});

describe('what is unknown rejects the row, since a guess could write to somebody who must not be written to', () => {
  test.each([
    [{ stage: 'nwe' }, 'stage: unknown stage "nwe"; did you mean new?'],
    [
      { stage: 'xyzzyxyzzy' },
      'stage: unknown stage "xyzzyxyzzy": write new, contacted, proposal, customer, disqualified',
    ],
    [{ status: 'unqalified' }, 'status: unknown status "unqalified"; did you mean unqualified or qualified?'],
    [
      { opted_out: 'unsubscribed' },
      'opted_out: "unsubscribed" is neither yes nor no: write true, false, yes, no, 1 or 0',
    ],
    [
      { do_not_contact: 'x' },
      'do_not_contact: "x" is neither yes nor no: write true, false, yes, no, 1 or 0',
    ],
    [
      { country: 'Germny' },
      'country: "Germny" is no country: write its two letters, such as DE; did you mean DE (germany)?',
    ],
    // Words that every plain object of JavaScript answers to.
    [{ opted_out: 'constructor' }, /^opted_out: "constructor" is neither yes nor no/],
    [{ do_not_contact: '__proto__' }, /^do_not_contact: "__proto__" is neither yes nor no/],
    [{ country: 'constructor' }, /^country: "constructor" is no country/],
    [{ stage: 'constructor' }, /^stage: unknown stage "constructor"/],
    [{ country: 'ZZ' }, /^country: "ZZ" is no country/],
    [
      { timezone: 'America/New_Yrok' },
      'timezone: "America/New_Yrok" is no IANA time zone; did you mean America/New_York?',
    ],
    [{ timezone: 'UTC+25' }, /^timezone: "UTC\+25" is no IANA time zone/],
    [{ created_at: '02/03/2026' }, /^created_at: "02\/03\/2026": no ISO 8601 time/],
    [{ updated_at: '2026-02-30' }, 'updated_at: "2026-02-30": the date 2026-02-30 does not exist'],
    [{ last_contact_at: '46000' }, /^last_contact_at: "46000"/],
    [{ company: 'a\u0000b' }, 'company: a NUL byte in the cell'],
    [{ notes: 'a\u0000b' }, 'notes: a NUL byte in the cell'],
    [{ tags: 'a;b\u0000' }, 'tags: a NUL byte in the cell'],
    [{ shoe_size: '4\u00002' }, 'shoe_size: a NUL byte in the cell'],
    ...['first_name', 'last_name', 'region', 'source', 'source_form_id', 'platform'].map(
      (column): [Record<string, string>, string] => [
        { [column]: 'a\u0000b' },
        `${column}: a NUL byte in the cell`,
      ],
    ),
    [{ spam: 'x' }, 'spam: "x" is neither yes nor no: write true, false, yes, no, 1 or 0'],
    [{ enrolled_at: 'soon' }, /^enrolled_at: "soon": no ISO 8601 time/],
    [{ timezone: 'xyzzyxyzzyxyzzyxyzzy' }, 'timezone: "xyzzyxyzzyxyzzyxyzzy" is no IANA time zone'],
  ])('%j', (cells, reason) => {
    expect(rejection(cells)).toEqual(reason instanceof RegExp ? expect.stringMatching(reason) : reason);
  });

  test('the first problem of a row is the one that is named, shortened and without what moves a cursor', () => {
    expect(rejection({ stage: `\u001b[2J${'x'.repeat(100)}`, status: 'y' })).toMatch(
      /^stage: unknown stage "\\u001b\[2Jx{56}…": write/,
    );
  });
});

test('a cell of sixty characters is shown whole, a longer one cut', () => {
  const shownOf = (length: number): string =>
    rejection({ spam: 'x'.repeat(length) }).split(' is neither')[0] ?? '';
  expect(shownOf(60)).toBe(`spam: "${'x'.repeat(60)}"`);
  expect(shownOf(61)).toBe(`spam: "${'x'.repeat(60)}…"`);
});

test.each(['', '0', 'false', 'No', ' FALSE '])('opted_out %j is no', (text) => {
  expect(lead({ opted_out: text }).fields.optedOut).toBe(false);
});

test.each([
  ['Germany', 'DE'],
  ['uk', 'GB'],
  ['United States of America', 'US'],
  ['C\u00f4te d\u2019Ivoire', 'CI'],
  ['bosnia and herzegovina', 'BA'],
])('a country may be written as its English name: %j is %s', (text, code) => {
  expect(lead({ country: text }).fields.country).toBe(code);
});

test('a company domain that is none is left out with a remark, since it is evidence and not an address', () => {
  const row = lead({ company_domain: 'n/a', first_name: 'An\tn', last_name: 'An\tn' });
  expect(row.fields.companyDomain).toBeNull();
  expect(row.remarks).toEqual(['control_characters', 'company_domain_ignored']);
});

test('E1: a row from the future counts as of now, or it would win over every later one', () => {
  const row = lead({ updated_at: '2030-01-01' });
  expect(row.fields.updatedAt).toBe(NOW);
  expect(row.remarks).toEqual(['future_updated_at']);
  expect(lead({ updated_at: '2026-02-18T10:00:00Z' })).toMatchObject({
    fields: { updatedAt: NOW },
    remarks: [],
  });
  // A clock of another machine may be a day ahead.
  expect(lead({ updated_at: '2026-02-19T09:00:00Z' }).remarks).toEqual([]);
  expect(lead({ updated_at: '2026-02-19T09:00:01Z' }).remarks).toEqual(['future_updated_at']);
});

test('what is taken out of notes is counted, and notes of nothing visible are missing', () => {
  expect(lead({ notes: 'a\u0007b' })).toMatchObject({
    fields: { notes: 'a b' },
    remarks: ['control_characters'],
  });
  expect(lead({ notes: '\u200b', company: '\u200b' })).toMatchObject({
    fields: { notes: null, company: null },
    remarks: ['invisible_characters'],
  });
});

test('--source is for rows that name none', () => {
  expect(lead({ source: '' }, 'webinar').fields.source).toBe('webinar');
  expect(lead({ source: 'website' }, 'webinar').fields.source).toBe('website');
});

test('further columns are kept under the name that templates use; empty ones are not', () => {
  expect(lead({ 'Job Title': 'CTO ', 'Shoe-Size': '', '2nd': 'x' }).fields.custom).toEqual({
    job_title: 'CTO',
    _2nd: 'x',
  });
});

test('stage and status know whether the row spoke of them (A3)', () => {
  expect(lead({ stage: 'new', status: ' ' })).toMatchObject({ hasStage: true, hasStatus: false });
  expect(lead({ status: 'new' })).toMatchObject({ hasStage: false, hasStatus: true });
});

describe('the header', () => {
  const codeOf = (header: string[], renames = ['E-Mail=email'].slice(1)): string => {
    const parsed = readHeader(
      header,
      renames.map((text) => {
        const rename = parseRename(text);
        if ('problem' in rename) throw new Error(rename.problem);
        return rename;
      }),
    );
    return 'code' in parsed ? `${parsed.code}: ${parsed.problem} | ${parsed.fix}` : 'read';
  };

  test('names compare without case, spaces and dashes; our own columns of a rejects file mean nothing', () => {
    const layout = layoutOf('headgate_line', 'headgate_reason', 'E-mail', 'EMAIL', 'First Name', '');
    expect(layout.at).toMatchObject({ email: 3, first_name: 4, company: -1 });
    expect(layout.custom).toEqual([{ name: 'e_mail', index: 2 }]);
    expect(layout.width).toBe(6);
  });

  test('--map renames, and a name that the file does not have is a slip of the finger', () => {
    expect(codeOf(['E-Mail', 'x'], ['e-mail=email'])).toBe('read');
    expect(codeOf(['Mail', 'x'], ['Mial=email'])).toContain('| Did you mean mail?');
    expect(codeOf(['Mail'], ['zzzzzz=email'])).toContain('| Use a name from the header row.');
    expect(codeOf(['email', 'mail'], ['mail=email'])).toContain('column_twice');
  });

  test('what makes a header unusable', () => {
    expect(codeOf(['', ' '])).toContain('header_missing');
    expect(codeOf(['name', 'company'])).toContain(
      'email_missing: there is no column "email"; the file has name, company',
    );
    expect(codeOf(['\u2014', '!'])).toContain('the file has none');
    expect(codeOf(['email', 'Job Title', 'job_title'])).toContain(
      'columns 2 ("Job Title") and 3 ("job_title") are both',
    );
    expect(codeOf(['email', 'Signature'])).toContain('column_clash');
  });

  test('what is wrong with a header is told whole, with a way out', () => {
    expect(readHeader([' '], [])).toEqual({
      code: 'header_missing',
      problem: 'there is no header row',
      fix: 'Put the names of the columns into the first line: email,first_name,…',
    });
    expect(readHeader(['Mail', ''], [{ from: 'Mial', to: 'email' }])).toEqual({
      code: 'map_unknown',
      problem: '--map names a column "Mial" which the file does not have; it has mail',
      fix: 'Did you mean mail?',
    });
    expect(readHeader(['email', 'E-Mail', 'e_mail'], [])).toEqual({
      code: 'column_twice',
      problem: 'columns 2 ("E-Mail") and 3 ("e_mail") are both "e_mail"',
      fix: 'Rename or remove one of them: which one counts cannot be guessed.',
    });
    expect(readHeader(['email', 'Signature'], [])).toEqual({
      code: 'column_clash',
      problem: 'the column "Signature" has a name that templates use for the sender',
      fix: 'Give it another name: --map signature=lead_signature',
    });
  });

  test.each([
    [['name', 'E-Mail Adresse'], 'e_mail_adresse'],
    [['name', `mail${'x'.repeat(36)}`], `mail${'x'.repeat(36)}`],
    [['name', `mail${'x'.repeat(37)}`], 'THEIRS'],
    [['name', 'company'], 'THEIRS'],
  ])('of %j without an address column, %s is offered for it', (header, name) => {
    expect(readHeader(header, [])).toMatchObject({
      code: 'email_missing',
      fix: `Say which column holds the address: --map ${name}=email`,
    });
  });

  test('a letter saved as a table is not shown whole', () => {
    const listedOf = (...header: readonly string[]): string => {
      const read = readHeader(header, []);
      return 'problem' in read ? (read.problem.split('the file has ')[1] ?? '') : 'read';
    };
    expect(listedOf('x'.repeat(40), 'y'.repeat(41))).toBe(`${'x'.repeat(40)}, ${'y'.repeat(40)}…`);
    const many = Array.from({ length: 60 }, (_, index) => String.fromCodePoint(0x4e00 + index));
    expect(listedOf(...many).split(', ')).toHaveLength(40);
    expect(listedOf(...many.map((name) => name.repeat(20)))).toHaveLength(201);
  });

  test.each([
    [['headgate_export'], true],
    [['headgate_line', 'headgate_field', 'headgate_reason'], true],
    [['headgate_line', 'headgate_reason'], false],
    [[], false],
  ])(
    'hardening 17: with our columns %j, apostrophes in front of formulas are ours: %s',
    (columns, expected) => {
      expect(layoutOf('email', ...columns).isNeutralised).toBe(expected);
    },
  );

  test('--map takes names of one letter and spaces around the =', () => {
    expect(parseRename('m=Email')).toEqual({ from: 'm', to: 'email' });
    expect(parseRename(' Mail = email ')).toEqual({ from: 'Mail', to: 'email' });
  });

  test.each(['email', '=email', ' =email', 'x=', 'x=!'])('--map %j is no renaming', (text) => {
    expect(parseRename(text)).toEqual({ problem: `--map takes THEIRS=OURS, not "${text}"` });
  });
});
