import { FIRING_MINUTES } from '../../core/rehearsal/timers.ts';
import { operatorDay } from '../../core/time/operator-day.ts';
import type { CliContext, Invocation } from '../cli-context.ts';
import { flagOption, listOption, textOption, usageError } from '../options.ts';
import { play, type Played } from './play.ts';
import type { Comparison, Rehearsed } from './rehearse.ts';
import type { RehearsalRequest } from './request.ts';
import type { Script } from './script.ts';
import type { Stage } from './stage.ts';
import { storyNamed } from './stories/catalogue.ts';
import { openStory, stageFrom } from './stories/storyteller.ts';
import type { Story } from './stories/story.ts';

export interface ToldStory extends Rehearsed {
  readonly story: Story;
  /** The guards that were left out are those that somebody asked for. */
  readonly isAskedWithout: boolean;
}

const NOT_IN_A_STORY = ['at', 'html', 'edits'] as const;

/** Plays a story: its own workspace in a folder of its own, the same engine, person and witness as any rehearsal. */
export async function tellStory(invocation: Invocation, request: RehearsalRequest): Promise<ToldStory> {
  const story = storyNamed(request.story ?? '');
  const contrary = NOT_IN_A_STORY.find(
    (name) => textOption(invocation, name) !== null || flagOption(invocation, name),
  );
  if (
    contrary !== undefined ||
    listOption(invocation, 'outage').length + listOption(invocation, 'reboot').length > 0
  )
    throw usageError('a story has its own times, and is no page', `headgate simulate --story ${story.name}`);
  const isAskedWithout = request.without.length > 0;
  const daysUnasked = isAskedWithout ? story.daysWithout : story.days;
  return playStory(invocation.context, story, {
    ...request,
    days: request.isDaysAsked ? request.days : daysUnasked,
    rows: isAskedWithout ? [request.without] : story.without,
    isAskedWithout,
  });
}

export interface StoryRequest extends Pick<
  RehearsalRequest,
  'approveAfterMs' | 'seed' | 'replyShare' | 'bounceShare' | 'days'
> {
  /** What it is compared with: each without these guards. */
  readonly rows: readonly (readonly string[])[];
  readonly isAskedWithout: boolean;
}

/** The same for whoever has a story and no command line. */
export async function playStory(
  context: CliContext,
  story: Story,
  request: StoryRequest,
): Promise<ToldStory> {
  const { stage, remove } = await openStory(context, story);
  try {
    const { seed } = request;
    const script = scriptOf(stage, story, request);
    const all = await playOnce(stage, { script, guards: [], seed });
    const without: Comparison[] = [];
    for (const guards of all.isCutShort === 'signal' ? [] : request.rows)
      without.push({ guards, played: await playOnce(stage, { script, guards, seed }) });
    const { workspace } = stage;
    const { timezone } = workspace.policy;
    const [outage] = script.outages;
    return {
      story,
      isAskedWithout: request.isAskedWithout,
      workspace,
      script,
      firstDay: operatorDay(outage?.toAt ?? script.startsAt, timezone),
      lastDay: operatorDay(script.endsAt - 1, timezone),
      all,
      without,
      holdLine: workspace.policy.limits.blastRadiusFactor * workspace.policy.limits.blastRadiusFloor,
      paused: null,
      withEdits: false,
    };
  } finally {
    remove();
  }
}

async function playOnce(
  stage: Stage,
  {
    script,
    guards,
    seed,
  }: { readonly script: Script; readonly guards: readonly string[]; readonly seed: number },
): Promise<Played> {
  const copy = stageFrom(stage, new Set(guards), seed);
  try {
    return await play(copy, script);
  } finally {
    copy.remove();
  }
}

function scriptOf(stage: Stage, story: Story, request: StoryRequest): Script {
  const { policy } = stage.workspace;
  const calendar = { weekdays: policy.hours.weekdays, holidays: policy.holidays };
  const { approveAfterMs, replyShare, bounceShare, days } = request;
  return {
    reboots: [],
    minutes: FIRING_MINUTES,
    habits: { timezone: policy.timezone, calendar, approveAfterMs },
    // A story is the same for everybody: nobody answers unless that was asked for.
    answers: { replyShare: replyShare ?? 0, bounceShare: bounceShare ?? 0, from: 'flags' },
    playsEverySend: false,
    firesTwice: false,
    adopts: true,
    draftsMax: Number.MAX_SAFE_INTEGER,
    progress: () => undefined,
    ...story.script({ startsAt: stage.clock.now(), days }),
  };
}
