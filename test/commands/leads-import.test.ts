import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { addSuppression } from '../../src/store/suppressions.ts';
import { listRuns } from '../../src/store/runs.ts';
import { sequenceDefinition, NO_TRIGGER } from '../helpers/definitions.ts';
import { TEST_NOW } from '../helpers/fakes.ts';
import { answer, importDesk, type ImportDesk } from './import-desk.ts';

const DAY_MS = 86_400_000;
/** More than one transaction of them, and each again with news. */
function manyRows(): string {
  const addresses = Array.from({ length: 1_500 }, (_, index) => `lead${String(index)}@a.example`);
  const first = addresses.map((address) => `${address},website,,\n`);
  const again = addresses.map((address, index) => `${address},,Acme,${index % 2 === 0 ? 'yes' : ''}\n`);
  return ['email,source,company,opted_out\n', ...first, ...again, ...again].join('');
}
const WEBSITE = 'email,source\nann@a.example,website\n';

describe('arrivals', () => {
  test('A19: a new lead is enrolled from now, with the reason and a snapshot of its source (B1)', async () => {
    const desk = importDesk();
    const { sequences } = await desk.import('email,source,created_at\nann@a.example,Website,2024-01-01\n');
    expect(sequences).toEqual([{ sequence: 'website-lead', enrolled: 1 }]);
    expect(desk.enrollmentsOf('ann@a.example')).toMatchObject([
      {
        sequence: 'website-lead',
        status: 'pending',
        match_reason: 'pattern_exact',
        match_snapshot_json: JSON.stringify({
          source: 'Website',
          sourceFormId: null,
          platform: null,
          pattern: 'website',
        }),
        enrolled_at: TEST_NOW,
        due_at: TEST_NOW,
        next_due_at: TEST_NOW,
      },
    ]);
    expect(desk.storyOf('ann@a.example')).toEqual(['matched: website-lead by website (pattern_exact)']);
  });

  test('C3, C4: the first step waits for the hours of the zone that the lead lives in', async () => {
    const config = 'timezone = "UTC"\n[web]\ntoken_secret = { file = "secret" }\n';
    const desk = importDesk({ config });
    await desk.import('email,source,country,region\nann@a.example,website,US,CA\n');
    expect(desk.leadOf('ann@a.example')).toMatchObject({ zone: 'America/Los_Angeles', zoneRule: 'region' });
    expect(desk.enrollmentsOf('ann@a.example')).toMatchObject([
      { due_at: TEST_NOW, next_due_at: Date.UTC(2026, 1, 18, 17) },
    ]);
  });

  test.each([
    ['other', '', 'no_match: no active sequence wants this lead'],
    ['website', 'opted_out', 'opted_out_at_match_time: opted out: enrolled nowhere'],
    ['website', 'do_not_contact', 'dnc: do-not-contact: enrolled nowhere'],
    ['website', 'spam', 'spam: marked as spam: enrolled nowhere'],
  ])('B3: source %s and %j leave one line and no enrollment', async (source, flag, line) => {
    const desk = importDesk();
    await desk.import(`email,source,${flag === '' ? 'x' : flag}\nann@a.example,${source},yes\n`);
    expect(desk.storyOf('ann@a.example')).toEqual([line]);
    expect(desk.enrollmentsOf('ann@a.example')).toEqual([]);
  });

  test('B3: a suppressed address is enrolled nowhere and counted', async () => {
    const desk = importDesk();
    const { database: db } = desk;
    db.write(() => addSuppression(db, { emailKey: 'ann@a.example', reason: 'bounced', addedAt: 1 }));
    const { counts } = await desk.import(WEBSITE);
    expect(counts).toMatchObject({ new: 1, excluded: 1, enrolled: 0 });
    expect(desk.storyOf('ann@a.example')).toEqual([
      'suppressed: the address is suppressed: enrolled nowhere',
    ]);
  });

  test('B2, B9: parallel sequences enroll beside the winner, and an empty one says so', async () => {
    const desk = importDesk();
    desk.apply(
      sequenceDefinition('survey', ['ask'], {
        trigger: { ...NO_TRIGGER, tags: ['vip'], allowParallel: true },
      }),
    );
    desk.apply(sequenceDefinition('later', [], { trigger: { ...NO_TRIGGER, sources: ['fair'] } }));
    await desk.import('email,source,tags\nann@a.example,website,VIP\nbob@a.example,fair,\n');
    expect(desk.storyOf('ann@a.example')).toEqual([
      'matched: website-lead by website (pattern_exact); survey by tags: vip (predicate)',
    ]);
    expect(desk.enrollmentsOf('ann@a.example').map(({ sequence }) => sequence)).toEqual([
      'website-lead',
      'survey',
    ]);
    expect(desk.storyOf('bob@a.example')).toEqual([
      'empty_sequence: has no step: later by fair (pattern_exact)',
    ]);
  });

  test('B7: nurture looks at a lead in a drip not at all, at another one when it has gone cold', async () => {
    const desk = importDesk();
    await desk.import(
      'email,source,last_contact_at,stage\na@a.example,website,,\nb@a.example,x,2026-02-17,\nc@a.example,x,,\nd@a.example,x,,customer\n',
    );
    const dueAt = (key: string): unknown =>
      desk.row('SELECT nurture_due_at AS at FROM leads WHERE email_key = ?', key)['at'];
    expect(['a', 'b', 'c', 'd'].map((name) => dueAt(`${name}@a.example`))).toEqual([
      null,
      Date.UTC(2026, 1, 20),
      TEST_NOW + 3 * DAY_MS,
      null,
    ]);
  });
});

describe('a lead that is known', () => {
  test('B3: whose source changed is matched again, and a live drip blocks what it would have matched', async () => {
    const desk = importDesk();
    desk.apply(sequenceDefinition('fair-lead', ['hello'], { trigger: { ...NO_TRIGGER, sources: ['fair'] } }));
    await desk.import('email,source\nann@a.example,\nbob@a.example,website\n');
    const { counts } = await desk.import('email,source\nann@a.example,website\nbob@a.example,fair\n');
    expect(counts).toMatchObject({ new: 0, updated: 2, enrolled: 1 });
    expect(desk.storyOf('ann@a.example')).toEqual([
      'no_match: no active sequence wants this lead',
      'changed: by import: source none → website',
      'matched: website-lead by website (pattern_exact)',
    ]);
    expect(desk.storyOf('bob@a.example').at(-1)).toBe(
      'concurrent_drip_blocked: already in flight; would have matched fair-lead by fair (pattern_exact)',
    );
  });

  test.each([
    ['opted_out', 'yes', 'opted_out'],
    ['do_not_contact', 'yes', 'dnc'],
    ['spam', 'yes', 'spam'],
    ['stage', 'customer', 'stage_customer'],
    ['stage', 'disqualified', 'stage_disqualified'],
    ['status', 'unqualified', 'status_unqualified'],
  ])('B6: a file that says %s = %s cancels its enrollments as %s', async (column, value, reason) => {
    const desk = importDesk();
    await desk.import(WEBSITE);
    const { counts } = await desk.import(`email,${column}\nann@a.example,${value}\n`);
    expect(counts).toMatchObject({ updated: 1, cancelled: 1 });
    expect(desk.enrollmentsOf('ann@a.example')).toMatchObject([
      { status: 'cancelled', cancel_reason: reason },
    ]);
  });

  test('E1: --on-conflict skip leaves it alone but for an opt-out', async () => {
    const desk = importDesk();
    await desk.import(WEBSITE);
    const text = 'email,company,opted_out\nann@a.example,Acme,1\n';
    expect((await desk.import(text, '--on-conflict', 'skip')).counts).toMatchObject({
      updated: 1,
      cancelled: 1,
    });
    expect(desk.leadOf('ann@a.example')).toMatchObject({ company: null, optedOut: true });
  });

  test('B7: a drip that matches ends a follow-up under way', async () => {
    const desk = importDesk();
    await desk.import('email\nann@a.example\n');
    const nurture = desk.apply(sequenceDefinition('keep-warm', ['note'], { kind: 'nurture' }));
    desk.enroll(desk.leadOf('ann@a.example').rowId, nurture);
    await desk.import(WEBSITE);
    expect(desk.enrollmentsOf('ann@a.example')).toMatchObject([
      { sequence: 'keep-warm', cancel_reason: 'drip_matched' },
      { sequence: 'website-lead', status: 'pending' },
    ]);
  });

  test('C3, C4: whose country changed keeps no due time outside the hours of the new one', async () => {
    const config = 'timezone = "UTC"\n[web]\ntoken_secret = { file = "secret" }\n';
    const desk = importDesk({ config });
    await desk.import('email,source,country\nann@a.example,website,DE\n');
    expect(desk.enrollmentsOf('ann@a.example')).toMatchObject([{ next_due_at: TEST_NOW }]);
    await desk.import('email,country,region\nann@a.example,US,CA\n');
    expect(desk.leadOf('ann@a.example').zone).toBe('America/Los_Angeles');
    expect(desk.enrollmentsOf('ann@a.example')).toMatchObject([
      { due_at: TEST_NOW, next_due_at: Date.UTC(2026, 1, 18, 17) },
    ]);
  });

  test('two rows about one new lead in one file are one lead with what both say', async () => {
    const desk = importDesk();
    const { counts } = await desk.import('email,company,notes\nann@a.example,Acme,\nANN@a.example,,hello\n');
    expect(counts).toMatchObject({ rows: 2, new: 1, updated: 1 });
    expect(desk.leadOf('ann@a.example')).toMatchObject({ company: 'Acme', notes: 'hello' });
  });
});

describe('before it acts', () => {
  test('-n says what would happen and changes nothing', async () => {
    const desk = importDesk();
    await desk.import('email,source,opted_out\nold@a.example,,\nout@a.example,,1\n');
    const text = `email,source,company,stage\nold@a.example,,Acme,\nout@a.example,,,\nnew@a.example,website,,\nNEW@a.example,,,\nx,,,\n`;
    const result = await desk.import(text, '-n');
    expect(result.counts).toMatchObject({
      rows: 5,
      new: 1,
      updated: 1,
      unchanged: 2,
      rejected: 1,
      excluded: 1,
      enrolled: 1,
    });
    expect(result).toMatchObject({ code: 32, rejectsFile: null });
    expect(desk.leads()).toHaveLength(2);
    expect(readdirSync(desk.directory)).not.toContain('rejects');
    expect((await desk.import(text)).counts).toMatchObject(result.counts ?? {});
  });

  test.each([
    [
      'a new lead',
      '',
      'email,source,company\nann@a.example,,\nANN@a.example,website,Acme\nann@a.example,,Acme\n',
    ],
    ['a new lead that opts out', '', 'email,source,spam\nann@a.example,website,\nann@a.example,,yes\n'],
    ['a known lead', WEBSITE, 'email,company\nann@a.example,Acme\nann@a.example,Acme\nann@a.example,Other\n'],
    [
      'a known lead that opts out',
      WEBSITE,
      'email,opted_out,source\nann@a.example,1,\nann@a.example,,fair\n',
    ],
    ['a known lead of a new source', 'email\nann@a.example\n', WEBSITE],
    ['many rows apart', '', manyRows()],
  ])('-n counts several rows about %s as the import will', async (_of, before, text) => {
    const desk = importDesk();
    if (before !== '') await desk.import(before);
    const preview = await desk.import(text, '-n');
    const live = await desk.import(text);
    expect(preview.counts).toEqual(live.counts);
    expect(preview.sequences).toEqual(live.sequences);
  });

  test('on a terminal it shows the numbers and asks; anything but yes imports nothing', async () => {
    const desk = importDesk();
    const words = ['leads', 'import', desk.file(WEBSITE)];
    const declined = await desk.run(words, { answers: ['n'], stderrIsTty: true });
    expect(declined.code).toBe(0);
    expect(declined.stderr).toContain('1 row: 1 new, 0 known');
    expect(declined.stderr).toContain('Import them? [y/N]');
    expect(declined.stderr).toContain('Nothing was imported.');
    expect(desk.leads()).toEqual([]);
    const agreed = await desk.run(words, { answers: ['y'], stdoutIsTty: true });
    expect(agreed.stdout).toContain('1 row: 1 new, 0 known');
    expect(desk.leads()).toHaveLength(1);
    await desk.run(['leads', 'import', desk.file(WEBSITE.replace('ann', 'bob')), '--yes'], { answers: [] });
    expect(desk.leads()).toHaveLength(2);
  });

  test('cli.md 2.7: a queue that takes more than 7 working days is warned about, with the number', async () => {
    const desk = importDesk();
    const rows = (count: number): string =>
      Array.from({ length: count }, (_, index) => `l${String(index)}@a.example,website`).join('\n');
    const output = async (text: string): Promise<string> =>
      (await desk.run(['leads', 'import', desk.file(text), '-n'])).stdout;
    expect(await output(`email,source\n${rows(70)}`)).not.toContain('working days');
    expect(await output(`email,source\n${rows(71)}`)).toContain(
      'at 10 a day their first drafts take 8 working days: more than 7, so raise limits.drafts_per_day or import fewer',
    );
  });

  test('a cap of 0 drafts nothing, ever, and the import says so', async () => {
    const config =
      'timezone = "UTC"\n[limits]\ndrafts_per_day = 0\n[web]\ntoken_secret = { file = "secret" }\n';
    const desk = importDesk({ config });
    const { stdout } = await desk.run(['leads', 'import', desk.file(WEBSITE)]);
    expect(stdout).toContain('limits.drafts_per_day is 0: none of them will be drafted');
  });
});

describe('what it says', () => {
  test('for people: what was refused and why, when they begin, and where', async () => {
    const desk = importDesk();
    const text =
      'email,source,created_at,first_name,stage\n' +
      'a@a.example,website,2025-12-18,A,\nx,,,,\ny,,,,\nb@a.example,,,,nonsenseee\nc@a.example,,,,1\nd@a.example,,,,22222222\ne@a.example,,,"E\tE",\n';
    const { stdout, stderr, code } = await desk.run(['leads', 'import', desk.file(text)]);
    expect(code).toBe(32);
    expect(stdout).toContain('7 rows: 2 new, 0 known, 5 refused');
    expect(stdout).toContain('leads.csv lines 3, 4  email: no @ in the address');
    expect(stdout).toContain('and 1 other reason');
    expect(stdout).toContain('oldest created 2 months ago. 1 enrollment begins today, not then.');
    expect(stdout).toContain('website-lead 1');
    expect(stdout).toContain('1 row: control characters or line breaks became spaces');
    expect(stdout).toMatch(/refused rows are in .*rejects\/leads-r-[a-z2-7]{16}\.csv/);
    expect(stderr).toContain('exit 32 PARTIAL');
  });

  test('known leads that changed, opted out or lost an enrollment are told apart', async () => {
    const desk = importDesk();
    await desk.import(WEBSITE);
    const { stdout } = await desk.run(['leads', 'import', desk.file('email,opted_out\nann@a.example,1\n')]);
    expect(stdout).toContain('1 row: 0 new, 1 known (1 changed)');
    expect(stdout).toContain('1 row: opted out or suppressed, and stays so');
    expect(stdout).toContain('1 enrollment ended by what the rows say');
  });

  test('--enroll-from is named with its moment', async () => {
    const desk = importDesk();
    const { stdout } = await desk.run([
      'leads',
      'import',
      desk.file(WEBSITE),
      '--enroll-from',
      '2026-03-02T09:00Z',
    ]);
    expect(stdout).toContain('1 enrollment begins from Mon 2 Mar 2026 09:00 UTC.');
    expect(desk.enrollmentsOf('ann@a.example')).toMatchObject([{ enrolled_at: Date.UTC(2026, 2, 2, 9) }]);
  });

  test('A13: an import is a run, with its counts', async () => {
    const desk = importDesk();
    await desk.import('email\nann@a.example\nx\n');
    expect(listRuns(desk.database, { command: 'leads import', limit: 5 })).toMatchObject([
      { command: 'leads import', exitCode: 32, counts: { new: 1, updated: 0, unchanged: 0, rejected: 1 } },
    ]);
  });
});

describe('where the leads come from', () => {
  test('- is standard input, and nobody is asked', async () => {
    const desk = importDesk();
    const result = await answer(desk, ['leads', 'import', '-', '--source', 'website'], {
      input: 'email\nann@a.example\n',
    });
    expect(result).toMatchObject({ code: 0, counts: { new: 1, enrolled: 1 } });
  });

  test('hardening 3: standard input that is not UTF-8 is refused', async () => {
    const desk = importDesk();
    const result = await answer(desk, ['leads', 'import', '-'], {
      input: 'email,name\nann@a.example,Jos\uFFFD\n',
    });
    expect(result).toMatchObject({ code: 65, message: 'standard input:2: it is not UTF-8' });
  });

  test('--map and --source read a file of another program', async () => {
    const desk = importDesk();
    await desk.import(
      'E-Mail;Vorname\nann@a.example;Ann\n',
      '--map',
      'E-Mail=email',
      'Vorname=first_name',
      '--source',
      'website',
    );
    expect(desk.leadOf('ann@a.example')).toMatchObject({ firstName: 'Ann', source: 'website' });
  });
});

test.each([
  [['--on-conflict', 'replace'], '--on-conflict takes skip or update, not "replace"'],
  [['--enroll-from', 'yesterday'], '--enroll-from "yesterday": no ISO 8601 time'],
  [['--encoding', 'ebcdic'], '--encoding takes utf-8 or latin1, not "ebcdic"'],
  [['--map', 'email'], '--map takes THEIRS=OURS, not "email"'],
])('%j is a wrong command line, and nothing is done', async (flags, message) => {
  const desk: ImportDesk = importDesk();
  const result = await desk.import(WEBSITE, ...flags);
  expect(result.code).toBe(64);
  expect(result.message).toContain(message);
  expect(desk.leads()).toEqual([]);
});

test('standard input cannot be told another encoding: it is decoded before it is read', async () => {
  const result = await answer(importDesk(), ['leads', 'import', '-', '--encoding', 'latin1'], {
    input: 'email\n',
  });
  expect(result).toMatchObject({ code: 64, message: 'standard input is read as UTF-8' });
});

test('an import without a state is refused before the file is looked at twice', async () => {
  const desk = importDesk();
  desk.file(WEBSITE);
  const elsewhere = join(desk.directory, 'none');
  const result = await answer(desk, ['leads', 'import', 'leads.csv', '--state', elsewhere]);
  expect(result).toMatchObject({ code: 30, error: { code: 'state_missing' } });
});
