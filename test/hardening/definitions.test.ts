import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { DEFINITIONS, type DefinitionRow } from './definitions.table.ts';
import { expectNoOutwardAction, expectNothingChanged, lasting, remember } from './general-rule.ts';
import { said, sequenceFiles, Workshop } from './workshop.ts';

const ROWS = DEFINITIONS.map((row) => ({ ...row, row }));

let shop: Workshop;
beforeAll(async () => {
  shop = await Workshop.open({ directory: mkdtempSync(join(tmpdir(), 'headgate-definitions-')) });
  await shop.settle();
  await shop.people(2);
});
afterAll(() => rmSync(shop.directory, { recursive: true }));

test.each(ROWS)('hardening $number: $title', async ({ row }) => {
  const before = remember(shop.path('headgate.db'));
  shop.sequence('welcome', sequenceFiles());
  save(row);
  const lint = await shop.run(['sequences', 'lint']);
  expect(lint.code, said(lint)).toBe(row.exit);
  expectPlace(said(lint), row);
  if (row.exit === 65) {
    const [first, again] = [await applied(row), await applied(row)];
    expect(lasting(again)).toBe(lasting(first));
  }
  expectNothingChanged(before, remember(shop.path('headgate.db')));
  expectNoOutwardAction(before, remember(shop.path('headgate.db')));
  shop.remove('sequences/empty');
});

test('C5: after all of these, whoever is under way goes on with the last good version', async () => {
  expect((await shop.drip()).map(({ step }) => step)).toEqual(['one', 'one']);
});

async function applied(row: DefinitionRow): Promise<string> {
  const apply = await shop.run(['sequences', 'apply', '--yes']);
  expect(apply.code, said(apply)).toBe(65);
  expectPlace(said(apply), row);
  expect(said(apply)).toContain('Nothing was applied: the last good version stays active.');
  return said(apply);
}

function save({ files }: DefinitionRow): void {
  for (const [name, content] of Object.entries(files)) {
    if (content === null) {
      shop.remove(name);
      continue;
    }
    mkdirSync(dirname(shop.path(name)), { recursive: true });
    writeFileSync(shop.path(name), content, { mode: 0o600 });
  }
}

/** One line has the place and all of the words. */
function expectPlace(text: string, { at, says }: DefinitionRow): void {
  const lines = text.split('\n').filter((line) => line.includes(at));
  expect(
    lines.some((line) => says.every((each) => line.includes(each))),
    `${at} ${says.join(' ')} in\n${text}`,
  ).toBe(true);
}
