import { expect, it } from 'vitest';

import type { Invocation, InputStream } from '../../src/commands/cli-context.ts';
import { COMMANDS, type CommandEntry } from '../../src/commands/registry.ts';
import { runCli, type CliResult } from '../helpers/cli.ts';
import { bringPeople, draftCount, startUp } from '../sim/living.ts';
import { HOUR_MS } from '../sim/rules.ts';
import type { World } from '../sim/world.ts';
import { storyWorld } from './story-world.ts';

/** At a terminal, a person who answers only after so long. */
function answerAfter(
  world: World,
  words: readonly string[],
  { answer, ms }: { readonly answer: string; readonly ms: number },
): Promise<CliResult> {
  const slowly = (invocation: Invocation): Invocation => {
    const { context } = invocation;
    const stdin: InputStream = {
      ...context.io.stdin,
      readLine() {
        world.clock.advance(ms);
        return Promise.resolve(answer);
      },
    };
    return { ...invocation, context: { ...context, io: { ...context.io, stdin } } };
  };
  const entries = COMMANDS.map((entry): CommandEntry => {
    const load: CommandEntry['load'] = async () => {
      const { run } = await entry.load();
      return { run: (invocation) => run(slowly(invocation)) };
    };
    return { ...entry, load };
  });
  const { clock, machine, random, directory } = world;
  return runCli([...words, '-C', directory], {
    clock,
    machine,
    random,
    cwd: directory,
    entries,
    answers: [],
    stdoutIsTty: true,
  });
}

it('A11: a confirmation that is answered in the evening drafts nothing in the evening', async () => {
  const world = await storyWorld({ now: Date.UTC(2026, 1, 17, 16) });
  await bringPeople(world, 3);
  await world.run(['drip'], { isTimer: true });
  const { code } = await answerAfter(world, ['confirm'], { answer: 'y', ms: 4 * HOUR_MS });
  expect(code).toBe(0);
  expect(draftCount(world)).toBe(0);
});

it('A17: a confirmation that is answered at once drafts what was shown', async () => {
  const world = await storyWorld({ now: Date.UTC(2026, 1, 17, 16) });
  await bringPeople(world, 3);
  await world.run(['drip'], { isTimer: true });
  await answerAfter(world, ['confirm'], { answer: 'y', ms: 10_000 });
  expect(draftCount(world)).toBe(3);
});

it('D7: the undo of "approve all" begins when the number was typed', async () => {
  const world = await storyWorld({ now: Date.UTC(2026, 1, 17, 9) });
  await startUp(world);
  await bringPeople(world, 2);
  await world.run(['drip'], { isTimer: true });
  await answerAfter(world, ['review', 'approve', '--all'], { answer: '2', ms: HOUR_MS });
  const [first] = world.rows('SELECT approved_at FROM messages');
  expect(first).toEqual({ approved_at: world.clock.now() });
});
