import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { HtmlValidate } from 'html-validate';
import { beforeAll, describe, expect, test } from 'vitest';

import { sampleWeeks, type Weeks } from '../helpers/weeks.ts';

const HOSTILE = [
  `evil1@hostile.example,"<script>alert(1)</script>","O'Neil & ""Sons"""`,
  `evil2@hostile.example,"\u001B[2J\u202Eeman\u0007","</style><img src=x onerror=alert(1)>"`,
];
const SIZE_MAX = 300_000;

let directory: string;
let weeks: Weeks;
let page: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'headgate-report-test-'));
  weeks = await sampleWeeks(directory);
  for (let day = 0; day < 2; day += 1) await weeks.day();
  await addLeads('hostile.csv', HOSTILE);
  await weeks.outage(21);
  page = await report();
  return () => {
    rmSync(directory, { recursive: true, force: true });
  };
});

async function addLeads(name: string, rows: readonly string[]): Promise<void> {
  const lines = rows.map((row) => `${row},form:contact,DE`);
  writeFileSync(join(directory, name), ['email,first_name,company,source,country', ...lines, ''].join('\n'));
  const { code, stderr } = await weeks.run(['leads', 'import', name, '--yes']);
  expect(code, stderr).toBe(0);
}

async function report(words: readonly string[] = []): Promise<string> {
  const { code, stderr } = await weeks.run(['report', '--out', 'out.html', ...words]);
  expect(code, stderr).toBe(0);
  return readFileSync(join(directory, 'out.html'), 'utf8');
}

/** The rules of the standard. How void elements and the doctype are spelt is taste; a scrolling box is a region, but no section. */
function complaintsOf(text: string): readonly string[] {
  const taste = [
    'void-style',
    'doctype-style',
    'no-trailing-whitespace',
    'long-title',
    'prefer-native-element',
  ];
  const rules = Object.fromEntries(taste.map((rule) => [rule, 'off' as const]));
  const validator = new HtmlValidate({ extends: ['html-validate:recommended'], rules });
  const { results } = validator.validateStringSync(text);
  return results.flatMap(({ messages }) =>
    messages.map(({ ruleId, message, line }) => `${String(line)}: ${ruleId}: ${message}`),
  );
}

describe('report (cli.md 5.4)', () => {
  test('is valid HTML: one file, no script, nothing from elsewhere', () => {
    expect(complaintsOf(page)).toEqual([]);
    expect(page).toContain('@media print');
    expect(page).not.toMatch(/<script|\son\w+=|<link|<img|<iframe|@import|url\(/i);
    expect(page.match(/https?:\/\/[^\s"'<]+/g) ?? []).toEqual([]);
  });

  test('every chart has a title and a text, and the numbers as a table behind it', () => {
    const charts = page.match(/<svg[^>]*class="chart"[\s\S]*?<\/svg>/g) ?? [];
    expect(charts.length).toBeGreaterThan(0);
    for (const chart of charts) {
      const [, title = '', text = ''] = /aria-labelledby="(\S+) (\S+)"/.exec(chart) ?? [];
      expect(chart).toContain(`<title id="${title}">`);
      expect(chart).toContain(`<desc id="${text}">`);
    }
    expect(page.match(/The same as a table/g)?.length).toBe(charts.length + 1);
  });

  test('A4: the first chart says what the guards prevented after three weeks off', () => {
    const [, count = '0'] = /(\d+) would have been\s*<\/text/.exec(page) ?? [];
    expect(Number(count)).toBeGreaterThan(15);
    expect(page).toContain('the guards prevented it');
    expect(page).toContain('as a preview: a person must confirm it');
  });

  test('hardening: names of strangers are text, whatever is in them', () => {
    expect(page).not.toContain('alert(1)</script>');
    expect(page).not.toContain('<img');
    // eslint-disable-next-line no-control-regex -- control characters are what must not be there
    expect(page).not.toMatch(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E]/);
  });

  test('--no-names: no name, address or company of any lead is anywhere in it', async () => {
    const nameless = await report(['--no-names']);
    const { items } = await weeks.json(['leads', 'list', '--limit', '100']);
    const words = items.flatMap((lead) =>
      ['email', 'first_name', 'last_name', 'company'].map((key) => lead[key]),
    );
    const told = words.filter((word) => typeof word === 'string' && word.length > 2);
    expect(told.length).toBeGreaterThan(60);
    // "Tom" is a lead, and the operator: the sender's own address is no lead's.
    const text = nameless.replaceAll('tom@mail.example.com', '');
    expect(told.filter((word) => new RegExp(`\\b${RegExp.escape(String(word))}\\b`).test(text))).toEqual([]);
  });

  test('says where it is, how large, and of which days; changes nothing but that file', async () => {
    const { items } = await weeks.json(['report', '--days', '14']);
    const path = join(directory, 'report/index.html');
    expect(items).toEqual([
      { path, bytes: statSync(path).size, days: 14, from: '2026-02-05', to: '2026-02-18', names: true },
    ]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test.each(['6', '367', 'x'])('--days %s is 64 and writes nothing', async (days) => {
    const { code } = await weeks.run(['report', '--days', days, '--out', 'never.html']);
    expect(code).toBe(64);
    expect(existsSync(join(directory, 'never.html'))).toBe(false);
  });

  test('the digest makes it anew; a folder that cannot be written to costs nobody the digest', async () => {
    const path = join(directory, 'report/index.html');
    rmSync(path, { force: true });
    expect((await weeks.run(['digest', '--to', 'stdout'])).code).toBe(0);
    expect(readFileSync(path, 'utf8')).toContain('Headgate report');
    rmSync(join(directory, 'report'), { recursive: true });
    writeFileSync(join(directory, 'report'), 'a file in its place');
    const { code, stderr } = await weeks.run(['digest', '--to', 'stdout']);
    expect(code).toBe(0);
    expect(stderr).toContain('The digest is made, the report is not');
    rmSync(join(directory, 'report'));
    mkdirSync(join(directory, 'report', 'index.html'), { recursive: true });
    expect((await weeks.run(['digest', '--to', 'stdout'])).code).toBe(0);
    rmSync(join(directory, 'report'), { recursive: true });
  });

  test('a file that cannot be written is 77, says where, and leaves the old one', async () => {
    writeFileSync(join(directory, 'folder'), '');
    chmodSync(join(directory, 'folder'), 0o600);
    const { code, stderr } = await weeks.run(['report', '--out', 'folder/report.html']);
    expect(code).toBe(77);
    expect(stderr).toContain('folder/report.html cannot be written');
  });

  test.each(['headgate.toml', 'headgate.db', 'link.html'])(
    'hardening: --out %s costs nobody what is there and is no report',
    async (name) => {
      const target = join(directory, name);
      if (name === 'link.html') symlinkSync('headgate.toml', target);
      const before = readFileSync(target);
      const { code, stderr } = await weeks.run(['report', '--out', name]);
      expect(code).toBe(64);
      expect(stderr).toContain(`${name} is there, and is no report`);
      expect(readFileSync(target).equals(before)).toBe(true);
    },
  );

  test('with 2,000 leads it stays below 300 kB', async () => {
    const rows = Array.from(
      { length: 2_000 },
      (_, n) => `lead${String(n)}@many.example,Lead${String(n)},Many`,
    );
    await addLeads('many.csv', rows);
    const large = await report();
    expect(Buffer.byteLength(large)).toBeLessThan(SIZE_MAX);
    expect(complaintsOf(large)).toEqual([]);
  });
});
