import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { makePrivateFolder, removeFolder } from '../../../adapters/private-folder.ts';
import { SeededRandom } from '../../../adapters/seeded-random.ts';
import type { CliContext, Invocation, OptionValue, Outcome } from '../../cli-context.ts';
import { run as confirm } from '../../confirm.ts';
import { run as drip } from '../../drip.ts';
import { run as init } from '../../init.ts';
import { run as importLeads } from '../../leads-import.ts';
import { run as nurture } from '../../nurture.ts';
import { run as approve } from '../../review-approve.ts';
import { run as send } from '../../send.ts';
import { run as applySequences } from '../../sequences-apply.ts';
import { waitingForPerson } from '../../../store/simulated-acts.ts';
import { openWorkspace } from '../../workspace.ts';
import { RehearsedClock, RehearsedMachine, SILENT, silentIo } from '../outside.ts';
import { Stage } from '../stage.ts';
import type { Story } from './story.ts';

const ROOM_BYTES = 64 * 1_048_576;
const AFTER_ITS_LIFE = 1_000_000;
const STORY_MACHINE = {
  machineIdHash: 'vps-1',
  instanceIdHash: null,
  macHash: 'vps-1',
  hostName: 'vps-1',
} as const;

/** Makes a story's workspace in a folder of its own, lives up to its morning and hands over the stage; `remove` when done. */
export async function openStory(
  real: CliContext,
  story: Story,
): Promise<{ readonly stage: Stage; readonly remove: () => void }> {
  const folder = makePrivateFolder('headgate-story', ROOM_BYTES);
  let stage: Stage | null = null;
  const remove = (): void => {
    stage?.remove();
    removeFolder(folder);
  };
  try {
    const context = contextOf(real, { folder, story });
    const invocation = invocationOn(context, folder);
    await init(invocation('init', [folder], ANSWERS));
    const config = join(folder, 'headgate.toml');
    writeFileSync(config, `${readFileSync(config, 'utf8')}\n${story.config ?? ''}`);
    writeSequences(folder, story.sequences);
    const workspace = openWorkspace(invocation('status'));
    stage = new Stage({ context, workspace, startsAt: story.beginsAt, without: new Set(), seed: 1 });
    await applySequences(stage.invocation('sequences apply', { options: { yes: true } }));
    await story.live(stage);
    stage.letGo();
    return { stage, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/** The stage of a play: it goes on from where the story's own life ended. */
export function stageFrom(stage: Stage, without: ReadonlySet<string>, seed: number): Stage {
  const { context, workspace, clock } = stage;
  // What the story's own life drew is in the state: it must not be drawn again.
  return new Stage({ context, workspace, startsAt: clock.now(), without, seed: seed + AFTER_ITS_LIFE });
}

/** The first runs of a workspace that has nothing to draft yet, as a person starts it up. */
export async function startUp(stage: Stage): Promise<void> {
  for (const job of [drip, nurture]) await job(stage.invocation(job === drip ? 'drip' : 'nurture'));
  await confirm(stage.invocation('confirm', { options: { none: true, yes: true } }));
  await send(stage.invocation('send'));
}

/** One round of the timers, with a person who approves at once. */
export async function round(stage: Stage): Promise<void> {
  await drip(stage.invocation('drip'));
  await nurture(stage.invocation('nurture'));
  await approveAll(stage);
  await send(stage.invocation('send'));
}

export async function approveAll(stage: Stage, most = 1_000): Promise<void> {
  const args = waitingForPerson(stage.reader, most).map(({ id }) => id);
  if (args.length > 0) await approve(stage.invocation('review approve', { args }));
}

/** New people arrive; the file is the story's own. */
export async function bring(stage: Stage, text: string): Promise<void> {
  const file = join(stage.directory, 'people.csv');
  writeFileSync(file, text);
  await importLeads(stage.invocation('leads import', { args: [file], options: { yes: true } }));
}

function writeSequences(folder: string, files: Story['sequences']): void {
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder, 'sequences', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

const ANSWERS: Readonly<Record<string, OptionValue>> = {
  name: 'Story',
  from: 'tom@mail.example.com',
  timezone: 'UTC',
  postalAddress: '1 Example Street, Leeds',
};

function contextOf(
  real: CliContext,
  { folder, story }: { readonly folder: string; readonly story: Story },
): CliContext {
  const { installation, version, signal } = real;
  return {
    io: silentIo({ LOGNAME: 'operator', ...story.settings }),
    clock: new RehearsedClock(story.beginsAt),
    machine: new RehearsedMachine(STORY_MACHINE, 'boot of the story'),
    random: new SeededRandom(18),
    cwd: folder,
    ...{ installation, version, signal },
  };
}

function invocationOn(
  context: CliContext,
  folder: string,
): (path: string, args?: readonly string[], options?: Invocation['options']) => Invocation {
  return (path, args = [], options = {}) => ({
    context,
    global: { ...SILENT, config: folder },
    path,
    args,
    options,
    progress: () => undefined,
  });
}

export type StoryCommand = (invocation: Invocation) => Promise<Outcome>;
