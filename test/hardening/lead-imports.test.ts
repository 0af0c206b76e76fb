import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import type { IdPrefix } from '../../src/ports.ts';
import { answer, importDesk } from '../commands/import-desk.ts';
import { SeededRandom, TEST_NOW } from '../helpers/fakes.ts';
import { asNobody } from './nobody.ts';

/** Files of leads that need more than one import, another user, or time: what the table of lead files cannot hold. */

const DAY_MS = 86_400_000;

test('hardening 15: thousands of rows say how far they are, and repeating them doubles nothing', async () => {
  const { file, run, importFile } = importDesk();
  const name = file(manyRows(21_000));
  const result = await run(['leads', 'import', name]);
  expect(result.stderr).toBe('20000 of 21000 rows\n');
  expect((await importFile(name)).counts).toMatchObject({ new: 0, unchanged: 21_000 });
});

test('hardening 17: in the file of refused rows a spreadsheet finds no formula to run', async () => {
  const { import: load, rejectsText } = importDesk();
  const formula = '=HYPERLINK(""http://x.example"")';
  await load(`email,company,stage\nb@a.example,"${formula}",nonsense\nc@a.example,+cmd,x\n`);
  expect(rejectsText()).toContain(`,"'${formula}",`);
  expect(rejectsText()).toContain(`,'+cmd,`);
});

test('hardening 17: what is exported is neutralised as well', async () => {
  const { run, file, directory } = importDesk();
  await run(['suppressions', 'add', '=cmd@x.example', '--reason', 'manual']);
  file('email\n+plus@x.example\n', 'stop.csv');
  await run(['suppressions', 'import', 'stop.csv']);
  const { stdout, code } = await run(['suppressions', 'export']);
  expect(code, directory).toBe(0);
  expect(stdout).toMatch(/^'=cmd@x\.example,/m);
  expect(stdout).toMatch(/^'\+plus@x\.example,/m);
});

test('hardening 18 to 20: a suppression covers an address in any case, and no other tag or dot of it', async () => {
  const desk = importDesk();
  await desk.run(['suppressions', 'add', 'ANN@x.example', '--reason', 'manual']);
  await desk.run(['suppressions', 'add', 'john.doe@gmail.com', '--reason', 'manual']);
  const said = await desk.import(
    'email,source\nann@X.example,website\nann+tag@x.example,website\njohn.doe@gmail.com,website\njohndoe@gmail.com,website\n',
  );
  expect(said.counts).toMatchObject({ new: 4, excluded: 2, enrolled: 2 });
  expect(desk.enrollmentsOf('ann@x.example')).toEqual([]);
  expect(desk.enrollmentsOf('ann+tag@x.example')).toHaveLength(1);
  expect(desk.enrollmentsOf('johndoe@gmail.com')).toHaveLength(1);
});

test('hardening 31: the same file twice is nothing new, enrolls nobody again and ends 0', async () => {
  const desk = importDesk();
  const text = 'email,first_name,company,source\na@a.example,A,Acme,website\nb@a.example,B,,other\n';
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

test('hardening 32: a lead that opted out stays out when a file still says otherwise, and is counted', async () => {
  const desk = importDesk();
  await desk.import('email,source,opted_out\na@a.example,website,yes\n');
  const again = await desk.import('email,source,opted_out,updated_at\na@a.example,website,no,2026-02-17\n');
  expect(again.counts).toMatchObject({ excluded: 1, updated: 1 });
  expect(desk.leadOf('a@a.example').optedOut).toBe(true);
  expect(desk.enrollmentsOf('a@a.example')).toEqual([]);
});

test.each(['opted_out', 'bounced', 'complained', 'manual'])(
  'hardening 32: an address that is suppressed as %s stays so, counted, in no sequence',
  async (reason) => {
    const desk = importDesk();
    const added = await desk.run(['suppressions', 'add', 'a@a.example', '--reason', reason]);
    expect(added.code, added.stderr).toBe(0);
    for (let round = 0; round < 2; round += 1) {
      const { counts } = await desk.import('email,source,opted_out\nA@a.example,website,no\n');
      expect(counts).toMatchObject({ excluded: 1, enrolled: 0 });
    }
    expect(desk.enrollmentsOf('a@a.example')).toEqual([]);
    expect((await desk.run(['suppressions', 'list'])).stdout).toContain(reason);
  },
);

test('hardening 33: a row with an older updated_at, or none, does not turn back what is newer', async () => {
  const desk = importDesk();
  await desk.import('email,stage,company,updated_at\na@a.example,proposal,New Ltd,2026-02-10\n');
  await desk.import('email,stage,company,updated_at\na@a.example,new,Old Ltd,2026-02-01\n');
  await desk.import('email,stage,company\na@a.example,new,Older Ltd\n');
  expect(desk.leadOf('a@a.example')).toMatchObject({ stage: 'proposal', company: 'New Ltd' });
  await desk.import('email,stage,company,updated_at\na@a.example,contacted,Newest Ltd,2026-02-11\n');
  expect(desk.leadOf('a@a.example')).toMatchObject({ stage: 'contacted', company: 'Newest Ltd' });
});

test('hardening 37: enrolled_at in 2019 begins today: one first step, never the years between', async () => {
  const { import: load, enrollmentsOf } = importDesk();
  await load('email,source,enrolled_at,created_at\na@a.example,website,2019-02-01,2019-02-01\n');
  expect(enrollmentsOf('a@a.example')).toMatchObject([{ enrolled_at: TEST_NOW, due_at: TEST_NOW }]);
});

test('hardening 37, A19: only --enroll-from lets a sequence count from the past, and even then one step is due', async () => {
  const { import: load, enrollmentsOf } = importDesk();
  await load('email,source\na@a.example,website\n', '--enroll-from', '2026-02-01');
  expect(enrollmentsOf('a@a.example')).toMatchObject([
    { enrolled_at: TEST_NOW - 17 * DAY_MS - 9 * 3_600_000 },
  ]);
});

test('hardening 38: enrolled_at in the future waits, and is not due by being negative', async () => {
  const desk = importDesk();
  await desk.import('email,source,enrolled_at\na@a.example,website,2026-03-01\n');
  const [enrollment] = desk.enrollmentsOf('a@a.example');
  expect(enrollment?.next_due_at).toBe(Date.UTC(2026, 2, 1));
  const { stdout } = await desk.run(['drip', '--preview', '--json']);
  expect(stdout).not.toContain('"action":"draft"');
});

test('hardening 39: a folder, a pipe, a device and a missing file are refused at once', async () => {
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

test('hardening 39: a file that may not be read says so, to a user who is not root', () => {
  const { directory, file } = importDesk();
  const path = join(directory, file('email\nann@a.example\n'));
  chmodSync(path, 0o000);
  const ran = asNobody(directory, ['leads', 'import', 'leads.csv', '--yes', '--json']);
  expect(ran.status, ran.stderr).toBe(65);
  expect(ran.stdout).toContain('it may not be read');
  expect(ran.stdout).toContain('lead_file_unreadable');
  chmodSync(path, 0o644);
  expect(asNobody(directory, ['leads', 'import', 'leads.csv', '--yes']).status).toBe(0);
});

test.each([
  ['grew', (path: string) => appendFileSync(path, 'late@a.example,website\n')],
  ['was cut', (path: string) => truncateSync(path, 300_000)],
  [
    'was replaced by another of its size',
    (path: string) => writeFileSync(path, 'x'.repeat(statSync(path).size)),
  ],
])(
  'hardening 40: a file that %s half-way stops with a clear line, keeps what is stored, and repeating it doubles nothing',
  async (_, change) => {
    const desk = importDesk();
    await desk.import('email,source\nknown@a.example,other\n');
    const rows = manyRows(8_000).split('\n');
    const text = [...rows.slice(0, 3_000), 'known@a.example,website', ...rows.slice(3_000)].join('\n');
    const path = join(desk.directory, desk.file(text));
    // The first id is the run's, the second one that of the enrollment of the lead that was known.
    const random = new MeddlingRandom(2, () => change(path));
    const stopped = await answer(desk, ['leads', 'import', 'leads.csv'], { random });
    expect(stopped).toMatchObject({ code: 32, exit: 'PARTIAL' });
    expect(stopped.message).toBe('leads.csv: the file changed while it was being read');
    const stored = desk.leads().length;
    expect([0, 1]).toContain(stored % 1_000);
    expect(stored).toBeGreaterThan(2_999);
    expect(stored).toBeLessThan(8_001);
    const again = await desk.import(text);
    expect(again).toMatchObject({ code: 0, counts: { new: 8_001 - stored, unchanged: stored } });
    expect(desk.leads()).toHaveLength(8_001);
    expect(desk.row('SELECT count(*) AS n FROM enrollments')).toEqual({ n: 8_001 });
  },
);

test('the file of rejected rows is for its owner alone and can be imported again once it is right', async () => {
  const desk = importDesk();
  const refused = await desk.import('email,stage\na@a.example,nwe\n');
  expect(refused.code).toBe(65);
  const path = refused.rejectsFile ?? '';
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const again = await desk.import(readFileSync(path, 'utf8').replace(',nwe', ',new'));
  expect(again).toMatchObject({ code: 0, counts: { new: 1 } });
  expect(desk.leadOf('a@a.example').custom).toEqual({});
});

test('hardening 17: refused rows that come back are what they were, without the apostrophes that made them harmless', async () => {
  const desk = importDesk();
  const refused = await desk.import(
    `email,phone,company,notes,stage\n+ann@a.example,+49 30 1234,'=Inn,"'' -x",nwe\nben@a.example,'tis,plain,-,nwe\n`,
  );
  const text = readFileSync(refused.rejectsFile ?? '', 'utf8');
  expect(text).toContain(`,'+ann@a.example,'+49 30 1234,''=Inn,`);
  expect((await desk.import(text.replaceAll(',nwe', ',new'))).counts).toMatchObject({ new: 2 });
  expect(desk.leadOf('+ann@a.example')).toMatchObject({
    email: '+ann@a.example',
    company: "'=Inn",
    notes: "'' -x",
    custom: { phone: '+49 30 1234' },
  });
  expect(desk.leadOf('ben@a.example')).toMatchObject({ notes: '-', custom: { phone: "'tis" } });
});

function manyRows(count: number): string {
  const rows = Array.from({ length: count }, (_, index) => `lead${String(index)}@a.example,website`);
  return `email,source\n${rows.join('\n')}\n`;
}

/** Does something to the world just before the n-th id is drawn alone, as is done when a known lead is enrolled. */
class MeddlingRandom extends SeededRandom {
  #draws = 0;
  readonly #at: number;
  readonly #meddle: () => void;

  constructor(at: number, meddle: () => void) {
    super(7);
    this.#at = at;
    this.#meddle = meddle;
  }

  override publicId(prefix: IdPrefix): string {
    this.#draws += 1;
    if (this.#draws === this.#at) this.#meddle();
    return super.publicId(prefix);
  }
}
