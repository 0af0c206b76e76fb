import type { IncomingMessage } from 'node:http';

import type { Instant } from '../../core/model.ts';
import { plain, type Answer } from './answer.ts';
import { readBody, type BodyPool } from '../http/body.ts';
import type { Journal } from '../http/journal.ts';
import type { SignatureCheck } from './signatures.ts';

export type HookName = 'resend' | 'mailgun' | 'stream';

/** One event as the inbox takes it. */
export interface InboxEvent {
  readonly provider: HookName;
  readonly eventId: string;
  readonly receivedAt: Instant;
  readonly body: Uint8Array;
}

export interface HookOptions {
  /** Null where the configuration names no secret: nothing can be told from a forgery then. */
  readonly checks: Readonly<Record<HookName, SignatureCheck | null>>;
  /** Returns when the event is on the disk; throws when it is not. */
  readonly record: (event: InboxEvent) => 'recorded' | 'known';
  readonly knows: (provider: HookName, eventId: string) => boolean;
  readonly now: () => Instant;
  readonly pool: BodyPool;
  readonly journal: Journal;
}

const BODY_BYTES_MAX = 1_048_576;
const RETRY_SECONDS = { 'Retry-After': '60' } as const;
/** How each provider is told that nobody listens: Mailgun gives this event up at 406, the stream API pauses at 410. */
const NOBODY_LISTENS: Readonly<Record<HookName, number>> = { resend: 404, mailgun: 406, stream: 410 };

/**
 * `POST /hooks/NAME` (E5): an event is on the disk before the 2xx, whatever its type; what it means is for `sync` (hardening 133 to
 * 138). Null: the peer went away.
 */
export async function answerHook(
  request: IncomingMessage,
  provider: HookName,
  options: HookOptions,
): Promise<Answer | null> {
  const { pool, journal, now } = options;
  if (request.method !== 'POST') return plain(405, 'POST', { Allow: 'POST' });
  const check = options.checks[provider];
  if (check === null) {
    journal.count(`webhooks of ${provider}, for which web.hooks names no secret`);
    return plain(NOBODY_LISTENS[provider], 'nobody listens here');
  }
  const body = await readBody(request, { bytesMax: BODY_BYTES_MAX, pool });
  if (body.kind === 'broken') return null;
  if (body.kind === 'too_large') return plain(413, 'too large');
  if (body.kind === 'busy') return plain(503, 'busy', RETRY_SECONDS);
  const receivedAt = now();
  const verdict = check({ headers: request.headers, body: body.bytes, now: receivedAt });
  // A replay of what lies here changes nothing, and is told so; of anything else its signature has lost its force (hardening 134).
  if (verdict.kind === 'untimely' && options.knows(provider, verdict.eventId)) return plain(200, 'known');
  if (verdict.kind !== 'genuine') {
    journal.count(`webhooks of ${provider} without a valid signature`);
    return plain(401, 'no valid signature');
  }
  return keep({ provider, eventId: verdict.eventId, receivedAt, body: body.bytes }, options);
}

function keep(event: InboxEvent, { record, journal }: HookOptions): Answer {
  try {
    return plain(200, record(event));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    journal.say(2, `a webhook of ${event.provider} could not be kept and was told to come again: ${why}`);
    return plain(503, 'try again', RETRY_SECONDS);
  }
}
