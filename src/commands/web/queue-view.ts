import type { MessageState } from '../../core/model.ts';
import { REASON_PHRASES } from '../../core/reason-texts.ts';
import type { Reason } from '../../core/reasons.ts';
import { MINUTE_MS } from '../../core/time/durations.ts';
import { messageById, messagesInStates, type StoredMessage } from '../../store/messages.ts';
import { queueCounts } from '../../store/status.ts';
import type { GroupView, QueueView, RowView } from '../../web/private/views.ts';
import { escapeText } from '../output/text.ts';
import { formatClock, formatDay, formatSpan } from '../output/time.ts';
import type { StatusFacts } from '../status-facts.ts';
import { messageView } from './message-view.ts';
import { seenHash, type Visit } from './visit.ts';

/** More than anybody goes through in a day; the rest is counted. */
const ROWS_MAX = 200;

const GROUPS: readonly (readonly [GroupView['kind'], string, readonly MessageState[]])[] = [
  ['waiting', 'Waiting for you', ['pending_approval']],
  ['open', 'Uncertain', ['uncertain']],
  ['held', 'Held', ['held']],
  ['approved', 'Approved', ['approved', 'sending']],
];

/** The queue with one message of it; null where no message has this id. */
export async function queueView(
  visit: Visit,
  id: string | null,
  facts: StatusFacts,
): Promise<QueueView | null> {
  const { db } = visit.state;
  const all = GROUPS.map(([, , states]) => messagesInStates(db, states, ROWS_MAX + 1));
  const waiting = messagesInStates(db, ['pending_approval'], Number.MAX_SAFE_INTEGER);
  const message = id === null ? (waiting[0] ?? null) : messageById(db, id);
  if (id !== null && message === null) return null;
  const groups = GROUPS.flatMap(([kind, name], index): readonly GroupView[] => {
    const messages = all[index] ?? [];
    if (messages.length === 0) return [];
    return [
      {
        kind,
        name,
        rows: messages.slice(0, ROWS_MAX).map((each) => rowView(visit, each, message?.id ?? null)),
        more: Math.max(0, countOf(visit, kind) - ROWS_MAX),
      },
    ];
  });
  return {
    groups,
    message: message === null ? null : await messageView(visit, message, placeOf(message, { all, waiting })),
    waiting: { count: waiting.length, seen: seenHash(waiting) },
    heldBack: heldBackOf(facts),
  };
}

function countOf({ state }: Visit, kind: GroupView['kind']): number {
  const counts = queueCounts(state.db);
  const byKind = {
    waiting: counts.pendingApproval,
    open: counts.uncertain,
    held: counts.held,
    approved: counts.approved + counts.sending,
  };
  return byKind[kind];
}

/** One line of a list. */
export function rowView(visit: Visit, message: StoredMessage, currentId: string | null): RowView {
  return {
    id: message.id,
    name: escapeText(message.leadName ?? message.leadEmail),
    subject: escapeText(message.subject ?? ''),
    step: `${message.sequenceId} › ${message.stepId}`,
    time: timeText(visit, message),
    isCurrent: message.id === currentId,
  };
}

function timeText({ state }: Visit, message: StoredMessage): string {
  const zone = state.workspace.policy.timezone;
  const at = message.state === 'approved' ? message.leavesAt : message.heldUntil;
  if (message.state === 'sending') return 'leaving';
  if (message.state === 'approved' && (at === null || at <= state.now)) return 'next send';
  if (message.state !== 'pending_approval' && at !== null) {
    const day = formatDay(at, zone);
    return day === formatDay(state.now, zone) ? formatClock(at, zone) : day;
  }
  const age = message.draftedAt === null ? 0 : state.now - message.draftedAt;
  return age < MINUTE_MS ? 'now' : formatSpan(age);
}

function placeOf(
  message: StoredMessage,
  { all, waiting }: { all: readonly (readonly StoredMessage[])[]; waiting: readonly StoredMessage[] },
): { place: string; previous: string | null; next: string | null } {
  const inOrder = all.flat();
  const index = inOrder.findIndex(({ id }) => id === message.id);
  const place = waiting.findIndex(({ id }) => id === message.id);
  return {
    place: place === -1 ? '' : `${place + 1} of ${waiting.length}`,
    previous: inOrder[index - 1]?.id ?? null,
    next: (index === -1 ? inOrder[0] : inOrder[index + 1])?.id ?? null,
  };
}

/** Reasons of the last drip and nurture runs, most frequent first; what is merely not due is no news. */
function heldBackOf({ jobs }: StatusFacts): readonly string[] {
  const counts = new Map<Reason, number>();
  for (const { name, lastRun } of jobs) {
    if (name !== 'drip' && name !== 'nurture') continue;
    for (const reason of REASONS_SHOWN) {
      const count = lastRun?.counts[reason] ?? 0;
      if (count > 0) counts.set(reason, (counts.get(reason) ?? 0) + count);
    }
  }
  return [...counts]
    .sort(([, one], [, other]) => other - one)
    .map(([reason, count]) => `${count} ${REASON_PHRASES[reason]}`);
}

const REASONS_SHOWN: readonly Reason[] = [
  'hours',
  'window',
  'lead_weekday',
  'lead_holiday',
  'watermark',
  'cap_run',
  'cap_day',
  'waiting',
  'lead_hold',
  'attribution_mismatch',
  'attribution_unknown',
  'template',
  'late',
  'quiet_days',
];
