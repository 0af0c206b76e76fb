import { rmSync } from 'node:fs';

import { listOutbox } from '../../adapters/mail/outbox.ts';
import type { Instant } from '../../core/model.ts';
import { DAY_MS } from '../../core/time/durations.ts';
import {
  CHAT_RULES,
  EVENT_RULES,
  forgetBatch,
  RUN_RULES,
  TEXT_RULES,
  type ForgottenBatch,
  type RetentionRule,
} from '../../store/retention.ts';
import { stateDoubtsOf, writeKeepingDoubt, type OperatorState } from '../operator-state.ts';

/** So many rows in one transaction: nobody waits for it who has something to do. */
const BATCH_ROWS = 500;
/** Of one kind in one night; the next one goes on. */
const BATCHES_MAX = 40;
/** As in the chat that is used (F2). */
const CHAT_MS = 30 * DAY_MS;

/** How many rows lost their words or went, by kind; kinds of which there were none are left out. */
export type ForgottenCounts = Readonly<Record<string, number>>;

/**
 * `[retention]`: forgets what is older than the operator wants to keep, bounded in one night. What was forgotten is overwritten, so that
 * neither the copy that follows nor an unused part of the file holds it. A4: while the clock is in doubt nothing is: it says how old words
 * are, and what was forgotten does not come back.
 */
export function forgetOld(state: OperatorState): ForgottenCounts {
  if (stateDoubtsOf(state).some(({ reason }) => reason === 'clock')) return {};
  const { db, workspace } = state;
  const { textsMs, eventsMs, runsMs } = workspace.retention;
  const counts = new Map<string, number>();
  const apply = (rules: readonly RetentionRule[], ms: number | null): void => {
    if (ms === null) return;
    for (const rule of rules) add(counts, rule.what, forgetByRule(state, rule, ms));
  };
  db.overwriteDeleted();
  apply(TEXT_RULES, textsMs);
  if (textsMs !== null) add(counts, 'outbox', forgetOutbox(state, textsMs));
  apply(EVENT_RULES, eventsMs);
  apply(RUN_RULES, runsMs);
  apply(CHAT_RULES, CHAT_MS);
  return Object.fromEntries(counts);
}

function forgetByRule(state: OperatorState, rule: RetentionRule, ms: number): number {
  const before = state.now - ms;
  let count = 0;
  let after: number | string | null = null;
  for (let batch = 0; batch < BATCHES_MAX; batch += 1) {
    const from: { before: Instant; after: number | string | null; limit: number } = {
      before,
      after,
      limit: BATCH_ROWS,
    };
    const done: ForgottenBatch | null = writeKeepingDoubt(state, () => forgetBatch(state.db, rule, from));
    if (done === null) return count;
    count += done.count;
    after = done.last;
    if (done.count < BATCH_ROWS) return count;
  }
  return count;
}

function forgetOutbox({ now, workspace }: OperatorState, ms: number): number {
  const old = listOutbox(workspace.paths.outboxDir).filter(({ at }) => at < now - ms);
  for (const { path } of old) rmSync(path, { force: true });
  return old.length;
}

function add(counts: Map<string, number>, what: string, count: number): void {
  if (count > 0) counts.set(what, (counts.get(what) ?? 0) + count);
}
