import type { IncomingMessage } from 'node:http';

import type { Instant } from '../../core/model.ts';
import type { PageAct, PageActKind } from '../../core/page-act.ts';
import { html, plain, type Answer } from './answer.ts';
import { readBody, type BodyPool } from '../http/body.ts';
import { actOfBody } from './form.ts';
import type { Pages } from './html.ts';
import type { Journal } from '../http/journal.ts';
import type { RateLimit } from './rate-limit.ts';

/** What a link opens: `expired` still opts out, and nothing else (hardening 121). */
export type OpenedLink =
  { readonly kind: 'valid' | 'expired'; readonly leadId: string } | { readonly kind: 'refused' };

export interface UnsubscribeOptions {
  readonly pages: Pages;
  readonly open: (token: string, now: Instant) => Promise<OpenedLink>;
  /** Returns when the act is on the disk; throws when it is not. */
  readonly record: (act: PageAct) => 'recorded' | 'stood' | 'too_many';
  /** Keeps what could not be recorded somewhere else, and goes on trying. Throws nothing. */
  readonly keepAside: (act: PageAct, cause: unknown) => void;
  readonly now: () => Instant;
  readonly limit: RateLimit;
  readonly pool: BodyPool;
  readonly journal: Journal;
}

/** Both forms of the button have fewer than 300 bytes; mail programs may pad theirs. */
const BODY_BYTES_MAX = 65_536;
const RETRY_SECONDS = { 'Retry-After': '60' } as const;

/** `/u/TOKEN` (RFC 8058, D10): GET and HEAD show, POST acts. Null: the peer went away. */
export async function answerUnsubscribe(
  request: IncomingMessage,
  token: string,
  options: UnsubscribeOptions,
): Promise<Answer | null> {
  const { pages, journal } = options;
  const isPost = request.method === 'POST';
  if (!isPost && request.method !== 'GET' && request.method !== 'HEAD')
    return plain(405, 'GET, HEAD or POST', { Allow: 'GET, HEAD, POST' });
  // Before the body: whoever has no link of ours makes us keep nothing.
  const link = await options.open(token, options.now());
  if (link.kind === 'refused') {
    journal.count('links that are not ours, cut or forged');
    return html(404, pages.refused);
  }
  return isPost ? answerPost(request, link, options) : html(200, pages.ask);
}

async function answerPost(
  request: IncomingMessage,
  link: Exclude<OpenedLink, { kind: 'refused' }>,
  options: UnsubscribeOptions,
): Promise<Answer | null> {
  const { pages, pool } = options;
  const body = await readBody(request, { bytesMax: BODY_BYTES_MAX, pool });
  if (body.kind === 'broken') return null;
  if (body.kind === 'too_large') return html(413, pages.misunderstood);
  if (body.kind === 'busy') return html(503, pages.failed, RETRY_SECONDS);
  const act = actOfBody(request.headers['content-type'], body.bytes);
  if (act === null) return html(400, pages.misunderstood);
  if (act === 'undo' && link.kind === 'expired') return html(404, pages.refused);
  return decide(link, act, options);
}

function decide(
  { leadId, kind }: Exclude<OpenedLink, { kind: 'refused' }>,
  act: PageActKind,
  options: UnsubscribeOptions,
): Answer {
  const { pages, now, journal } = options;
  const at = now();
  const isOften = options.limit.isOver(leadId, at);
  // However often it was pressed, a stop is looked for and written if it is not there (hardening 126).
  if (isOften && act === 'undo') return html(429, pages.often, RETRY_SECONDS);
  try {
    const recorded = options.record({ leadId, act, at });
    if (recorded === 'too_many' || (isOften && recorded === 'stood'))
      return html(429, pages.often, RETRY_SECONDS);
    if (recorded === 'recorded') journal.say(6, `${leadId} ${act === 'stop' ? 'opted out' : 'took it back'}`);
  } catch (error) {
    options.keepAside({ leadId, act, at }, error);
    return html(503, pages.failed, RETRY_SECONDS);
  }
  if (act === 'undo') return html(200, pages.undone);
  return html(200, kind === 'valid' ? pages.done : pages.doneForGood);
}
