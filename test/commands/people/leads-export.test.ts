import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { safeCsvLine } from '../../../src/core/csv-format.ts';
import { readHeader } from '../../../src/core/lead-columns.ts';
import { CsvScanner } from '../../../src/core/csv-scanner.ts';
import { exportHeader, exportLine } from '../../../src/core/lead-export.ts';
import { parseLeadRow, type LeadRow } from '../../../src/core/lead-row.ts';
import { enqueueNotice } from '../../../src/store/notices.ts';
import { desk } from '../desk.ts';
import { sendDesk } from '../send/send-desk.ts';
import { ADDRESS, CANARY, personDesk } from './person-desk.ts';

interface Section {
  readonly section: string;
  readonly about: string;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

describe('GDPR Art. 15 and 20: a person gets everything that is held about them', () => {
  test('from every table and file, in words that they can read', async () => {
    const bench = await personDesk();
    const { items } = await bench.json(['leads', 'export', ADDRESS]);
    const sections = items[0]!['sections'] as readonly Section[];
    expect(sections.map(({ section }) => section)).toEqual([
      'person',
      'enrollments',
      'messages',
      'mails_as_sent',
      'delivery_attempts',
      'drafts_counted',
      'what_came_back',
      'story',
      'previews',
      'questions_to_a_language_model',
      'suppressions',
      'asked_in_the_chat',
      'notices_to_the_operator',
      'pages_in_the_chat',
      'words_in_the_chat',
      'send_journal',
      'outbox',
      'refused_rows',
    ]);
    const [person] = sections;
    expect(person?.rows).toMatchObject([{ email: ADDRESS, first_name: 'maren', last_name: 'marenson' }]);
    for (const { about, section } of sections) expect(about, section).toMatch(/^[A-Z].*\.$/);
    // Each kind of trace that was left is in it: nothing is summed up or cut.
    expect(JSON.stringify(items).split(CANARY).length).toBeGreaterThan(30);
    expect(JSON.stringify(items)).not.toContain('otto');
  });

  test('of a person with one name only the lines that write it so: others are not handed out with it', async () => {
    const bench = sendDesk();
    const may = bench.lead('may', { firstName: 'May' });
    bench.database.write(() => {
      for (const [dedupeKey, text] of [
        ['1', 'May asks for a call'],
        ['2', 'otto@otto.example may answer later'],
      ] as const)
        enqueueNotice(bench.database, {
          kind: 'reply',
          job: 'sync',
          dedupeKey,
          text,
          runId: null,
          now: bench.clock.now(),
          repeatAfterMs: Infinity,
        });
    });
    const { items } = await bench.json(['leads', 'export', bench.leadId(may)]);
    expect(JSON.stringify(items)).toContain('May asks for a call');
    expect(JSON.stringify(items)).not.toContain('otto');
  });

  test('from a file of refused rows that somebody broke, the lines that name them', async () => {
    const bench = await personDesk();
    const folder = join(bench.directory, 'rejects');
    const broken = `1,email,twice,"Maren <${ADDRESS}>\r\n2,email,twice,otto@otto.example\r\n`;
    writeFileSync(join(folder, 'broken.csv'), broken);
    const { items } = await bench.json(['leads', 'export', ADDRESS]);
    const refused = (items[0]!['sections'] as readonly Section[]).find(
      ({ section }) => section === 'refused_rows',
    );
    expect(refused?.rows).toContainEqual({
      file: 'broken.csv',
      line: `1,email,twice,"Maren <${ADDRESS}>`,
    });
    expect(JSON.stringify(items)).not.toContain('otto');
  });

  test('into a file for its owner alone, which takes the place of no other', async () => {
    const bench = await personDesk();
    const path = join(bench.directory, 'maren.json');
    writeFileSync(path, 'mine', { mode: 0o644 });
    const refused = await bench.json(['leads', 'export', ADDRESS, '--to', 'maren.json']);
    expect(refused.exit).toMatchObject({ name: 'USAGE' });
    expect(readFileSync(path, 'utf8')).toBe('mine');
    await bench.json(['leads', 'export', ADDRESS, '--to', 'maren.json', '--replace']);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ lead: bench.person.id });
  });

  test('A13: that it was written out is in the audit trail, by id', async () => {
    const bench = await personDesk();
    await bench.json(['leads', 'export', ADDRESS]);
    expect(bench.row("SELECT subject, detail FROM audit WHERE kind = 'lead_exported'")).toEqual({
      subject: bench.person.id,
      detail: '{}',
    });
  });

  test('A13: where the audit trail cannot take it no file appears, and it names who asked through sudo', async () => {
    const bench = await personDesk();
    const path = join(bench.directory, 'maren.json');
    bench.database.write(() => bench.database.prepare('ALTER TABLE audit RENAME TO audit_of_nobody').run());
    const refused = await bench.json(['leads', 'export', ADDRESS, '--to', 'maren.json']);
    expect(refused.exit.name).not.toBe('OK');
    expect(existsSync(path)).toBe(false);
    bench.database.write(() => bench.database.prepare('ALTER TABLE audit_of_nobody RENAME TO audit').run());
    await bench.json(['leads', 'export', ADDRESS, '--to', 'maren.json'], { env: { SUDO_USER: 'tom' } });
    expect(existsSync(path)).toBe(true);
    expect(bench.row("SELECT actor FROM audit WHERE kind = 'lead_exported'")).toEqual({
      actor: 'terminal:tom',
    });
  });

  test.for([
    ['leads', 'export'],
    ['leads', 'export', ADDRESS, '--all'],
  ])('%s says what it needs', async (words) => {
    expect((await desk().json(words)).exit.name).toBe('USAGE');
  });
});

const word = fc.string({ unit: 'grapheme', maxLength: 12 });
/** What spreadsheets run, and what only looks so. */
const risky = fc.constantFrom(
  '=1+1',
  "'=1+1",
  "''@x",
  '+49 30',
  '-',
  '\t=x',
  '@a',
  "'",
  "'quoted'",
  'a,b;"c"\nd',
);
const cell = fc.oneof(word, risky);
const row = fc.record({
  first_name: cell,
  company: cell,
  company_domain: fc.constantFrom('', 'example.com', 'https://www.example.com/x'),
  country: fc.constantFrom('', 'DE', 'india'),
  timezone: fc.constantFrom('', 'europe/berlin'),
  stage: fc.constantFrom('', 'new', 'Proposal'),
  source: cell,
  tags: fc.array(cell, { maxLength: 3 }).map((tags) => tags.join(';')),
  notes: cell,
  created_at: fc.constantFrom('', '2026-01-02', '2026-01-02T03:04:05.678+02:00'),
  opted_out: fc.constantFrom('', 'yes', 'false'),
  'Their Column': cell,
});
const CONTEXT = { now: Date.UTC(2026, 1, 18), defaultSource: null };

function read(text: string): readonly LeadRow[] {
  const [header, ...records] = new CsvScanner(',').push(text, true);
  const layout = readHeader(header!.cells, []);
  if ('code' in layout) throw new Error(layout.problem);
  return records.map(({ cells, problem }) => {
    expect(problem).toBeNull();
    const parsed = parseLeadRow(layout.isNeutralised ? cells.map(plain) : cells, layout, CONTEXT);
    if (parsed.kind === 'rejected') throw new Error(`${parsed.field}: ${parsed.reason}`);
    return parsed;
  });
}

/** As `leads import` takes an apostrophe off again. */
function plain(text: string): string {
  return text.replace(/^'(?='*[\t\r\n ]*[=+\-@])/, '');
}

describe('hardening 17: every lead is exported as leads import reads it back', () => {
  test('whatever its cells hold, it is the same lead again', () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 4 }), (rows) => {
        const header = ['email', ...Object.keys(rows[0]!)];
        const first = read(
          [header, ...rows.map((each, index) => [`p${String(index)}@x.example`, ...Object.values(each)])]
            .map((cells, index) => (index === 0 ? `${cells.join(',')}\n` : quoted(cells)))
            .join(''),
        );
        const customs = ['their_column'];
        const text = exportHeader(customs) + first.map(({ fields }) => exportLine(fields, customs)).join('');
        expect(read(text).map(({ fields }) => fields)).toEqual(first.map(({ fields }) => fields));
        // No cell begins where a spreadsheet would begin to compute.
        for (const { cells } of new CsvScanner(',').push(text, true))
          for (const each of cells) expect(each).not.toMatch(/^[\t\r\n ]*[=+\-@]/);
      }),
      { numRuns: 300, seed: 17 },
    );
  });

  test('a whole workspace goes into another and comes out the same, and back again changes nothing', async () => {
    const from = desk();
    const csv = [
      safeCsvLine(['email', 'first_name', 'notes', 'Their column', 'headgate_export']),
      safeCsvLine(['ann@ann.example', '=HYPERLINK("x")', 'two\nlines', "'+1", '1']),
      safeCsvLine(['+bob@bob.example', "O'Neil", '-', '', '2']),
    ].join('');
    await from.json(['leads', 'import', '-'], { input: csv });
    await from.json(['leads', 'export', '--all', '--to', 'leads.csv']);
    const text = readFileSync(join(from.directory, 'leads.csv'), 'utf8');
    expect(statSync(join(from.directory, 'leads.csv')).mode & 0o777).toBe(0o600);
    expect((await from.run(['leads', 'export', '--all'])).stdout).toBe(text);
    const to = desk();
    expect((await to.json(['leads', 'import', '-'], { input: text }))['counts']).toMatchObject({
      new: 2,
      rejected: 0,
    });
    expect((await to.run(['leads', 'export', '--all'])).stdout).toBe(text);
    const again = await from.json(['leads', 'import', '-'], { input: text });
    expect(again['counts']).toMatchObject({ new: 0, updated: 0, unchanged: 2 });
    expect(to.row("SELECT first_name FROM leads WHERE email_key = 'ann@ann.example'")).toEqual({
      first_name: '=HYPERLINK("x")',
    });
  });
});

function quoted(cells: readonly string[]): string {
  return `${cells.map((each) => `"${each.replaceAll('"', '""')}"`).join(',')}\n`;
}
