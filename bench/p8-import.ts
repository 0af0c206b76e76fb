import { join } from 'node:path';

import type { Goal } from './goal.ts';
import { paired } from './measure.ts';

const LEADS = 100_000;

/** P8: whole processes: the command that an operator types, and the smallest that inserts as much in one transaction. */
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
      () => installation.floor('enroll', join(folder, 'floor.db'), String(LEADS)).wallMs,
    );
    const what = 'import and enroll 100,000 leads, wall';
    return [{ ...result, what, unit: 'ms', floorIs: 'one transaction', value: result.ratio, goal: 2.5 }];
  },
};
