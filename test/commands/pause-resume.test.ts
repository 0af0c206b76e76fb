import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { readHeader, setPersonNeeded } from '../../src/store/header.ts';
import { DAY_MS, desk, HOUR_MS, welcome, type Desk } from './desk.ts';

const stopFile = (bench: Desk): string => join(bench.directory, 'STOP');

describe('pause', () => {
  test('A10: one command stops drip, nurture and confirm, and says why to whoever comes next', async () => {
    const bench = desk();
    const paused = await bench.run(['pause', '--reason', 'wrong price']);
    expect(paused.code).toBe(0);
    for (const job of ['drip', 'nurture', 'confirm']) expect((await bench.run([job])).code, job).toBe(34);
    expect((await bench.run(['drip'])).stdout).toContain('wrong price');
  });

  test('A10: paused twice is paused; the first reason stays unless a new one is given', async () => {
    const bench = desk();
    await bench.run(['pause', '--reason', 'first']);
    expect((await bench.json(['pause'])).items).toMatchObject([
      { paused: true, reason: 'first', was_paused: true },
    ]);
    await bench.run(['pause', '--reason', 'second']);
    expect(readFileSync(stopFile(bench), 'utf8')).toBe('second\n');
  });

  test('A10: a person in a hurry needs no reason', async () => {
    const bench = desk();
    expect((await bench.json(['pause'])).items).toMatchObject([{ paused: true, reason: null }]);
    expect(existsSync(stopFile(bench))).toBe(true);
  });

  test('A10: a damaged state does not stand in the way of the red handle', async () => {
    const bench = desk();
    writeFileSync(bench.file, 'this is no database');
    expect((await bench.run(['pause', '--reason', 'x'])).code).toBe(0);
    expect(existsSync(stopFile(bench))).toBe(true);
  });

  test('A10: neither does a configuration that nothing else would accept', async () => {
    const bench = desk({ config: 'lives = true\n' });
    expect((await bench.run(['drip'])).code).toBe(78);
    expect((await bench.run(['pause'])).code).toBe(0);
    expect(existsSync(stopFile(bench))).toBe(true);
  });

  test('A15: a pause never makes a state folder that was lost', async () => {
    const bench = desk();
    const gone = join(bench.directory, 'gone');
    expect((await bench.run(['pause', '--state', gone])).code).toBe(30);
    expect(existsSync(gone)).toBe(false);
  });

  test('A10: a reason full of escape sequences cannot move the cursor of the next reader', async () => {
    const bench = desk();
    await bench.run(['pause', '--reason', 'a\u001B[2Jb\nc']);
    expect(readFileSync(stopFile(bench), 'utf8')).toBe('a [2Jb c\n');
  });

  test('A10: a folder called STOP stops as well', async () => {
    const bench = desk();
    mkdirSync(stopFile(bench));
    expect((await bench.json(['pause'])).items).toMatchObject([{ paused: true, was_paused: true }]);
    expect((await bench.json(['status'])).items).toMatchObject([{ paused: true, paused_reason: null }]);
    expect((await bench.run(['drip'])).code).toBe(34);
  });
});

describe('resume', () => {
  async function pausedDesk(): Promise<Desk> {
    const bench = desk();
    const sequence = bench.apply(welcome());
    for (const name of ['ann', 'bob']) bench.enroll(bench.lead(name), sequence);
    await bench.run(['drip', '--force']);
    bench.enroll(bench.lead('eve'), sequence);
    bench.message(bench.enroll(bench.lead('tom'), sequence), 'approved');
    await bench.run(['pause', '--reason', 'fair']);
    return bench;
  }

  test('A10: it shows what is due before it lifts anything, and drafts nothing', async () => {
    const bench = await pausedDesk();
    const before = bench.row('SELECT count(*) AS count FROM messages');
    const resumed = await bench.json(['resume', '--yes']);
    expect(resumed.items).toMatchObject([
      {
        paused: false,
        reason: 'fair',
        approved: 1,
        jobs: [
          { job: 'drip', due: 4, allowed: 1, would_draft: 1, doubts: [] },
          { job: 'nurture', due: 0 },
        ],
      },
    ]);
    expect(existsSync(stopFile(bench))).toBe(false);
    expect(bench.row('SELECT count(*) AS count FROM messages')).toEqual(before);
  });

  test('A18: after a long stop the first run is a preview, and resume says so', async () => {
    const bench = await pausedDesk();
    bench.clock.advance(50 * HOUR_MS);
    const resumed = await bench.run(['resume', '--yes']);
    expect(resumed.stdout).toContain('first a preview: the last full run was 50.0 h ago');
    expect((await bench.run(['drip'])).code).toBe(30);
  });

  test('A10: at a terminal it asks, and anything but yes keeps the pause', async () => {
    const bench = await pausedDesk();
    const declined = await bench.run(['resume'], { answers: [''] });
    expect(declined.stderr).toContain('Resume? [y/N]');
    expect(declined.stderr.indexOf('drip')).toBeLessThan(declined.stderr.indexOf('Resume?'));
    expect(existsSync(stopFile(bench))).toBe(true);
    expect((await bench.run(['resume'], { answers: ['y'] })).code).toBe(0);
    expect(existsSync(stopFile(bench))).toBe(false);
  });

  test('A10: where nobody can be asked it needs --yes and says so', async () => {
    const bench = await pausedDesk();
    const refused = await bench.run(['resume']);
    expect(refused.code).toBe(64);
    expect(refused.stderr).toContain('headgate resume --yes');
    expect(existsSync(stopFile(bench))).toBe(true);
  });

  test('A5: resuming is an act of a person: sequences may approve themselves again', async () => {
    const bench = await pausedDesk();
    bench.database.write(() => setPersonNeeded(bench.database, bench.clock.now()));
    await bench.run(['resume', '--yes']);
    expect(readHeader(bench.database).personNeededSinceAt).toBeNull();
  });

  test('A5: a veto outlives a pause', async () => {
    const bench = await pausedDesk();
    await bench.run(['confirm', '--veto']);
    await bench.run(['resume', '--yes']);
    expect((await bench.run(['drip'])).code).toBe(30);
  });

  test('A10: a state that cannot be read is not resumed', async () => {
    const bench = await pausedDesk();
    bench.database.close();
    for (const suffix of ['', '-wal', '-shm']) rmSync(bench.file + suffix, { force: true });
    expect((await bench.run(['resume', '--yes'])).code).toBe(30);
    expect(existsSync(stopFile(bench))).toBe(true);
  });

  test('A10: with nothing paused it says so and changes nothing', async () => {
    const bench = desk();
    bench.database.write(() => setPersonNeeded(bench.database, 1));
    expect(await bench.json(['resume', '--yes'])).toMatchObject({
      items: [],
      exit: { message: 'not_paused' },
    });
    expect(readHeader(bench.database).personNeededSinceAt).toBe(1);
  });

  test('A18: a stop of a day needs no cold start', async () => {
    const bench = await pausedDesk();
    bench.clock.advance(DAY_MS);
    await bench.run(['resume', '--yes']);
    expect((await bench.run(['drip'])).code).toBe(0);
  });
});
