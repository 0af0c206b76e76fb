import {
  STAMP_SOURCE,
  trailVerdict,
  verifyTrail,
  type OutsideHead,
  type TrailVerdict,
  type Verification,
} from '../core/audit/verify.ts';
import { formatInstant } from '../core/time/instants.ts';
import { auditEntries, auditHashAt } from '../store/audit.ts';
import { readHeader } from '../store/header.ts';
import { outsideHeads } from './audit/breaks.ts';
import { verificationLines, type OutsideCount } from './audit/verify-text.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { readStamp, withState, type OperatorState } from './operator-state.ts';

const TAMPERED_FIX =
  'Copy the whole state folder away as it is, find out who could write to it, then: headgate restore FILE   with a copy from before';

/**
 * `audit verify`: reads the whole trail, recomputes every hash, and holds it against what the stamp and the send journal know of it (A13,
 * A15). A place at which it broke off and says so (`restored`, `adopted`) is shown and is no failure. Ends 30 for an older copy that
 * waits for `adopt`; 70 when an entry was changed, removed, put in or moved, or the end is cut off; 78 for a journal that is damaged. Reads only.
 */
export function run(invocation: Invocation): Promise<Outcome> {
  return withState(invocation, 'read', (state) => {
    const counted = { stamp: 0, journal: 0 };
    const { verification, verdict } = verify(state, counted);
    return {
      ...ENDS[verdict],
      document: { items: [itemOf({ verification, verdict, counted })] },
      human: (terminal) =>
        verificationLines(terminal, {
          verification,
          verdict,
          counted,
          timezone: state.workspace.policy.timezone,
        }),
    };
  });
}

const ENDS: Readonly<Record<TrailVerdict, Pick<Outcome, 'exit' | 'message' | 'fix'>>> = {
  whole: { exit: 'OK' },
  breaks_shown: { exit: 'OK' },
  restored: {
    exit: 'COLD_START',
    message: 'this is an older state than is known outside of it: restored, adopt pending',
    fix: 'headgate adopt',
  },
  tampered: { exit: 'SOFTWARE', message: 'the audit trail was tampered with', fix: TAMPERED_FIX },
};

function verify(
  state: OperatorState,
  counted: { stamp: number; journal: number },
): { readonly verification: Verification; readonly verdict: TrailVerdict } {
  const { db, stampFile } = state;
  const read = readStamp(stampFile);
  const stamp = read === 'damaged' ? null : read;
  const { stateId, writeCounter } = readHeader(db);
  const verification = verifyTrail({
    entries: auditEntries(db, 0),
    stateId,
    // Read after the entries. What is added meanwhile is in the state before it is in the journal.
    outside: counting(outsideHeads(db, stamp), counted),
    hashAt: (number) => auditHashAt(db, number),
  });
  const counters = { writeCounter, stampedCounter: stamp?.writeCounter ?? null };
  return { verification, verdict: trailVerdict(verification, counters) };
}

function* counting(
  heads: Iterable<OutsideHead>,
  counted: { stamp: number; journal: number },
): Generator<OutsideHead> {
  for (const head of heads) {
    counted[head.source === STAMP_SOURCE ? 'stamp' : 'journal'] += 1;
    yield head;
  }
}

function itemOf({
  verification,
  verdict,
  counted,
}: {
  readonly verification: Verification;
  readonly verdict: TrailVerdict;
  readonly counted: OutsideCount;
}): Readonly<Record<string, unknown>> {
  const { entries, head, breaks, faults, faultCount } = verification;
  return {
    verdict,
    entries,
    head,
    outside: { stamp: counted.stamp > 0, journal_lines: counted.journal },
    breaks: breaks.map(({ number, kind, at, actor, missing, outsideNumber }) => ({
      number,
      kind,
      at: formatInstant(at),
      actor,
      missing,
      outside_number: outsideNumber,
    })),
    faults,
    fault_count: faultCount,
  };
}
