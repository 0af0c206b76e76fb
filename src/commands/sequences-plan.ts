import type { Preflight } from '../core/edit-preflight.ts';
import { loadSequences } from '../store/sequences.ts';
import { previewSequences, refuseEdits } from './apply-sequences.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { withState, type OperatorState } from './operator-state.ts';
import { flagOption, textOption } from './options.ts';
import type { Terminal } from './output/terminal.ts';
import { escapeText } from './output/text.ts';
import { formatDateTime } from './output/time.ts';
import { preflightDocument, preflightTotals } from './preflight-document.ts';
import { preflightLines } from './preflight-text.ts';
import { previewSinceRef, type RefComparison } from './sequences-against.ts';
import { readValidDefinitions, type ValidDefinitions } from './valid-definitions.ts';

/** As much of a fingerprint as a person types. */
const FINGERPRINT_SHOWN = 12;

/** What is shown, and what it is a comparison with. */
interface Shown {
  readonly preflight: Preflight;
  readonly heading: string;
  /** Null when the files are not compared with what is applied: then nothing of it can be expected of `apply`. */
  readonly fingerprint: string | null;
  readonly against: RefComparison | null;
}

/**
 * `sequences plan`: what applying would do, and to whom (C5). With `--against REF` the files are compared with a version in git instead,
 * still over whoever is under way now. Changes nothing.
 */
export function run(invocation: Invocation): Promise<Outcome> {
  return withState(invocation, 'read', async (state) => {
    const valid = await readValidDefinitions(state.workspace, state.db);
    const ref = textOption(invocation, 'against');
    const shown = ref === null ? sinceApplied(state, valid) : sinceRef(state, valid, ref);
    const isAny = shown.preflight.items.length > 0;
    const next = isAny && shown.fingerprint !== null ? nextCommands(shown.fingerprint) : [];
    return {
      exit: isAny && flagOption(invocation, 'detailedExitCode') ? 'WOULD_ACT' : 'OK',
      document: {
        items: shown.preflight.items.map(preflightDocument),
        ...preflightTotals(shown.preflight),
        fingerprint: shown.fingerprint,
        against: shown.against,
        next,
      },
      human: (terminal) => planLines(terminal, { state, shown, next }),
    };
  });
}

function sinceApplied(state: OperatorState, { definitions }: ValidDefinitions): Shown {
  const { db, workspace, now } = state;
  const { policy } = workspace;
  const { plan, preflight, fingerprint } = previewSequences(definitions, { db, policy, now });
  refuseEdits(plan.refusals);
  const appliedAt = Math.max(...loadSequences(db).map((sequence) => sequence.appliedAt));
  const heading = Number.isFinite(appliedAt)
    ? `since the version applied ${formatDateTime(appliedAt, policy.timezone)}`
    : 'none of which is applied yet';
  return { preflight, heading, fingerprint, against: null };
}

function sinceRef(state: OperatorState, { definitions }: ValidDefinitions, ref: string): Shown {
  const { db, workspace, now, invocation } = state;
  const { policy, paths } = workspace;
  const { env } = invocation.context.io;
  const place = { sequencesDir: paths.sequencesDir, env };
  const { preview, against } = previewSinceRef({ ref, definitions }, { db, policy, now, ...place });
  const heading = `from git ${escapeText(ref)} (${against.commit.slice(0, 7)}) to the working tree`;
  return { preflight: preview.preflight, heading, fingerprint: null, against };
}

function nextCommands(fingerprint: string): readonly string[] {
  return [
    'headgate simulate --edits',
    'headgate sequences apply',
    `headgate sequences apply --expect ${fingerprint.slice(0, FINGERPRINT_SHOWN)}`,
  ];
}

function planLines(
  terminal: Terminal,
  {
    state,
    shown,
    next,
  }: { readonly state: OperatorState; readonly shown: Shown; readonly next: readonly string[] },
): readonly string[] {
  const { preflight, heading, against } = shown;
  const { now, workspace } = state;
  return [
    '',
    ` Changes in sequences/ ${heading}`,
    '',
    ...preflightLines(terminal, preflight, { now, policy: workspace.policy }),
    ...(against === null
      ? []
      : ['', ' Over the people who are under way now. What applying would do: headgate sequences plan']),
    ...nextLines(next),
    '',
  ];
}

const NEXT_WIDTH = 48;

function nextLines([rehearse, apply, expect]: readonly string[]): readonly string[] {
  if (rehearse === undefined || apply === undefined || expect === undefined) return [];
  return [
    '',
    ` Next    ${rehearse.padEnd(NEXT_WIDTH)}rehearsed on a copy`,
    `         ${apply.padEnd(NEXT_WIDTH)}the next runs use it`,
    `         ${expect.padEnd(NEXT_WIDTH)}only as shown here`,
  ];
}
