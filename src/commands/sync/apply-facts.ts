import { runActor } from '../../core/audit/entry.ts';
import { bailReason } from '../../core/bail.ts';
import { cleanNotes } from '../../core/clean-text.ts';
import { isErasedKey } from '../../core/erasure.ts';
import { isCredible, otherWriter } from '../../core/facts/credible.ts';
import { effectOf, type Effect } from '../../core/facts/effect.ts';
import type { IncomingFact } from '../../core/facts/fact.ts';
import type { Instant, Lead } from '../../core/model.ts';
import { operatorDay } from '../../core/time/operator-day.ts';
import { appendAudit } from '../../store/audit.ts';
import { recordContact } from '../../store/contacts.ts';
import type { StateDatabase } from '../../store/database.ts';
import { cancelLeadEnrollments } from '../../store/enrollments.ts';
import { erasedFactKey, erasedHashOf, erasureKeys } from '../../store/erasures.ts';
import {
  findReferenced,
  isOwnMail,
  noteUsedMessageId,
  recordFact,
  softBouncesOf,
  type MatchedRow,
} from '../../store/facts.ts';
import { setLeadHold } from '../../store/lead-lookup.ts';
import { leadByEmailKey, leadByRowId } from '../../store/leads.ts';
import { messageById } from '../../store/messages.ts';
import { enqueueNotice } from '../../store/notices.ts';
import { refreshNurtureDue } from '../../store/nurture-queue.ts';
import { addSuppression } from '../../store/suppressions.ts';
import { addTimeline } from '../../store/timeline.ts';
import { recordAttribution } from '../engine/attribution-record.ts';
import { recordDelivery } from '../engine/delivery.ts';
import { engineAt, type Engine } from '../engine/engine.ts';
import { judgeSenders } from '../engine/sender-health.ts';
import { formatDateTime } from '../output/time.ts';

/** What applying facts needs; made once per run of `sync`, and by `send` for what it is told at the door. */
export interface FactContext {
  readonly engine: Engine;
  /** Opts a lead out for good, in the caller's transaction. */
  readonly optOut: (lead: Lead, engine: Engine) => void;
  readonly sourceId: string;
  readonly runId: string;
}

/** What became of the facts of one source. `facts` is the sum of the other four. */
export interface FactCounts {
  facts: number;
  /** Changed or confirmed something of ours. */
  applied: number;
  /** Read before (E7). */
  repeated: number;
  /** Named no message of ours. */
  unmatched: number;
  /** Named one, and could not be believed (E4). */
  doubted: number;
}

export function noFacts(): FactCounts {
  return { facts: 0, applied: 0, repeated: 0, unmatched: 0, doubted: 0 };
}

/** Applies one page of facts, in the caller's transaction: each once, whatever their order (E7, hardening 135). */
export function applyFacts(context: FactContext, facts: readonly IncomingFact[]): FactCounts {
  const counts = noFacts();
  for (const fact of facts) {
    counts.facts += 1;
    counts[applyFact(context, fact)] += 1;
  }
  // D6: what bounced or was complained about may have been one mail too many for its sender.
  const { engine, runId } = context;
  if (counts.applied > 0) judgeSenders(engine, { runId, writer: () => engine.db });
  return counts;
}

function applyFact(context: FactContext, fact: IncomingFact): Exclude<keyof FactCounts, 'facts'> {
  const { engine, sourceId } = context;
  const { db, now } = engine;
  // Hardening 140: a follow-up of ours names the mail before it, as an answer does, and may reach the mailbox as a copy.
  const isOurs = fact.writtenAs !== undefined && isOwnMail(db, fact.writtenAs);
  const found = isOurs ? null : findReferenced(db, fact);
  if (isOfErased(db, { fact, found })) return forgetFact(context, fact, found);
  const match = found !== null && isCredible(fact, { message: found, by: found.by }) ? found : null;
  if (!recordFact(db, fact, { sourceId, now, match })) return 'repeated';
  if (match === null) return found === null ? 'unmatched' : 'doubted';
  const lead = leadByRowId(db, match.leadRowId);
  if (lead === null) return 'unmatched';
  const softBounceDays = fact.kind === 'soft_bounce' ? distinctDays(engine, lead) : 0;
  follow(context, { fact, match, lead, effect: effectOf(fact, { softBounceDays }) });
  return 'applied';
}

/** Whether a fact is about somebody who was erased: by the mail that it names, or by the address. */
function isOfErased(
  db: StateDatabase,
  { fact, found }: { readonly fact: IncomingFact; readonly found: MatchedRow | null },
): boolean {
  if (erasureKeys(db).length === 0) return false;
  if (found !== null) return isErasedKey(leadByRowId(db, found.leadRowId)?.emailKey ?? '');
  const { emailKey } = fact.about;
  return emailKey !== null && erasedHashOf(db, emailKey) !== null;
}

/** That it came is kept, so that it is read once (E7). What it says is not, and it does nothing: there is nobody to do it to. */
function forgetFact(
  { engine, sourceId }: FactContext,
  fact: IncomingFact,
  found: MatchedRow | null,
): 'repeated' | 'unmatched' {
  const { db, now } = engine;
  const [erasureKey = ''] = erasureKeys(db);
  const key = erasedFactKey(erasureKey, fact.key);
  return recordFact(db, { ...fact, key, detail: '' }, { sourceId, now, match: found })
    ? 'unmatched'
    : 'repeated';
}

/** E4: several attempts of one server on one day are one bad day. */
function distinctDays({ db, policy }: Engine, lead: Lead): number {
  return new Set(softBouncesOf(db, lead.rowId).map((at) => operatorDay(at, policy.timezone))).size;
}

interface Following {
  readonly fact: IncomingFact;
  readonly match: MatchedRow;
  readonly lead: Lead;
  readonly effect: Effect;
}

function follow(context: FactContext, following: Following): void {
  const { db, policy, now } = context.engine;
  const { fact, match, lead, effect } = following;
  tell(context, following);
  if (fact.messageIdUsed !== undefined && match.by === 'message')
    noteUsedMessageId(db, match.messageRowId, fact.messageIdUsed);
  if (effect.provesSent) settle(context, match, fact);
  if (effect.isContact) recordContact(db, lead.rowId, Math.min(fact.at, now));
  if (effect.suppress !== null) {
    const note = `${fact.kind} told by ${context.sourceId}`;
    addSuppression(db, { emailKey: lead.emailKey, reason: effect.suppress, note, addedAt: now });
  }
  if (effect.holdUntil !== null && effect.holdUntil > Math.max(now, lead.heldUntil ?? 0)) {
    setLeadHold(db, { leadRowId: lead.rowId, until: effect.holdUntil, note: 'away, says its auto-reply' });
  }
  if (effect.optsOut && bailReason(lead) !== 'opted_out') context.optOut(lead, context.engine);
  // B8: its own word is the best evidence, and keeps it out of every later sequence too.
  if (effect.cancel === 'wrong_attribution') {
    const attribution = {
      verdict: 'mismatch',
      by: 'lead',
      note: 'it wrote that it does not work there',
    } as const;
    recordAttribution(db, { leadRowId: lead.rowId, attribution, now, ref: context.runId });
  }
  if (effect.cancel !== null) cancelLeadEnrollments(db, lead.rowId, { reason: effect.cancel, now });
  refreshNurtureDue(db, lead.rowId, { policy, now });
  const writer = otherWriter(fact, match);
  if (writer !== null) followWriter(context, { ...following, writer });
  if (effect.alert || fact.suspicion !== undefined || (writer !== null && effect.optsOut))
    alert(context, following);
}

/**
 * What the answer of somebody to whom a mail of ours was forwarded does to that person: only what is theirs to say, and only to a lead.
 * Anybody can write any sender into a mail: whoever got one mail of ours must not be able to fill the suppression list (E4).
 */
function followWriter(
  context: FactContext,
  { fact, effect, match, writer }: Following & { readonly writer: string },
): void {
  const { db, policy, now } = context.engine;
  const isOptOut = fact.kind === 'opt_out';
  if (!isOptOut && fact.kind !== 'reply') return;
  const lead = leadByEmailKey(db, writer);
  if (lead === null) return;
  if (effect.suppress !== null)
    addSuppression(db, { emailKey: writer, reason: effect.suppress, note: 'asked by mail', addedAt: now });
  const at = Math.min(fact.at, now);
  addTimeline(db, { leadRowId: lead.rowId, at, kind: fact.kind, text: fact.detail, ref: match.messageId });
  if (effect.isContact) recordContact(db, lead.rowId, at);
  if (isOptOut && bailReason(lead) !== 'opted_out') context.optOut(lead, context.engine);
  if (effect.cancel !== null) cancelLeadEnrollments(db, lead.rowId, { reason: effect.cancel, now });
  refreshNurtureDue(db, lead.rowId, { policy, now });
}

/** D1: proof settles what was uncertain. What is being sent right now is left to its sender. */
function settle({ engine, runId }: FactContext, match: MatchedRow, fact: IncomingFact): void {
  const message = match.by === 'message' ? messageById(engine.db, match.messageId) : null;
  if (message?.state !== 'uncertain') return;
  // It left when it was claimed, not when somebody opened it: the next delay counts from there (C2).
  const at = message.claimedAt ?? engine.now;
  const response = `settled: ${fact.kind} was reported`;
  if (!recordDelivery(engine, message, { at, isRehearsal: false, response })) return;
  const entry = { at: engine.now, actor: runActor(runId), subject: message.id } as const;
  appendAudit(engine.db, { ...entry, kind: 'send_proved', detail: { by: fact.kind, fate: 'sent' } });
}

const TOLD_LENGTH_MAX = 1_000;

function tell({ engine }: FactContext, { fact, match, lead, effect }: Following): void {
  const until =
    effect.holdUntil === null
      ? ''
      : `, away until ${formatDateTime(effect.holdUntil, engine.policy.timezone)}`;
  const machine = fact.isMachine ? ' (by a machine)' : '';
  addTimeline(engine.db, {
    leadRowId: lead.rowId,
    at: Math.min(fact.at, engine.now),
    kind: fact.kind,
    text: `${fact.detail}${machine}${until}`,
    ref: match.messageId,
  });
}

const HEADLINES: Partial<Record<IncomingFact['kind'], string>> = {
  reply: 'answered',
  opt_out: 'asks for no more mail',
  complaint: 'complained about the mail',
  not_there: 'says they do not work there',
  robot: 'answered by a machine that waits for a person',
  send_failed: 'was not reached, says the provider',
};

/** E4: what a person wants to know at once, with the words of the answer. */
function alert({ engine, sourceId, runId }: FactContext, { fact, match, lead }: Following): void {
  const words = fact.text === null ? [] : [cleanNotes(fact.text, TOLD_LENGTH_MAX).text];
  enqueueNotice(engine.db, {
    kind: fact.kind,
    job: 'sync',
    dedupeKey: `${fact.kind} ${sourceId} ${fact.key}`,
    text: [
      ...headline(fact, { lead, writer: otherWriter(fact, match) }),
      ...(fact.suspicion === undefined ? [] : [`Please look: ${fact.suspicion}.`]),
      ...words,
      `headgate leads show ${lead.id}   (${match.messageId})`,
    ].join('\n'),
    runId,
    now: engine.now,
    repeatAfterMs: Infinity,
  });
}

function headline(
  { kind }: IncomingFact,
  { lead, writer }: { readonly lead: Lead; readonly writer: string | null },
): readonly string[] {
  const did = HEADLINES[kind] ?? `sent something (${kind.replaceAll('_', ' ')})`;
  if (writer === null) return [`${lead.email} ${did}.`];
  const hasEnded = kind === 'reply' || kind === 'not_there' || kind === 'opt_out';
  return [
    `${writer} ${did}.`,
    `The mail was to ${lead.email}${hasEnded ? ', whose sequences have ended' : ''}: it may have been forwarded.`,
  ];
}

/** The moment that a page of facts is applied at. */
export function contextAt(context: FactContext, now: Instant): FactContext {
  return { ...context, engine: engineAt(context.engine, now) };
}
