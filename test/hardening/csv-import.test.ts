import { execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, mkdirSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { LeadFile } from '../../src/adapters/lead-file.ts';
import { importDesk } from '../commands/import-desk.ts';
import { TEST_NOW } from '../helpers/fakes.ts';

/** Bad and odd lead files, one test for each number of the list (1 to 40, 41, 43, 44). */

const HEADER = 'email,first_name,company,source';
const DAY_MS = 86_400_000;

test('1: a byte order mark is not a part of the first column', async () => {
  const { import: load, leads } = importDesk();
  const answer = await load('\uFEFFemail,first_name\nann@a.example,Ann\n');
  expect(answer).toMatchObject({ code: 0, counts: { rows: 1, new: 1 } });
  expect(leads()[0]).toMatchObject({ email: 'ann@a.example', firstName: 'Ann' });
});

test.each([
  ['with its mark', Buffer.from('\uFEFFemail\r\nann@a.example\r\n', 'utf16le')],
  ['without a mark', Buffer.from('email\r\nann@a.example\r\n', 'utf16le')],
  ['big-endian', Buffer.from('email\r\nann@a.example\r\n', 'utf16le').swap16()],
])('2: UTF-16 %s is named and not imported as garbage', async (_, bytes) => {
  const { import: load, leads } = importDesk();
  const answer = await load(bytes);
  expect(answer).toMatchObject({ code: 65, exit: 'DATAERR' });
  expect(answer.message).toContain('looks like UTF-16');
  expect(leads()).toEqual([]);
});

test('3: a byte that is not UTF-8 stops the file with its line and number; --encoding latin1 reads it', async () => {
  const desk = importDesk();
  const bytes = Buffer.from('email,first_name\nann@a.example,Ann\njose@a.example,Jos\u00e9\n', 'latin1');
  const refused = await desk.import(bytes);
  expect(refused.code).toBe(65);
  expect(refused.message).toBe('leads.csv:3: byte 0xE9 (number 54 of the file) is not UTF-8');
  expect(refused.fix).toContain('--encoding latin1');
  expect(desk.leads()).toEqual([]);
  const read = await desk.import(bytes, '--encoding', 'latin1');
  expect(read.code).toBe(0);
  expect(desk.leadOf('jose@a.example').firstName).toBe('José');
});

test('4: an empty file has no header', async () => {
  const { import: load } = importDesk();
  const answer = await load('');
  expect(answer).toMatchObject({ code: 65, error: { code: 'header_missing' } });
});

test('5: a header alone is 0 leads and no error', async () => {
  const { file, run } = importDesk();
  const result = await run(['leads', 'import', file(`${HEADER}\n`)]);
  expect(result.code).toBe(0);
  expect(result.stdout).toContain('0 rows: 0 new');
});

test('6: without a column email the columns found are listed', async () => {
  const { import: load, leads } = importDesk();
  const answer = await load('E-Mail Address,Name\nann@a.example,Ann\n');
  expect(answer).toMatchObject({ code: 65, error: { code: 'email_missing' } });
  expect(answer.message).toContain('e_mail_address, name');
  expect(answer.fix).toBe('Say which column holds the address: --map e_mail_address=email');
  expect(leads()).toEqual([]);
});

test('7: two columns of one name are ambiguous, whatever their case', async () => {
  const { import: load } = importDesk();
  const answer = await load('email,Email\na@a.example,b@a.example\n');
  expect(answer).toMatchObject({ code: 65, error: { code: 'column_twice' } });
  expect(answer.message).toContain('columns 1 ("email") and 2 ("Email")');
});

test('8: a row with too few or too many fields is rejected with its line, the others land', async () => {
  const { import: load, leads, rejectsText } = importDesk();
  const answer = await load('email,first_name\na@a.example,A\nb@a.example\nc@a.example,C,x\nd@a.example,D\n');
  expect(answer).toMatchObject({ code: 32, exit: 'PARTIAL', counts: { rows: 4, new: 2, rejected: 2 } });
  expect(answer.rejects).toEqual([
    { line: 3, field: 'row', reason: '1 fields, but the header has 2' },
    { line: 4, field: 'row', reason: '3 fields, but the header has 2' },
  ]);
  expect(leads().map(({ email }) => email)).toEqual(['a@a.example', 'd@a.example']);
  expect(rejectsText()).toContain('\n3,row,"1 fields, but the header has 2",b@a.example\n');
});

test('9: a line break in quotes is one row, and later lines keep their numbers', async () => {
  const { import: load, leadOf } = importDesk();
  const answer = await load('email,notes\na@a.example,"one\ntwo\r\nthree"\nbroken,x\nb@a.example,y\n');
  expect(answer.rejects).toEqual([{ line: 5, field: 'email', reason: 'no @ in the address' }]);
  expect(leadOf('a@a.example').notes).toBe('one\ntwo\nthree');
});

test('10: a quote that is never closed is refused at its opening line, and nothing is imported', async () => {
  const { import: load, leads } = importDesk();
  const answer = await load('email,notes\na@a.example,x\nb@a.example,"open\nc@a.example,y\n');
  expect(answer).toMatchObject({ code: 65, error: { code: 'csv_quote_open' } });
  expect(answer.message).toBe(
    'leads.csv:3: the quote opened on this line is not closed before the end of the file',
  );
  expect(leads()).toEqual([]);
});

test('10: it is given up after a megabyte and not read to the end', async () => {
  const { import: load } = importDesk();
  const answer = await load(`email,notes\na@a.example,"open\n${'b@a.example,y\n'.repeat(400_000)}`);
  expect(answer.message).toContain('leads.csv:2: the quote opened on this line is not closed within 1048576');
});

test('11: doubled quotes are exact; a stray one in an unquoted field stands for itself', async () => {
  const { import: load, leadOf } = importDesk();
  const answer = await load('email,company\na@a.example,"The ""Inn"""\nb@a.example,5" pipes\n');
  expect(answer.code).toBe(0);
  expect(leadOf('a@a.example').company).toBe('The "Inn"');
  expect(leadOf('b@a.example').company).toBe('5" pipes');
});

test('11: text behind a closing quote rejects its row alone', async () => {
  const { import: load } = importDesk();
  const answer = await load('email,company\na@a.example,"Inn" Ltd\nb@a.example,Ok\n');
  expect(answer).toMatchObject({ code: 32, counts: { new: 1, rejected: 1 } });
  expect(answer.rejects).toEqual([
    { line: 2, field: 'row', reason: 'text behind the closing quote of column 2' },
  ]);
});

test('12: line ends of every system are read alike, also mixed', async () => {
  const { import: load, leads } = importDesk();
  expect((await load('email\ra@a.example\rb@a.example\r')).counts).toMatchObject({ rows: 2, new: 2 });
  expect((await load('email\r\nc@a.example\nd@a.example\re@a.example')).counts).toMatchObject({
    rows: 3,
    new: 3,
  });
  expect(leads().map(({ email }) => email.charAt(0))).toEqual(['a', 'b', 'c', 'd', 'e']);
});

test.each([
  [';', 'semicolons'],
  ['\t', 'tabs'],
  ['|', 'vertical bars'],
])('13: columns separated by %j are found and said', async (delimiter, name) => {
  const { file, run, leadOf } = importDesk();
  const text = ['email,first_name', 'a@a.example,Ann'].join('\n').replaceAll(',', delimiter);
  const result = await run(['leads', 'import', file(text)]);
  expect(result.stdout).toContain(`separated by ${name}`);
  expect(leadOf('a@a.example').firstName).toBe('Ann');
});

test('13: the line "sep=;" that Excel writes is heeded, and lines are still counted from 1', async () => {
  const { import: load, leadOf } = importDesk();
  const answer = await load('sep=;\r\nemail;company\r\na@a.example;A, B\r\nbad;x\r\n');
  expect(leadOf('a@a.example').company).toBe('A, B');
  expect(answer.rejects[0]?.line).toBe(4);
});

test('14: a field of 10 MB is refused with the limit', async () => {
  const { import: load, leads } = importDesk();
  const answer = await load(`email,notes\na@a.example,${'x'.repeat(10_485_760)}\n`);
  expect(answer).toMatchObject({ code: 65, error: { code: 'csv_row_too_large' } });
  expect(answer.message).toBe('leads.csv:2: this row is longer than 1048576 characters');
  expect(leads()).toEqual([]);
});

test('15: thousands of rows say how far they are, and a broken-off import is finished by repeating it', async () => {
  const { file, run, importFile } = importDesk();
  const rows = Array.from({ length: 45_000 }, (_, index) => `lead${index}@a.example,website`);
  const name = file(`email,source\n${rows.join('\n')}\n`);
  const result = await run(['leads', 'import', name]);
  expect(result.stderr).toBe('20000 of 45000 rows\n40000 of 45000 rows\n');
  expect((await importFile(name)).counts).toMatchObject({ new: 0, unchanged: 45_000 });
});

test('16: a NUL byte rejects the row instead of cutting the name', async () => {
  const { import: load, leads } = importDesk();
  const answer = await load('email,first_name\na@a.example,An\u0000n\nb@a.example,Bob\n');
  expect(answer.rejects).toEqual([{ line: 2, field: 'first_name', reason: 'a NUL byte in the cell' }]);
  expect(leads()).toHaveLength(1);
});

test('17: formulas are stored as text, and neutralised in the file of rejected rows', async () => {
  const { import: load, leadOf, rejectsText } = importDesk();
  const formula = '=HYPERLINK(""http://x.example"")';
  await load(
    `email,company,stage\na@a.example,"${formula}",\nb@a.example,"${formula}",nonsense\nc@a.example,+cmd,x\n`,
  );
  expect(leadOf('a@a.example').company).toBe('=HYPERLINK("http://x.example")');
  expect(rejectsText()).toContain(`,"'${formula}",`);
  expect(rejectsText()).toContain(`,'+cmd,`);
});

test('18: addresses that differ in case alone are one lead, kept as first written', async () => {
  const { import: load, leads } = importDesk();
  const answer = await load('email\nAnn@X.Example\nann@x.example\n');
  expect(answer.counts).toMatchObject({ rows: 2, new: 1, unchanged: 1 });
  expect(leads().map(({ email }) => email)).toEqual(['Ann@x.example']);
});

test('19, 20: a tag or a dot makes another lead, and a suppression covers the address it names alone', async () => {
  const { import: load, leads } = importDesk();
  const text = 'email\nann@x.example\nann+tag@x.example\njohn.doe@gmail.com\njohndoe@gmail.com\n';
  expect((await load(text)).counts).toMatchObject({ new: 4 });
  expect(leads()).toHaveLength(4);
});

test('21: two spellings of one letter are one lead', async () => {
  const { import: load, leads } = importDesk();
  const answer = await load('email\na@b\u00fccher.example\na@bu\u0308cher.example\n');
  expect(answer.counts).toMatchObject({ new: 1, unchanged: 1 });
  expect(leads()).toHaveLength(1);
});

test('22: a Cyrillic letter in a Latin domain is another address, and warned about', async () => {
  const { import: load, leads } = importDesk();
  const answer = await load('email\na@example.com\na@ex\u0430mple.com\n');
  expect(answer).toMatchObject({ counts: { new: 2 }, remarks: { look_alike_domain: 1 } });
  expect(new Set(leads().map(({ emailKey }) => emailKey)).size).toBe(2);
});

test('23: a domain as letters and as A-label is the same lead, stored as A-label', async () => {
  const { import: load, leads } = importDesk();
  expect((await load('email\nuser@b\u00fccher.example\nuser@xn--bcher-kva.example\n')).counts).toMatchObject({
    new: 1,
  });
  expect(leads()[0]?.email).toBe('user@xn--bcher-kva.example');
});

test('24: letters outside ASCII before the @ are refused, since no transport can be relied on to carry them', async () => {
  const { import: load } = importDesk();
  const answer = await load('email\njos\u00e9@x.example\n');
  expect(answer.rejects[0]?.reason).toContain('SMTPUTF8');
});

test.each([
  ['25', 'an n@x.example', 'a space in the address'],
  ['25', 'a@b@x.example', 'more than one @ in the address'],
  ['25', 'ann', 'no @ in the address'],
  ['25', 'ann@', 'no domain after the @'],
  ['25', '@x.example', 'nothing before the @'],
  ['25', 'ann@x.example.', 'the domain ends in a dot'],
  ['25', 'a..b@x.example', 'two dots in a row before the @'],
  ['26', `${'a'.repeat(65)}@x.example`, 'the part before the @ is longer than 64 bytes'],
  ['26', `a@${'x.'.repeat(124)}examples`, 'the domain is longer than 255 bytes'],
  ['27', 'user@[127.0.0.1]', 'an address literal in brackets is not accepted as a domain'],
  ['27', 'user@127.0.0.1', 'a numeric address is not accepted as a domain'],
  ['27', 'user@localhost', '"localhost" is a name without a dot: mail to it stays on one machine'],
  ['28', 'Ann <ann@x.example>', 'a name with the address: write ann@x.example alone'],
  ['29', '"a@b.example, d@e.example"', 'more than one address in one cell'],
  ['30', '"a@b.example\r\nBcc: x@y.example"', 'control characters in the address'],
])('%s: %j is rejected: %s', async (_, cell, reason) => {
  const { import: load, leads } = importDesk();
  const answer = await load(`email\n${cell}\ngood@x.example\n`);
  expect(answer.rejects).toEqual([{ line: 2, field: 'email', reason }]);
  expect(leads().map(({ email }) => email)).toEqual(['good@x.example']);
});

test('31: the same file twice is nothing new, enrolls nobody again and ends 0', async () => {
  const desk = importDesk();
  const text = `${HEADER}\na@a.example,A,Acme,website\nb@a.example,B,,other\n`;
  expect((await desk.import(text)).counts).toMatchObject({ new: 2, enrolled: 1 });
  const before = desk.row('SELECT count(*) AS n FROM timeline');
  const again = await desk.import(text);
  expect(again).toMatchObject({
    code: 0,
    counts: { rows: 2, new: 0, updated: 0, unchanged: 2, enrolled: 0 },
  });
  expect(desk.enrollmentsOf('a@a.example')).toHaveLength(1);
  expect(desk.row('SELECT count(*) AS n FROM timeline')).toEqual(before);
});

test('32: a lead that opted out stays out when a file still says otherwise, and is counted', async () => {
  const desk = importDesk();
  await desk.import('email,source,opted_out\na@a.example,website,yes\n');
  const again = await desk.import('email,source,opted_out,updated_at\na@a.example,website,no,2026-02-17\n');
  expect(again.counts).toMatchObject({ excluded: 1, updated: 1 });
  expect(desk.leadOf('a@a.example').optedOut).toBe(true);
  expect(desk.enrollmentsOf('a@a.example')).toEqual([]);
});

test('33: a row with an older updated_at, or none, does not turn back what is newer', async () => {
  const desk = importDesk();
  await desk.import('email,stage,company,updated_at\na@a.example,proposal,New Ltd,2026-02-10\n');
  await desk.import('email,stage,company,updated_at\na@a.example,new,Old Ltd,2026-02-01\n');
  await desk.import('email,stage,company\na@a.example,new,Older Ltd\n');
  expect(desk.leadOf('a@a.example')).toMatchObject({ stage: 'proposal', company: 'New Ltd' });
  await desk.import('email,stage,company,updated_at\na@a.example,contacted,Newest Ltd,2026-02-11\n');
  expect(desk.leadOf('a@a.example')).toMatchObject({ stage: 'contacted', company: 'Newest Ltd' });
});

test('34: an unknown stage rejects the row with near matches', async () => {
  const { import: load } = importDesk();
  const answer = await load('email,stage\na@a.example,Contcated\nb@a.example,PROPOSAL\n');
  expect(answer.rejects).toEqual([
    { line: 2, field: 'stage', reason: 'unknown stage "Contcated"; did you mean contacted?' },
  ]);
  expect(answer.counts).toMatchObject({ new: 1 });
});

test('35: an empty name is stored as missing, so that no template can greet it', async () => {
  const { import: load, leadOf } = importDesk();
  await load('email,first_name\na@a.example, \n');
  expect(leadOf('a@a.example').firstName).toBeNull();
});

test.each(['02/03/2026', '2026-02-30', '46000', '2026-02-14T25:00:00Z'])(
  '36: %s is no date; the row is rejected with its line',
  async (date) => {
    const { import: load } = importDesk();
    const answer = await load(`email,created_at\na@a.example,\nb@a.example,${date}\n`);
    expect(answer).toMatchObject({ code: 32, counts: { new: 1 } });
    expect(answer.rejects).toMatchObject([{ line: 3, field: 'created_at' }]);
  },
);

test('37: enrolled_at in 2019 begins today: one first step, never the years between', async () => {
  const { import: load, enrollmentsOf } = importDesk();
  await load('email,source,enrolled_at,created_at\na@a.example,website,2019-02-01,2019-02-01\n');
  expect(enrollmentsOf('a@a.example')).toMatchObject([{ enrolled_at: TEST_NOW, due_at: TEST_NOW }]);
});

test('38: enrolled_at in the future waits', async () => {
  const { import: load, enrollmentsOf } = importDesk();
  await load('email,source,enrolled_at\na@a.example,website,2026-03-01\n');
  const [enrollment] = enrollmentsOf('a@a.example');
  expect(enrollment?.next_due_at).toBe(Date.UTC(2026, 2, 1));
});

test('39: a folder, a pipe, a device and a missing file are refused at once', async () => {
  const { importFile, directory } = importDesk();
  mkdirSync(join(directory, 'folder.csv'));
  execFileSync('mkfifo', [join(directory, 'pipe.csv')]);
  expect((await importFile('folder.csv')).message).toContain('it is a folder');
  expect((await importFile('pipe.csv')).message).toContain('it is a pipe or a device');
  expect((await importFile('/dev/zero')).message).toContain('it is a pipe or a device');
  const missing = await importFile('none.csv');
  expect(missing).toMatchObject({ code: 65, error: { code: 'lead_file_unreadable' } });
  expect(missing.message).toContain('there is no such file');
});

test.skipIf(process.getuid?.() === 0)('39: a file that may not be read says so', async () => {
  const { importFile, file, directory } = importDesk();
  chmodSync(join(directory, file('email\n')), 0o000);
  expect((await importFile('leads.csv')).message).toContain('it may not be read');
});

test.each([
  ['grew', (path: string) => appendFileSync(path, 'late@a.example,x\n')],
  ['was cut', (path: string) => truncateSync(path, 2_000_000)],
])('40: a file that %s between the passes is noticed before its changed part is read', (_, change) => {
  const { file, directory } = importDesk();
  const path = join(
    directory,
    file(`email,notes\n${'a@a.example,some notes of some length\n'.repeat(70_000)}`),
  );
  const source = LeadFile.open(path, 'utf-8');
  const checked = source.check([]);
  const rows = source.rows(checked);
  rows.next();
  change(path);
  expect(() => [...rows]).toThrow('leads.csv: the file changed while it was being read');
  source.close();
});

test('41: a name that looks like SQL is a name', async () => {
  const { import: load, leadOf } = importDesk();
  await load(`email,last_name\na@a.example,"O'Brien'); DROP TABLE leads;--"\n`);
  expect(leadOf('a@a.example').lastName).toBe("O'Brien'); DROP TABLE leads;--");
});

test('43: what turns a name round or hides in it is taken out, and piled marks are capped', async () => {
  const { import: load, leadOf } = importDesk();
  const marks = `e${'\u0301'.repeat(2_000)}`;
  const answer = await load(`email,first_name,last_name\na@a.example,An\u202En\u200Ba\u200D,${marks}\n`);
  expect(answer.remarks).toEqual({ invisible_characters: 1, combining_marks: 1 });
  expect(leadOf('a@a.example').firstName).toBe('Anna');
  expect(leadOf('a@a.example').lastName).toHaveLength(9);
});

test('44: line breaks of every kind in a name become a space', async () => {
  const { import: load, leadOf } = importDesk();
  await load('email,first_name\na@a.example,"An\r\nna\u2028B\u0085c"\n');
  expect(leadOf('a@a.example').firstName).toBe('An na B c');
});

test('37, A19: only --enroll-from lets a sequence count from the past, and even then one step is due', async () => {
  const { import: load, enrollmentsOf } = importDesk();
  await load('email,source\na@a.example,website\n', '--enroll-from', '2026-02-01');
  expect(enrollmentsOf('a@a.example')).toMatchObject([
    { enrolled_at: TEST_NOW - 17 * DAY_MS - 9 * 3_600_000 },
  ]);
});

test('the file of rejected rows is for its owner alone and can be imported again once it is right', async () => {
  const desk = importDesk();
  const answer = await desk.import('email,stage\na@a.example,nwe\n');
  expect(answer.code).toBe(65);
  const path = answer.rejectsFile ?? '';
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const again = await desk.import(readFileSync(path, 'utf8').replace(',nwe', ',new'));
  expect(again).toMatchObject({ code: 0, counts: { new: 1 } });
  expect(desk.leadOf('a@a.example').custom).toEqual({});
});
