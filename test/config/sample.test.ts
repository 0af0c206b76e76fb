import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { expect, test } from 'vitest';

import { loadDefinitions } from '../../src/config/definitions.ts';
import { initialFiles } from '../../src/config/initial-files.ts';
import { lintDefinitions } from '../../src/config/lint.ts';
import { loadConfig } from '../../src/config/load.ts';
import { SAMPLE_FILES, SAMPLE_LEADS_FILE } from '../../src/config/sample/sample-files.ts';
import { formatProblem } from '../../src/config/sequence-problem.ts';
import { folderWith, questionIn } from './workspace.ts';

const ANSWERS = {
  name: 'Maren "M" Vogt \\ Söhne',
  from: 'Maren <maren@mail.example.com>',
  timezone: 'Europe/Berlin',
  postalAddress: '1 Mill Lane\nLeeds',
};

function workspace(isSample: boolean): string {
  const folder = folderWith({});
  const files = initialFiles(ANSWERS, { isSample, tokenSecret: 'abc' });
  const sample = [...SAMPLE_FILES].map(([path, text]) => ({ path, text }));
  for (const { path, text } of [...files, ...(isSample ? sample : [])]) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

test('cli.md 1: what init writes is valid, says back what was answered and is about 25 lines', () => {
  const config = loadConfig(questionIn(workspace(false)));
  expect(config.policy.timezone).toBe('Europe/Berlin');
  expect(config.policy.hours).toEqual({ weekdays: [1, 2, 3, 4, 5], startMinute: 540, endMinute: 1020 });
  expect(config.brand).toMatchObject({ name: ANSWERS.name, postalAddress: '1 Mill Lane\nLeeds' });
  expect(config.remarks).toEqual([]);
  const [toml] = initialFiles(ANSWERS, { isSample: false, tokenSecret: 'abc' });
  expect(toml?.text.split('\n').length).toBeLessThan(30);
});

test('every key that init shows as a comment is right as soon as it is uncommented', () => {
  const [toml] = initialFiles(ANSWERS, { isSample: false, tokenSecret: 'abc' });
  const uncommented = (toml?.text ?? '').replaceAll(/^# (\w+ = )/gm, '$1');
  const folder = workspace(false);
  writeFileSync(join(folder, 'headgate.toml'), uncommented);
  const { policy, settings } = loadConfig(questionIn(folder));
  expect(policy.limits.draftsPerDay).toBe(10);
  expect(settings.sourceOf('limits.drafts_per_day').kind).toBe('file');
});

test('the sample is open at any hour of any day, with limits at their defaults', () => {
  const config = loadConfig(questionIn(workspace(true)));
  expect(config.policy.hours).toEqual({ weekdays: [1, 2, 3, 4, 5, 6, 7], startMinute: 0, endMinute: 1440 });
  expect(config.policy.limits).toMatchObject({ draftsPerRunDrip: 5, draftsPerDay: 10 });
});

test('the sample copy passes lint without a single remark, so that nobody learns to ignore it', async () => {
  const folder = workspace(true);
  const { brand, policy } = loadConfig(questionIn(folder));
  const loaded = loadDefinitions(join(folder, 'sequences'));
  const problems = await lintDefinitions(loaded, {
    customFields: [],
    brand,
    hours: policy.hours,
    hasModel: false,
  });
  expect(problems.map(formatProblem)).toEqual([]);
  expect(loaded.definitions.map(({ id, kind, steps }) => [id, kind, steps.length])).toEqual([
    ['consulting-outbound', 'drip', 3],
    ['stay-in-touch', 'nurture', 3],
    ['website-lead', 'drip', 4],
  ]);
  for (const { steps } of loaded.definitions) for (const { copy } of steps) expect(copy.mode).toBe('fixed');
});

test('31 leads of many countries, each with an address that belongs to nobody', () => {
  const rows = (SAMPLE_FILES.get(SAMPLE_LEADS_FILE) ?? '').trim().split('\n').slice(1);
  expect(rows).toHaveLength(31);
  expect(new Set(rows.map((row) => row.split(',')[0])).size).toBe(31);
  for (const row of rows) expect(row).toMatch(/^[^,]+@[^,]+\.example,/);
});
