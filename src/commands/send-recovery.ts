import { readOutboxMail } from '../adapters/mail/outbox.ts';
import { messagesInStates, type StoredMessage } from '../store/messages.ts';
import { claimedTransport, recordAttempt } from '../store/sends.ts';
import { recordDelivery } from './engine/delivery.ts';
import type { Engine } from './engine/engine.ts';
import { approveAgain, markUncertain } from './engine/send-settling.ts';
import type { RunSession } from './run-session.ts';

/**
 * D1: a `sending` row that this run did not make is left from one that was killed: under the lock of `send` there is no other
 * explanation. The outbox can be asked, so it is settled by what lies there; from anywhere else nobody knows whether the body left,
 * so it is uncertain and never repeated. Returns how many were found.
 */
export function settleOldClaims(session: RunSession, engine: Engine): number {
  const stale = messagesInStates(engine.db, ['sending']);
  if (stale.length === 0) return 0;
  const db = session.writer();
  const writing: Engine = { ...engine, db };
  db.write(() => {
    for (const message of stale) settleOne(session, writing, message);
  });
  return stale.length;
}

function settleOne(session: RunSession, engine: Engine, message: StoredMessage): void {
  const { db, now, operatorDay } = engine;
  const transport = claimedTransport(db, message.rowId);
  const event = {
    messageRowId: message.rowId,
    attempt: message.attempts,
    at: now,
    operatorDay,
    runId: session.runId,
    transport,
  };
  if (transport !== 'outbox') {
    const detail = 'the run that was sending it was killed';
    recordAttempt(db, { ...event, event: 'unknown', detail });
    markUncertain(engine, message, { detail, runId: session.runId });
    return;
  }
  const detail = 'found after a killed run';
  if (readOutboxMail(session.workspace.paths.outboxDir, message.id) === null) {
    recordAttempt(db, { ...event, event: 'withdrawn', detail: 'not in the outbox after a killed run' });
    approveAgain(engine, message);
    return;
  }
  recordAttempt(db, { ...event, event: 'accepted', detail });
  recordDelivery(engine, message, { at: now, isRehearsal: !session.workspace.policy.live, response: detail });
}
