import { expect, test } from 'vitest';

import { DAY_MS, HOUR_MS, said, sequenceFiles, Workshop } from './workshop.ts';

/** Sequences whose fault only shows over time or in what stood there before: the others are in the table of definitions. */

test('hardening 63: a sequence without steps is warned about, and enrolls nobody', async () => {
  const shop = await Workshop.open();
  shop.sequence('welcome', sequenceFiles({ steps: [] }));
  const lint = await shop.run(['sequences', 'lint']);
  expect(lint.code).toBe(0);
  expect(said(lint)).toMatch(/warning.*no steps?|warning.*enrolls nobody/);
  const fresh = await Workshop.open();
  fresh.sequence('empty', sequenceFiles({ source: 'form:empty', steps: [] }));
  await fresh.mustRun(['sequences', 'apply', '--yes']);
  await fresh.import(['ann@firm.example,Ann,Firm,UTC,form:empty']);
  expect(fresh.rows('SELECT 1 FROM enrollments')).toEqual([]);
  expect(
    fresh
      .rows<{ text: string }>('SELECT text FROM timeline')
      .map(({ text }) => text)
      .join('\n'),
  ).toContain('empty');
});

test('hardening 64: a folder that vanished while people are under way is refused until the sequence is archived and applied', async () => {
  const shop = await Workshop.open();
  await shop.people(1);
  const files = sequenceFiles();
  shop.remove('sequences/welcome');
  const refused = await shop.run(['sequences', 'apply', '--yes']);
  expect(refused.code).toBe(65);
  expect(said(refused)).toMatch(/welcome[\s\S]*archived/);
  shop.sequence('welcome', {
    ...files,
    toml: files.toml.replace('status = "active"', 'status = "archived"'),
  });
  await shop.mustRun(['sequences', 'apply', '--yes']);
  expect(shop.rows<{ status: string }>('SELECT status FROM enrollments')).toEqual([{ status: 'cancelled' }]);
  shop.remove('sequences/welcome');
  await shop.mustRun(['sequences', 'apply', '--yes']);
});

test('hardening 66: the id of a deleted step is never used again, since its send key is in the history', async () => {
  const shop = await Workshop.open();
  await shop.people(1);
  shop.sequence(
    'welcome',
    sequenceFiles({
      steps: [
        ['one', 'after = "0d"'],
        ['three', 'after = "2d"'],
      ],
    }),
  );
  await shop.mustRun(['sequences', 'apply', '--yes']);
  shop.sequence('welcome', sequenceFiles());
  const again = await shop.run(['sequences', 'apply', '--yes']);
  expect(again.code).toBe(65);
  expect(said(again)).toContain('two');
});

test('hardening 67: steps in another order while people are midway: nobody gets one twice, nobody loses one, and the preflight shows it', async () => {
  const shop = await Workshop.open();
  await shop.settle();
  await shop.people(1);
  expect((await shop.drip()).map(({ step }) => step)).toEqual(['one']);
  await shop.approveAndSend();
  // one was sent; three now comes before two.
  shop.sequence(
    'welcome',
    sequenceFiles({
      steps: [
        ['one', 'after = "0d"'],
        ['three', 'after = "2d"'],
        ['two', 'after = "2d"'],
      ],
    }),
  );
  const plan = await shop.mustRun(['sequences', 'plan']);
  expect(plan.stdout).toContain('Double sends possible: 0');
  await shop.mustRun(['sequences', 'apply', '--yes']);
  const seen: string[] = [];
  for (let day = 1; day <= 8; day += 1) {
    shop.clock.advance(DAY_MS);
    seen.push(...(await shop.drip()).map(({ step }) => step));
    await shop.approveAndSend();
    await shop.mustRun(['nurture'], [0, 30]);
  }
  expect(seen).toEqual(['three', 'two']);
});

test('hardening 72: a delay of 0 on every step is still one step per lead in 24 hours', async () => {
  const shop = await Workshop.open();
  const steps = ['one', 'two', 'three'].map((id) => [id, 'after = "0d"'] as const);
  shop.sequence('welcome', sequenceFiles({ steps }));
  await shop.mustRun(['sequences', 'apply', '--yes']);
  await shop.settle();
  await shop.people(1);
  for (let hour = 0; hour < 72; hour += 1) {
    await shop.drip();
    await shop.approveAndSend();
    shop.clock.advance(HOUR_MS);
  }
  const made = shop.drafts();
  expect(made.map(({ step }) => step)).toEqual(['one', 'two', 'three']);
  for (const [index, { madeAt }] of made.entries()) {
    expect(madeAt - (made[index - 1]?.madeAt ?? -Infinity)).toBeGreaterThanOrEqual(DAY_MS);
  }
});

test('hardening 74: a renamed sequence with people under way is refused without renamed_from, and keeps its state with it', async () => {
  const shop = await Workshop.open();
  await shop.settle();
  await shop.people(1);
  await shop.drip();
  await shop.approveAndSend();
  shop.remove('sequences/welcome');
  shop.sequence('hello', sequenceFiles());
  const refused = await shop.run(['sequences', 'apply', '--yes']);
  expect(refused.code).toBe(65);
  expect(said(refused)).toContain('renamed_from');
  shop.sequence('hello', sequenceFiles({ head: 'renamed_from = "welcome"' }));
  await shop.mustRun(['sequences', 'apply', '--yes']);
  for (let day = 1; day <= 2; day += 1) {
    shop.clock.advance(DAY_MS);
    await shop.mustRun(['drip']);
  }
  expect(shop.drafts().map(({ step }) => step)).toEqual(['one', 'two']);
  expect(shop.rows('SELECT id FROM sequences')).toEqual([{ id: 'hello' }]);
});
