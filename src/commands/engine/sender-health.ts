import { runActor } from '../../core/audit/entry.ts';
import { HEALTH_WINDOW_MS, judgeHealth, type SenderHealth } from '../../core/senders/health.ts';
import { DAY_MS } from '../../core/time/durations.ts';
import { appendAudit } from '../../store/audit.ts';
import type { StateDatabase } from '../../store/database.ts';
import { enqueueNotice } from '../../store/notices.ts';
import { pausedSenders, pauseSender, troubledSenders } from '../../store/senders.ts';
import type { Engine } from './engine.ts';

/** Somebody who was warned wants to hear of it again when nothing has become better. */
const WARN_AGAIN_AFTER_MS = 7 * DAY_MS;

/** A sender above one of the lines of D6. */
export interface UnwellSender {
  readonly address: string;
  readonly health: Extract<SenderHealth, { kind: 'warn' | 'stop' }>;
}

/** D6: the senders whose mail bounces or is complained about too often, paused or not. Reads only. */
export function unwellSenders({ db, now }: Pick<Engine, 'db' | 'now'>): readonly UnwellSender[] {
  const found: UnwellSender[] = [];
  for (const [address, record] of troubledSenders(db, now - HEALTH_WINDOW_MS)) {
    const health = judgeHealth(record);
    if (health.kind === 'warn' || health.kind === 'stop') found.push({ address, health });
  }
  return found;
}

/**
 * D6: pauses the senders that are above a stop line and tells the operator once; warns of those above a warning line. `send` does it
 * before its mails, and so does whoever reads bounces and complaints. Writes only when there is something new. True when it paused one.
 */
export function judgeSenders(
  engine: Engine,
  { runId, writer }: { readonly runId: string; readonly writer: () => StateDatabase },
): boolean {
  const paused = pausedSenders(engine.db);
  const unwell = unwellSenders(engine).filter(({ address }) => !paused.has(address));
  if (unwell.length === 0) return false;
  const db = writer();
  const act = (): boolean => unwell.map((each) => pauseOrWarn({ ...engine, db }, each, runId)).some(Boolean);
  return db.inWrite ? act() : db.write(act);
}

function pauseOrWarn(
  { db, now }: Pick<Engine, 'db' | 'now'>,
  { address, health }: UnwellSender,
  runId: string,
): boolean {
  const notice = { kind: 'sender', job: 'send', runId, now } as const;
  if (health.kind === 'warn') {
    const text = `${address}: ${health.detail}. It sends on; look at where these leads come from.`;
    enqueueNotice(db, {
      ...notice,
      dedupeKey: `sender warn ${address}`,
      text,
      repeatAfterMs: WARN_AGAIN_AFTER_MS,
    });
    return false;
  }
  if (!pauseSender(db, { address, at: now, reason: health.detail })) return false;
  appendAudit(db, { at: now, kind: 'sender_paused', actor: runActor(runId), subject: null, detail: {} });
  const text = `${address} is paused: ${health.detail}. Its leads wait.\nheadgate resume --sender ${address}`;
  enqueueNotice(db, { ...notice, dedupeKey: `sender stop ${address}`, text, repeatAfterMs: 0 });
  return true;
}
