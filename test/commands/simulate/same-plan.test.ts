import { createHash } from 'node:crypto';

import { expect, it } from 'vitest';

import type { Invocation } from '../../../src/commands/cli-context.ts';
import { run as drip } from '../../../src/commands/drip.ts';
import { run as nurture } from '../../../src/commands/nurture.ts';
import { Stage } from '../../../src/commands/rehearsal/stage.ts';
import { openWorkspace } from '../../../src/commands/workspace.ts';
import { canonicalJson } from '../../../src/core/text-hash.ts';
import { SeededRandom } from '../../helpers/fakes.ts';
import { Operator } from '../../sim/operator.ts';
import { DAY_MS, HOUR_MS } from '../../sim/rules.ts';
import { Chance, SEQUENCES, settingOf } from '../../sim/scenery.ts';
import { World } from '../../sim/world.ts';

const STATES_OF_EACH = 25;
const COMMANDS = { drip, nurture };
type RunDocument = Readonly<Record<string, unknown>>;

it.each([3, 14, 15, 92])(
  'A17, F5: what a rehearsal plans for the next firing is what the run then plans, by hash: seed %i',
  { timeout: 120_000 },
  async (seed) => {
    const now = Date.UTC(2026, 0, 5, 7) + (seed % 300) * DAY_MS;
    const world = await World.create({ now, seed, sequences: SEQUENCES, ...settingOf(seed, 1) });
    try {
      const chance = new Chance(new SeededRandom(seed));
      const operator = new Operator(world, { chance, type: (argv) => type(world, argv), scale: 1 });
      await operator.bringLeads(20);
      await operator.lookAfterDoubts();
      let planned = 0;
      for (let state = 0; state < STATES_OF_EACH; state += 1) {
        world.clock.advance(chance.between(1, 5) * HOUR_MS);
        if (chance.oneIn(12)) world.clock.advance(chance.pick([30, 40, 200]) * HOUR_MS);
        if (chance.oneIn(10)) world.machine.reboot();
        await operator.visit();
        if (chance.oneIn(3)) await operator.lookAfterDoubts();
        if (chance.oneIn(2)) await operator.approveAll();
        await type(world, ['send']);
        const job = chance.oneIn(3) ? 'nurture' : 'drip';
        const rehearsed = await rehearse(world, { job, seed });
        const real = documentOf((await world.run([job, '--json'], { isJudged: false })).json());
        expect(planHash(rehearsed), canonicalJson([rehearsed, real])).toBe(planHash(real));
        planned += draftsOf(real);
      }
      // Where nothing is ever planned, any two plans are the same.
      expect(planned).toBeGreaterThan(5);
    } finally {
      world.remove();
    }
  },
);

/** What `simulate` would play at this firing, on a copy of this state at this moment. */
async function rehearse(
  world: World,
  { job, seed }: { readonly job: 'drip' | 'nurture'; readonly seed: number },
): Promise<RunDocument> {
  const env = settingOf(seed, 1).env ?? {};
  const context: Invocation['context'] = {
    io: { stdin: NOBODY, stdout: NOWHERE, stderr: NOWHERE, env },
    clock: world.clock,
    machine: world.machine,
    random: world.random,
    cwd: world.directory,
    installation: world.directory,
    version: '0.0.0-test',
    signal: new AbortController().signal,
  };
  const global = { config: world.directory, state: null, json: true, quiet: true, verbose: false } as const;
  const asked: Invocation = {
    context,
    global: { ...global, color: false, ascii: false, input: false },
    path: 'simulate',
    args: [],
    options: {},
    progress: () => undefined,
  };
  const stage = new Stage({
    context,
    workspace: openWorkspace(asked),
    startsAt: world.clock.now(),
    without: new Set(),
    seed,
  });
  try {
    const { document } = await COMMANDS[job](stage.invocation(job));
    return documentOf(document);
  } finally {
    stage.remove();
  }
}

/** All that was planned, of a run's document: leads, steps, words, reasons, counts, doubts, caps; without ids that are drawn anew. */
function planHash({ run, guards, counts, items }: RunDocument): string {
  const { mode, reason } = run as RunDocument;
  const planned = (items as readonly RunDocument[]).map(({ message: _drawn, ...item }) => item);
  return createHash('sha256').update(canonicalJson({ mode, reason, guards, counts, planned })).digest('hex');
}

function draftsOf({ items }: RunDocument): number {
  return (items as readonly RunDocument[]).filter(({ action }) => action === 'draft').length;
}

function documentOf(value: unknown): RunDocument {
  return JSON.parse(JSON.stringify(value)) as RunDocument;
}

async function type(world: World, argv: readonly string[]): Promise<number> {
  return (await world.run(argv, { isJudged: false })).code;
}

const NOWHERE = { write: () => undefined, isTty: false, columns: null, rows: null, isJournal: false };
const NOBODY = {
  isTty: false,
  readLine: () => Promise.resolve(null),
  readKey: () => Promise.resolve(null),
  releaseKeys: () => undefined,
  readHidden: () => Promise.resolve(null),
  readAll: () => Promise.resolve(''),
};
