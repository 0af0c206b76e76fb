import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { defineConfig, type Plugin } from 'vitest/config';

import base from '../../vitest.config.ts';
import { SQL_MUTANTS } from './sql-mutants/all.ts';
import { mutated } from './sql-mutants/mutant.ts';

/** Set by sql.ts: which of the mutants the sources are read with, and the tests that may notice. */
const { HEADGATE_SQL_MUTANT = '', HEADGATE_SQL_TESTS = '' } = process.env;
const mutant = SQL_MUTANTS[Number(HEADGATE_SQL_MUTANT === '' ? NaN : HEADGATE_SQL_MUTANT)];

const path = join('src/store', mutant?.file ?? '');
const isWrong = (id: string): boolean =>
  mutant !== undefined && (id.split('?')[0] ?? id).endsWith(`/${path}`);

/** The file on the disk is never touched: what is changed is what the tests load. */
const wrongSql: Plugin = {
  name: 'wrong-sql',
  enforce: 'pre',
  // Vitest knows a file again by what is on the disk, and would take what it had made of that before.
  configureVitest: ({ defineCacheKeyGenerator }) => {
    defineCacheKeyGenerator(({ id }) => (isWrong(id) ? false : null));
  },
  load(id) {
    if (mutant === undefined || !isWrong(id)) return null;
    const text = mutated(mutant, readFileSync(join(import.meta.dirname, '../..', path), 'utf8'));
    return path.endsWith('.sql') ? `export default ${JSON.stringify(text)};` : text;
  },
};

export default defineConfig({
  ...base,
  plugins: [wrongSql, ...(base.plugins ?? [])],
  test: {
    ...base.test,
    include: HEADGATE_SQL_TESTS.split(','),
    maxWorkers: 1,
    bail: 1,
  },
});
