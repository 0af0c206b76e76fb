import type { IncomingMessage, ServerResponse } from 'node:http';

import { sendAnswer, type Answer } from '../http/answer.ts';
import { readBody, type BodyPool } from '../http/body.ts';
import type { Journal } from '../http/journal.ts';
import { ALWAYS, plain } from './answer.ts';
import { assetAt } from './assets.ts';
import { foreign } from './foreign.ts';

/** A request that came from this page, or from whoever typed its address. */
export interface PageRequest {
  readonly isPost: boolean;
  /** As it came, nothing decoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** What was posted; empty otherwise. */
  readonly form: URLSearchParams;
  /** The secret in the cookie; null for none. */
  readonly session: string | null;
}

export interface PrivateSite {
  readonly answer: (request: PageRequest) => Promise<Answer>;
  readonly journal: Journal;
  readonly pool: BodyPool;
}

/** A draft has at most 100,000 characters; a form writes one of them in up to twelve. */
const BODY_BYTES_MAX = 1_500_000;
const FORM = /^application\/x-www-form-urlencoded\s*(?:;|$)/i;
export const COOKIE = 'headgate';
const COOKIE_VALUE = new RegExp(`(?:^|;\\s*)${COOKIE}=([\\w-]{1,200})(?:;|$)`);

/** Answers one request: refuses what comes from elsewhere before anything else is looked at. */
export async function answerRequest(
  request: IncomingMessage,
  response: ServerResponse,
  site: PrivateSite,
): Promise<void> {
  const answer = await answerOf(request, site);
  if (answer === null) request.socket.destroy();
  else sendAnswer({ request, response }, answer, ALWAYS);
}

async function answerOf(request: IncomingMessage, site: PrivateSite): Promise<Answer | null> {
  try {
    return await route(request, site);
  } catch (error) {
    const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
    site.journal.say(2, `a request could not be answered: ${why.replaceAll('\n', ' ')}`);
    return plain(500, 'This went wrong, and nothing was done. The journal of headgate-web says why.');
  }
}

async function route(request: IncomingMessage, site: PrivateSite): Promise<Answer | null> {
  const { method = '', headers } = request;
  const stranger = foreign({
    method,
    host: headers.host,
    origin: headers.origin,
    site: single(headers['sec-fetch-site']),
    mode: single(headers['sec-fetch-mode']),
    destination: single(headers['sec-fetch-dest']),
  });
  if (stranger !== null) {
    site.journal.count(`requests ${stranger}`);
    return plain(403, `Refused: this was ${stranger}.`);
  }
  if (method !== 'GET' && method !== 'HEAD' && method !== 'POST')
    return plain(405, 'GET, HEAD or POST', { Allow: 'GET, HEAD, POST' });
  const [path = '', query = ''] = (request.url ?? '').split('?', 2);
  const isPost = method === 'POST';
  const asset = isPost ? null : assetAt(path);
  if (asset !== null) return asset;
  const form = isPost ? await formOf(request, site) : new URLSearchParams();
  if (!(form instanceof URLSearchParams)) return form;
  const session = COOKIE_VALUE.exec(headers.cookie ?? '')?.[1] ?? null;
  return site.answer({ isPost, path, query: new URLSearchParams(query), form, session });
}

/** What was posted, or why it is not read. Null: the peer went away. */
async function formOf(
  request: IncomingMessage,
  { pool }: PrivateSite,
): Promise<URLSearchParams | Answer | null> {
  if (!FORM.test(request.headers['content-type'] ?? '')) return plain(415, 'Only forms are taken here.');
  const body = await readBody(request, { bytesMax: BODY_BYTES_MAX, pool });
  switch (body.kind) {
    case 'whole':
      return new URLSearchParams(body.bytes.toString('utf8'));
    case 'too_large':
      return plain(413, 'Too large: nothing was done.');
    case 'busy':
      return plain(503, 'Busy: nothing was done.', { 'Retry-After': '5' });
    case 'broken':
      return null;
  }
}

function single(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : value?.join(',');
}
