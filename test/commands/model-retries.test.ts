import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeEach, describe, expect, test } from 'vitest';

import { loadSequences } from '../../src/store/sequences.ts';
import { GOOD_WORDS, OpenAiServer } from '../servers/models.ts';
import { json } from '../servers/provider-server.ts';
import { DAY_MS, HOUR_MS, type Desk } from './desk.ts';
import { drafts, enroll, modelBench } from './model-bench.ts';

/** C5, D3, D4: whoever had to wait for words waits no longer than the cause of it. */

const BRIEFING = 'One case study, one number, one question at the end, and no links.';
let server: OpenAiServer;

beforeEach(async () => {
  server = await OpenAiServer.start();
});

const bench = (more = ''): Desk => modelBench(server, more);
const drip = (of: Desk) => of.run(['drip', '--force', '--json']);

/** Writes the files of one sequence and makes them active. */
async function apply(
  of: Desk,
  { briefing = BRIEFING, head = '', id = 'website' }: { briefing?: string; head?: string; id?: string } = {},
): Promise<Readonly<Record<string, unknown>>> {
  const folder = join(of.directory, 'sequences', id);
  mkdirSync(folder, { recursive: true });
  const second = head.includes('nurture') ? '' : '\n[[step]]\nid = "again"\nafter = "2d"\n';
  writeFileSync(
    join(folder, 'sequence.toml'),
    `name = "${id}"\nstatus = "active"\n${head}\n[[step]]\nid = "hello"\nafter = "0d"\n${second}`,
  );
  writeFileSync(
    join(folder, 'hello.md'),
    `Subject: A case study\nMode: ai\nLength: short\nBriefing: ${briefing}\n\nHi,\n\n{{ ai }}\n\nTom\n`,
  );
  if (second !== '')
    writeFileSync(join(folder, 'again.md'), 'Subject: Again\nMode: fixed\n\nShall we talk?\n');
  return of.json(['sequences', 'apply', '--yes']);
}

function enrolled(of: Desk, names: readonly string[]): void {
  const sequence = loadSequences(of.database).find(({ id }) => id === 'website')!;
  for (const name of names) of.enroll(of.lead(name), sequence);
}

const waiting = (of: Desk) =>
  of.row('SELECT count(*) AS count FROM enrollments WHERE retry_at IS NOT NULL')['count'];

describe('C5: words that are corrected end the wait of whoever had none', () => {
  const trigger = '[trigger]\nsource = ["web"]\n';

  test('a corrected briefing is tried at the next run, and not after a day or a week', async () => {
    const of = bench();
    await apply(of, { head: trigger });
    enrolled(of, ['ann', 'ben']);
    server.say = () => ({ text: ' ' });
    await drip(of);
    of.clock.advance(DAY_MS);
    await drip(of);
    of.clock.advance(HOUR_MS);
    await drip(of);
    expect([server.asked.length, waiting(of)], 'failed twice: they wait a week').toEqual([4, 2]);

    server.say = () => ({ text: GOOD_WORDS });
    const applied = await apply(of, { head: trigger, briefing: `${BRIEFING} Keep it plain.` });
    expect(applied).toMatchObject({ applied: true, retried_count: 2 });
    await drip(of);
    expect(drafts(of).map(({ name }) => name)).toEqual(['ann', 'ben']);
  });

  test('its failures begin anew: a second bad briefing costs a day again, not a week', async () => {
    const of = bench();
    await apply(of, { head: trigger });
    enrolled(of, ['ann']);
    server.say = () => ({ text: '' });
    await drip(of);
    of.clock.advance(HOUR_MS);
    await drip(of);
    await apply(of, { head: trigger, briefing: 'Still not what it should be.' });
    await drip(of);
    expect(of.row('SELECT retry_at AS at FROM enrollments')).toEqual({ at: of.clock.now() + DAY_MS });
  });

  test('another step, another sequence or another delay lets nobody through', async () => {
    const of = bench();
    await apply(of, { head: trigger });
    enrolled(of, ['ann']);
    server.say = () => ({ text: '' });
    await drip(of);
    writeFileSync(
      join(of.directory, 'sequences/website/again.md'),
      'Subject: Again\nMode: fixed\n\nShall we?\n',
    );
    expect(await of.json(['sequences', 'apply', '--yes'])).toMatchObject({ applied: true, retried_count: 0 });
    expect(await apply(of, { id: 'other', head: '[trigger]\nsource = ["x"]\n' })).toMatchObject({
      retried_count: 0,
    });
    expect(waiting(of)).toBe(1);
  });

  test('what the sequence is for counts as words: its writer is told of it', async () => {
    const of = bench();
    await apply(of, { head: trigger });
    enrolled(of, ['ann']);
    server.say = () => ({ text: '' });
    await drip(of);
    expect(await apply(of, { head: `description = "For those who wrote to us."\n${trigger}` })).toMatchObject(
      {
        retried_count: 1,
      },
    );
    expect((await of.run(['sequences', 'apply'])).code).toBe(0);
  });

  test('B7: nurture looks again at whom it had put off', async () => {
    const of = bench();
    await apply(of, { id: 'cold', head: 'kind = "nurture"\n' });
    const lead = of.lead('ann', { stage: 'contacted', lastContactAt: of.clock.now() - 90 * DAY_MS });
    of.database.write(() =>
      of.database.prepare('UPDATE leads SET nurture_due_at = ? WHERE row_id = ?').run(of.clock.now(), lead),
    );
    server.say = () => ({ text: '' });
    await of.run(['nurture', '--force']);
    expect(
      await apply(of, { id: 'cold', head: 'kind = "nurture"\n', briefing: `${BRIEFING} Plainly.` }),
    ).toMatchObject({ retried_count: 1 });
    server.say = () => ({ text: GOOD_WORDS });
    await of.run(['nurture', '--force']);
    expect(drafts(of)).toMatchObject([{ name: 'ann' }]);
  });
});

describe('D4, A6: what a run that ended 69 had not made', () => {
  test('is free for the next run: neither its cap of the day nor a lead is used up', async () => {
    const of = bench('[limits]\ndrafts_per_run_drip = 4\ndrafts_per_day = 4\n');
    enroll(of, ['ann', 'ben', 'cid', 'dan', 'eve']);
    const quota = json(429, { error: { message: 'quota', type: 'insufficient_quota', code: null } });
    server.failBy(({ nth }) => (nth < 1 ? null : { kind: 'answer', answer: quota, acts: false }));
    expect((await drip(of)).code).toBe(69);
    expect(drafts(of)).toHaveLength(1);
    expect(of.row(`SELECT count(*) AS count FROM messages WHERE state = 'reserved'`)).toEqual({ count: 0 });
    const status = await of.json(['drip', '--preview']);
    expect(status['guards'], 'the preview counts one of four').toMatchObject({
      cap: { used: 3, used_today: 1 },
    });

    server.failBy(() => null);
    expect((await drip(of)).code).toBe(0);
    expect(drafts(of).map(({ name }) => name)).toEqual(['ann', 'ben', 'cid', 'dan']);
    of.clock.advance(HOUR_MS);
    await drip(of);
    expect(drafts(of), 'and no more than the day has').toHaveLength(4);
  });
});
