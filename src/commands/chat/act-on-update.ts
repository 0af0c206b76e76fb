import { isSignedTap, readTapData } from '../../adapters/tap-signature.ts';
import { personActor } from '../../core/audit/entry.ts';
import { standingOf, type IncomingBody } from '../../core/chat/incoming.ts';
import { parseWords, type ChatCommand } from '../../core/chat/words.ts';
import { HeadgateError } from '../../core/errors.ts';
import type { ExitName } from '../../core/exits.ts';
import type { Instant } from '../../core/model.ts';
import { dialogAnswered } from '../../store/chat-dialogs.ts';
import {
  addPage,
  buttonById,
  changePage,
  markShown,
  pageByMessageId,
  pageByRowId,
  readChatKey,
  type ChatPage,
  type StoredButton,
} from '../../store/chat-pages.ts';
import { endUpdate, forgetWords, isWaitingUpdate, type StoredUpdate } from '../../store/chat-updates.ts';
import { writeKeepingDoubt, type OperatorState } from '../operator-state.ts';
import { HELP_PAGE, planPage, resumePage, reviewPage, statusPage, type AnswerPage } from './chat-answers.ts';
import { atNow, deskOf, nowOf, react, type Actor, type Reaction } from './chat-desk.ts';
import { confirmPlan, confirmWaiting, pauseAll, resumeAll, vetoPlan, type JobReaction } from './job-acts.ts';
import { actOnReply } from './reply-acts.ts';
import { actOnTap } from './tap-acts.ts';
import { actOnWords, type Words } from './word-acts.ts';

type TapBody = Extract<IncomingBody, { kind: 'tap' }>;
type WordsBody = Extract<IncomingBody, { kind: 'words' }>;

/** What became of one update. */
export interface Acted extends Reaction {
  /** `refused`: by somebody who may not, or with a button that is none of ours. */
  readonly kind: 'done' | 'refused' | 'nothing';
}

/**
 * F2: acts on one stored update. Judged by who may now, not when it came. What needs nothing but the state happens in one transaction with
 * the note that it is done, so that a crash at any point neither does it twice nor loses it; a job, the stop and what is long to read
 * are asked for first, and are such that twice is once. Throws `Later` while the job runs.
 */
export async function actOnUpdate(state: OperatorState, update: StoredUpdate): Promise<Acted> {
  const { telegram } = state.workspace.notify;
  const { body, fromId, fromName } = update;
  if (telegram === null || body.kind === 'other') return finish(state, update, nothing('nothing to do'));
  const standing = standingOf(update, telegram);
  if (standing !== 'approver') return finish(state, update, refusal(standing));
  const actor = { id: fromId, name: fromName };
  // A13: whatever comes of it is theirs, not of whoever runs this program.
  const invocation = { ...state.invocation, actor: personActor('chat', String(fromId)) };
  const theirs = { ...state, invocation };
  return body.kind === 'tap'
    ? tapped(theirs, { update, body, actor })
    : written(theirs, { update, body, actor });
}

async function tapped(
  state: OperatorState,
  { update, body, actor }: { update: StoredUpdate; body: TapBody; actor: Actor },
): Promise<Acted> {
  const known = knownButton(state, body);
  if (typeof known === 'string')
    return finish(state, update, { kind: 'refused', ...react(UNKNOWN_BUTTON, known) });
  const { page, button } = known;
  if (INSIDE.has(button.action))
    return inOne(state, update, (now) => {
      seeMessage(now, page, body.messageId);
      return actOnTap(deskOf(now, actor), { page, button, actor }) ?? react('Nothing was done.');
    });
  const reaction = await outside(state, { button, actor });
  return inOne(state, update, (now) => {
    seeMessage(now, page, body.messageId);
    if ('page' in reaction) addPage(now.db, { ...reaction.page, now: now.now });
    changePage(
      now.db,
      page.rowId,
      'told' in reaction && reaction.told !== null ? { told: reaction.told } : {},
    );
    return reaction;
  });
}

/** A tap proves that the chat has the page, whatever was heard of its posting. */
function seeMessage({ db }: OperatorState, page: ChatPage, messageId: number): void {
  if (page.messageId === null && pageByMessageId(db, messageId) === null)
    markShown(db, page.rowId, { version: 0, messageId });
}

const UNKNOWN_BUTTON = 'This button does nothing any more. /review shows what waits.';

/** The button behind what the chat handed back, if it is ours, whole, and stands where it was put; else why not. */
function knownButton(
  { db, workspace }: OperatorState,
  { data, messageId }: TapBody,
): { readonly page: ChatPage; readonly button: StoredButton } | string {
  const read = readTapData(data);
  const key = readChatKey(db);
  if (read === null || key === null) return 'not a button of ours';
  const button = buttonById(db, read.id);
  if (button === null) return 'a button that this state does not know';
  const { id, action, subject, hash } = button;
  const chat = workspace.notify.telegram?.chat ?? '';
  if (!isSignedTap(key, { id, chat, action, subject, hash }, read.signature)) return 'a forged button';
  const page = pageByRowId(db, button.pageRowId);
  if (page === null) return 'a button of a page that is gone';
  if (page.messageId !== null && page.messageId !== messageId) return 'a button of another message';
  return { page, button };
}

/** What is decided inside the state alone. */
const INSIDE: ReadonlySet<string> = new Set([
  ...['approve', 'edit', 'reject', 'reject_now', 'stop_asking', 'hold', 'release', 'discard', 'undo'],
  ...['read', 'read_all', 'approve_all', 'approve_all_yes', 'no'],
  ...['show_batch', 'drop_batch', 'keep_batch', 'release_batch', 'release_batch_yes'],
]);

type Outside = JobReaction | (Reaction & { readonly page: AnswerPage });

async function outside(
  state: OperatorState,
  { button, actor }: { button: StoredButton; actor: Actor },
): Promise<Outside> {
  const { action, subject, hash } = button;
  switch (action) {
    case 'show_plan':
      return { ...react('Here it is.', `showed ${subject}`), page: await planPage(state, subject) };
    case 'confirm':
      return confirmPlan(state, { planId: subject, actor });
    case 'veto':
      return vetoPlan(state, { planId: subject, actor });
    case 'pause':
      return pauseAll(state, { reason: '', actor });
    case 'resume':
      return { ...react('First what is due.', 'asked to resume'), page: await resumePage(atNow(state)) };
    case 'resume_yes':
      return resumeAll(state, { sinceAt: Number(hash), actor });
    default:
      throw new Error(`${action} is decided inside the state`);
  }
}

async function written(
  state: OperatorState,
  { update, body, actor }: { update: StoredUpdate; body: WordsBody; actor: Actor },
): Promise<Acted> {
  const words = parseWords(body.text);
  const answered = body.replyTo === null ? null : pageByMessageId(state.db, body.replyTo);
  if (words.kind === 'talk') return replied(state, { update, body, actor, answered });
  if (words.kind === 'unknown') return finish(state, update, nothing('a word of nobody of ours'));
  const asked: Words = { command: words, answered, messageId: body.messageId };
  if (!OUTSIDE_VERBS.has(words.verb))
    return inOne(state, update, (now) => actOnWords(deskOf(now, actor), asked) ?? react('Nothing was done.'));
  const reaction = await outsideWords(state, words, { heardAt: update.receivedAt, actor });
  return inOne(state, update, (now) => {
    const page =
      'page' in reaction
        ? reaction.page
        : { text: reaction.told ?? reaction.answer, card: { kind: 'plain' } as const };
    addPage(now.db, { ...page, now: now.now });
    return reaction;
  });
}

const OUTSIDE_VERBS: ReadonlySet<string> = new Set([
  'status',
  'review',
  'help',
  'confirm',
  'veto',
  'pause',
  'resume',
]);

async function outsideWords(
  state: OperatorState,
  { verb, names, rest }: ChatCommand,
  { heardAt, actor }: { readonly heardAt: Instant; readonly actor: Actor },
): Promise<Outside> {
  const planId = names.find((name) => name.startsWith('p-')) ?? null;
  switch (verb) {
    case 'confirm':
      return planId === null
        ? confirmWaiting(state, { heardAt, actor })
        : confirmPlan(state, { planId, actor });
    case 'veto':
      return vetoPlan(state, { planId, actor });
    case 'pause':
      return pauseAll(state, { reason: rest, actor });
    case 'resume':
      return { ...react('asked to resume'), page: await resumePage(atNow(state)) };
    case 'status':
      return { ...react('asked for the status'), page: await statusPage(atNow(state)) };
    case 'review':
      return { ...react('asked for the list'), page: reviewPage(atNow(state)) };
    default:
      return { ...react('asked for help'), page: HELP_PAGE };
  }
}

function replied(
  state: OperatorState,
  of: { update: StoredUpdate; body: WordsBody; actor: Actor; answered: ChatPage | null },
): Acted {
  const { update, body, actor, answered } = of;
  if (answered === null) {
    writeKeepingDoubt(state, () => {
      forgetWords(state.db, update.rowId);
    });
    return finish(state, update, nothing('answers no page of ours'));
  }
  return inOne(state, update, (now) => {
    const dialog = dialogAnswered(now.db, { pageRowId: answered.rowId, userId: actor.id });
    if (dialog === null) return react('', 'nothing was asked');
    return actOnReply(deskOf(now, actor), { dialog, text: body.text });
  });
}

/** What is done and that it is done, in one transaction; nothing, when another program was faster. */
function inOne(state: OperatorState, update: StoredUpdate, act: (now: OperatorState) => Reaction): Acted {
  const { db } = state;
  const now = atNow(state);
  return writeKeepingDoubt(now, () => {
    if (!isWaitingUpdate(db, update.rowId)) return nothing('done by another program');
    const { outcome, answer } = act(now);
    endUpdate(db, update.rowId, { outcome, now: now.now });
    return { kind: 'done', outcome, answer };
  });
}

function finish(state: OperatorState, update: StoredUpdate, acted: Acted): Acted {
  writeKeepingDoubt(state, () => {
    endUpdate(state.db, update.rowId, { outcome: acted.outcome, now: nowOf(state) });
  });
  return acted;
}

/** It cannot be done, whatever the reason: told once, and never tried again. */
export function giveUpUpdate(state: OperatorState, update: StoredUpdate, why: string): Acted {
  const reaction = react(`This could not be done: ${why}.`, `given up: ${why}`);
  return finish(state, update, { kind: 'refused', ...reaction });
}

function refusal(standing: 'stranger' | 'other_chat' | 'forwarded'): Acted {
  switch (standing) {
    case 'stranger':
      return { kind: 'refused', ...react('Only approvers decide here.', 'refused: not an approver') };
    case 'other_chat':
      return { kind: 'refused', ...react('', 'refused: another chat') };
    case 'forwarded':
      return { kind: 'refused', ...react('', 'refused: forwarded') };
  }
}

function nothing(outcome: string): Acted {
  return { kind: 'nothing', ...react('', outcome) };
}

/** A plan that is gone, a state that moved on: an answer to what was asked, and nothing that another try would mend. */
export function isAnswer(error: unknown): error is HeadgateError {
  return error instanceof HeadgateError && ANSWERS.has(error.exit);
}

const ANSWERS: ReadonlySet<ExitName> = new Set<ExitName>(['USAGE', 'STALE_PLAN', 'DATAERR', 'PARTIAL']);
