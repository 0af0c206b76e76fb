import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { guardsTable, TABLE_ROWS } from './guards-table.ts';

const README = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
/** Two rows are what every `npm test` can afford; `HEADGATE_GUARDS_TABLE=whole` plays them all. */
const isWhole = process.env['HEADGATE_GUARDS_TABLE'] === 'whole';
const IN_EVERY_RUN = ['cap', 'wake'];

function inReadme(): readonly string[] {
  const from = README.indexOf('| guards taken away |');
  const lines = README.slice(from).split('\n');
  return lines.slice(2, lines.indexOf(''));
}

it('F5: the README has a row for every guard', () => {
  const named = inReadme().map((line) => /^\| `(\w+)`/.exec(line)?.[1]);
  expect(named.slice(1)).toEqual(TABLE_ROWS.map(([guard]) => guard));
});

it(
  'F5: what the README says of February without each guard is what the rehearsal shows',
  { timeout: 600_000 },
  async () => {
    const rows = isWhole ? TABLE_ROWS : TABLE_ROWS.filter(([guard = '']) => IN_EVERY_RUN.includes(guard));
    const found = await guardsTable(rows);
    if (process.env['HEADGATE_GUARDS_TABLE'] === 'whole') process.stdout.write(`${found.join('\n')}\n`);
    // Every guard shows its harm, and with all of them there is none.
    expect(found[0]).toContain('| none |');
    expect(found.slice(1).filter((line) => line.endsWith('| none |'))).toEqual([]);
    for (const line of found) expect(inReadme()).toContain(line);
  },
);
