import { join } from 'node:path';

import { enroll, openFloor } from './floor-database.ts';
import type { Goal } from './goal.ts';
import { paired } from './measure.ts';

const LEADS = 100_000;

/** P8: read, checked, matched and enrolled, by the command that an operator types, against the inserts alone. */
export const leadImport: Goal = {
  id: 'P8',
  title: 'import and enroll 100,000 leads from a CSV file, each row checked',
  async measure({ installation, workspaces, folder, pairs }) {
    const file = await workspaces.leadFile(LEADS);
    const result = await paired(
      pairs(9),
      async () => {
        const cwd = await workspaces.fresh({ name: 'import', leads: 0, enrolledDaysAgo: 0 });
        const args = ['leads', 'import', file, '--yes'];
        return installation.run(installation.bin('headgate'), args, { cwd }).wallMs;
      },
      () => {
        const floor = openFloor(join(folder, 'floor.db'));
        const startedAt = performance.now();
        enroll(floor, LEADS, (index) => index);
        const wallMs = performance.now() - startedAt;
        floor.close();
        return wallMs;
      },
    );
    const what = 'import and enroll 100,000 leads, whole process, wall';
    return [
      { ...result, what, unit: 'ms', floorIs: 'one SQLite transaction', value: result.ratio, goal: 2.5 },
    ];
  },
};
