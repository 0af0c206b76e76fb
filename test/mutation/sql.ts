import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { CLAIM_TESTS } from './parts.ts';
import { SQL_MUTANTS } from './sql-mutants/all.ts';
import { mutated, type SqlMutant } from './sql-mutants/mutant.ts';

const ROOT = join(import.meta.dirname, '../..');
const VITEST = join(ROOT, 'node_modules/vitest/vitest.mjs');
const CONFIG = join(import.meta.dirname, 'sql.vitest.config.ts');
/** What SQLite says of words that are no statement: any test would notice those, and they prove nothing. */
const NO_STATEMENT = /syntax error|no such column|incomplete input|ambiguous column name/;

export interface SqlScore {
  readonly mutants: number;
  readonly killed: number;
  readonly survivors: readonly SqlMutant[];
}

/**
 * Runs the tests of the claim path against one wrong word of its SQL after another, and prints each that no test notices. Stryker cannot:
 * to it a statement is one text, whole or gone. Only files that contain one of `names` when there are any.
 */
export function mutateSql(names: readonly string[] = []): SqlScore {
  const chosen = [...SQL_MUTANTS.entries()].filter(
    ([, { file }]) => names.length === 0 || names.some((name) => file.includes(name)),
  );
  for (const [, mutant] of chosen)
    mutated(mutant, readFileSync(join(ROOT, 'src/store', mutant.file), 'utf8'));
  if (notices('', CLAIM_TESTS)) throw new Error('The tests of the claim path fail without any change');
  const survivors = chosen.filter(([index, mutant]) => !isKilled(index, mutant)).map(([, mutant]) => mutant);
  return { mutants: chosen.length, killed: chosen.length - survivors.length, survivors };
}

/** First the tests of the very file, which are the likeliest to notice. */
function isKilled(index: number, mutant: SqlMutant): boolean {
  const own = `test/store/${mutant.file.replace('.ts', '.test.ts')}`;
  const others = CLAIM_TESTS.filter((path) => path !== own);
  const isKnown =
    (existsSync(join(ROOT, own)) && notices(String(index), [own])) || notices(String(index), others);
  const { file, from, to, costs } = mutant;
  const words = isKnown ? 'noticed ' : 'SURVIVED';
  process.stdout.write(`${words} ${file}: ${costs}\n`);
  if (!isKnown) process.stdout.write(`  - ${from.trim()}\n  + ${to.trim()}\n`);
  return isKnown;
}

/** Whether one of the tests fails. Throws where the mutant is no SQL. */
function notices(index: string, tests: readonly string[]): boolean {
  const { status, stdout, stderr } = spawnSync(process.execPath, [VITEST, 'run', '--config', CONFIG], {
    cwd: ROOT,
    encoding: 'utf8',
    env: {
      ...process.env,
      NO_COLOR: '1',
      HEADGATE_SQL_MUTANT: index,
      HEADGATE_SQL_TESTS: tests.join(','),
    },
  });
  const said = `${stdout}${stderr}`;
  if (status === 0) return false;
  const fault = NO_STATEMENT.exec(said);
  if (fault !== null || !said.includes('FAIL'))
    throw new Error(`No test could judge ${JSON.stringify(SQL_MUTANTS[Number(index)])}:\n${said}`);
  return true;
}

if (import.meta.main) {
  const { mutants, killed } = mutateSql(process.argv.slice(2));
  process.stdout.write(`${String(killed)} of ${String(mutants)} noticed\n`);
}
