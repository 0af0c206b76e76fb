import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { readInboundMail } from '../../src/adapters/inbound-mail.ts';
import { classifyMail } from '../../src/core/inbound/classify.ts';
import { importDesk } from '../commands/import-desk.ts';
import { desk } from '../commands/desk.ts';
import { expectPlainWords } from '../hardening/general-rule.ts';

/** What the fuzzers found, each as small as it gets: it was wrong once, and is tried in every run. */

const FOUND = join(import.meta.dirname, '../fixtures/found');
const found = (name: string): Buffer => readFileSync(join(FOUND, name));

describe('mails', () => {
  test.each([
    ['pasted-report.eml', 'human_reply', 'a person who pastes a report into an answer is a person'],
    [
      'action-of-every-object.eml',
      'dead_address',
      'an action that every object answers to is none that is known',
    ],
  ])('%s is %s: %s', async (name, kind) => {
    const mail = await readInboundMail(found(`mails/${name}`));
    expect(classifyMail(mail, { receivedOn: '2026-11-22' }).kind).toBe(kind);
  });
});

describe('files of leads', () => {
  test('words-of-every-object.csv: no cell means anything because the language has such a word', async () => {
    const { import: load, leads } = importDesk();
    const { code, rejects } = await load(found('lead-files/words-of-every-object.csv'));
    expect(code).toBe(32);
    expect(rejects.map(({ line, field }) => `${String(line)} ${field}`)).toEqual([
      '2 opted_out',
      '3 do_not_contact',
      '4 country',
      '5 stage',
    ]);
    expect(leads().map(({ email }) => email)).toEqual(['good@x.example']);
  });

  test('a-letter-for-a-table.csv: the names of its columns are shown shortened', async () => {
    const { run, file } = importDesk();
    const result = await run(['leads', 'import', file(found('lead-files/a-letter-for-a-table.csv'))]);
    expect(result.code).toBe(65);
    expectPlainWords(result, 'leads import');
  });
});

test.each([
  ['drip', '--preview', '--at', '2'.repeat(500)],
  ['drip', `--${'x'.repeat(500)}`],
  ['report', '--since', `yesterday${'\u001b[2J'.repeat(200)}`],
])('a command line of %s %s: what was typed is shown shortened', async (...words) => {
  const result = await desk().run(words);
  expect(result.code).toBe(64);
  expectPlainWords(result, words[0]);
});
