import type { Goal } from './goal.ts';
import { idleWorkspace } from './idle.ts';
import { paired } from './measure.ts';
import { inCopy, overdueWorkspace } from './overdue.ts';
import { turnBack } from './turn-back.ts';

const OVERDUE = 10_000;

/** P9: the run in which most is due is the one that must not act. */
export const coldStart: Goal = {
  id: 'P9',
  title: 'a cold-start preview over 10,000 overdue steps',
  async measure({ installation, workspaces, folder, pairs }) {
    const idle = await workspaces.shared(idleWorkspace(10_000));
    const request = overdueWorkspace(OVERDUE, true);
    const drip = installation.bin('drip');
    const result = await paired(
      pairs(9),
      () =>
        inCopy({ workspaces, folder, request }, (cwd) => {
          turnBack(cwd, 3);
          return installation.run(drip, [], { cwd, ends: [30] }).wallMs;
        }),
      () => installation.run(drip, [], { cwd: idle }).wallMs,
    );
    const what = 'cold-start preview, 10,000 overdue, wall';
    return [{ ...result, what, unit: 'ms', floorIs: 'idle drip', value: result.ratio, goal: 5 }];
  },
};
