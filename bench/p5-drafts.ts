import { join } from 'node:path';

import { draftDue, enroll, openFloor } from './floor-database.ts';
import type { Goal } from './goal.ts';
import { paired } from './measure.ts';
import { inCopy, overdueWorkspace } from './overdue.ts';

const DRAFTS = 10_000;

/** P5: the whole process, from start to report, against the transaction alone. */
export const drafts: Goal = {
  id: 'P5',
  title: '10,000 fixed-copy drafts, reserved and completed in batches of at most 100',
  async measure({ installation, workspaces, folder, pairs }) {
    const request = overdueWorkspace(DRAFTS);
    const floor = openFloor(join(folder, 'floor.db'));
    enroll(floor, DRAFTS, () => 0);
    const result = await paired(
      pairs(9),
      () =>
        inCopy({ workspaces, folder, request }, (cwd) => {
          const { wallMs, stdout } = installation.run(installation.bin('drip'), ['--json'], { cwd });
          demandDrafts(stdout);
          return wallMs;
        }),
      () => {
        floor.connection.exec(
          'DELETE FROM draft; UPDATE lead SET watermark_at = NULL; UPDATE enrollment SET due_at = 0, step = 0',
        );
        floor.connection.pragma('wal_checkpoint(TRUNCATE)');
        const startedAt = performance.now();
        if (draftDue(floor) !== DRAFTS) throw new Error('the floor drafted something else');
        return performance.now() - startedAt;
      },
    );
    floor.close();
    const what = '10,000 drafts, whole process, wall';
    return [{ ...result, what, unit: 'ms', floorIs: 'one SQLite transaction', value: result.ratio, goal: 6 }];
  },
};

function demandDrafts(stdout: string): void {
  // The counts of headgate.run/1.
  const { counts } = JSON.parse(stdout) as { counts: Record<string, number> };
  if (counts['drafted'] !== DRAFTS)
    throw new Error(`drafted ${String(counts['drafted'])} instead of ${String(DRAFTS)}`);
}
