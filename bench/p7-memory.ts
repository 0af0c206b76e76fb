import { approvedWorkspace } from './approved.ts';
import type { Bench, Figure, Goal } from './goal.ts';
import { paired } from './measure.ts';
import { inCopy, overdueWorkspace } from './overdue.ts';
import type { WorkspaceRequest } from './workspaces.ts';

const MANY = 10_000;
const FEW = 1_000;
const DUE_MANY = 100_000;

/** P7: peak resident memory of the runs that do most. */
export const memory: Goal = {
  id: 'P7',
  title: 'peak memory of 10,000 drafts, of 10,000 sends, and as due rows grow tenfold',
  async measure(bench) {
    const { port } = await bench.sink();
    const drafts = overdueWorkspace(MANY);
    const sends = approvedWorkspace(MANY, port);
    return [
      await againstNode(bench, {
        what: '10,000 drafts, peak memory',
        job: 'drip',
        request: drafts,
        goal: 1.9,
      }),
      await againstNode(bench, { what: '10,000 sends, peak memory', job: 'send', request: sends, goal: 5 }),
      await growth(bench, {
        what: 'drip at its caps, 100,000 due, peak memory',
        floorIs: '10,000 due',
        many: { job: 'drip', request: overdueWorkspace(DUE_MANY, true) },
        few: { job: 'drip', request: overdueWorkspace(MANY, true) },
      }),
      await growth(bench, {
        what: '1,000 sends, 10,000 approved, peak memory',
        floorIs: '1,000 approved',
        many: { job: 'send', args: ['--limit', String(FEW)], request: sends },
        few: { job: 'send', args: ['--limit', String(FEW)], request: approvedWorkspace(FEW, port) },
      }),
    ];
  },
};

interface MeasuredRun {
  readonly job: string;
  readonly args?: readonly string[];
  readonly request: WorkspaceRequest;
}

async function againstNode(
  bench: Bench,
  { what, goal, ...run }: MeasuredRun & { readonly what: string; readonly goal: number },
): Promise<Figure> {
  const { installation, pairs } = bench;
  const result = await paired(
    pairs(9),
    () => peakOf(bench, run),
    () => installation.usageOf(installation.node, ['-e', '0']).peakMib,
  );
  return { ...result, what, unit: 'MiB', floorIs: 'bare node', value: result.ratio, goal };
}

async function growth(
  bench: Bench,
  of: {
    readonly what: string;
    readonly floorIs: string;
    readonly many: MeasuredRun;
    readonly few: MeasuredRun;
  },
): Promise<Figure> {
  const { what, floorIs, many, few } = of;
  const result = await paired(
    bench.pairs(9),
    () => peakOf(bench, many),
    () => peakOf(bench, few),
  );
  return { ...result, what, unit: 'MiB', floorIs, value: result.ratio, goal: 1.1 };
}

function peakOf(bench: Bench, { job, args = [], request }: MeasuredRun): Promise<number> {
  const { installation, workspaces, folder } = bench;
  return inCopy(
    { workspaces, folder, request },
    (cwd) => installation.usageOf(installation.bin(job), args, { cwd }).peakMib,
  );
}
