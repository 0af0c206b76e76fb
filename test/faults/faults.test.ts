import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { buildProgram } from '../chaos/program.ts';
import { CALL_FAULTS } from './call-faults.ts';
import { CLOCK_FAULTS } from './clock-faults.ts';
import { COPY_FAULTS } from './copy-faults.ts';
import { DAMAGE_FAULTS } from './damage-faults.ts';
import { DISK_FAULTS } from './disk-faults.ts';
import { tryKind, type Tally } from './driver.ts';
import { HTTP_FAULTS } from './http-faults.ts';
import { IMAP_FAULTS } from './imap-faults.ts';
import { createInjector } from './injector.ts';
import type { FaultKind, World } from './kind.ts';
import { SMTP_FAULTS } from './smtp-faults.ts';
import { makeStages, removeStages } from './stages.ts';
import { tableMarkdown, tableText } from './table.ts';

/**
 * Every fault that a machine, a disk, a clock or a provider is known to have, over the real commands as built, and what each left behind.
 * `npm run test:faults` tries them all and prints the table of docs/explanation/what-survives-what.md; `npm test` an even share of each kind.
 */
const IS_WHOLE = process.env['HEADGATE_FAULTS'] === 'whole' || process.env['HEADGATE_FAULTS'] === 'page';
const POINTS_MIN = 2_000;
const PAGE = join(import.meta.dirname, '../../docs/explanation/what-survives-what.md');
const TABLE = /(?<=<!-- table -->\n\n)[\s\S]*?(?=\n\n<!-- end of table -->)/;

const KINDS: readonly FaultKind[] = [
  ...CALL_FAULTS,
  ...DISK_FAULTS,
  ...DAMAGE_FAULTS,
  ...COPY_FAULTS,
  ...CLOCK_FAULTS,
  ...SMTP_FAULTS,
  ...HTTP_FAULTS,
  ...IMAP_FAULTS,
];

const tallies: Tally[] = [];
let world: World;

beforeAll(async () => {
  buildProgram();
  world = { stages: await makeStages(), injector: createInjector() };
}, 120_000);

afterAll(() => {
  world.injector?.remove();
  removeStages(world.stages);
  console.log(['', ...tableText(tallies), ''].join('\n'));
  if (process.env['HEADGATE_FAULTS'] === 'page') writePage();
});

describe('D1, A12, A14, A15, hardening 117 and 118: whatever fails, nobody gets a mail twice, none is lost, the exit is right and the next run is clean', () => {
  test.for(KINDS)('$name', { timeout: IS_WHOLE ? 900_000 : 120_000 }, async (kind, { skip }) => {
    const tally = await tryKind(world, kind, IS_WHOLE ? 'most' : 'few');
    tallies.push(tally);
    // A long run that is broken off has told what it knows.
    if (IS_WHOLE) console.log([...tableText([tally]), ...tally.stories].join('\n'));
    expect(tally.stories).toEqual([]);
    if (tally.missing !== null) skip(tally.missing);
    expect(tally.tried).toBeGreaterThan(0);
  });

  test.runIf(IS_WHOLE)('two thousand points or more were struck', () => {
    expect(tallies.reduce((total, { tried }) => total + tried, 0)).toBeGreaterThanOrEqual(POINTS_MIN);
  });
});

function writePage(): void {
  const page = readFileSync(PAGE, 'utf8');
  writeFileSync(PAGE, page.replace(TABLE, tableMarkdown(tallies)));
}
