import type { DeliveryResult } from '../../../ports.ts';
import { printable } from '../smtp-reply.ts';
import type { HttpOutcome } from '../../http/http-peer.ts';

export type HttpAnswer = Extract<HttpOutcome, { kind: 'answered' }>;

/** What an answer means for the mail it is about. */
export type AnswerVerdict =
  | Extract<DeliveryResult, { kind: 'accepted' | 'refused' }>
  /** Surely not sent, and it may go better in a moment. */
  | { readonly kind: 'busy'; readonly response: string; readonly retryAfterMs: number | null }
  /** Perhaps sent. `isFinal`: the same question would get the same answer. */
  | { readonly kind: 'doubt'; readonly detail: string; readonly isFinal: boolean };

/** An answer in one line for the ledger: its status and its words, whatever they are. */
export function answerLine({ status, text }: HttpAnswer, words: string | null = null): string {
  return printable(`${String(status)} ${words ?? text}`.trim());
}

/** Said no, and means it: surely not sent. */
export function refuse(
  scope: 'message' | 'run',
  response: string,
  more: { permanent: boolean; retryAfterMs?: number | null } = { permanent: true },
): Extract<AnswerVerdict, { kind: 'refused' }> {
  return {
    kind: 'refused',
    scope,
    response,
    permanent: more.permanent,
    retryAfterMs: more.retryAfterMs ?? null,
  };
}

/**
 * What every provider's status means where its own words say nothing else (docs/reference/transports.md): a success that names no mail,
 * a server's failure, a request that was cut and a redirect to another method may all have sent it; a plain no has not.
 */
export function judgeStatus(answer: HttpAnswer, line: string, retryAfterMs: number | null): AnswerVerdict {
  const { status } = answer;
  if (status === 429) return { kind: 'busy', response: line, retryAfterMs };
  if (status === 401 || status === 402 || status === 403 || status === 407) return refuse('run', line);
  // Another address, or another endpoint, for every mail alike.
  if (status === 301 || status === 307 || status === 308 || status === 404 || status === 405)
    return refuse('run', line);
  if (status < 400 || status >= 500) return { kind: 'doubt', detail: unclear(line), isFinal: false };
  if (status === 408 || status === 409 || status === 425)
    return { kind: 'doubt', detail: line, isFinal: false };
  return refuse('message', line);
}

export function unclear(line: string): string {
  return `the answer does not say whether it was taken: ${line}`;
}
