import { OPERATING_DAYS_IN_MEAN, judgeBlastRadius } from '../../core/guards/blast-radius.ts';
import type { Instant } from '../../core/model.ts';
import { OUTAGE_COMPARISONS } from '../../core/rehearsal/guards.ts';
import type { PersonHabits } from '../../core/rehearsal/person.ts';
import { FIRING_MINUTES } from '../../core/rehearsal/timers.ts';
import { DAY_MS } from '../../core/time/durations.ts';
import { formatInstant } from '../../core/time/instants.ts';
import { isOperatingDay, operatorDay } from '../../core/time/operator-day.ts';
import { addDays, startOfLocalDay } from '../../core/time/zone.ts';
import { openState, type StateDatabase } from '../../store/database.ts';
import { readHeader } from '../../store/header.ts';
import { answerHistory } from '../../store/simulated-acts.ts';
import { draftVolume } from '../../store/volume.ts';
import type { Invocation } from '../cli-context.ts';
import { usageError } from '../options.ts';
import { stopReason } from '../run-session.ts';
import { run as applyEdits } from '../sequences-apply.ts';
import type { Workspace } from '../workspace.ts';
import { play, type Played } from './play.ts';
import { readInterruptions, type RehearsalRequest } from './request.ts';
import type { Answers, Script } from './script.ts';
import { Stage } from './stage.ts';

/** One run of the rehearsal without some guards. */
export interface Comparison {
  readonly guards: readonly string[];
  readonly played: Played;
}

export interface Rehearsed {
  readonly workspace: Workspace;
  readonly script: Script;
  /** The first day that is shown: an outage that begins at once comes before it. */
  readonly firstDay: string;
  readonly lastDay: string;
  readonly all: Played;
  readonly without: readonly Comparison[];
  /** Above so many drafts of drip in one day a batch is held, as of the beginning (A8). */
  readonly holdLine: number;
  /** Why everything is paused; null: it is not. */
  readonly paused: string | null;
  /** The sequence files were applied on the copy first. */
  readonly withEdits: boolean;
}

/** Fewer mails than this say nothing of how often one is answered. */
const HISTORY_MIN = 50;
const REPLY_SHARE_DEFAULT = 0.03;
const BOUNCE_SHARE_DEFAULT = 0.01;
/** A flood without its guards needs no more than this to be seen. */
const FLOOD_MAX = 2_000;

/**
 * F5: plays the state of a workspace forward on a copy, once as it is and once for each comparison. Reads the state and writes nothing but
 * the copies, which are gone when it returns or throws. Throws as `openState` and the commands do, and 64 for times that do not fit.
 */
export async function rehearse(
  invocation: Invocation,
  workspace: Workspace,
  request: RehearsalRequest,
): Promise<Rehearsed> {
  const { clock } = invocation.context;
  const startsAt = request.at ?? clock.now();
  const known = readKnown(workspace, startsAt, request.at !== null);
  const script = scriptOf(invocation, { workspace, request, startsAt, history: known.history });
  const all = await playOnce(invocation, { workspace, script, request, guards: [] });
  const without: Comparison[] = [];
  for (const guards of all.isCutShort === 'signal' ? [] : comparisonsOf(request, script)) {
    const flood = { ...script, draftsMax: all.drafts + FLOOD_MAX };
    without.push({
      guards,
      played: await playOnce(invocation, { workspace, script: flood, request, guards }),
    });
  }
  const { timezone } = workspace.policy;
  return {
    workspace,
    script,
    firstDay: operatorDay(firstPlayedAt(script), timezone),
    lastDay: operatorDay(script.endsAt - 1, timezone),
    all,
    without,
    holdLine: known.holdLine,
    paused: stopReason(workspace),
    withEdits: request.withEdits,
  };
}

/** The first moment that the engine is awake for: what it does from then on is in the totals, so its day is shown. */
function firstPlayedAt({ startsAt, outages }: Pick<Script, 'startsAt' | 'outages'>): Instant {
  const [first] = outages;
  return first !== undefined && first.fromAt <= startsAt ? first.toAt : startsAt;
}

/** The first moment of the days asked for. */
function firstAt({ startsAt, outages }: Pick<Script, 'startsAt' | 'outages'>): Instant {
  const [first] = outages;
  return first !== undefined && first.fromAt <= startsAt + DAY_MS ? first.toAt : startsAt;
}

async function playOnce(
  { context }: Invocation,
  of: {
    readonly workspace: Workspace;
    readonly script: Script;
    readonly request: RehearsalRequest;
    readonly guards: readonly string[];
  },
): Promise<Played> {
  const { workspace, script, request, guards } = of;
  const { startsAt } = script;
  const stage = new Stage({ context, workspace, startsAt, without: new Set(guards), seed: request.seed });
  try {
    // The files are the operator's own, the state that they are applied to is the copy.
    if (request.withEdits) await applyEdits(stage.invocation('sequences apply', { options: { yes: true } }));
    return await play(stage, script);
  } finally {
    stage.remove();
  }
}

function comparisonsOf({ without }: RehearsalRequest, { outages }: Script): readonly (readonly string[])[] {
  if (without.length > 0) return [without];
  return outages.length > 0 ? OUTAGE_COMPARISONS : [];
}

function scriptOf(
  invocation: Invocation,
  of: {
    readonly workspace: Workspace;
    readonly request: RehearsalRequest;
    readonly startsAt: Instant;
    readonly history: ReturnType<typeof answerHistory>;
  },
): Script {
  const { workspace, request, startsAt, history } = of;
  const { timezone, hours, holidays } = workspace.policy;
  const { outages, reboots } = readInterruptions(invocation, timezone);
  const clipped = outages.map((span) => {
    if (span.toAt <= startsAt)
      throw usageError(
        '--outage lies before the rehearsal begins',
        'What was is in the state; give one that is still to come.',
      );
    return { ...span, fromAt: Math.max(span.fromAt, startsAt) };
  });
  const early = reboots.find((at) => at < startsAt);
  if (early !== undefined) throw usageError('--reboot lies before the rehearsal begins');
  const from = firstAt({ startsAt, outages: clipped });
  const endsAt = startOfLocalDay(addDays(operatorDay(from, timezone), request.days), timezone);
  const late = clipped.find(({ toAt }) => toAt >= endsAt) ?? null;
  if (late !== null)
    throw usageError('--outage reaches beyond the days that are played', 'Give more --days.');
  if (reboots.some((at) => at >= endsAt))
    throw usageError('--reboot lies beyond the days that are played', 'Give more --days.');
  const habits: PersonHabits = {
    timezone,
    calendar: { weekdays: hours.weekdays, holidays },
    approveAfterMs: request.approveAfterMs,
  };
  return {
    startsAt,
    endsAt,
    outages: clipped,
    reboots,
    incidents: [],
    minutes: FIRING_MINUTES,
    habits,
    answers: answersOf(request, history),
    playsEverySend: false,
    firesTwice: false,
    adopts: true,
    draftsMax: Number.MAX_SAFE_INTEGER,
    progress: everyFewSeconds(invocation),
  };
}

const PROGRESS_MS = 2_000;

/** A short rehearsal says nothing on its way. */
function everyFewSeconds(invocation: Invocation): Script['progress'] {
  const { clock } = invocation.context;
  let saidAt = clock.now();
  return (line) => {
    const now = clock.now();
    if (now - saidAt < PROGRESS_MS) return;
    saidAt = now;
    invocation.progress(line);
  };
}

function answersOf(
  { replyShare, bounceShare }: RehearsalRequest,
  { sent, replied, bounced }: ReturnType<typeof answerHistory>,
): Answers {
  const hasHistory = sent >= HISTORY_MIN;
  const isSaid = replyShare !== null || bounceShare !== null;
  return {
    replyShare: replyShare ?? (hasHistory ? replied / sent : REPLY_SHARE_DEFAULT),
    bounceShare: bounceShare ?? (hasHistory ? bounced / sent : BOUNCE_SHARE_DEFAULT),
    from: isSaid ? 'flags' : hasHistory ? 'history' : 'defaults',
  };
}

interface Known {
  readonly history: ReturnType<typeof answerHistory>;
  readonly holdLine: number;
}

function readKnown(workspace: Workspace, startsAt: Instant, isSaid: boolean): Known {
  const db = openState({ file: workspace.paths.databaseFile, mode: 'read' });
  try {
    const { lastClockAt } = readHeader(db);
    if (startsAt < lastClockAt)
      throw isSaid
        ? usageError(
            '--at lies before what this state has seen already',
            'A rehearsal plays forward: give a later time, or none for now.',
          )
        : usageError(
            `the clock of this machine is behind what this state has seen: ${formatInstant(lastClockAt)}`,
            'Set the clock right, or give --at a later time.',
          );
    return { history: answerHistory(db), holdLine: holdLineOf(db, workspace, startsAt) };
  } finally {
    db.close();
  }
}

function holdLineOf(db: StateDatabase, { policy }: Workspace, at: Instant): number {
  const { timezone, hours, holidays, limits } = policy;
  const calendar = { weekdays: hours.weekdays, holidays };
  const volume = draftVolume(db, {
    job: 'drip',
    operatorDay: operatorDay(at, timezone),
    isOperatingDay: (isoDate) => isOperatingDay(isoDate, calendar),
    days: OPERATING_DAYS_IN_MEAN,
  });
  const { blastRadiusFactor: factor, blastRadiusFloor: floor } = limits;
  return judgeBlastRadius({ ...volume, thisRun: 0, factor, floor }).line;
}
