import { forgetKeys } from '../../store/asking.ts';
import { messagesInState, messagesInStates, moveMessage } from '../../store/messages.ts';
import { claimedTransport, recordAttempt } from '../../store/sends.ts';
import { addTimeline } from '../../store/timeline.ts';
import type { Engine } from './engine.ts';
import { doubtHeldApprovals } from './held-approvals.ts';
import { markUncertain } from './send-settling.ts';

/** What `adopt` and `restore` no longer take on trust. */
export interface Distrust {
  /** Approved messages that wait for one release by a person. */
  readonly held: number;
  /** Messages that were being sent, and of which nobody knows. */
  readonly uncertain: number;
}

/**
 * A15: every approved message is held (one on hold by hand loses its approval), every one being sent uncertain. No
 * provider is asked about a message in doubt (D1): what a person decided of it since is not in this state, and a question may send it. In
 * the caller's transaction, after the journal's word.
 */
export function distrustOpen(engine: Engine, because: { runId: string; why: string }): Distrust {
  const distrust = { held: holdApproved(engine, because), uncertain: doubtSending(engine, because) };
  forgetKeys(engine.db);
  return distrust;
}

function holdApproved({ db, now }: Engine, { runId, why }: { runId: string; why: string }): number {
  const change = {
    hold_cause: 'doubt',
    held_from: 'approved',
    held_by_job: 'send',
    held_run_id: runId,
    leaves_at: null,
  } as const;
  doubtHeldApprovals({ db, now }, () => true);
  let held = 0;
  for (const message of [...messagesInState(db, 'approved')]) {
    if (!moveMessage(db, message, { to: 'held', change })) continue;
    held += 1;
    const text = `approved before ${why}`;
    addTimeline(db, { leadRowId: message.leadRowId, at: now, kind: 'held', text, ref: message.id });
  }
  return held;
}

function doubtSending(engine: Engine, { runId, why }: { runId: string; why: string }): number {
  const { db, now, operatorDay } = engine;
  const detail = `it was being sent when ${why}`;
  const sending = messagesInStates(db, ['sending']);
  for (const message of sending) {
    const transport = claimedTransport(db, message.rowId);
    recordAttempt(db, {
      messageRowId: message.rowId,
      messageId: message.id,
      attempt: message.attempts,
      event: 'unknown',
      at: now,
      operatorDay,
      runId,
      transport,
      detail,
    });
    markUncertain(engine, message, { detail, runId, transport });
  }
  return sending.length;
}
