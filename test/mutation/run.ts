import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { PARTS, type Part } from './parts.ts';
import { mutateSql } from './sql.ts';

/**
 * `run.ts [PART…]`: mutates one part after another (all of them without a name) and prints each score. The tools are a package of their
 * own in this folder and are installed when they are missing. `claims-sql` needs none: see sql.ts. Ends 1 when a part is below 90 %.
 */
const FOLDER = import.meta.dirname;
const ROOT = join(FOLDER, '../..');
const STRYKER = join(FOLDER, 'node_modules/@stryker-mutator/core/bin/stryker.js');
const BREAK = 90;
const SQL_PART = 'claims-sql';

const names = process.argv.slice(2);
const known = [...PARTS.map(({ name }) => name), SQL_PART];
const unknown = names.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`no such part: ${unknown.join(', ')}; parts: ${known.join(', ')}\n`);
  process.exit(64);
}
const isWanted = (name: string): boolean => names.length === 0 || names.includes(name);
const parts = PARTS.filter(({ name }) => isWanted(name));
if (parts.length > 0 && !existsSync(STRYKER))
  execFileSync('npm', ['ci', '--loglevel=error'], { cwd: FOLDER, stdio: 'inherit' });
const scores = [...parts.map(mutate), ...(isWanted(SQL_PART) ? [sqlScore()] : [])];
process.stdout.write(
  [
    '',
    '| part | mutants | killed | survived | score |',
    '| --- | --- | --- | --- | --- |',
    ...scores.map(rowOf),
    '',
  ].join('\n'),
);
process.exitCode = scores.some(({ score }) => score < BREAK) ? 1 : 0;

interface Score {
  readonly name: string;
  readonly mutants: number;
  readonly killed: number;
  /** In percent. */
  readonly score: number;
}

function mutate({ name, mutate: files, tests }: Part): Score {
  try {
    execFileSync(process.execPath, [STRYKER, 'run', join(FOLDER, 'stryker.config.mjs')], {
      cwd: ROOT,
      stdio: 'inherit',
      env: {
        ...process.env,
        HEADGATE_MUTATE_PART: name,
        HEADGATE_MUTATE: files.join(','),
        HEADGATE_MUTATE_TESTS: tests.join(','),
      },
    });
  } catch (error) {
    // A score below the line ends so as well; whatever else went wrong has left no report.
    if (!existsSync(reportOf(name))) throw error;
  }
  return scoreOf(name);
}

function reportOf(name: string): string {
  return join(FOLDER, `reports/${name}.report.json`);
}

/** As Stryker counts: a time-out is a kill, what was left out or did not compile does not count. */
function scoreOf(name: string): Score {
  const report = JSON.parse(readFileSync(reportOf(name), 'utf8')) as {
    readonly files: Readonly<Record<string, { readonly mutants: readonly { readonly status: string }[] }>>;
  };
  const states = Object.values(report.files).flatMap(({ mutants }) => mutants.map(({ status }) => status));
  const killed = states.filter((status) => status === 'Killed' || status === 'Timeout').length;
  const survived = states.filter((status) => status === 'Survived' || status === 'NoCoverage').length;
  return score(name, killed + survived, killed);
}

function sqlScore(): Score {
  const { mutants, killed } = mutateSql();
  return score(SQL_PART, mutants, killed);
}

function score(name: string, mutants: number, killed: number): Score {
  return { name, mutants, killed, score: mutants === 0 ? 100 : (100 * killed) / mutants };
}

function rowOf({ name, mutants, killed, score }: Score): string {
  return `| ${name} | ${String(mutants)} | ${String(killed)} | ${String(mutants - killed)} | ${score.toFixed(1)} % |`;
}
