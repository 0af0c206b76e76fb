import type { OutsideHead, Verification } from '../core/audit/verify.ts';
import { verifyTrail } from '../core/audit/verify.ts';
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
 * A15). A place at which it broke off and says so (`restored`, `adopted`) is shown and is no failure. Ends 70 when an entry was changed,
 * removed, put in or moved, or the end is cut off; 78 for a journal that is damaged. Reads only.
 */
export function run(invocation: Invocation): Promise<Outcome> {
  return withState(invocation, 'read', (state) => {
    const counted = { stamp: 0, journal: 0 };
    const verification = verify(state, counted);
    const isWhole = verification.faultCount === 0;
    return {
      exit: isWhole ? 'OK' : 'SOFTWARE',
      document: { items: [itemOf(verification, counted)] },
      human: (terminal) =>
        verificationLines(terminal, {
          verification,
          counted,
          timezone: state.workspace.policy.timezone,
        }),
      ...(isWhole ? {} : { message: 'the audit trail was tampered with', fix: TAMPERED_FIX }),
    };
  });
}

function verify(state: OperatorState, counted: { stamp: number; journal: number }): Verification {
  const { db, stampFile } = state;
  const read = readStamp(stampFile);
  const stamp = read === 'damaged' ? null : read;
  return verifyTrail({
    entries: auditEntries(db, 0),
    stateId: readHeader(db).stateId,
    // Read after the entries. What is added meanwhile is in the state before it is in the journal.
    outside: counting(outsideHeads(db, stamp), counted),
    hashAt: (number) => auditHashAt(db, number),
  });
}

function* counting(
  heads: Iterable<OutsideHead>,
  counted: { stamp: number; journal: number },
): Generator<OutsideHead> {
  for (const head of heads) {
    counted[head.source === 'stamp.json' ? 'stamp' : 'journal'] += 1;
    yield head;
  }
}

function itemOf(verification: Verification, counted: OutsideCount): Readonly<Record<string, unknown>> {
  const { entries, head, breaks, faults, faultCount } = verification;
  return {
    verdict: faultCount > 0 ? 'tampered' : breaks.length > 0 ? 'breaks_shown' : 'whole',
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
