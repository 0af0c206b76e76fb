import { join } from 'node:path';

import type { Goal } from './goal.ts';
import { paired } from './measure.ts';
import { inCopy, overdueWorkspace } from './overdue.ts';

const DRAFTS = 10_000;

/** P5: whole processes, from start to end: ours, and the smallest that drafts as much in one transaction. */
export const drafts: Goal = {
  id: 'P5',
  title: '10,000 fixed-copy drafts, reserved and completed in batches of at most 100',
  async measure({ installation, workspaces, folder, pairs }) {
    const request = overdueWorkspace(DRAFTS);
    const floorFile = join(folder, 'floor.db');
    installation.floor('enroll', floorFile, String(DRAFTS));
    const result = await paired(
      pairs(9),
      () =>
        inCopy({ workspaces, folder, request }, (cwd) => {
          const { wallMs, stdout } = installation.run(installation.bin('drip'), ['--json'], { cwd });
          demandDrafts(stdout);
          return wallMs;
        }),
      () => {
        installation.floor('due', floorFile);
        const { wallMs, stdout } = installation.floor('draft', floorFile);
        if (Number(stdout) !== DRAFTS) throw new Error(`the floor drafted ${stdout}`);
        return wallMs;
      },
    );
    const what = '10,000 drafts, wall';
    return [{ ...result, what, unit: 'ms', floorIs: 'one transaction', value: result.ratio, goal: 6 }];
  },
};

function demandDrafts(stdout: string): void {
  // The counts of headgate.run/1.
  const { counts } = JSON.parse(stdout) as { counts: Record<string, number> };
  if (counts['drafted'] !== DRAFTS)
    throw new Error(`drafted ${String(counts['drafted'])} instead of ${String(DRAFTS)}`);
}
