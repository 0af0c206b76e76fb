import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { loadDefinitions } from '../../src/config/definitions.ts';
import { formatIssue } from '../../src/config/issue.ts';
import { lintDefinitions } from '../../src/config/lint.ts';
import { inspectConfig } from '../../src/config/load.ts';
import { formatProblem } from '../../src/config/sequence-problem.ts';
import { HeadgateError } from '../../src/core/errors.ts';
import { NO_KNOWLEDGE, sequencesWith } from '../config/definition-samples.ts';
import { BRAND, folderWith, questionIn } from '../config/workspace.ts';
import { DEFINITIONS } from '../hardening/definitions.table.ts';
import { broken, FUZZ_MS, settings } from './fuzz.ts';

const SAMPLES = join(import.meta.dirname, '../fixtures/sequences/workspace/sequences');
const sample = (name: string): string => readFileSync(join(SAMPLES, name), 'utf8');

const TOML = sample('website-enquiry/sequence.toml');
const STEPS = ['thanks', 'one-number', 'last-word'].map((name) => sample(`website-enquiry/${name}.md`));
const fromTable = (ending: string): (string | Uint8Array)[] =>
  DEFINITIONS.flatMap(({ files }) => Object.entries(files))
    .filter(([name]) => name.endsWith(ending))
    .flatMap(([, content]) => (content === null || content.length > 5_000 ? [] : [content]));

const TOML_WORDS = [
  '"',
  "'",
  '"""',
  '[',
  ']',
  '[[step]]',
  '[send]',
  '=',
  '\n',
  '\r',
  '\\u0000',
  '\\',
  '.',
  '#',
  '{',
  '}',
  ',',
  'nan',
  'inf',
  '1979-05-27',
  '__proto__',
  'constructor',
  '"__proto__" = 1\n',
  '\u202e',
  '\u001b[2J',
  '9'.repeat(40),
  '-',
];
const STEP_WORDS = [
  '{{',
  '}}',
  '{%',
  '%}',
  '{',
  '|',
  'default:',
  '"',
  '\n\n',
  '\r\n',
  'Subject:',
  'Mode: ai',
  '{{ ai }}',
  '](',
  '[',
  '<',
  'javascript:',
  '```',
  '__proto__',
  '{{ first_name }}',
  '{% if x %}',
  '{% for i in (1..9999999) %}',
  '\u202e',
  '\u001b[2J',
  '\0',
];

/** What is said of a file names it, is one line, short, and moves no cursor. */
function expectSpoken(line: string): void {
  // eslint-disable-next-line no-control-regex -- finding control characters is the purpose
  expect(line).not.toMatch(/[\u0000-\u0008\u000A-\u001F\u007F-\u009F\u2028-\u202E\u2066-\u2069]/);
  expect(line.length).toBeLessThan(600);
}

async function expectJudged(folder: string): Promise<void> {
  const loaded = loadDefinitions(folder);
  const problems = [...(await lintDefinitions(loaded, NO_KNOWLEDGE))];
  for (const problem of problems) {
    expectSpoken(formatProblem(problem));
    expect(problem.file).toMatch(/^(?:sequences\/s(?:\/|$)|campaigns\/)/);
    if (problem.line !== null) expect(problem.line).toBeGreaterThan(0);
  }
  expect((await lintDefinitions(loadDefinitions(folder), NO_KNOWLEDGE)).map(formatProblem)).toEqual(
    problems.map(formatProblem),
  );
}

test(
  'any sequence.toml is a sequence or problems with their places, the same ones each time',
  async () => {
    const folder = sequencesWith({
      'sequences/s/thanks.md': STEPS[0] ?? '',
      'sequences/s/one-number.md': STEPS[1] ?? '',
      'sequences/s/last-word.md': STEPS[2] ?? '',
    });
    await fc.assert(
      fc.asyncProperty(
        broken([TOML, sample('cold-leads/sequence.toml'), ...fromTable('.toml')], TOML_WORDS),
        async (bytes) => {
          writeFileSync(join(folder, 's/sequence.toml'), bytes);
          await expectJudged(folder);
        },
      ),
      settings(40),
    );
  },
  FUZZ_MS,
);

test(
  'any step file is a mail or problems with their places, the same ones each time',
  async () => {
    const folder = sequencesWith({
      'sequences/s/sequence.toml': 'name = "S"\n[[step]]\nid = "one"\nafter = "0d"\n',
    });
    await fc.assert(
      fc.asyncProperty(broken([...STEPS, ...fromTable('.md')], STEP_WORDS), async (bytes) => {
        writeFileSync(join(folder, 's/one.md'), bytes);
        await expectJudged(folder);
      }),
      settings(40),
    );
  },
  FUZZ_MS,
);

const CONFIG = [
  'live = false\ntimezone = "Europe/London"\nholidays = ["2026-12-25"]\n[limits]\ndrafts_per_day = 10\ndrafts_per_run_drip = 5\n[hours]\nweekdays = [1, 2, 3, 4, 5]\nstart = "09:00"\nend = "17:00"\n',
  'mail = "smtp"\n[mail.smtp]\nhost = "mail.example.com"\nport = 587\nuser = "tom"\npassword = { env = "SMTP_PASSWORD" }\n[web]\nunsubscribe_url = "https://u.example.com"\ntoken_secret = { file = "secret" }\n',
  '[[sender]]\naddress = "tom@mail.example.com"\nname = "Tom"\n[[source]]\nid = "inbox"\nkind = "imap"\nhost = "imap.example.com"\nuser = "tom"\npassword = { env = "P" }\n[ai]\nmodel = "m"\nprovider = "openai"\nkey = { env = "K" }\n',
];

test(
  'any headgate.toml and brand.toml is a configuration or issues with their places, and no secret is repeated',
  () => {
    const folder = folderWith({ 'headgate.toml': '', 'brand.toml': BRAND });
    const question = questionIn(folder);
    fc.assert(
      fc.property(
        broken(CONFIG, TOML_WORDS),
        broken([BRAND], TOML_WORDS),
        fc.boolean(),
        (config, brand, isBrand) => {
          writeFileSync(join(folder, 'headgate.toml'), isBrand ? (CONFIG[0] ?? '') : config);
          writeFileSync(join(folder, 'brand.toml'), isBrand ? brand : BRAND);
          const issues = issuesOf(() => inspectConfig(question));
          expect(issuesOf(() => inspectConfig(question))).toEqual(issues);
          for (const issue of issues) expectSpoken(issue);
        },
      ),
      settings(60),
    );
  },
  FUZZ_MS,
);

function issuesOf(inspect: () => ReturnType<typeof inspectConfig>): readonly string[] {
  try {
    const inspection = inspect();
    if (inspection.kind === 'valid') return [];
    for (const issue of inspection.issues)
      // Only what is missing, and what two places say together, stands on no line.
      if (['unknown_key', 'wrong_value'].includes(issue.kind) && issue.place !== 'environment')
        expect(issue.line, formatIssue(issue)).not.toBeNull();
    return inspection.issues.map(formatIssue);
  } catch (error) {
    if (!(error instanceof HeadgateError)) throw error;
    return [error.message, ...error.details];
  }
}
