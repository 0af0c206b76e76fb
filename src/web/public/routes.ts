import type { IncomingMessage, ServerResponse } from 'node:http';

import { html, plain, send, type Answer } from './answer.ts';
import { answerHook, type HookName, type HookOptions } from './hooks.ts';
import { answerUnsubscribe, type UnsubscribeOptions } from './unsubscribe.ts';

export interface PublicSite {
  readonly unsubscribe: UnsubscribeOptions;
  readonly hooks: HookOptions;
}

const HOOKS: Readonly<Record<string, HookName>> = {
  '/hooks/resend': 'resend',
  '/hooks/mailgun': 'mailgun',
  '/hooks/stream': 'stream',
};

/**
 * Answers one request. The path is compared as it came and nothing is decoded, joined or looked up on a disk, so that no spelling of
 * it can lead anywhere else (hardening 129). Host and forwarding headers are not read at all (hardening 130).
 */
export async function answerRequest(
  request: IncomingMessage,
  response: ServerResponse,
  site: PublicSite,
): Promise<void> {
  try {
    const answer = await route(request, site);
    if (answer === null) request.socket.destroy();
    else send(request, response, answer);
  } catch (error) {
    const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
    site.unsubscribe.journal.say(2, `a request could not be answered: ${why.replaceAll('\n', ' ')}`);
    send(request, response, html(503, site.unsubscribe.pages.failed, { 'Retry-After': '60' }));
  }
}

function route(request: IncomingMessage, site: PublicSite): Answer | null | Promise<Answer | null> {
  const [path = ''] = (request.url ?? '').split('?', 1);
  const token = /^\/u\/([^/]*)$/.exec(path)?.[1];
  if (token !== undefined) return answerUnsubscribe(request, token, site.unsubscribe);
  const hook = HOOKS[path];
  if (hook !== undefined) return answerHook(request, hook, site.hooks);
  // Browsers ask for it by themselves and complain aloud when it is not there.
  if (path === '/favicon.ico') return plain(200, '');
  if (path === '/robots.txt') return plain(200, 'User-agent: *\nDisallow: /');
  return plain(404, 'not found');
}
