import type { Goal } from './goal.ts';
import { paired } from './measure.ts';
import { idleWorkspace } from './idle.ts';

/** P1: the run that happens several hundred times a day. */
export const idleWall: Goal = {
  id: 'P1',
  title: 'an idle bin/drip: state opened, every guard asked, nothing due',
  async measure({ installation, workspaces, pairs }) {
    const cwd = await workspaces.shared(idleWorkspace(100_000));
    const result = await paired(
      pairs(27),
      () => installation.run(installation.bin('drip'), [], { cwd }).wallMs,
      () => installation.run(installation.node, ['-e', '0']).wallMs,
    );
    const what = 'idle drip, 100,000 leads, wall';
    return [{ ...result, what, unit: 'ms', floorIs: 'bare node', value: result.ratio, goal: 2.2 }];
  },
};
