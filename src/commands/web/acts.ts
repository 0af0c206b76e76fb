import { HeadgateError } from '../../core/errors.ts';
import { MESSAGE_STATES, type MessageState } from '../../core/model.ts';
import { holdMark, REJECT_THEN, SETTLED_OUTCOMES, type Decision } from '../../core/review-rules.ts';
import { messageById, messagesInStates, messagesOfRun, type StoredMessage } from '../../store/messages.ts';
import type { ToldView } from '../../web/private/views.ts';
import { countOf, escapeText } from '../output/text.ts';
import { formatDateTime } from '../output/time.ts';
import { NO_DETAILS, type DecisionDetails } from '../review/changes.ts';
import { decide, type Decided } from '../review/decide.ts';
import { DECISION_WORDS } from '../review/decision-text.ts';
import { applyEdit } from '../review/edit.ts';
import { holdEnd } from '../review/hold-until.ts';
import { reasonLine } from '../review/reason.ts';
import type { Answered, Undoable } from './memory.ts';
import { seenHash, type Visit } from './visit.ts';

/** The decisions about one message that a form may ask for. */
const VERBS = ['approve', 'reject', 'discard', 'hold', 'release', 'undo', 'settle'] as const;
export type Verb = (typeof VERBS)[number];

export function asVerb(text: string): Verb | null {
  return VERBS.find((verb) => verb === text) ?? null;
}

const HASH = /^[0-9a-f]{64}$/;

/**
 * Decides about one message, through the same function as `headgate review`: bound to the words and the state that the page showed
 * (D5), and to nothing newer.
 */
export function actOnOne(visit: Visit, id: string, verb: Verb): Answered {
  const { form } = visit.request;
  const fresh = messageById(visit.state.db, id);
  if (fresh === null) return problem('/', 'There is no such message.');
  const decision = decisionOf(visit, verb, id);
  const details = detailsOf(visit, verb);
  if (decision === null || 'problem' in details)
    return problem(`/m/${id}`, 'problem' in details ? details.problem : 'Nothing was asked for.');
  const seen = seenOf(form, fresh);
  if (seen === null) return problem(`/m/${id}`, 'This page was too old. Here is the message as it is now.');
  const expectHash = verb === 'undo' || verb === 'settle' ? null : seen.hash;
  const [decided] = decide(visit.desk, decision, {
    seen: [{ message: { ...fresh, state: seen.state }, expectHash, holdSeen: form.get('hold') ?? '' }],
    details,
  });
  if (decided === undefined) throw new Error('A decision that decided nothing');
  if (decided.result === 'done') keepUndo(visit, decision, [decided.message]);
  const goesOn = decided.result !== 'refused' && (verb === 'approve' || verb === 'hold' || verb === 'reject');
  return {
    location: goesOn ? placeAfter(visit, fresh) : `/m/${id}`,
    told: tell(visit, decision, [decided]),
  };
}

/** The words and the state that the form was made from; null for a form that no page of ours made. */
function seenOf(
  form: URLSearchParams,
  { textHash }: StoredMessage,
): { hash: string | null; state: MessageState } | null {
  const state = MESSAGE_STATES.find((each) => each === form.get('state'));
  const hash = form.get('hash') ?? '';
  if (state === undefined || (textHash !== null && !HASH.test(hash))) return null;
  return { hash: textHash === null ? null : hash, state };
}

function decisionOf({ request: { form }, memory, session }: Visit, verb: Verb, id: string): Decision | null {
  switch (verb) {
    case 'approve':
    case 'discard':
    case 'hold':
    case 'release':
      return { kind: verb };
    // D7: where it was just given, an approval is taken back however long ago that is.
    case 'undo':
      return { kind: memory.hasApproved(session, id) ? 'take_back' : 'undo' };
    case 'reject': {
      const then = REJECT_THEN.find((each) => each === form.get('then'));
      return then === undefined ? null : { kind: 'reject', then };
    }
    case 'settle': {
      const outcome = SETTLED_OUTCOMES.find((each) => each === form.get('outcome'));
      return outcome === undefined ? null : { kind: 'settle', outcome };
    }
  }
}

function detailsOf(
  { request: { form }, desk }: Visit,
  verb: Verb,
): DecisionDetails | { readonly problem: string } {
  const reason = reasonLine((form.get('reason') ?? '').replaceAll('\0', ''));
  const typed = (form.get('until') ?? '').trim();
  if (verb !== 'hold' || typed === '') return { ...NO_DETAILS, reason };
  const until = holdEnd(typed, desk.engine.now);
  if (typeof until === 'number') return { ...NO_DETAILS, reason, until };
  return { problem: `Not held: the time ${until.problem}.` };
}

/** Approves everything that waits, if it is still what the page showed and the person typed how many. */
export function approveAll(visit: Visit): Answered {
  const waiting = messagesInStates(visit.state.db, ['pending_approval'], Number.MAX_SAFE_INTEGER);
  const refusal = miscounted(visit, waiting, 'approved');
  if (refusal !== null) return problem('/', refusal);
  return { location: '/', told: decideAll(visit, { kind: 'approve' }, waiting) };
}

/** Releases or discards everything that a run holds (A8), counted in the same way. */
export function actOnBatch(visit: Visit, runId: string, kind: 'release' | 'discard'): Answered {
  const held = heldByRun(visit, runId);
  const refusal = miscounted(visit, held, `${kind}d`);
  if (refusal !== null) return problem(`/runs/${runId}`, refusal);
  return { location: '/', told: decideAll(visit, { kind }, held) };
}

/** What a run made or held and is still held. */
export function heldByRun({ state }: Visit, runId: string): readonly StoredMessage[] {
  return messagesOfRun(state.db, runId).filter((message) => message.state === 'held');
}

function miscounted(
  { request: { form } }: Visit,
  messages: readonly StoredMessage[],
  done: string,
): string | null {
  if (messages.length === 0) return `Nothing was ${done}: nothing waits for it any more.`;
  if (form.get('seen') !== seenHash(messages))
    return `Nothing was ${done}: what waits has changed since the page was made. Look again.`;
  const typed = (form.get('count') ?? '').trim();
  if (typed === String(messages.length)) return null;
  return `Nothing was ${done}: you typed ${typed === '' ? 'no number' : escapeText(typed.slice(0, 20))}, and there are ${messages.length}.`;
}

function decideAll(visit: Visit, decision: Decision, messages: readonly StoredMessage[]): ToldView {
  const seen = messages.map((message) => ({ message, expectHash: message.textHash }));
  const details = {
    ...NO_DETAILS,
    reason: reasonLine((visit.request.form.get('reason') ?? '').replaceAll('\0', '')),
  };
  const decided = decide(visit.desk, decision, { seen, details });
  const done = decided.filter(({ result }) => result === 'done').map(({ message }) => message);
  if (done.length > 0) keepUndo(visit, decision, done);
  return tell(visit, decision, decided);
}

function keepUndo(visit: Visit, decision: Decision, messages: readonly StoredMessage[]): void {
  const what = undoableOf(decision, messages);
  if (what !== null) push(visit, what, `${DECISION_WORDS[decision.kind].done} ${namesOf(messages)}`);
}

function undoableOf(decision: Decision, messages: readonly StoredMessage[]): Undoable | null {
  const [first] = messages;
  if (decision.kind === 'approve') return { kind: 'approved', ids: messages.map(({ id }) => id) };
  if (decision.kind !== 'hold' || first === undefined) return null;
  return { kind: 'held', id: first.id, hold: holdMark(first) };
}

/** Remembers that `u` can take this back. */
export function push({ memory, session, state }: Visit, what: Undoable, label: string): void {
  memory.push(session, { act: state.invocation.context.random.publicId('s'), label, what });
}

/** Takes one act of this session back, the one that the page named. */
export function undoAct(visit: Visit): Answered {
  const { memory, session, request, state, desk } = visit;
  const done = memory.take(session, request.form.get('act') ?? '');
  if (done === null)
    return problem('/', 'That cannot be taken back any more. Each message says what can be done.');
  const { what } = done;
  if (what.kind === 'approved') {
    const messages = what.ids.flatMap((id) => messageById(state.db, id) ?? []);
    const decided = takeBack(visit, { kind: 'take_back' }, messages);
    return { location: `/m/${what.ids[0] ?? ''}`, told: tell(visit, { kind: 'take_back' }, decided) };
  }
  const message = messageById(state.db, what.id);
  if (message === null) return problem('/', 'There is no such message any more.');
  if (what.kind === 'held' && holdMark(message) !== what.hold)
    return problem(`/m/${what.id}`, 'Not released: it is another hold than yours by now.');
  const decided =
    what.kind === 'held'
      ? takeBack(visit, { kind: 'release' }, [message])
      : [applyEdit(desk, message, { copy: what.before, reason: 'undone' })];
  const kind = what.kind === 'held' ? 'release' : 'edit';
  return { location: `/m/${what.id}`, told: tell(visit, { kind }, decided) };
}

function takeBack(visit: Visit, decision: Decision, messages: readonly StoredMessage[]): readonly Decided[] {
  const seen = messages.map((message) => ({ message, expectHash: null }));
  return decide(visit.desk, decision, { seen, details: NO_DETAILS });
}

/** The next draft that waits, after this one and else from the beginning. */
function placeAfter({ state }: Visit, { rowId }: StoredMessage): string {
  const waiting = messagesInStates(state.db, ['pending_approval'], Number.MAX_SAFE_INTEGER);
  const next = waiting.find((message) => message.rowId > rowId) ?? waiting[0];
  return next === undefined ? '/' : `/m/${next.id}`;
}

/** What came of it, in a sentence; every message that was refused is named. */
export function tell(visit: Visit, decision: Decision, decided: readonly Decided[]): ToldView {
  const words = DECISION_WORDS[decision.kind];
  const done = decided.filter(({ result }) => result === 'done').map(({ message }) => message);
  const others = decided.filter(({ result }) => result !== 'done');
  const details = others.map((each) => `${namesOf([each.message])}: ${each.detail ?? ''}${hintOf(each)}`);
  if (done.length > 0)
    return { tone: 'done', text: `${words.done} ${namesOf(done)}${leavesText(visit, done)}.`, details };
  const [only, ...more] = others;
  if (only === undefined) return { tone: 'problem', text: 'Nothing was done.', details: [] };
  if (only.result === 'unchanged' && more.length === 0)
    return { tone: 'done', text: `${namesOf([only.message])}: ${only.detail ?? ''}.`, details: [] };
  return { tone: 'problem', text: `${words.not}.`, details };
}

function hintOf({ refusal }: Decided): string {
  if (refusal?.reason === 'text_changed') return ' since you read it. Here it is as it is now';
  if (refusal?.instead === 'adopt') return ' (headgate adopt)';
  const instead = refusal?.instead ?? null;
  return instead === null ? '' : ` (${instead} it instead)`;
}

function namesOf(messages: readonly StoredMessage[]): string {
  const [only] = messages;
  if (messages.length !== 1 || only === undefined) return countOf(messages.length, 'mail');
  return escapeText(only.leadName ?? only.leadEmail);
}

function leavesText({ desk }: Visit, messages: readonly StoredMessage[]): string {
  const [first] = messages;
  if (first?.state !== 'approved') return '';
  const { policy, now } = desk.engine;
  if (!policy.live) return ': it goes to the outbox with the next send';
  if (first.leavesAt === null || first.leavesAt <= now) return ': it leaves with the next send';
  return `: leaves at ${formatDateTime(first.leavesAt, policy.timezone)} at the earliest`;
}

export function problem(location: string, text: string): Answered {
  return { location, told: { tone: 'problem', text, details: [] } };
}

/** What a person typed that cannot be kept; anything else goes on up. */
export function asInvalid(error: unknown): HeadgateError {
  if (error instanceof HeadgateError && error.code === 'draft_invalid') return error;
  throw error;
}
