import type { Goal } from './goal.ts';
import { paired } from './measure.ts';

/** P4: what a person waits for before the first word. */
export const help: Goal = {
  id: 'P4',
  title: 'bin/headgate --help',
  async measure({ installation, pairs }) {
    const result = await paired(
      pairs(27),
      () => installation.run(installation.bin('headgate'), ['--help']).wallMs,
      () => installation.run(installation.node, ['-e', '0']).wallMs,
    );
    const what = 'headgate --help, wall';
    return [{ ...result, what, unit: 'ms', floorIs: 'bare node', value: result.ratio, goal: 1.6 }];
  },
};
