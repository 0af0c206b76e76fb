import { parseAddress } from '../core/email-address.ts';
import { isErasedKey } from '../core/erasure.ts';
import { HeadgateError } from '../core/errors.ts';
import type { Lead } from '../core/model.ts';
import { checkBeforeWrite } from '../store/disk-space.ts';
import { countPersonal, eraseLead, leavingMessages, type PersonalCounts } from '../store/erase-lead.ts';
import { allErasures, ensureErasureKey, erasedHashOf, hashAddress } from '../store/erasures.ts';
import { findLead, leadById } from '../store/leads.ts';
import { agrees } from './ask.ts';
import { recordAct } from './audit/record.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { MIN_FREE_BYTES } from './engine/live-run.ts';
import { compactState } from './erasure/compact.ts';
import { copiesThatHold } from './erasure/copies.ts';
import { doneLines, erasedDocument, surveyLines, type Erased } from './erasure/erase-text.ts';
import { finishErasures } from './erasure/finish-erasures.ts';
import { OUTBOUND_JOBS, withJobLocks } from './job-locks.ts';
import { leadArgument } from './lead-argument.ts';
import { withState, writeAsPerson, type OperatorState } from './operator-state.ts';
import { argument } from './options.ts';
import { recordOwnRun } from './record-own-run.ts';

/** Whatever may have read the person before, or writes files that name people. */
const QUIET_JOBS = [...OUTBOUND_JOBS, 'sync', 'digest', 'backup'] as const;

/**
 * `leads erase ID|ADDRESS [--yes]` (GDPR Art. 17): shows what is held, asks, and overwrites all of it, in one transaction for the state
 * and then file by file; a keyed hash of the address stays on the suppression list, so that it is never mailed again (B3). Who was erased
 * is erased again by every older copy that takes this state's place (A15). A mail that is leaving or of which nobody knows is settled
 * first: 75 while it is being sent, 64 while it is uncertain. Twice is as good as once.
 */
export function run(invocation: Invocation): Promise<Outcome> {
  return withState(invocation, 'write', async (state) => {
    const lead = personOf(state);
    refuseLeaving(state, lead);
    const counts = state.db.read(() => countPersonal(state.db, lead));
    const isKnown = !isErasedKey(lead.emailKey);
    if (isKnown) {
      const lines = surveyLines(lead, counts);
      if (!(await agrees(invocation, { lines, question: ' Erase this person?' })))
        return outcomeOf({ lead, outcome: 'declined', counts, files: null, compaction: null, copies: [] });
    }
    const { workspace } = state;
    return withJobLocks(invocation, { workspace, jobs: QUIET_JOBS }, () => erase(state, { lead, counts }));
  });
}

/** A lead as every command names one; and an address of somebody who was erased, whose files may not be finished. */
function personOf({ invocation, db }: OperatorState): Lead {
  const typed = argument(invocation, 0) ?? '';
  const found = findLead(db, typed);
  if (found !== null) return found;
  const parsed = parseAddress(typed);
  const hash = 'emailKey' in parsed ? erasedHashOf(db, parsed.emailKey) : null;
  const erasure = allErasures(db).findLast((each) => each.hash === hash);
  const tombstone = erasure === undefined ? null : leadById(db, erasure.leadId);
  return tombstone ?? leadArgument(invocation, db);
}

function refuseLeaving({ db }: OperatorState, lead: Lead): void {
  const [leaving] = leavingMessages(db, lead.rowId);
  if (leaving === undefined) return;
  const isBeingSent = leaving.state === 'sending';
  throw new HeadgateError(
    isBeingSent
      ? `${leaving.id} to this lead is being sent`
      : `nobody knows whether ${leaving.id} to this lead was sent`,
    {
      code: 'lead_leaving',
      exit: isBeingSent ? 'TEMPFAIL' : 'USAGE',
      notDone: 'Nothing was erased.',
      fix: isBeingSent
        ? 'Erase again in a minute; after a crash let send run once, which settles it.'
        : `headgate review settle ${leaving.id} sent   (or not-sent), then erase again`,
    },
  );
}

function erase(
  state: OperatorState,
  { lead, counts }: { readonly lead: Lead; readonly counts: PersonalCounts },
): Outcome {
  const { db, workspace } = state;
  const wasErased = isErasedKey(lead.emailKey);
  if (!wasErased) eraseInState(state, lead);
  const finished = finishErasures(state);
  // Also the second time: somebody may have been reading the first.
  const compaction = compactState(db);
  const copies = copiesThatHold(workspace.paths, lead.id);
  const outcome = wasErased ? 'erased_before' : 'erased';
  return outcomeOf({ lead, outcome, counts, files: finished?.files ?? null, compaction, copies });
}

function eraseInState(state: OperatorState, lead: Lead): void {
  const { db, now, invocation } = state;
  const { random } = invocation.context;
  checkBeforeWrite(db, { minFreeBytes: MIN_FREE_BYTES });
  db.overwriteDeleted();
  writeAsPerson(state, () => {
    // Between the question and the locks a send may have claimed one.
    refuseLeaving(state, lead);
    const key = ensureErasureKey(db, () => `${random.publicId('k')}${random.publicId('k')}`, now);
    eraseLead(db, { lead, hash: hashAddress(key, lead.emailKey), key, now });
    recordErasureRun(state, lead);
  });
}

/** A13: who looks at the runs or at the audit later sees that, and of which id; never of whom. */
function recordErasureRun(state: OperatorState, lead: Lead): void {
  recordAct(state, { kind: 'lead_erased', subject: lead.id });
  recordOwnRun(state, { id: state.invocation.context.random.publicId('r'), counts: { erased: 1 } });
}

function outcomeOf(erased: Erased): Outcome {
  return {
    exit: 'OK',
    document: { items: [erasedDocument(erased)] },
    human: () => doneLines(erased),
  };
}
