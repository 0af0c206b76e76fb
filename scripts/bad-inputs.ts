/**
 * Runs every test that docs/explanation/bad-input.md names, and counts the 150 by what ran and passed: `150 of 150`. Ends 1 when a number
 * is missing or a test failed. Tests that this machine cannot run (they need root, a mail server, a browser) are listed.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { COUNT, numbersIn, readList } from '../test/hardening/list.ts';

interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

const ROOT = join(import.meta.dirname, '..');

function run(): Report {
  const folder = mkdtempSync(join(tmpdir(), 'headgate-inputs-'));
  const output = join(folder, 'report.json');
  const files = [...new Set(readList().flatMap(({ files: names }) => names))].map(
    (name) => `test/${name}.test.ts`,
  );
  const reporters = ['--reporter=dot', '--reporter=json', `--outputFile.json=${output}`];
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
  try {
    spawnSync(process.execPath, [vitest, 'run', ...files, '-t', 'hardening \\d', ...reporters], {
      cwd: ROOT,
      stdio: 'inherit',
    });
    return JSON.parse(readFileSync(output, 'utf8')) as Report;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const tests = run().testResults.flatMap(({ assertionResults }) => assertionResults);
const named = tests.filter(({ fullName }) => numbersIn(fullName).length > 0);
const passed = new Set(
  named.filter(({ status }) => status === 'passed').flatMap(({ fullName }) => numbersIn(fullName)),
);
const failed = named.filter(({ status }) => status === 'failed');
const skipped = named.filter(({ status }) => status !== 'passed' && status !== 'failed');
const missing = readList().filter(({ number }) => !passed.has(number));

for (const { fullName } of skipped) console.log(`not tried on this machine: ${fullName.trim()}`);
for (const { fullName } of failed) console.log(`failed: ${fullName.trim()}`);
for (const { number, input } of missing) console.log(`not shown: ${String(number)}, ${input}`);
console.log(
  `${String(COUNT - missing.length)} of ${String(COUNT)} bad inputs are shown by ${String(named.length - skipped.length)} tests`,
);
process.exitCode = missing.length === 0 && failed.length === 0 ? 0 : 1;
