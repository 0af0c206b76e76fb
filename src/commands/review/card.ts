import type { Instant, Lead } from '../../core/model.ts';
import { deskOf } from '../../core/senders/assignment.ts';
import { leadByRowId } from '../../store/leads.ts';
import { messagesOfLead, type StoredMessage } from '../../store/messages.ts';
import { writtenBy, type WrittenBy } from '../../store/model-calls.ts';
import { senderOfLead } from '../../store/senders.ts';
import type { OperatorState } from '../operator-state.ts';
import { writtenByText } from '../output/model-cost.ts';
import { formatClock, formatDateTime, formatRelative, zoneLabel } from '../output/time.ts';
import { checksOf, type Checks } from './checks.ts';
import type { Desk } from './desk.ts';

/** One line of a card's head. `aside` stands at the right where there is room, else below. */
export interface HeadLine {
  readonly name: string;
  /** Parts, from the whole to its part. */
  readonly value: readonly string[];
  /** Remarks side by side. */
  readonly aside: readonly string[];
}

/** One draft with all that a person would look up by hand: each part is a line or a list of lines, not yet escaped. */
export interface Card {
  readonly title: string;
  readonly corner: string;
  readonly head: readonly HeadLine[];
  readonly body: string;
  readonly checks: Checks;
}

/** Gathers what is known about a draft, its lead and its place in the sequence. Reads only. */
export function cardOf(desk: Desk, message: StoredMessage, place: string | null): Card {
  const { db, now } = desk.engine;
  const lead = leadByRowId(db, message.leadRowId);
  const drafted =
    message.draftedAt === null ? '' : `  drafted ${formatClock(message.draftedAt, zoneOf(desk.state))}`;
  const preview =
    message.preheader === null ? [] : [{ name: 'Preview', value: [message.preheader], aside: [] }];
  const checks = checksOf(desk, message);
  return {
    title: place ?? message.state,
    corner: `${message.id}${drafted}`,
    head: [
      {
        name: 'To',
        value: [nameAndAddress(message.leadName, message.leadEmail)],
        aside: whereabouts(lead, message, now),
      },
      fromLine(desk, message),
      { name: 'Subject', value: [message.subject ?? ''], aside: [] },
      ...preview,
      { name: 'Step', value: stepText(desk, message), aside: lastEmailText(desk, message) },
    ],
    body: message.bodyMarkdown ?? '',
    checks: {
      ...checks,
      // Whoever decides by id binds the decision to the words with it (D5); at the desk that goes without saying.
      plain: [
        ...checks.plain,
        ...modelText(writtenBy(db, message.id)),
        ...(place === null && message.textHash !== null ? [`hash ${message.textHash.slice(0, 8)}`] : []),
      ],
      warnings: [...checks.warnings, ...warningsOf(desk, message)],
    },
  };
}

/** D3: a reader trusts a model's words otherwise than a copywriter's. */
function modelText(by: WrittenBy | null): readonly string[] {
  return by === null ? [] : [writtenByText(by)];
}

function zoneOf({ workspace }: OperatorState): string {
  return workspace.policy.timezone;
}

function nameAndAddress(name: string | null, address: string): string {
  return name === null ? address : `${name} <${address}>`;
}

/** `Kestrel Logistics · Kolkata · 14:35 now`. */
function whereabouts(lead: Lead | null, message: StoredMessage, now: Instant): readonly string[] {
  const there = [zoneLabel(message.leadZone), `${formatClock(now, message.leadZone)} now`];
  return [lead?.company ?? null, ...there].filter((part) => part !== null);
}

/** D6: a lead without a first mail gets its sender when it leaves. */
function fromLine({ engine, state }: Desk, { sequenceId, leadRowId }: StoredMessage): HeadLine {
  const { brand, senders } = state.workspace;
  const sequence = [...engine.sequences.values()].find((each) => each.id === sequenceId);
  const kept = senders.areNamed ? senderOfLead(engine.db, leadRowId) : brand.from.address;
  const known = kept === null ? undefined : deskOf(senders.all, kept);
  const sender =
    sequence?.from ??
    (known === undefined ? (kept ?? FREE_SENDER) : nameAndAddress(known.name, known.address));
  const replyTo = sequence?.replyTo ?? brand.replyTo;
  return { name: 'From', value: [sender], aside: replyTo === null ? [] : [`reply-to ${replyTo}`] };
}

const FREE_SENDER = 'the sender with most room when it leaves';

/** `website-lead › 3 of 4 free-resource`. */
function stepText(desk: Desk, message: StoredMessage): readonly string[] {
  const sequence = [...desk.engine.sequences.values()].find((each) => each.id === message.sequenceId);
  const live = sequence?.steps.filter((step) => step.deletedAt === null) ?? [];
  const index = live.findIndex((step) => step.rowId === message.stepRowId);
  const place = index === -1 ? '' : `${String(index + 1)} of ${String(live.length)} `;
  return [message.sequenceId, `${place}${message.stepId}`];
}

/** `last email 5 d ago · no reply yet`; an answer would have withdrawn the draft (B6), if anything looks for answers. */
function lastEmailText(desk: Desk, message: StoredMessage): readonly string[] {
  const sent = messagesOfLead(desk.engine.db, message.leadRowId)
    .map((each) => each.sentAt)
    .filter((at) => at !== null);
  if (sent.length === 0) return ['the first email'];
  const last = `last email ${formatRelative(Math.max(...sent), desk.engine.now)}`;
  return desk.engine.policy.replySourceIds.length === 0 ? [last] : [last, 'no reply yet'];
}

function warningsOf(desk: Desk, message: StoredMessage): readonly string[] {
  const zone = zoneOf(desk.state);
  const { askReason, holdCause, heldUntil, note, editedAt, lastError, revision, state } = message;
  const until = heldUntil === null ? '' : ` until ${formatDateTime(heldUntil, zone)}`;
  return [
    ...(askReason === null ? [] : [`a person must look: ${askReason}`]),
    ...(state === 'held'
      ? [`held (${holdCause ?? 'no cause'})${until}${note === null ? '' : `: ${note}`}`]
      : []),
    ...(revision > 1 ? [`written ${String(revision)} times`] : []),
    ...(editedAt === null ? [] : [`edited ${formatRelative(editedAt, desk.engine.now)}`]),
    ...(lastError === null ? [] : [`last attempt: ${lastError}`]),
  ];
}
