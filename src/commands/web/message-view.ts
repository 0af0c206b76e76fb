import { claimsOf, factUses } from '../../core/claims.ts';
import { parseMailbox } from '../../config/check-mail.ts';
import { holdMark, isUnsent } from '../../core/review-rules.ts';
import { templateFields } from '../../core/template-fields.ts';
import type { MessageState, StoredStep } from '../../core/model.ts';
import { leadByRowId } from '../../store/leads.ts';
import { messagesOfLead, type StoredMessage } from '../../store/messages.ts';
import { holdingRunId } from '../../store/review.ts';
import { senderOfLead } from '../../store/senders.ts';
import type { ActsView, MessageView, TrackStep } from '../../web/private/views.ts';
import { mailOf } from '../mail-of.ts';
import { escapeText } from '../output/text.ts';
import { formatClock, formatDateTime, formatDay, zoneLabel } from '../output/time.ts';
import { cardOf, type HeadLine } from '../review/card.ts';
import { leavingText } from '../review/leaving.ts';
import { liveSteps } from '../sequence-text.ts';
import { senderFields } from '../workspace.ts';
import type { Visit } from './visit.ts';

/** One message with all that a person would look up by hand. `as` says which part of it is shown. */
export async function messageView(
  visit: Visit,
  message: StoredMessage,
  of: { readonly place: string; readonly previous: string | null; readonly next: string | null },
): Promise<MessageView> {
  const { desk, request, state } = visit;
  const asText = request.query.get('as') === 'text';
  const name = escapeText(message.leadName ?? message.leadEmail);
  const { head, checks } = cardOf(desk, message, of.place);
  const lineOf = (wanted: string) => head.find((line) => line.name === wanted) ?? NO_LINE;
  return {
    ...of,
    id: message.id,
    state: message.state,
    hash: message.textHash ?? '',
    hold: holdMark(message),
    subject: escapeText(message.subject ?? 'Not written yet'),
    to: { name, address: escapeText(message.leadEmail), leadId: message.leadId },
    where: `${formatClock(state.now, message.leadZone)} in ${zoneLabel(message.leadZone)} now`,
    from: escapeText([...lineOf('From').value, ...lineOf('From').aside].join(', ')),
    preheader: message.preheader === null ? null : escapeText(message.preheader),
    sequence: message.sequenceId,
    track: trackOf(visit, message),
    history: lineOf('Step').aside.map(escapeText).join(' · '),
    warnings: checks.warnings.map(escapeText),
    checks: checks.well.map(escapeText),
    ...saidAndKnown(visit, message),
    counts: checks.plain.map(escapeText).join(' · '),
    text: asText ? (await previewOf(visit, message)).text : null,
    acts: actsOf(visit, message),
  };
}

const NO_LINE: HeadLine = { name: '', value: [], aside: [] };

/** Both parts of the mail as its reader will see them. Throws as `mailOf` does. */
export async function previewOf(
  { desk, state }: Visit,
  message: StoredMessage,
): Promise<{ readonly text: string; readonly html: string }> {
  const { workspace } = state;
  const sequence = [...desk.engine.sequences.values()].find((each) => each.id === message.sequenceId);
  const from = sequence?.from ?? null;
  const own = from === null ? null : parseMailbox(from);
  const sender = own?.address ?? senderOfLead(state.db, message.leadRowId) ?? workspace.brand.from.address;
  const { mailBodies } = await import('../../adapters/mail/mail-bodies.ts');
  return mailBodies({
    ...mailOf(desk.engine, workspace, { message, sender }),
    // A real link would opt somebody out by a slip of the hand.
    unsubscribeUrl: `${workspace.web.baseUrl}/u/…`,
  });
}

function saidAndKnown(
  { desk, state }: Visit,
  { leadRowId, subject, preheader, bodyMarkdown, sequenceId, stepRowId }: StoredMessage,
): Pick<MessageView, 'facts' | 'claims'> {
  const lead = leadByRowId(state.db, leadRowId);
  const filled = Object.entries(lead === null ? {} : templateFields(lead)).flatMap(([name, value]) =>
    value === null || name === 'email' ? [] : [[name.replaceAll('_', ' '), value] as const],
  );
  const draft = [subject ?? '', preheader ?? '', bodyMarkdown ?? ''].join('\n');
  const step = [...desk.engine.sequences.values()]
    .find((each) => each.id === sequenceId)
    ?.steps.find((each) => each.rowId === stepRowId);
  const { brandName, senderName, senderEmail, signature, postalAddress } = senderFields(state.workspace);
  const ours = [brandName, senderName, senderEmail, signature, postalAddress].map((value) => value ?? '');
  const stepCopy = [...copyTexts(step), ...ours].join('\n');
  return {
    facts: factUses(draft, filled).map((use) => ({ ...use, value: escapeText(use.value) })),
    claims: claimsOf(draft, { facts: filled, stepCopy }).map((claim) => ({
      ...claim,
      text: escapeText(claim.text),
    })),
  };
}

function copyTexts(step: StoredStep | undefined): readonly string[] {
  if (step === undefined) return [];
  const { subject, preheader, bodyMarkdown, briefing } = step.copy;
  // What a model was told to say comes from the step as well.
  return [subject, preheader ?? '', bodyMarkdown, briefing ?? ''];
}

/** The steps of the message's own enrollment. */
function trackOf({ desk, state }: Visit, message: StoredMessage): readonly TrackStep[] {
  const { timezone } = state.workspace.policy;
  const sequence = [...desk.engine.sequences.values()].find((each) => each.id === message.sequenceId);
  const all = messagesOfLead(state.db, message.leadRowId).filter(
    (each) => each.enrollmentRowId === message.enrollmentRowId,
  );
  return liveSteps(sequence ?? { steps: [] }).map((step) =>
    trackStep(
      step,
      all.find((each) => each.stepRowId === step.rowId),
      timezone,
    ),
  );
}

/** One step of a track, with what became of it. */
export function trackStep(step: StoredStep, message: StoredMessage | undefined, timezone: string): TrackStep {
  if (message === undefined) return { id: step.id, mark: 'ahead', note: '' };
  if (message.state === 'sent')
    return {
      id: step.id,
      mark: 'done',
      note: message.sentAt === null ? 'sent' : `sent ${formatDay(message.sentAt, timezone).slice(4)}`,
    };
  const isOpen = OPEN.includes(message.state);
  return {
    id: step.id,
    mark: isOpen ? 'here' : 'ended',
    note: message.state === 'pending_approval' ? 'this draft' : message.state,
  };
}

const OPEN: readonly MessageState[] = [
  'reserved',
  'pending_approval',
  'approved',
  'held',
  'sending',
  'uncertain',
];

function actsOf(visit: Visit, message: StoredMessage): ActsView {
  const { state, holdCause } = message;
  const isBatch = state === 'held' && holdCause === 'blast_radius';
  const unsent = isUnsent(state);
  return {
    approve: state === 'pending_approval' ? leavingText(visit.desk, message).join(' ') : null,
    canEdit: unsent,
    canHold:
      state === 'pending_approval' || state === 'approved' || (state === 'held' && holdCause === 'operator'),
    canReject: unsent && !isBatch,
    canDiscard: state === 'held',
    release: state === 'held' ? releaseText(message) : null,
    undo: state === 'approved' ? undoText(visit, message) : null,
    canSettle: state === 'uncertain',
    batch: isBatch ? (holdingRunId(visit.state.db, message.rowId) ?? message.runId) : null,
  };
}

function releaseText({ heldFrom }: StoredMessage): string {
  return heldFrom === 'approved'
    ? 'It is approved again, with a fresh undo.'
    : 'It waits for approval again.';
}

function undoText({ desk, memory, session }: Visit, { id, leavesAt }: StoredMessage): string | null {
  const { now, policy } = desk.engine;
  if (leavesAt !== null && leavesAt > now)
    return `It leaves at ${formatDateTime(leavesAt, policy.timezone)}.`;
  return memory.hasApproved(session, id) ? 'It leaves with the next send.' : null;
}
