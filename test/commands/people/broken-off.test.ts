import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { eraseLead } from '../../../src/store/erase-lead.ts';
import { ensureErasureKey, hashAddress } from '../../../src/store/erasures.ts';
import { leadByRowId } from '../../../src/store/leads.ts';
import { about, read, readyPages } from '../sync/fact-desk.ts';
import type { SendDesk } from '../send/send-desk.ts';
import { ADDRESS, CANARY, filesWith, personDesk, type Person } from './person-desk.ts';

/** As if the program was killed right after the transaction of the state was committed. */
function eraseHalf(bench: SendDesk, { rowId }: Person): void {
  const { database: db, clock } = bench;
  const now = clock.now();
  db.write(() => {
    const key = ensureErasureKey(db, () => 'k-aaaaaaaaaaaaaaaa', now);
    const lead = leadByRowId(db, rowId)!;
    eraseLead(db, { lead, hash: hashAddress(key, lead.emailKey), key, now });
  });
}

/** In which files a person is named, the state's own apart: only the command itself writes that anew. */
function besideState(bench: SendDesk, text: string): readonly string[] {
  return filesWith(bench.directory, text).filter((name) => !name.startsWith('headgate.db'));
}

describe('F8: an erasure that was broken off is finished', () => {
  test.for([
    { by: 'sync', words: ['sync'] },
    { by: 'the next import', words: ['leads', 'import', '-'] },
    { by: 'the same command', words: ['leads', 'erase', ADDRESS, '--yes'] },
  ])('by $by', async ({ words }) => {
    const bench = await personDesk();
    eraseHalf(bench, bench.person);
    expect(besideState(bench, ADDRESS).length).toBeGreaterThan(1);
    await bench.json(words, { input: 'email\nnew@new.example\n' });
    expect(besideState(bench, ADDRESS)).toEqual([]);
    expect(besideState(bench, CANARY)).toEqual([]);
    expect(readFileSync(join(bench.directory, 'erasures.jsonl'), 'utf8')).toContain(bench.person.id);
    expect(bench.row('SELECT count(*) AS waiting FROM erasures WHERE cleaned_at IS NULL')).toEqual({
      waiting: 0,
    });
  });

  test('A15: in between nothing leaves for them, and a lost file is written again', async () => {
    const bench = await personDesk();
    eraseHalf(bench, bench.person);
    bench.clock.advance(86_400_000);
    await bench.json(['drip', '--force']);
    expect(bench.rows('SELECT id FROM messages WHERE lead_row_id = ?', bench.person.rowId)).toHaveLength(1);
    await bench.json(['sync']);
    rmSync(join(bench.directory, 'erasures.jsonl'));
    await bench.json(['sync']);
    expect(readFileSync(join(bench.directory, 'erasures.jsonl'), 'utf8')).toContain(bench.person.id);
  });

  test('a line that a crash cut off is written again; one that is damaged is named with its place', async () => {
    const bench = await personDesk();
    await bench.json(['leads', 'erase', ADDRESS, '--yes']);
    const path = join(bench.directory, 'erasures.jsonl');
    const whole = readFileSync(path, 'utf8');
    writeFileSync(path, whole.slice(0, -20));
    expect((await bench.json(['sync'])).exit.name).toBe('OK');
    expect(readFileSync(path, 'utf8')).toBe(whole);
    writeFileSync(path, `${whole}rubbish\n`);
    const refused = await bench.json(['sync']);
    expect(refused.exit).toMatchObject({ name: 'CONFIG' });
    expect(refused.exit.message).toContain('erasures.jsonl:3');
  });
});

describe('GDPR: what comes back of somebody who was erased', () => {
  test('is known for what it is, and none of its words is kept or told', async () => {
    const bench = await personDesk();
    await bench.json(['leads', 'erase', ADDRESS, '--yes']);
    const before = bench.notices();
    const words = { detail: `said ${CANARY}`, text: `words ${CANARY}` };
    const facts = [
      about(bench, bench.person.messageId, { kind: 'reply', key: `mail <x@${CANARY}.example>`, ...words }),
      {
        ...about(bench, 'm-nobody', { kind: 'hard_bounce', key: 'by address', ...words }),
        about: {
          messageId: null,
          messageIdHeaders: [],
          providerId: null,
          conversationId: null,
          emailKey: ADDRESS,
        },
      },
    ] as const;
    expect(await read(bench, readyPages([facts]))).toMatchObject({ facts: 2, applied: 0, unmatched: 2 });
    expect(filesWith(bench.directory, CANARY)).toEqual([]);
    expect(bench.notices()).toEqual(before);
    // E7: read again, it is a repeat.
    expect(await read(bench, readyPages([[], facts]))).toMatchObject({ repeated: 2 });
  });

  test('of everybody else it is heard as ever', async () => {
    const bench = await personDesk();
    await bench.json(['leads', 'erase', ADDRESS, '--yes']);
    const reply = about(bench, bench.other.messageId, { kind: 'reply', text: 'hello' });
    expect(await read(bench, readyPages([[reply]]))).toMatchObject({ applied: 1 });
  });
});
