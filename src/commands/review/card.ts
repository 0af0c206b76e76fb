import type { Instant, Lead } from '../../core/model.ts';
import { deskOf } from '../../core/senders/assignment.ts';
import { leadByRowId } from '../../store/leads.ts';
import { messagesOfLead, type StoredMessage } from '../../store/messages.ts';
import { senderOfLead } from '../../store/senders.ts';
import type { OperatorState } from '../operator-state.ts';
import { formatClock, formatDateTime, formatRelative, zoneLabel } from '../output/time.ts';
import { countOf } from '../output/text.ts';
import type { Desk } from './desk.ts';

/** One draft with all that a person would look up by hand: each part is a line or a list of lines, not yet escaped. */
export interface Card {
  readonly title: string;
  readonly corner: string;
  /** Name and value of each line of the head. */
  readonly head: readonly (readonly [string, string])[];
  readonly body: string;
  /** What was checked and is well. */
  readonly facts: readonly string[];
  /** What a person should know before they decide. */
  readonly warnings: readonly string[];
}

/** Gathers what is known about a draft, its lead and its place in the sequence. Reads only. */
export function cardOf(desk: Desk, message: StoredMessage, place: string | null): Card {
  const { db, now } = desk.engine;
  const lead = leadByRowId(db, message.leadRowId);
  const sentAt = lastSentAt(desk, message);
  const lastEmail = sentAt === null ? 'the first email' : `last email ${formatRelative(sentAt, now)}`;
  const drafted =
    message.draftedAt === null ? '' : `  drafted ${formatClock(message.draftedAt, zoneOf(desk.state))}`;
  return {
    title: place ?? message.state,
    corner: `${message.id}${drafted}`,
    head: [
      ['To', `${nameAndAddress(message.leadName, message.leadEmail)}${whereabouts(lead, message, now)}`],
      ['From', fromText(desk, message)],
      ['Subject', message.subject ?? ''],
      ...(message.preheader === null ? [] : [['Preview', message.preheader] as const]),
      ['Step', `${stepText(desk, message)}   ${lastEmail}`],
    ],
    body: message.bodyMarkdown ?? '',
    facts: factsOf(message),
    warnings: warningsOf(desk, message),
  };
}

function zoneOf({ workspace }: OperatorState): string {
  return workspace.policy.timezone;
}

function nameAndAddress(name: string | null, address: string): string {
  return name === null ? address : `${name} <${address}>`;
}

/** `   Kestrel Logistics · 14:35 Kolkata now`. */
function whereabouts(lead: Lead | null, message: StoredMessage, now: Instant): string {
  const there = `${formatClock(now, message.leadZone)} ${zoneLabel(message.leadZone)} now`;
  return `   ${[lead?.company ?? null, there].filter((part) => part !== null).join(' · ')}`;
}

/** D6: a lead without a first mail gets its sender when it leaves. */
function fromText({ engine, state }: Desk, { sequenceId, leadRowId }: StoredMessage): string {
  const { brand, senders } = state.workspace;
  const sequence = [...engine.sequences.values()].find((each) => each.id === sequenceId);
  const kept = senders.areNamed ? senderOfLead(engine.db, leadRowId) : brand.from.address;
  const known = kept === null ? undefined : deskOf(senders.all, kept);
  const sender =
    sequence?.from ??
    (known === undefined ? (kept ?? FREE_SENDER) : nameAndAddress(known.name, known.address));
  const replyTo = sequence?.replyTo ?? brand.replyTo;
  return replyTo === null ? sender : `${sender}   reply-to ${replyTo}`;
}

const FREE_SENDER = 'the sender with most room when it leaves';

/** `website-lead › 3 of 4 free-resource`. */
function stepText(desk: Desk, message: StoredMessage): string {
  const sequence = [...desk.engine.sequences.values()].find((each) => each.id === message.sequenceId);
  const live = sequence?.steps.filter((step) => step.deletedAt === null) ?? [];
  const index = live.findIndex((step) => step.rowId === message.stepRowId);
  const place = index === -1 ? '' : `${String(index + 1)} of ${String(live.length)} `;
  return `${message.sequenceId} › ${place}${message.stepId}`;
}

function lastSentAt(desk: Desk, message: StoredMessage): Instant | null {
  const sent = messagesOfLead(desk.engine.db, message.leadRowId)
    .map((each) => each.sentAt)
    .filter((at) => at !== null);
  return sent.length === 0 ? null : Math.max(...sent);
}

const LINK = /https?:\/\/[^\s)>\]]+/g;

function factsOf({ bodyMarkdown, revision, textHash }: StoredMessage): readonly string[] {
  const text = bodyMarkdown ?? '';
  const words = text.split(/\s+/).filter((word) => word !== '').length;
  const links = text.match(LINK)?.length ?? 0;
  return [
    countOf(words, 'word'),
    countOf(links, 'link'),
    ...(revision > 1 ? [`written ${String(revision)} times`] : []),
    ...(textHash === null ? [] : [`hash ${textHash.slice(0, 8)}`]),
  ];
}

function warningsOf(desk: Desk, message: StoredMessage): readonly string[] {
  const zone = zoneOf(desk.state);
  const { askReason, holdCause, heldUntil, note, editedAt, lastError, state } = message;
  const until = heldUntil === null ? '' : ` until ${formatDateTime(heldUntil, zone)}`;
  return [
    ...(askReason === null ? [] : [`a person must look: ${askReason}`]),
    ...(state === 'held'
      ? [`held (${holdCause ?? 'no cause'})${until}${note === null ? '' : `: ${note}`}`]
      : []),
    ...(editedAt === null ? [] : [`edited ${formatRelative(editedAt, desk.engine.now)}`]),
    ...(lastError === null ? [] : [`last attempt: ${lastError}`]),
  ];
}
