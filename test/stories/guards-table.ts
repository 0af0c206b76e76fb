import { join } from 'node:path';

import { REHEARSED_GUARDS } from '../../src/core/rehearsal/guards.ts';
import { FEB_18 } from '../../src/commands/rehearsal/stories/feb-18.ts';
import { playStory } from '../../src/commands/rehearsal/tell-story.ts';
import type { CliContext } from '../../src/commands/cli-context.ts';
import { FakeClock, FakeMachine, SeededRandom } from '../helpers/fakes.ts';

/** A guard that another one stands behind shows its harm only where that one is gone as well. */
const BEHIND: Readonly<Record<string, readonly string[]>> = {
  one_step: ['watermark'],
  blast_radius: ['cap'],
};

/** Every guard, each with what must be gone beside it. */
export const TABLE_ROWS: readonly (readonly string[])[] = REHEARSED_GUARDS.map((guard) => [
  guard,
  ...(BEHIND[guard] ?? []),
]);

/** Lines of the table in the README, its head left out. */
export async function guardsTable(rows: readonly (readonly string[])[]): Promise<readonly string[]> {
  const told = await playStory(nowhere(), FEB_18, {
    approveAfterMs: 2 * 3_600_000,
    seed: 1,
    replyShare: null,
    bounceShare: null,
    days: FEB_18.daysWithout,
    rows,
    isAskedWithout: true,
  });
  return [{ guards: [], played: told.all }, ...told.without].map(({ guards, played }) => {
    const name = guards.length === 0 ? 'all guards' : guards.map((guard) => `\`${guard}\``).join(' and ');
    const promises = [...new Set(played.violations.map(({ promise }) => promise))].sort();
    const cells = [
      name,
      played.maxPerRun,
      played.maxPerLeadPerDay,
      played.leadsHitTwice,
      promises.join(', ') || 'none',
    ];
    return `| ${cells.join(' | ')} |`;
  });
}

function nowhere(): CliContext {
  const sink = { write: () => undefined, isTty: false, columns: null, rows: null, isJournal: false };
  const nobody = () => Promise.resolve(null);
  return {
    io: {
      stdin: {
        isTty: false,
        readLine: nobody,
        readKey: nobody,
        releaseKeys: () => undefined,
        readHidden: nobody,
        readAll: () => Promise.resolve(''),
      },
      stdout: sink,
      stderr: sink,
      env: {},
    },
    clock: new FakeClock(),
    machine: new FakeMachine(),
    random: new SeededRandom(),
    cwd: join(import.meta.dirname, '../..'),
    installation: join(import.meta.dirname, '../..'),
    version: '0.0.0-test',
    signal: new AbortController().signal,
  };
}
