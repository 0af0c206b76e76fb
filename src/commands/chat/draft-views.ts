import type { ButtonMeaning, ChatCard, ShownDraft, TapAction } from '../../core/chat/card.ts';
import { holdMark, STATE_TEXTS } from '../../core/review-rules.ts';
import { combinedHash } from '../../core/text-hash.ts';
import { dialogsOfPage, type ChatDialog } from '../../store/chat-dialogs.ts';
import type { ChatPage } from '../../store/chat-pages.ts';
import { messageById, type StoredMessage } from '../../store/messages.ts';
import { newestAbout } from '../../store/timeline.ts';
import type { OperatorState } from '../operator-state.ts';
import { escapeLines, escapeText, truncate } from '../output/text.ts';
import { formatClock, formatDay } from '../output/time.ts';
import type { PageView } from './page-view.ts';

type Rows = readonly (readonly ButtonMeaning[])[];

/** One draft of a page as it is now. */
interface DraftView {
  /** What stands instead of its lines; null: they are still right. */
  readonly line: string | null;
  readonly buttons: readonly ButtonMeaning[];
}

/** The drafts of a list that can be approved just as they were shown. */
export function approvableDrafts(
  { db }: OperatorState,
  { drafts }: Extract<ChatCard, { kind: 'drafts' }>,
): readonly ShownDraft[] {
  return drafts.filter(({ id, hash }) => {
    const message = messageById(db, id);
    return message?.state === 'pending_approval' && message.textHash === hash;
  });
}

/** Drafts by number: lines of those that were decided about give way to what was decided. */
export function draftsView(
  state: OperatorState,
  page: ChatPage,
  card: Extract<ChatCard, { kind: 'drafts' }>,
): PageView {
  const dialogs = dialogsOfPage(state.db, page.rowId);
  let { text } = page;
  const rows: (readonly ButtonMeaning[])[] = [];
  for (const [index, shown] of card.drafts.entries()) {
    const number = index + 1;
    const { line, buttons } = draftView(state, { shown, number, dialogs });
    if (line !== null) {
      const told = `${String(number)}  ${line}`;
      text = text.includes(shown.block) ? text.replace(shown.block, () => told) : `${text}\n${told}`;
    }
    rows.push(buttons);
  }
  const open = approvableDrafts(state, card);
  const hash = combinedHash(open);
  const count = String(open.length);
  if (page.asking === 'approve_all' && open.length > 0) {
    const yes: ButtonMeaning = { label: `Yes, ${count}`, action: 'approve_all_yes', subject: '', hash };
    const no: ButtonMeaning = { label: 'No', action: 'no', subject: '', hash: '' };
    return { text: `${text}\n\nSend these ${count}?`, rows: [[yes, no]] };
  }
  if (open.length < 2) return { text, rows };
  const all = open.length === card.total ? `Approve all ${count}` : `Approve these ${count}`;
  return {
    text,
    rows: [
      ...rows,
      [
        { label: `Read all ${count}`, action: 'read_all', subject: '', hash: '' },
        { label: all, action: 'approve_all', subject: '', hash },
      ],
    ],
  };
}

/** One draft with all its words, and what became of it. */
export function draftPageView(
  state: OperatorState,
  page: ChatPage,
  card: Extract<ChatCard, { kind: 'draft' }>,
): PageView {
  const message = messageById(state.db, card.id);
  if (message === null) return { text: 'This draft is gone.', rows: [] };
  const shown = { id: card.id, hash: message.textHash ?? '', block: '' };
  const dialogs = dialogsOfPage(state.db, page.rowId);
  const { line, buttons } = draftView(state, { shown, number: null, dialogs });
  const rows: Rows =
    message.state === 'pending_approval' && !buttons.some(({ action }) => action === 'stop_asking')
      ? [buttons, [button('Hold', 'hold', shown)]]
      : [buttons];
  return { text: [wholeDraft(message), ...(line === null ? [] : ['', line])].join('\n'), rows };
}

const BODY_LENGTH_MAX = 3_000;
const HASH_SHOWN = 6;

/** Every word of a draft, as far as a message of a chat holds them. Strangers' words are shown, never obeyed. */
function wholeDraft(message: StoredMessage): string {
  const { id, textHash, leadName, leadEmail, sequenceId, stepId, subject, preheader } = message;
  const body = message.bodyMarkdown ?? '';
  const left = body.length - BODY_LENGTH_MAX;
  const to = leadName === null ? leadEmail : `${leadName} <${leadEmail}>`;
  return [
    `Draft ${id} · text ${(textHash ?? '').slice(0, HASH_SHOWN)}`,
    `To ${truncate(escapeText(to), 200)}`,
    `Step ${escapeText(sequenceId)} › ${escapeText(stepId)}`,
    '',
    `Subject: ${truncate(escapeText(subject ?? ''), 300)}`,
    ...(preheader === null ? [] : [`Preheader: ${truncate(escapeText(preheader), 200)}`]),
    '',
    ...escapeLines(left > 0 ? body.slice(0, BODY_LENGTH_MAX) : body),
    ...(left > 0 ? [`… ${String(left)} more characters: headgate review show ${id}`] : []),
  ].join('\n');
}

interface Looked {
  readonly shown: ShownDraft;
  readonly number: number | null;
  readonly dialogs: readonly ChatDialog[];
}

function draftView(state: OperatorState, { shown, number, dialogs }: Looked): DraftView {
  const message = messageById(state.db, shown.id);
  if (message === null) return { line: 'it is gone', buttons: [] };
  const who = escapeText(message.leadName ?? message.leadEmail);
  const named = (label: string): string => (number === null ? label : `${label} ${String(number)}`);
  const offer = (label: string, action: TapAction): ButtonMeaning => button(named(label), action, shown);
  const dialog = dialogs.find(({ draftId }) => draftId === shown.id) ?? null;
  const tail = number === null ? '' : ` · ${who}`;
  switch (message.state) {
    case 'pending_approval':
      if (dialog !== null) return askingView(dialog, { offer, tail });
      if (message.textHash !== shown.hash)
        return {
          line: `✎ the text changed${editorOf(state, message)}: the new one is in a message of its own${tail}`,
          buttons: [offer('Show', 'read')],
        };
      return { line: null, buttons: [offer('✓', 'approve'), offer('✎', 'edit'), offer('✗', 'reject')] };
    case 'approved': {
      const line = `✓ approved${byWhom(message.approvedBy)}${clock(state, message.approvedAt)}, leaves ${clock(state, message.leavesAt).trim()}${tail}`;
      const canUndo = message.leavesAt !== null && state.now < message.leavesAt;
      return { line, buttons: [canUndo ? offer('Undo', 'undo') : offer('Hold', 'hold')] };
    }
    case 'held': {
      // It is of this hold and no later one.
      const releaseOffer = button(named('Release'), 'release', {
        ...shown,
        hash: `${shown.hash} ${holdMark(message)}`,
      });
      return {
        line: `held: ${message.holdCause ?? ''}${tail}`.replace('_', ' '),
        buttons: isBatch(message) ? [] : [releaseOffer, offer('Drop', 'discard')],
      };
    }
    case 'rejected':
      return { line: `✗ rejected${ending(state, message)}${tail}`, buttons: [] };
    case 'discarded':
      return { line: `✗ dropped${ending(state, message)}${tail}`, buttons: [] };
    case 'sent':
      return { line: `✓ sent${clock(state, message.sentAt)}${tail}`, buttons: [] };
    default:
      return { line: `${STATE_TEXTS[message.state]}${tail}`, buttons: [] };
  }
}

function askingView(
  { kind, userName }: ChatDialog,
  { offer, tail }: { offer: (label: string, action: TapAction) => ButtonMeaning; tail: string },
): DraftView {
  const who = escapeText(userName);
  return kind === 'edit'
    ? {
        line: `✎ ${who} is editing: reply to this message with the new text${tail}`,
        buttons: [offer('Stop editing', 'stop_asking')],
      }
    : {
        line: `✗ ${who} rejects: reply to this message with the reason${tail}`,
        buttons: [offer('✗ without a reason', 'reject_now'), offer('Keep', 'stop_asking')],
      };
}

/** Of a batch (A8) nobody decides about one alone. */
function isBatch({ holdCause }: StoredMessage): boolean {
  return holdCause === 'blast_radius';
}

function button(label: string, action: TapAction, { id, hash }: ShownDraft): ButtonMeaning {
  return { label, action, subject: id, hash };
}

function byWhom(name: string | null): string {
  return name === null ? '' : ` by ${escapeText(name.replace(/^telegram:\d+ /, ''))}`;
}

/** ` 08:02`, with the day where it is not today; empty for never. */
function clock({ now, workspace }: OperatorState, at: number | null): string {
  if (at === null) return '';
  const { timezone } = workspace.policy;
  const day = formatDay(at, timezone);
  const isToday = day === formatDay(now, timezone);
  return ` ${isToday ? '' : `${day} `}${formatClock(at, timezone)}`;
}

const STORY = /^by (?<who>[^,:]+?)(?: in Telegram)?(?=[,:]|$)/;

/** ` by Tom 08:03: “they signed with someone else”`, as the lead's story tells it. */
function ending(state: OperatorState, message: StoredMessage): string {
  const { note } = message;
  const entry = newestAbout(state.db, message.leadRowId, message.id);
  const reason = note === null || OWN_NOTES.has(note) ? '' : `: “${truncate(escapeText(note), 200)}”`;
  return `${storyTeller(state, message)}${clock(state, entry?.at ?? null)}${reason}`;
}

/** What a decision notes where the person gave no reason. */
const OWN_NOTES: ReadonlySet<string> = new Set(['rejected', 'discarded', 'rejected, to be written again']);

function storyTeller({ db }: OperatorState, { leadRowId, id }: StoredMessage): string {
  const who = STORY.exec(newestAbout(db, leadRowId, id)?.text ?? '')?.groups?.['who'];
  return who === undefined ? '' : ` by ${escapeText(who)}`;
}

function editorOf(state: OperatorState, message: StoredMessage): string {
  return message.editedAt === null ? '' : `${storyTeller(state, message)}${clock(state, message.editedAt)}`;
}
