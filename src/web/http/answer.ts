import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

import { collectWaste } from './garbage.ts';

/** Headers by name. */
export type Headers = Readonly<Record<string, string>>;

/** One whole answer; pages are small enough to be made in one piece. */
export interface Answer {
  readonly status: number;
  readonly body: Buffer;
  readonly type: string;
  readonly headers?: Headers;
}

/** How long a sender who is refused may go on sending, so as to hear the answer. */
const LINGER_MS = 2_000;
/** And how much: many programs read nothing before they have sent everything. */
const DISCARDED_BYTES_MAX = 2 * 1_048_576;
/** And how many of them at once. */
const LINGERING_MAX = 50;
const lingering = new Set<Socket>();

/**
 * Sends it with the headers that every answer has; its own win. A peer that is refused while it still sends is listened to for a
 * moment, since closing at once would take the answer back; what it sends is thrown away, and soon not even read (hardening 128).
 */
export function sendAnswer(
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
  answer: Answer,
  always: Headers,
): void {
  if (response.headersSent || response.destroyed) return;
  if (!request.complete) discardRest(request);
  response.writeHead(answer.status, {
    ...always,
    'Content-Type': answer.type,
    'Content-Length': answer.body.length,
    ...answer.headers,
  });
  response.end(answer.body);
  if (!request.complete) linger(request);
}

/** Node itself would read on to the end, however far that is, unless somebody else reads. */
function discardRest(request: IncomingMessage): void {
  let discarded = 0;
  request.on('data', (chunk: Buffer) => {
    discarded += chunk.length;
    collectWaste();
    if (discarded > DISCARDED_BYTES_MAX) request.pause();
  });
  request.resume();
}

function linger(request: IncomingMessage): void {
  const { socket } = request;
  if (lingering.size >= LINGERING_MAX) {
    socket.destroySoon();
    return;
  }
  lingering.add(socket);
  const patience = setTimeout(() => socket.destroy(), LINGER_MS);
  patience.unref();
  const forget = (): void => {
    clearTimeout(patience);
    lingering.delete(socket);
  };
  // All was read, and the connection is as good as new; or it is gone.
  request.once('end', forget);
  socket.once('close', forget);
}
