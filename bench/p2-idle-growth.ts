import type { Goal } from './goal.ts';
import { paired } from './measure.ts';
import { idleWorkspace } from './idle.ts';

/** P2: a tick costs what is due, not what is stored. */
export const idleGrowth: Goal = {
  id: 'P2',
  title: 'CPU of an idle bin/drip as leads grow a hundredfold',
  async measure({ installation, workspaces, pairs }) {
    const large = await workspaces.shared(idleWorkspace(1_000_000));
    const small = await workspaces.shared(idleWorkspace(10_000));
    const cpuIn = (cwd: string): number => installation.usageOf(installation.bin('drip'), [], { cwd }).cpuMs;
    const result = await paired(
      pairs(27),
      () => cpuIn(large),
      () => cpuIn(small),
    );
    const what = 'idle drip, 1,000,000 leads, CPU';
    return [{ ...result, what, unit: 'ms', floorIs: '10,000 leads', value: result.ratio, goal: 1.2 }];
  },
};
