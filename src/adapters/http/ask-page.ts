import { HttpPeer, type HttpTimeouts } from './http-peer.ts';
import { USER_AGENT } from './user-agent.ts';

/** What one GET came to. */
export type PageAnswer =
  | { readonly kind: 'answered'; readonly status: number; readonly text: string }
  | { readonly kind: 'silent'; readonly words: string };

/** A page that is longer is not one that anybody asks for here. */
const ANSWER_BYTES_MAX = 16_777_216;

/** Looks at one address once: no redirect is followed, nothing is repeated, nothing thrown for what the peer does. */
export async function askPage(
  address: string,
  timeouts: HttpTimeouts,
  headers: Readonly<Record<string, string>> = {},
): Promise<PageAnswer> {
  const { origin, pathname, search } = new URL(address);
  const answerBytesMax = ANSWER_BYTES_MAX;
  const peer = new HttpPeer({ baseUrl: origin, connections: 1, keepsAlive: false, timeouts, answerBytesMax });
  const request = { method: 'GET', path: `${pathname}${search}`, body: null } as const;
  const outcome = await peer.request(
    { ...request, headers: { 'user-agent': USER_AGENT, ...headers } },
    () => true,
  );
  await peer.close();
  switch (outcome.kind) {
    case 'answered':
      return { kind: 'answered', status: outcome.status, text: outcome.text };
    case 'withdrawn':
      return { kind: 'silent', words: 'called back' };
    default:
      return { kind: 'silent', words: outcome.words };
  }
}
