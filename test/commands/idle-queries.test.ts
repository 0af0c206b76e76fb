import Database from 'better-sqlite3';
import { expect, onTestFinished, test, vi } from 'vitest';

import { sequenceDefinition } from '../helpers/definitions.ts';
import { desk, type Desk } from './desk.ts';

/** Tables that grow with the leads and with the years. A tick must never read one of them from end to end (P2). */
const LARGE = 'leads|enrollments|messages|draft_log|timeline|attempts|outgoing_mail|runs|silences|job_days';

/** A state in which drip, nurture and send ran before, and nothing is due. */
async function idleDesk(): Promise<Desk> {
  const bench = desk();
  bench.apply(sequenceDefinition('website-lead', ['first', 'second']));
  for (const job of ['drip', 'nurture', 'send']) await bench.run([job]);
  await bench.run(['confirm', '--yes']);
  return bench;
}

/** The statements that a command prepares. */
async function statementsOf(run: () => Promise<unknown>): Promise<readonly string[]> {
  const prepare = vi.spyOn(Database.prototype, 'prepare');
  onTestFinished(() => {
    prepare.mockRestore();
  });
  await run();
  const texts = prepare.mock.calls.map(([text]) => text);
  prepare.mockRestore();
  return [...new Set(texts)];
}

/** What SQLite would do for a statement, one line for each loop; parameters are unknown to it either way. */
function planOf(bench: Desk, sql: string): readonly string[] {
  const database = new Database(bench.file, { readonly: true });
  try {
    const names = [...sql.matchAll(/@(\w+)/g)].map(([, name]) => [name ?? '', null]);
    const marks = [...sql.matchAll(/\?/g)].map(() => null);
    const statement = database.prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`);
    const rows = names.length > 0 ? statement.all(Object.fromEntries(names)) : statement.all(...marks);
    return rows.map(({ detail }) => detail);
  } finally {
    database.close();
  }
}

test.each(['drip', 'nurture', 'send', 'confirm'])('P2: an idle %s scans no table that grows', async (job) => {
  const bench = await idleDesk();
  let exit = -1;
  const statements = await statementsOf(async () => {
    ({ code: exit } = await bench.run([job]));
  });
  expect(exit).toBe(0);
  expect(statements.length).toBeGreaterThan(2);
  const scans = statements
    .filter((sql) => /^\s*(?:SELECT|INSERT|UPDATE|DELETE|WITH)\b/i.test(sql))
    .flatMap((sql) => planOf(bench, sql).map((detail) => `${detail}: ${sql.replaceAll(/\s+/g, ' ')}`))
    .filter((line) => new RegExp(`^SCAN (?:${LARGE}|[lemt])\\b`).test(line));
  expect(scans).toEqual([]);
});
