import { createStampFile } from '../adapters/stamp-file.ts';
import { findWorkspace } from '../config/paths.ts';
import { cleanLine } from '../core/clean-text.ts';
import { HeadgateError } from '../core/errors.ts';
import type { Instant } from '../core/model.ts';
import { DAY_MS } from '../core/time/durations.ts';
import { openState } from '../store/database.ts';
import { enqueueNotice, hasNoticeSince } from '../store/notices.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { deliverAfterRun } from './notices/after-run.ts';
import { hasChannel } from './notices/channels.ts';
import { writeKeepingDoubt } from './operator-state.ts';
import { argument, textOption, usageError } from './options.ts';
import { jobOfUnit } from './units/unit-files.ts';
import { openWorkspace, workspaceQuestion } from './workspace.ts';

const KIND = 'unit_failed';
const UNIT_NAME = /^headgate-[a-z]+\.(?:service|socket|timer)$/;
const LINES_MAX = 15;
const LINE_CHARACTERS_MAX = 300;
const WORD_CHARACTERS_MAX = 40;

type Silence = 'told_itself' | 'told_today';

interface Failure {
  readonly unit: string;
  readonly job: string | null;
  readonly result: string;
  readonly status: string;
  /** When the run that failed began. */
  readonly sinceAt: Instant;
  readonly lines: readonly string[];
}

/**
 * `units alert UNIT`: keeps what systemd says of a failed unit as a notice, for whatever channel tells the operator (F1); its last log
 * lines come in on stdin. Silent when the run told of itself, and once a day for the same failure. Needs no valid configuration: a broken
 * one is the likeliest thing to be told of. Throws 64, and 30, 77 or 78 when the state takes no notice.
 */
export async function run(invocation: Invocation): Promise<Outcome> {
  const failure = await failureOf(invocation);
  const silent = keepNotice(invocation, failure);
  if (silent === null) await deliver(invocation);
  return outcomeOf(failure, silent);
}

/** Null when it was stored. */
function keepNotice(invocation: Invocation, failure: Failure): Silence | null {
  const { databaseFile, stampFile } = findWorkspace(workspaceQuestion(invocation));
  const db = openState({ file: databaseFile, mode: 'write' });
  try {
    const now = invocation.context.clock.now();
    const toldItself =
      failure.job !== null &&
      hasNoticeSince(db, { job: failure.job, sinceAt: failure.sinceAt, otherThan: KIND });
    const state = { invocation, db, now, stampFile: createStampFile(stampFile) };
    const isStored =
      !toldItself &&
      writeKeepingDoubt(state, () =>
        enqueueNotice(db, {
          kind: KIND,
          job: failure.job,
          dedupeKey: `${KIND} ${failure.unit} ${failure.result} ${failure.status}`,
          text: noticeText(failure),
          runId: null,
          now,
          repeatAfterMs: DAY_MS,
        }),
      );
    if (isStored) return null;
    return toldItself ? 'told_itself' : 'told_today';
  } finally {
    db.close();
  }
}

/** At once where there is a channel; what it does not take now, the next run takes. */
async function deliver(invocation: Invocation): Promise<void> {
  try {
    const workspace = openWorkspace(invocation);
    if (hasChannel(workspace)) await deliverAfterRun({ invocation, workspace });
  } catch (error) {
    if (!(error instanceof HeadgateError)) throw error;
    invocation.progress(`The notice waits for the next run: ${error.message}`);
  }
}

async function failureOf(invocation: Invocation): Promise<Failure> {
  const unit = argument(invocation, 0) ?? '';
  if (!UNIT_NAME.test(unit)) throw usageError(`"${unit}" is no unit of Headgate`, 'headgate units print');
  const { stdin } = invocation.context.io;
  const log = stdin.isTty ? '' : await stdin.readAll();
  return {
    unit,
    job: jobOfUnit(unit),
    result: word(invocation, 'result'),
    status: word(invocation, 'status'),
    sinceAt: sinceOf(invocation),
    lines: log
      .split('\n')
      .map((line) => cleanLine(line, LINE_CHARACTERS_MAX).text)
      .filter((line) => line !== '')
      .slice(-LINES_MAX),
  };
}

function word(invocation: Invocation, option: string): string {
  return cleanLine(textOption(invocation, option) ?? 'unknown', WORD_CHARACTERS_MAX).text;
}

/** `@1771405380`, as systemctl prints a moment with --timestamp=unix; without one nothing counts as told. */
function sinceOf(invocation: Invocation): Instant {
  const text = textOption(invocation, 'since') ?? '';
  const seconds = /^@(\d{1,11})$/.exec(text)?.[1];
  if (seconds !== undefined && Number(seconds) > 0) return Number(seconds) * 1000;
  if (text === '' || text === '@0') return invocation.context.clock.now();
  throw usageError(`--since takes @ and seconds, not "${text}"`);
}

function noticeText({ unit, result, status, lines }: Failure): string {
  return [
    `${unit} failed: ${result}, status ${status}.`,
    ...(lines.length === 0 ? ['It left nothing in the journal.'] : lines.map((line) => `  ${line}`)),
    `journalctl -u ${unit}`,
  ].join('\n');
}

function outcomeOf(failure: Failure, silent: Silence | null): Outcome {
  const { unit, result, status } = failure;
  const why = silent === 'told_itself' ? 'the run told of itself' : 'the same was told within a day';
  return {
    exit: 'OK',
    document: { items: [{ unit, result, status, stored: silent === null, silent }] },
    human: silent === null ? `${unit} failed: kept as a notice` : `${unit} failed: no notice, ${why}`,
  };
}
