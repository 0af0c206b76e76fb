import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

import { describe, expect, it } from 'vitest';

import { loadSequences } from '../../src/store/sequences.ts';
import { bench, CONFIG, type Bench } from './sequence-bench.ts';

const THREE = { a: '0d', b: '2d', c: '2d' };
const HOUR_MS = 3_600_000;

/** Four leads: one waits for b, one has a draft of b, one has had all but c, and one has a draft of c. */
async function underWay(): Promise<Bench> {
  const desk = bench();
  desk.sequence('web', THREE);
  desk.sequence('other', { o: '1d' }, 'status = "active"\n[trigger]\nsource = ["other"]');
  await desk.cli('sequences apply');
  desk.message(desk.enroll(desk.lead('ann'), { step: 'b', last: 'a' }), 'a', 'sent');
  const ben = desk.enroll(desk.lead('ben'), { step: 'b', last: 'a' });
  desk.message(ben, 'b', 'approved');
  const cat = desk.enroll(desk.lead('cat'), { step: 'c', last: 'b' });
  desk.message(cat, 'b', 'sent');
  const dora = desk.enroll(desk.lead('dora'), { step: 'c', last: 'b' });
  desk.message(dora, 'c', 'held');
  return desk;
}

async function shown(desk: Bench, line = 'sequences plan', columns = 200): Promise<string> {
  const { code, stdout, stderr } = await desk.cli(line, { stdoutIsTty: true, columns });
  expect([code, stderr]).toEqual([0, '']);
  return stdout;
}

describe('sequences plan, as the operator reads it (cli.md 2.4)', () => {
  it('C5: says of each step how many move and by how much, and when anybody first notices', async () => {
    const desk = await underWay();
    desk.sequence('web', { a: '0d', b: '84h', x: '1d', c: '1d' });
    const text = await shown(desk);
    expect(text).toContain('~ b   after 2d to 84h');
    expect(text).toContain('moves 1 lead: 1 d 12 h later, none earlier');
    // Cat stands behind b, so that x is what she gets next; who has had c is past it.
    expect(text).toMatch(
      /\+ x {3}new, number 3 +3 leads will pass through it, 1 lead past it will not get it; the next email of 1: 1 d earlier/,
    );
    expect(text).toMatch(/~ c {3}after 2d to 1d +moves nobody/);
    expect(text).toContain('= other   no change');
    expect(text).toContain('Double sends possible: 0    Leads whose next email moves: 2    Emails added: 3');
    expect(text).toContain('\n Drafts withdrawn: 0\n');
    // Cat is due a day earlier, Thursday at nine: the run of 09:03 takes it.
    expect(text).toContain('First effect: Thu 19 Feb 2026 09:03 UTC (drip)');
    expect(text).toMatch(
      /Next {4}headgate simulate --edits .*\n {9}headgate sequences apply .*\n {9}headgate sequences apply --expect \w{12} /,
    );
  });

  it('counts the lines of changed words, and names the run that first says them', async () => {
    const desk = await underWay();
    writeFileSync(
      join(desk.directory, 'sequences/web/c.md'),
      'Subject: Another subject\nMode: fixed\n\nHello, may I ask about c?\n\nAnd a word more.\n',
    );
    const text = await shown(desk);
    expect(text).toContain('~ c   copy, 3 lines   safe: sent mail and waiting drafts keep their own text');
    expect(text).toContain('First effect: Fri 20 Feb 2026 09:03 UTC (drip)');
    const words = await desk.json('sequences plan');
    expect(words).toMatchObject({ items: [{ change: 'copy', changed_lines: 3, affected_count: 0 }] });
    desk.sequence('web', { ...THREE, b: '2d' });
    writeFileSync(join(desk.directory, 'sequences/web/a.md'), 'Subject: A\nMode: fixed\n\nHello?\n');
    expect(await shown(desk)).toContain('First effect: nobody under way stands where it changes anything');
  });

  it('says which drafts a removed step takes with it, who goes on and who completes: at once', async () => {
    const desk = await underWay();
    desk.sequence('web', { a: '0d', c: '2d' });
    const text = await shown(desk);
    expect(text).toContain(
      '2 leads waiting there: 2 go on (at the same time), 1 draft withdrawn; nothing is sent for it',
    );
    expect(text).toContain('First effect: at once, by applying');
    desk.sequence('web', { a: '0d' });
    expect(await shown(desk)).toMatch(
      /- b {3}removed {3}2 leads waiting there: 2 complete, 1 draft withdrawn/,
    );
    expect(await desk.json('sequences plan')).toMatchObject({
      completed_count: 4,
      drafts_withdrawn_count: 2,
      first_effect: { job: 'apply', at: null },
    });
  });

  it('tells it on a screen of 80 columns without breaking a word', async () => {
    const desk = await underWay();
    desk.sequence('web', { a: '0d', 'a-mail-with-quite-a-long-name': '1d', c: '2d' });
    const text = await shown(desk, 'sequences plan', 80);
    const plain = stripVTControlCharacters(text);
    const rows = plain.slice(plain.indexOf(' ~ web'), plain.indexOf(' = other'));
    expect(Math.max(...rows.split('\n').map(({ length }) => length))).toBeLessThan(80);
    expect(rows.replaceAll(/\s+/g, ' ')).toContain('2 go on (1 d earlier, none later), 1 draft');
  });

  it('A11: tells of a run on a day on which the operator works', async () => {
    const desk = await underWay();
    desk.put('headgate.toml', `holidays = ["2026-02-19"]\n${CONFIG}`);
    desk.sequence('web', { ...THREE, c: '1d' });
    expect(await shown(desk)).toContain('First effect: Fri 20 Feb 2026 00:03 UTC (drip)');
    const { first_effect: first } = await desk.json('sequences plan');
    expect(first).toEqual({ job: 'drip', at: '2026-02-19T09:00:00Z' });
  });

  it('ends 21 with --detailed-exit-code when something would change, and 0 when nothing would', async () => {
    const desk = await underWay();
    expect((await desk.cli('sequences plan --detailed-exit-code')).code).toBe(0);
    desk.sequence('web', { ...THREE, c: '3d' });
    expect((await desk.cli('sequences plan --detailed-exit-code')).code).toBe(21);
  });
});

describe('sequences apply does what was shown, or nothing', () => {
  it('A17: ends 33 when the state has moved since the plan that --expect names', async () => {
    const desk = await underWay();
    desk.sequence('web', { ...THREE, c: '3d' });
    const { fingerprint } = await desk.json('sequences plan');
    desk.enroll(desk.lead('dan'), { step: 'c', last: 'b' });
    const stale = await desk.cli(`sequences apply --yes --expect ${String(fingerprint)}`);
    expect([stale.code, stale.stderr]).toEqual([33, expect.stringContaining('no longer what was shown')]);
    expect(loadSequences(desk.database)[1]!.steps[2]!.timing).toEqual(
      expect.objectContaining({ kind: 'after' }),
    );
    const again = String((await desk.json('sequences plan'))['fingerprint']).slice(0, 12);
    desk.clock.advance(HOUR_MS);
    expect((await desk.cli(`sequences apply --yes --expect ${again}`)).code).toBe(0);
    expect((await desk.cli('sequences apply --yes --expect HEAD')).code).toBe(64);
  });

  it('C5: ends 33 when state or files move while the operator is asked, and changes nothing', async () => {
    const desk = await underWay();
    desk.sequence('web', { ...THREE, c: '3d' });
    const before = loadSequences(desk.database).map((sequence) => sequence.definitionHash);
    const files = await desk.cli('sequences apply', {
      answers: ['y'],
      whileAsked: () => desk.sequence('web', { ...THREE, c: '4d' }),
    });
    expect([files.code, files.stderr]).toEqual([33, expect.stringContaining('files have changed')]);
    const state = await desk.cli('sequences apply', {
      answers: ['y'],
      whileAsked: () => void desk.enroll(desk.lead('dan'), { step: 'c', last: 'b' }),
    });
    expect([state.code, state.stderr]).toEqual([33, expect.stringContaining('state have moved')]);
    expect(loadSequences(desk.database).map((sequence) => sequence.definitionHash)).toEqual(before);
    expect((await desk.cli('sequences apply', { answers: ['y'] })).code).toBe(0);
  });

  it('hardening 66: refuses the id of a step that was removed, and names the way out', async () => {
    const desk = await underWay();
    desk.sequence('web', { a: '0d', c: '2d' });
    await desk.cli('sequences apply --yes');
    desk.sequence('web', THREE);
    for (const verb of ['plan', 'apply --yes']) {
      const { code, stderr } = await desk.cli(`sequences ${verb}`);
      expect([code, stderr]).toEqual([65, expect.stringContaining('web had a step b before')]);
    }
  });
});

describe('sequences plan --against a version in git', () => {
  function git(desk: Bench, ...args: readonly string[]): string {
    const author = ['-c', 'user.name=Tom', '-c', 'user.email=tom@x.example', '-c', 'commit.gpgsign=false'];
    return execFileSync('git', ['-C', desk.directory, ...author, ...args], { encoding: 'utf8' }).trim();
  }

  async function committed(): Promise<Bench> {
    const desk = await underWay();
    git(desk, 'init', '--quiet', '--initial-branch=main');
    git(desk, 'add', 'sequences');
    git(desk, 'commit', '--quiet', '--message', 'As applied');
    return desk;
  }

  it('C5: shows what the way from that version to the files does to whoever is under way now', async () => {
    const desk = await committed();
    const commit = git(desk, 'rev-parse', 'HEAD');
    desk.sequence('web', { a: '0d', b: '3d', c: '2d' });
    await desk.cli('sequences apply --yes');
    expect(await shown(desk)).not.toContain('~ b');
    const text = await shown(desk, 'sequences plan --against main');
    expect(text).toContain(`Changes in sequences/ from git main (${commit.slice(0, 7)}) to the working tree`);
    expect(text).toContain('after 2d to 3d');
    expect(text).toContain('= other   no change');
    expect(text).not.toContain('headgate sequences apply');
    const document = await desk.json('sequences plan --against HEAD');
    expect(document).toMatchObject({ against: { ref: 'HEAD', commit }, fingerprint: null, next: [] });
    // Ann alone: Ben's draft keeps its time, Cat is past it. She has moved when it was applied, and cannot move again.
    expect(document.items).toMatchObject([{ step: 'b', change: 'timing', affected_count: 0 }]);
  });

  it('knows steps by their names, those that the version had and the state has removed since as well', async () => {
    const desk = await committed();
    desk.sequence('web', { a: '0d', c: '2d' });
    await desk.cli('sequences apply --yes');
    desk.sequence('web', { a: '0d', c: '2d', d: '1d' });
    desk.sequence('fresh', { f: '0d' }, 'status = "draft"');
    const { items, ...totals } = await desk.json('sequences plan --against HEAD');
    expect(items).toMatchObject([
      { sequence: 'fresh', change: 'new' },
      { sequence: 'web', step: 'b', change: 'removed' },
      { sequence: 'web', step: 'd', change: 'new', affected_count: 4 },
    ]);
    expect(totals).toMatchObject({ double_send_risk_count: 0, emails_added_count: 4 });
    expect((await desk.cli('sequences plan --against HEAD --detailed-exit-code')).code).toBe(21);
  });

  it('reads a commit whole and safely: no link, no other folder, nothing that is not committed', async () => {
    const desk = await committed();
    symlinkSync('/etc/passwd', join(desk.directory, 'sequences/web/linked.md'));
    mkdirSync(join(desk.directory, 'sequences/web/deep'));
    writeFileSync(join(desk.directory, 'sequences/web/deep/x.md'), 'no step');
    git(desk, 'add', 'sequences');
    git(desk, 'commit', '--quiet', '--message', 'Rubbish');
    rmSync(join(desk.directory, 'sequences/web/linked.md'));
    rmSync(join(desk.directory, 'sequences/web/deep'), { recursive: true });
    expect((await desk.json('sequences plan --against HEAD')).items).toEqual([]);
  });

  it.each([
    ['--upload-pack=touch /tmp/x', 64, 'no commit'],
    ['-h', 64, 'no commit'],
    ['', 64, 'no commit'],
    ['nowhere', 64, 'no commit "nowhere"'],
    ['HEAD:sequences', 64, 'no commit'],
    ['HEAD..HEAD', 64, 'no commit'],
    ['HEAD\n', 64, 'no commit'],
  ])('refuses %j as a version (%i)', async (ref, code, text) => {
    const desk = await committed();
    const refused = await desk.words(['sequences', 'plan', `--against=${ref}`]);
    expect([refused.code, refused.stderr]).toEqual([code, expect.stringContaining(text)]);
  });

  it('says what is missing: no repository, no git, a version that does not parse', async () => {
    const outside = await underWay();
    const none = await outside.cli('sequences plan --against HEAD');
    expect([none.code, none.stderr]).toEqual([64, expect.stringContaining('not in a git repository')]);
    const missing = await outside.cli('sequences plan --against HEAD', { env: { PATH: '/nowhere' } });
    expect([missing.code, missing.stderr]).toEqual([64, expect.stringContaining('no git on this machine')]);
    const desk = await committed();
    writeFileSync(join(desk.directory, 'sequences/web/c.md'), 'Subject: {first_name}\n');
    git(desk, 'commit', '--quiet', '--all', '--message', 'Broken');
    desk.sequence('web', THREE);
    const broken = await desk.cli('sequences plan --against HEAD');
    expect([broken.code, broken.stderr]).toEqual([65, expect.stringContaining('sequences/web/c.md')]);
  });

  it('asks the repository of the files, whatever a hook has set', async () => {
    const desk = await committed();
    const elsewhere = { env: { PATH: '/usr/bin:/bin', GIT_DIR: '/nowhere/.git' } };
    expect((await desk.cli('sequences plan --against HEAD', elsewhere)).code).toBe(0);
  });
});
