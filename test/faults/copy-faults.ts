import { program, type Ended } from '../chaos/program.ts';
import { COMMAND_LINES, type CommandLine } from './commands.ts';
import type { FaultKind, Point, Verdict, World } from './kind.ts';
import { endOf } from './promises.ts';
import { Scene } from './scene.ts';

/** A12: several copies of one command at the same instant, and all commands at once. */

const COPIES = [2, 5, 20];
/** Who comes second may find that there is nothing left to do. */
const SECOND: Readonly<Record<string, readonly number[]>> = {
  'go-live': [64],
  restore: [30],
  // Never in the place of a file that is there.
  'leads export --all': [64],
  // C5: what it has just shown is no longer what applying would do.
  'sequences apply': [33],
};

export const COPY_FAULTS: readonly FaultKind[] = [
  {
    name: 'two, five and twenty copies at once, and every command at once',
    few: 3,
    most: 65,
    points: (world) =>
      Promise.resolve([
        ...COPIES.flatMap((count) => COMMAND_LINES.map((line) => copiesOf(world, line, count))),
        everythingAtOnce(world, 1),
        everythingAtOnce(world, 3),
      ]),
  },
];

function copiesOf(world: World, line: CommandLine, count: number): Point {
  return {
    name: `${String(count)} of ${line.name}`,
    tryIt: async () => {
      const stage = world.stages[line.stage];
      const scene = await Scene.open(stage);
      try {
        const words = line.words(scene.folder, stage);
        const all = await Promise.all(Array.from({ length: count }, () => program(scene.place, words)));
        judge(scene, all, () => [0, 75, ...(SECOND[line.name] ?? [])]);
        const isOne = all.some(({ code }) => code === 0);
        if (!isOne) scene.breach('exit', 'none of them did the work');
        return await end(scene, all);
      } finally {
        await scene.close();
      }
    },
  };
}

/** Timers and people at the same moment, each of them as often. What one of them changes may stop another: that is told as it should. */
function everythingAtOnce(world: World, times: number): Point {
  return {
    name: `every command at once, ${String(times)} times`,
    tryIt: async () => {
      const stage = world.stages.busy;
      const scene = await Scene.open(stage);
      try {
        const lines = COMMAND_LINES.filter((line) => line.stage === 'busy' && line.name !== 'restore');
        const each = Array.from({ length: times }, () => lines).flat();
        const all = await Promise.all(
          each.map((line) => program(scene.place, line.words(scene.folder, stage))),
        );
        judge(scene, all, (index) => [0, 32, 34, 75, ...(SECOND[each[index]?.name ?? ''] ?? [])]);
        return await end(scene, all);
      } finally {
        await scene.close();
      }
    },
  };
}

function judge(scene: Scene, all: readonly Ended[], codesOf: (index: number) => readonly number[]): void {
  for (const [index, ended] of all.entries()) scene.judgeEnd(ended, codesOf(index));
  const twice = 'SELECT count(*) FROM (SELECT 1 FROM draft_log GROUP BY lead_row_id HAVING count(*) > 1)';
  if (scene.count(twice) > 0) scene.breach('twice', 'a lead was drafted for twice');
}

async function end(scene: Scene, all: readonly Ended[]): Promise<Verdict> {
  scene.judgeState();
  await scene.settle();
  scene.judgeMail();
  const ends = [...new Set(all.map(endOf))].sort().join('+');
  return { isStruck: true, breaches: scene.breaches, end: ends };
}
