import { personActor } from '../../core/audit/entry.ts';
import { HeadgateError } from '../../core/errors.ts';
import { messageById } from '../../store/messages.ts';
import { mailAnswer, pageAnswer, plain, seeOther } from '../../web/private/answer.ts';
import type { PageRequest } from '../../web/private/http.ts';
import { batchPage, keysPage, leadPage } from '../../web/private/other-pages.ts';
import { queuePage } from '../../web/private/queue-page.ts';
import { problemPage, signedOutPage } from '../../web/private/sign-in-pages.ts';
import { statusPage } from '../../web/private/status-page.ts';
import type { Answer } from '../../web/http/answer.ts';
import type { Invocation } from '../cli-context.ts';
import { withState, type OperatorState } from '../operator-state.ts';
import { openDesk } from '../review/desk.ts';
import { statusFacts } from '../status-facts.ts';
import { actOnBatch, actOnOne, approveAll, asVerb, undoAct } from './acts.ts';
import { editForm, keepEdit } from './edit.ts';
import { frameView } from './frame-view.ts';
import { ActMemory, type Answered } from './memory.ts';
import { leadView } from './lead-view.ts';
import { previewOf } from './message-view.ts';
import { queueView } from './queue-view.ts';
import { answerLink, leave, personOf } from './sign-in.ts';
import { batchView, statusView } from './status-view.ts';
import { vetoPlan } from './veto.ts';
import { webKeyHash, type Visit } from './visit.ts';

type Answering = (request: PageRequest) => Promise<Answer>;

/**
 * Answers every request with configuration and state opened for it alone: what `restore`, `apply` or an editor changed meanwhile
 * holds at once, and nobody is kept from replacing the state by a page that happens to be open.
 */
export function reviewSite(invocation: Invocation): Answering {
  const memory = new ActMemory();
  return async (request) => {
    if (request.path === '/favicon.ico' || request.path === '/robots.txt') return plain(404, 'not here');
    const mode = request.isPost ? 'write' : 'read';
    try {
      return await withState(invocation, mode, (state) => answerIn(state, request, memory));
    } catch (error) {
      if (!(error instanceof HeadgateError)) throw error;
      return pageAnswer(503, problemPage(problemOf(error)));
    }
  };
}

function problemOf({ message, details, notDone, fix }: HeadgateError): Parameters<typeof problemPage>[0] {
  const lines = [...details, ...(notDone === undefined ? [] : [notDone])];
  return { title: message, lines, fix: fix ?? null };
}

async function answerIn(state: OperatorState, request: PageRequest, memory: ActMemory): Promise<Answer> {
  if (request.path.startsWith('/in/')) return answerLink(state, request);
  const { session } = request;
  const person = personOf(state, session);
  if (person === null || session === null) return pageAnswer(403, signedOutPage());
  if (request.isPost && request.path === '/out') return leave(state, session);
  const invocation = { ...state.invocation, actor: personActor('web', person) };
  const theirs = { ...state, invocation };
  const desk = openDesk(theirs, { name: person, via: 'the browser' });
  const visit: Visit = { request, state: theirs, desk, person, session: webKeyHash(session), memory };
  const answer = await (request.isPost ? answerPost(visit) : answerGet(visit));
  return answer ?? pageAnswer(404, problemPage({ title: 'There is nothing here', lines: [], fix: null }));
}

async function answerGet(visit: Visit): Promise<Answer | null> {
  const { path } = visit.request;
  const [, first = '', id = '', rest] = path.split('/');
  if (path === '/') return queueAnswer(visit, null);
  if (path === '/status') return statusAnswer(visit);
  if (path === '/keys') return pageAnswer(200, keysPage(frameView(visit, 'queue')));
  if (first === 'leads' && rest === undefined) return leadAnswer(visit, id);
  if (first === 'runs' && rest === undefined) return batchAnswer(visit, id);
  if (first !== 'm') return null;
  if (rest === undefined) return queueAnswer(visit, id);
  if (rest === 'mail') return mailOfMessage(visit, id);
  return rest === 'edit' ? editForm(visit, id) : null;
}

async function queueAnswer(visit: Visit, id: string | null): Promise<Answer | null> {
  const facts = statusFacts(visit.state);
  const view = await queueView(visit, id, facts);
  return view === null ? null : pageAnswer(200, queuePage(frameView(visit, 'queue', facts), view));
}

function statusAnswer(visit: Visit): Answer {
  const facts = statusFacts(visit.state);
  return pageAnswer(200, statusPage(frameView(visit, 'status', facts), statusView(visit, facts)));
}

function leadAnswer(visit: Visit, id: string): Answer | null {
  const view = leadView(visit, id);
  return view === null ? null : pageAnswer(200, leadPage(frameView(visit, 'lead'), view));
}

function batchAnswer(visit: Visit, run: string): Answer | null {
  const view = batchView(visit, run);
  return view === null ? null : pageAnswer(200, batchPage(frameView(visit, 'queue'), view));
}

/** The HTML part for the frame of the page; the words of it if the mail cannot be made. */
async function mailOfMessage(visit: Visit, id: string): Promise<Answer | null> {
  const message = messageById(visit.state.db, id);
  if (typeof message?.bodyMarkdown !== 'string') return null;
  try {
    return mailAnswer((await previewOf(visit, message)).html);
  } catch (error) {
    if (!(error instanceof HeadgateError)) throw error;
    return mailAnswer(problemPage(problemOf(error)).toString());
  }
}

/** As `frameView` makes them. */
const NONCE = /^s-[a-z2-7]{16}$/;

async function answerPost(visit: Visit): Promise<Answer | null> {
  const { request, memory, session } = visit;
  const nonce = request.form.get('nonce') ?? '';
  if (!NONCE.test(nonce)) return plain(400, 'No form of this page sends that. Nothing was done.');
  const name = `${nonce} ${request.path}`;
  const known = memory.answered(session, name);
  const answered = known ?? (await act(visit));
  if (answered === null || 'status' in answered) return answered;
  memory.remember(session, name, answered);
  const { location } = answered;
  return seeOther(`${location}?${new URLSearchParams({ told: name }).toString()}`);
}

/** What a post does; an Answer by itself where nothing was done and the form comes back. */
function act(visit: Visit): Answered | Answer | Promise<Answered> | null {
  const { path } = visit.request;
  const [, first = '', id = '', verb = '', ...more] = path.split('/');
  if (path === '/undo') return undoAct(visit);
  if (path === '/approve-all') return approveAll(visit);
  if (more.length > 0) return null;
  if (first === 'runs') return verb === 'release' || verb === 'discard' ? actOnBatch(visit, id, verb) : null;
  if (first === 'plans') return verb === 'veto' ? vetoPlan(visit, id) : null;
  if (first !== 'm') return null;
  if (verb === 'edit') return keepEdit(visit, id);
  const known = asVerb(verb);
  return known === null ? null : actOnOne(visit, id, known);
}
