import { hashDefinitions } from '../config/definitions-hash.ts';
import { affectsLive, type Preflight } from '../core/edit-preflight.ts';
import { HeadgateError } from '../core/errors.ts';
import { appliedFilesHash, rememberAppliedFiles } from '../store/applied-files.ts';
import {
  appliedAct,
  applySequences,
  previewSequences,
  refuseEdits,
  refuseUnseen,
  type SequencesPreview,
} from './apply-sequences.ts';
import { agrees } from './ask.ts';
import { recordAct } from './audit/record.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { countStoredMatches, enrollStored, NO_MATCHES, type StoredMatches } from './enroll-stored.ts';
import { OUTBOUND_JOBS, withJobLocks } from './job-locks.ts';
import { withState, writeAsPerson, type OperatorState } from './operator-state.ts';
import { flagOption, textOption, usageError } from './options.ts';
import { createTerminal, type Terminal } from './output/terminal.ts';
import { countOf, escapeText } from './output/text.ts';
import { preflightDocument, preflightTotals } from './preflight-document.ts';
import { preflightLines } from './preflight-text.ts';
import type { PreflightMoment } from './preflight-times.ts';
import { readValidDefinitions, type ValidDefinitions } from './valid-definitions.ts';
import { openWorkspace } from './workspace.ts';

/** What the operator is asked about. */
interface Shown {
  readonly valid: ValidDefinitions;
  readonly preview: SequencesPreview;
  readonly matches: StoredMatches;
  readonly moment: PreflightMoment;
}

interface Done {
  readonly applied: boolean;
  readonly preflight: Preflight;
  readonly enrolled: number;
  readonly retried: number;
}

/**
 * `sequences apply`: makes the files the active version, words included (C5). Shows the preflight first and asks; off
 * a terminal it needs `--yes` as soon as anybody who is under way, or already stored (A19), is affected. What is applied is what was shown,
 * here or by the `plan` whose fingerprint `--expect` names, or nothing at all: 33 when files or state have moved in between (A17).
 */
export async function run(invocation: Invocation): Promise<Outcome> {
  const expected = expectedFingerprint(invocation);
  const shown = await withState(invocation, 'read', preflight);
  refuseEdits(shown.preview.plan.refusals);
  refuseUnseen(expected, shown.preview.fingerprint);
  const { preflight: asShown } = shown.preview;
  if (isNothing(shown)) await rememberFiles(invocation, shown);
  const isWanted = !isNothing(shown) && (await isAgreed(invocation, shown));
  const done = isWanted
    ? await applyLocked(invocation, shown)
    : { applied: false, preflight: asShown, enrolled: 0, retried: 0 };
  return outcomeOf(shown, done);
}

const FINGERPRINT = /^[0-9a-f]{8,64}$/;

function expectedFingerprint(invocation: Invocation): string | null {
  const text = textOption(invocation, 'expect');
  if (text === null || FINGERPRINT.test(text)) return text;
  throw usageError(
    '--expect takes the fingerprint that sequences plan shows, at least 8 digits of it',
    'headgate sequences plan',
  );
}

async function preflight({ invocation, workspace, db, now }: OperatorState): Promise<Shown> {
  const valid = await readValidDefinitions(workspace, db);
  return db.read(() => {
    const preview = previewSequences(valid.definitions, { db, policy: workspace.policy, now });
    const isAsked = flagOption(invocation, 'enrollExisting');
    const matches = isAsked ? countStoredMatches(db, preview.plan.edits) : NO_MATCHES;
    return { valid, preview, matches, moment: { now, policy: workspace.policy } };
  });
}

function isNothing({ preview, matches }: Shown): boolean {
  return preview.preflight.items.length === 0 && matches.total === 0;
}

/** Files that only read differently, a comment say, count as applied: a run need not speak of them. */
function rememberFiles(invocation: Invocation, { valid }: Shown): Promise<void> {
  return withState(invocation, 'write', (state) => {
    if (appliedFilesHash(state.db) === valid.filesHash) return;
    writeAsPerson(state, () => {
      rememberAppliedFiles(state.db, valid.filesHash);
    });
  });
}

async function isAgreed(invocation: Invocation, { preview, matches, moment }: Shown): Promise<boolean> {
  const isHarmless = !affectsLive(preview.preflight) && matches.total === 0;
  if (isHarmless && !invocation.global.input) return true;
  const { stderr, env } = invocation.context.io;
  const { isTty, columns } = stderr;
  const terminal = createTerminal({ isTty, columns, env, color: null, ascii: invocation.global.ascii });
  const lines = ['', ...preflightLines(terminal, preview.preflight, moment), ...matchLines(matches), ''];
  return agrees(invocation, { lines, question: 'Apply?' });
}

/** The preflight is made anew inside the transaction: what it did is reported, not what it would have done. */
function applyLocked(invocation: Invocation, shown: Shown): Promise<Done> {
  const workspace = openWorkspace(invocation);
  return withJobLocks(invocation, { workspace, jobs: OUTBOUND_JOBS }, () =>
    withState(invocation, 'write', (state) => writeAsPerson(state, () => applyNow(state, shown))),
  );
}

function applyNow(state: OperatorState, shown: Shown): Done {
  const { invocation, workspace, db, now } = state;
  const { policy } = workspace;
  const { definitions, filesHash } = shown.valid;
  if (hashDefinitions(workspace.paths.sequencesDir) !== filesHash) throw filesMoved();
  const isAsked = flagOption(invocation, 'enrollExisting');
  if (isAsked && countStoredMatches(db, shown.preview.plan.edits).total !== shown.matches.total)
    throw arrivalsMoved();
  const applied = applySequences({ definitions, seen: shown.preview.fingerprint }, { db, policy, now });
  rememberAppliedFiles(db, filesHash);
  const { random } = invocation.context;
  const enrolled = isAsked ? enrollStored(applied.edits, { db, policy, now, random }) : 0;
  recordAct(state, appliedAct(db, { applied, enrolled }));
  return { applied: true, preflight: applied.preflight, enrolled, retried: applied.retried };
}

function filesMoved(): HeadgateError {
  return new HeadgateError('The files have changed since this was shown', {
    code: 'files_moved',
    exit: 'STALE_PLAN',
    notDone: 'Nothing was applied.',
    fix: 'headgate sequences plan',
  });
}

function arrivalsMoved(): HeadgateError {
  return new HeadgateError('Other stored leads match than when this was shown', {
    code: 'edit_outdated',
    exit: 'STALE_PLAN',
    notDone: 'Nothing was applied, and nobody was enrolled.',
    fix: 'headgate sequences apply --enroll-existing',
  });
}

function outcomeOf({ valid, matches, moment }: Shown, done: Done): Outcome {
  const { length } = valid.warnings;
  return {
    exit: 'OK',
    document: {
      items: done.preflight.items.map(preflightDocument),
      ...preflightTotals(done.preflight),
      applied: done.applied,
      enrolled_count: done.enrolled,
      retried_count: done.retried,
    },
    human: (terminal) => doneLines(terminal, { done, matches, moment }),
    notes: length === 0 ? [] : [`${countOf(length, 'warning')}: headgate sequences lint`],
  };
}

function doneLines(
  terminal: Terminal,
  { done, matches, moment }: { readonly done: Done } & Pick<Shown, 'matches' | 'moment'>,
): readonly string[] {
  const isNew = done.preflight.items.length > 0 || matches.total > 0;
  if (!isNew) return ['', ' Nothing to apply: the files say what is active already.', ''];
  if (!done.applied) return ['', ' Nothing was applied.', ''];
  const enrolled =
    done.enrolled === 0 ? [] : [` Enrolled ${countOf(done.enrolled, 'stored lead')}, from now on.`];
  return [
    '',
    ...preflightLines(terminal, done.preflight, moment),
    '',
    ` ${terminal.bold('Applied.')} The next runs use this version.`,
    ...enrolled,
    ...retriedLines(done.retried),
    '',
  ];
}

function retriedLines(retried: number): readonly string[] {
  if (retried === 0) return [];
  return [
    ` ${countOf(retried, 'lead')} that a model found no words for ${retried === 1 ? 'is' : 'are'} tried again.`,
  ];
}

function matchLines(matches: StoredMatches): readonly string[] {
  if (matches.total === 0) return [];
  const parts = [...matches.bySequence].map(([id, count]) => `${escapeText(id)} ${count}`);
  return ['', ` Enrolls ${countOf(matches.total, 'stored lead')} from now on: ${parts.join(', ')}`];
}
