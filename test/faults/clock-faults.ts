import { COMMAND_LINES, type CommandLine } from './commands.ts';
import { CALL_KINDS, NO_COMPILER, type Call, type Injector } from './injector.ts';
import type { FaultKind, Verdict, World } from './kind.ts';
import { endOf } from './promises.ts';
import { Scene } from './scene.ts';

/** A14, hardening 103: the clock is set while a run is under way, and set right again after it, or never. */

const MINUTE_S = 60;
const DAY_S = 86_400;
const STEPS_S = [-400 * DAY_S, -DAY_S, -3 * MINUTE_S, 90 * MINUTE_S, DAY_S, 400 * DAY_S];
/** D2, as the workspace of these tests leaves it. */
const EXPIRY_S = 7 * DAY_S;
/** A17: a day later the plan that was shown may no longer be what would be done. */
const PLAN_IS_OLD: readonly number[] = [33];
/** Where in a run it happens: at so many of its calls on the state, from the first to the last. */
const MOMENTS = 4;
const TIMED = new Set([
  'drip',
  'nurture',
  'send',
  'confirm',
  'sync',
  'digest',
  'backup',
  'review approve',
  'leads import',
]);

export const CLOCK_FAULTS: readonly FaultKind[] = [
  {
    name: 'the clock is set in the middle of a run, back or ahead, for a while or for good',
    few: 3,
    most: 90,
    missing: ({ injector }) => (injector === null ? NO_COMPILER : null),
    points: async (world) => {
      const { injector } = world;
      if (injector === null) return [];
      const moments = await Promise.all(
        COMMAND_LINES.filter(({ name }) => TIMED.has(name)).map(async (line) => ({
          line,
          calls: await momentsOf(world, injector, line),
        })),
      );
      return moments.flatMap(({ line, calls }) =>
        calls.flatMap((call) =>
          STEPS_S.flatMap((seconds) =>
            [false, true].map((stays) => ({
              name: `${line.name}: ${String(seconds)} s at ${call.kind} ${String(call.nth)}${stays ? ', for good' : ''}`,
              tryIt: () => step({ world, injector, line, call, seconds, stays }),
            })),
          ),
        ),
      );
    },
  },
];

async function momentsOf({ stages }: World, injector: Injector, line: CommandLine): Promise<readonly Call[]> {
  const stage = stages[line.stage];
  const scene = await Scene.open(stage);
  try {
    const calls = await injector.list(scene.place, line.words(scene.folder, stage), CALL_KINDS);
    return Array.from(
      { length: MOMENTS },
      (_, index) => calls[Math.floor((index / MOMENTS) * calls.length)]!,
    );
  } finally {
    await scene.close();
  }
}

interface Step {
  readonly world: World;
  readonly injector: Injector;
  readonly line: CommandLine;
  readonly call: Call;
  readonly seconds: number;
  readonly stays: boolean;
}

async function step({ world, injector, line, call, seconds, stays }: Step): Promise<Verdict> {
  const stage = world.stages[line.stage];
  const scene = await Scene.open(stage);
  try {
    const words = line.words(scene.folder, stage);
    const deed = { stepSeconds: seconds };
    const { ended, struckAt } = await injector.strike(scene.place, words, { call, deed });
    scene.hint(`after ${endOf(ended)}`);
    // It ends as a run of a moment before or after the step would have: it works, or it doubts.
    const codes = [0, 30, ...(line.name === 'confirm' ? PLAN_IS_OLD : [])];
    scene.judgeEnd(ended, codes);
    scene.judgeState();
    const environment = stays ? injector.steppedClock(scene.place, seconds) : {};
    if (seconds > EXPIRY_S) scene.letDraftsExpire();
    await scene.expect(words, codes, { environment });
    await scene.settle({ environment });
    scene.judgeMail();
    return { isStruck: struckAt !== null, breaches: scene.breaches, end: endOf(ended) };
  } finally {
    await scene.close();
  }
}
