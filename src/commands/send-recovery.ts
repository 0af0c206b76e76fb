import { readOutboxMail } from '../adapters/mail/outbox.ts';
import { keyLifeOf } from '../core/transports.ts';
import { messagesInStates, type StoredMessage } from '../store/messages.ts';
import { claimedTransport, recordAttempt, type AttemptEvent } from '../store/sends.ts';
import { recordDelivery } from './engine/delivery.ts';
import type { Engine } from './engine/engine.ts';
import { keysLiveSince } from './engine/asking.ts';
import { approveAgain, markUncertain, tellUncertain } from './engine/send-settling.ts';
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
  const { runId, workspace } = session;
  const { policy, paths } = workspace;
  const options = { runId, outboxDir: paths.outboxDir, isRehearsal: !policy.live };
  db.write(() => {
    for (const message of stale) settleOne({ ...engine, db }, message, options);
  });
  return stale.length;
}

/**
 * D9: what a rehearsal left open, settled by the outbox before it is decided about: while not live nothing went anywhere else. In the
 * caller's transaction, under the lock of `send`.
 */
export function settleRehearsals(engine: Engine, options: { runId: string; outboxDir: string }): void {
  for (const message of messagesInStates(engine.db, ['sending', 'uncertain'])) {
    if (claimedTransport(engine.db, message.rowId) !== 'outbox') continue;
    settleOne(engine, message, { ...options, isRehearsal: true });
  }
}

/**
 * D1: messages in doubt about which nobody can be asked any more, since the provider has forgotten their keys: now the operator is told.
 * Each once, whenever a live `send` finds it so.
 */
export function tellForgottenKeys(session: RunSession, engine: Engine): void {
  const { transport } = session.workspace.mail;
  const silent = messagesInStates(engine.db, ['uncertain']).filter((message) => {
    const claimed = claimedTransport(engine.db, message.rowId);
    const keyLifeMs = keyLifeOf(claimed);
    const mayAsk = claimed === transport && message.keyUsedAt !== null && keyLifeMs !== null;
    return keyLifeMs !== null && !(mayAsk && message.keyUsedAt > keysLiveSince(engine.now, keyLifeMs));
  });
  if (silent.length === 0) return;
  const db = session.writer();
  db.write(() => {
    for (const message of silent) {
      const detail = message.lastError ?? 'no answer';
      tellUncertain({ ...engine, db }, message, { detail, runId: session.runId });
    }
  });
}

interface Settling {
  readonly runId: string;
  readonly outboxDir: string;
  readonly isRehearsal: boolean;
}

function settleOne(engine: Engine, message: StoredMessage, options: Settling): void {
  const { db, now } = engine;
  const transport = claimedTransport(db, message.rowId);
  const { runId, outboxDir, isRehearsal } = options;
  const record = (event: AttemptEvent['event'], detail: string): void => {
    // What was uncertain has its result in the ledger already.
    if (message.state === 'sending') recordResult(engine, message, { event, detail, transport, runId });
  };
  if (transport !== 'outbox') {
    const detail = 'the run that was sending it was killed';
    record('unknown', detail);
    markUncertain(engine, message, { detail, runId, transport });
    return;
  }
  if (readOutboxMail(outboxDir, message.id) === null) {
    record('withdrawn', 'not in the outbox after a killed run');
    approveAgain(engine, message);
    return;
  }
  const response = 'found in the outbox after a killed run';
  record('accepted', response);
  recordDelivery(engine, message, { at: now, isRehearsal, response });
}

function recordResult(
  { db, now, operatorDay }: Engine,
  message: StoredMessage,
  result: Pick<AttemptEvent, 'event' | 'detail' | 'transport' | 'runId'>,
): void {
  const { event, detail, transport, runId } = result;
  const { rowId: messageRowId, id: messageId, attempts: attempt } = message;
  const of = { messageRowId, messageId, attempt, at: now, operatorDay, runId, transport };
  recordAttempt(db, { ...of, event, detail });
}
