import { LINK_LIFE_MS, opens, SESSION_LIFE_MS, type WebKey } from '../../core/web-key.ts';
import type { Instant } from '../../core/model.ts';
import { addWebKey, dropWebKey, webKey } from '../../store/web-keys.ts';
import { pageAnswer, seeOther } from '../../web/private/answer.ts';
import { COOKIE, type PageRequest } from '../../web/private/http.ts';
import { deadLinkPage, leftPage, signInPage } from '../../web/private/sign-in-pages.ts';
import type { Answer } from '../../web/http/answer.ts';
import { writeKeepingDoubt, type OperatorState } from '../operator-state.ts';
import { webKeyHash, webSecret, WEB_SECRET } from './visit.ts';

const DEAD = { status: 404 } as const;

/** Makes a link's secret for a person; good once, for a minute (cli.md 5.3). `bootId` is the present boot. */
export function makeLink(state: OperatorState, person: string, bootId: string): string {
  const secret = webSecret(state.invocation.context.random);
  const key = keyOf('link', { person, bootId, madeAt: state.now });
  writeKeepingDoubt(state, () => addWebKey(state.db, webKeyHash(secret), key));
  return secret;
}

/** `/in/SECRET`: looking shows whose link it is, posting spends it and begins a session, in one transaction. */
export function answerLink(state: OperatorState, request: PageRequest): Answer {
  const secret = request.path.slice('/in/'.length);
  if (!WEB_SECRET.test(secret)) return pageAnswer(DEAD.status, deadLinkPage());
  const hash = webKeyHash(secret);
  if (!request.isPost) {
    const link = liveKey(state, 'link', hash);
    return link === null ? pageAnswer(DEAD.status, deadLinkPage()) : pageAnswer(200, signInPage(link.person));
  }
  const session = writeKeepingDoubt(state, () => spend(state, hash));
  if (session === null) return pageAnswer(DEAD.status, deadLinkPage());
  const life = String(SESSION_LIFE_MS / 1_000);
  return seeOther('/', {
    'Set-Cookie': `${COOKIE}=${session}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${life}`,
  });
}

/** The secret of the session that a link became; null where the link is not good, or was spent by somebody else. */
function spend(state: OperatorState, hash: string): string | null {
  const link = liveKey(state, 'link', hash);
  if (link === null || !dropWebKey(state.db, hash)) return null;
  const secret = webSecret(state.invocation.context.random);
  const { person, bootId } = link;
  addWebKey(state.db, webKeyHash(secret), keyOf('session', { person, bootId, madeAt: state.now }));
  return secret;
}

/** Who is signed in by this cookie; null for nobody. */
export function personOf(state: OperatorState, secret: string | null): string | null {
  if (secret === null || !WEB_SECRET.test(secret)) return null;
  return liveKey(state, 'session', webKeyHash(secret))?.person ?? null;
}

/** Ends the session, in the state and in the browser. */
export function leave(state: OperatorState, secret: string): Answer {
  writeKeepingDoubt(state, () => dropWebKey(state.db, webKeyHash(secret)));
  return pageAnswer(200, leftPage(), {
    'Set-Cookie': `${COOKIE}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0`,
  });
}

function liveKey({ db, now, invocation }: OperatorState, kind: WebKey['kind'], hash: string): WebKey | null {
  const key = webKey(db, kind, hash);
  const bootId = invocation.context.machine.bootId();
  return key !== null && opens(key, { now, bootId }) ? key : null;
}

function keyOf(
  kind: WebKey['kind'],
  of: { readonly person: string; readonly bootId: string; readonly madeAt: Instant },
): WebKey {
  return { kind, ...of, endsAt: of.madeAt + (kind === 'link' ? LINK_LIFE_MS : SESSION_LIFE_MS) };
}
