import { join, resolve } from 'node:path';

import { replaceReport } from '../adapters/half-files.ts';
import { makeDigest, type Digest } from '../core/digest/digest.ts';
import { HeadgateError } from '../core/errors.ts';
import { isIsoDate } from '../core/time/calendar.ts';
import { formatInstant } from '../core/time/instants.ts';
import { operatorDay } from '../core/time/operator-day.ts';
import { enqueueNotice, supersedeNotices } from '../store/notices.ts';
import { modelDayItem } from './output/model-cost.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { digestFacts } from './digest-facts.ts';
import { draftsCard } from './chat/drafts-card.ts';
import { digestLayout } from './digest-layout.ts';
import { digestLines, digestSummary } from './digest-text.ts';
import { withJobLocks } from './job-locks.ts';
import { hasChannel } from './notices/channels.ts';
import { withState, writeKeepingDoubt, type OperatorState } from './operator-state.ts';
import { flagOption, textOption, usageError } from './options.ts';
import { recordOwnRun } from './record-own-run.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

/** Where a digest goes. `channel`: into the queue of notices, which is delivered when the run is over. */
type Target = { readonly kind: 'channel' | 'stdout' } | { readonly kind: 'file'; readonly path: string };

interface DigestRequest {
  readonly target: Target;
  /** The operator's day whose morning it is; null for today. */
  readonly day: string | null;
  readonly quietIfEmpty: boolean;
}

/**
 * `digest`: what waits, what happened yesterday and what comes (F1). It touches nobody but the operator, so that neither weekend nor doubt
 * nor pause stops it. For the chat it becomes a notice, in the transaction of its run: kept and repeated like every other while the chat is
 * down, and replaced by the next digest.
 */
export async function run(invocation: Invocation): Promise<Outcome> {
  const workspace = openWorkspace(invocation);
  const request: DigestRequest = {
    target: targetOf(invocation, workspace),
    day: dayOf(invocation),
    quietIfEmpty: flagOption(invocation, 'quietIfEmpty'),
  };
  if (flagOption(invocation, 'preview')) {
    const shown = { ...request, target: { kind: 'stdout' } } as const;
    return withState(invocation, 'read', async (state) =>
      outcomeOf(state, shown, await digestOf(state, shown)),
    );
  }
  return withJobLocks(invocation, { workspace, jobs: ['digest'] }, () =>
    withState(invocation, 'write', async (state) => {
      const digest = await digestOf(state, request);
      const isKept = request.quietIfEmpty && digest.isEmpty;
      if (!isKept && request.target.kind === 'file') writeDigest(state, request.target.path, digest);
      record(state, { request, digest, isKept });
      return withReport(outcomeOf(state, request, digest), await freshReport(state));
    }),
  );
}

/** Its folder cannot be written to, or something else lies in its place. */
const REPORT_TROUBLES: readonly string[] = ['file_unwritable', 'file_not_ours'];

/** cli.md 5.4: the report is made anew every morning. A folder that cannot be written to is told, and costs nobody the digest. */
async function freshReport(state: OperatorState): Promise<string | HeadgateError> {
  const { REPORT_DAYS, writeReport } = await import('./report/write.ts');
  const path = join(state.workspace.paths.reportDir, 'index.html');
  try {
    await writeReport(state, { path, days: REPORT_DAYS, areNamed: true });
    return path;
  } catch (error) {
    if (error instanceof HeadgateError && REPORT_TROUBLES.includes(error.code)) return error;
    throw error;
  }
}

function withReport(outcome: Outcome, report: string | HeadgateError): Outcome {
  const path = typeof report === 'string' ? report : null;
  const notes =
    typeof report === 'string' ? [] : [`The digest is made, the report is not: ${report.message}`];
  return { ...outcome, document: { ...outcome.document, report: path }, notes };
}

async function digestOf(state: OperatorState, { day }: DigestRequest): Promise<Digest> {
  const today = operatorDay(state.now, state.workspace.policy.timezone);
  return makeDigest(await digestFacts(state, day ?? today));
}

function targetOf(invocation: Invocation, workspace: Workspace): Target {
  const to = textOption(invocation, 'to');
  if (to === null) return { kind: hasChannel(workspace) ? 'channel' : 'stdout' };
  if (to === 'stdout' || to === '-') return { kind: 'stdout' };
  if (to !== 'telegram') return { kind: 'file', path: resolve(invocation.context.cwd, to) };
  if (workspace.notify.telegram !== null) return { kind: 'channel' };
  throw new HeadgateError('--to telegram: no chat is configured', {
    code: 'telegram_missing',
    exit: 'CONFIG',
    notDone: 'No digest was made.',
    fix: 'headgate config explain telegram',
  });
}

function dayOf(invocation: Invocation): string | null {
  const date = textOption(invocation, 'date');
  if (date === null || isIsoDate(date)) return date;
  throw usageError(`--date ${date} is no day`, 'headgate digest --date 2026-02-18');
}

/** A13, F1: the run and, for the channels, the digest itself, together or not at all. */
function record(
  state: OperatorState,
  run: { readonly request: DigestRequest; readonly digest: Digest; readonly isKept: boolean },
): void {
  const { db, now, invocation } = state;
  const runId = invocation.context.random.publicId('r');
  const { facts, attention } = run.digest;
  writeKeepingDoubt(state, () => {
    if (!run.isKept && run.request.target.kind === 'channel') {
      const text = digestLines(run.digest, digestLayout(state, 'chat')).join('\n');
      supersedeNotices(db, 'digest', now);
      const card = draftsCard(facts.waiting, digestLayout(state, 'chat'));
      const notice = { kind: 'digest', job: 'digest', dedupeKey: `digest ${facts.day}`, text, card };
      enqueueNotice(db, { ...notice, runId, now, repeatAfterMs: 0 });
    }
    recordOwnRun(state, {
      id: runId,
      mode: run.isKept ? 'quiet' : 'live',
      counts: { waiting: facts.waiting.total, attention: attention.length },
    });
  });
}

function writeDigest(state: OperatorState, path: string, digest: Digest): void {
  try {
    replaceReport(path, `${digestLines(digest, digestLayout(state, 'page')).join('\n')}\n`);
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    throw new HeadgateError(`${path} cannot be written (${String(error.code)})`, {
      code: 'file_unwritable',
      exit: 'NOPERM',
      notDone: 'No digest was written.',
      cause: error,
    });
  }
}

function outcomeOf(state: OperatorState, request: DigestRequest, digest: Digest): Outcome {
  const { target, quietIfEmpty } = request;
  const isKept = quietIfEmpty && digest.isEmpty;
  const to = target.kind === 'file' ? target.path : target.kind;
  const { journal, human } =
    target.kind === 'stdout' && !isKept
      ? { journal: undefined, human: digestLines(digest, digestLayout(state, 'page')).join('\n') }
      : { journal: digestSummary(digest), human: isKept ? ' Nothing to tell.' : toldText(target) };
  return {
    exit: 'OK',
    document: { items: [itemOf(digest)], to: isKept ? null : to },
    human,
    ...(journal === undefined ? {} : { journal }),
  };
}

function toldText(target: Target): string {
  return target.kind === 'file' ? ` The digest is in ${target.path}` : ' The digest goes out now.';
}

function itemOf({ facts, attention, draftsAhead, isEmpty }: Digest): Readonly<Record<string, unknown>> {
  const { waiting, approved, yesterday } = facts;
  return {
    day: facts.day,
    at: formatInstant(facts.at),
    live: facts.isLive,
    empty: isEmpty,
    attention: attention.map(attentionItem),
    waiting: {
      total: waiting.total,
      first: waiting.first.map(({ id, leadName, company, sequenceId, stepId, subject }) => ({
        id,
        lead: leadName,
        company,
        sequence: sequenceId,
        step: stepId,
        subject,
      })),
    },
    approved: {
      count: approved.count,
      next_leaves_at: approved.nextLeavesAt === null ? null : formatInstant(approved.nextLeavesAt),
    },
    yesterday: {
      ...yesterday,
      replies: yesterday.replies.length,
      replied: yesterday.replies,
      model: modelDayItem(yesterday.model),
    },
    volume: facts.volume.map(({ job, days, mean, line }) => ({
      job,
      days,
      average_7d: Math.round(mean * 10) / 10,
      limit: Math.round(line * 10) / 10,
    })),
    today: {
      drafts_ahead: draftsAhead,
      forecast: facts.forecast.map(({ job, drafts, restsFor }) => ({ job, drafts, rests_for: restsFor })),
      rest_in_days: facts.restInDays,
    },
    coming: facts.coming.map(({ day, isOpen: open, total: sends }) => ({ day, open, sends })),
  };
}

function attentionItem(attention: Digest['attention'][number]): Readonly<Record<string, unknown>> {
  switch (attention.kind) {
    case 'late': {
      const { kind, job, lastSuccessAt } = attention;
      return { kind, job, last_success_at: formatInstant(lastSuccessAt) };
    }
    case 'sender': {
      const { kind, address, detail, isPaused: paused } = attention;
      return { kind, address, detail, paused };
    }
    default:
      return attention;
  }
}
