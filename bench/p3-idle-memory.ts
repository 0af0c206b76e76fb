import type { Goal } from './goal.ts';
import { paired } from './measure.ts';
import { idleWorkspace } from './idle.ts';

/** P3: peak resident memory. */
export const idleMemory: Goal = {
  id: 'P3',
  title: 'peak memory of an idle bin/drip, and what it adds as leads grow',
  async measure({ installation, workspaces, pairs }) {
    const small = await workspaces.shared(idleWorkspace(100_000));
    const large = await workspaces.shared(idleWorkspace(1_000_000));
    const peakIn = (cwd: string): number =>
      installation.usageOf(installation.bin('drip'), [], { cwd }).peakMib;
    const bare = (): number => installation.usageOf(installation.node, ['-e', '0']).peakMib;
    const idle = await paired(pairs(9), () => peakIn(small), bare);
    const growth = await paired(
      pairs(9),
      () => peakIn(large),
      () => peakIn(small),
    );
    return [
      {
        ...idle,
        what: 'idle drip, 100,000 leads, peak memory',
        unit: 'MiB',
        floorIs: 'bare node',
        value: idle.ratio,
        goal: 1.5,
      },
      {
        ...growth,
        what: 'idle drip, 1,000,000 leads, peak memory',
        unit: 'MiB',
        floorIs: '100,000 leads',
        value: growth.ratio,
        goal: 1.05,
      },
    ];
  },
};
