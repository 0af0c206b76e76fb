import { TRANSPORT_TRAITS } from '../../core/transports.ts';
import type { Instant } from '../../core/model.ts';
import type { Mailer, MailOccasion, MailParts, OutgoingMail } from '../../ports.ts';
import { isObject, objectOf, textField } from '../http/json.ts';
import {
  answerLine,
  judgeStatus,
  refuse,
  unclear,
  type AnswerVerdict,
  type HttpAnswer,
} from './http/answer.ts';
import { HttpMailer, type Dialect, type HttpMailerOptions } from './http/http-mailer.ts';
import type { HttpRequest } from '../http/http-peer.ts';
import { retryAfterMs, untilTomorrowMs } from '../http/retry-after.ts';
import { USER_AGENT } from '../http/user-agent.ts';

/** The service arms no shorter timer. */
const NO_REPLY_MS_MIN = 60_000;

/**
 * Delivers through the stream API (D6): one identity, behind which the service chooses and keeps a mailbox for each recipient and
 * threads by conversation. A first mail starts one; a follow-up names it and has neither recipient nor subject of its own.
 */
export function createStreamMailer(
  options: HttpMailerOptions & { readonly key: string; readonly identity: string },
): Mailer {
  return new HttpMailer(new StreamDialect(options), options);
}

class StreamDialect implements Dialect {
  readonly transport = 'stream';
  readonly keyLifeMs = TRANSPORT_TRAITS.stream.keyLifeMs;
  private readonly path: string;
  private readonly key: string;

  constructor({ key, identity }: { readonly key: string; readonly identity: string }) {
    this.key = key;
    this.path = `/v1/identities/${encodeURIComponent(identity)}/send`;
  }

  encode(_mail: OutgoingMail, parts: MailParts, occasion: MailOccasion): Uint8Array {
    const { conversationId, noReplyMs, sequenceId, stepId } = occasion;
    const { to, subject, text, html, thread } = parts;
    const first = {
      to: to.address,
      subject,
      ...(thread === null ? {} : { inReplyTo: thread.inReplyTo, references: thread.references }),
    };
    const body = {
      ...(conversationId === null ? first : { convId: conversationId }),
      text,
      html,
      labels: [sequenceId, `${sequenceId}.${stepId}`],
      ...(noReplyMs === null ? {} : { noReplyEventAfter: Math.max(noReplyMs, NO_REPLY_MS_MIN) }),
    };
    return Buffer.from(JSON.stringify(body));
  }

  requestOf(mail: OutgoingMail, body: Uint8Array): HttpRequest {
    return {
      method: 'POST',
      path: this.path,
      headers: {
        authorization: `Bearer ${this.key}`,
        'content-type': 'application/json',
        'user-agent': USER_AGENT,
        'idempotency-key': mail.id,
      },
      body,
    };
  }

  judge(answer: HttpAnswer, { now }: { now: Instant }): AnswerVerdict {
    const { status, headers, text } = answer;
    const said = objectOf(text);
    const line = answerLine(answer);
    const rejection = rejectionOf(said);
    if (rejection !== null && (status < 300 || status === 429)) return rejected(rejection, { line, now });
    if (status >= 200 && status < 300) return accepted(answer, said);
    // A conversation that is gone concerns its lead alone; an identity that is gone, everybody.
    if (status === 404 && /conv/i.test(text)) return refuse('message', line);
    return judgeStatus(answer, line, retryAfterMs(headers['retry-after'], now));
  }
}

/** What became of the one recipient: the current reference lists it, the older guide speaks of it at the top. */
function resultOf(said: Readonly<Record<string, unknown>> | null): Readonly<Record<string, unknown>> | null {
  const results = said?.['results'];
  const first: unknown = Array.isArray(results) ? results[0] : said;
  return isObject(first) ? first : null;
}

/** Why the one recipient was rejected, as text; null when it was not. */
function rejectionOf(said: Readonly<Record<string, unknown>> | null): string | null {
  const result = resultOf(said);
  if (result === null || said === null) return null;
  const reason = [textField(result, 'reason'), textField(result, 'error'), textField(result, 'code')].find(
    (text) => text !== null,
  );
  const isRejected =
    result['rejected'] === true || (said['queued'] === 0 && typeof said['rejected'] === 'number');
  return isRejected || (reason !== undefined && textField(result, 'convId') === null)
    ? (reason ?? 'rejected without a reason')
    : null;
}

function rejected(reason: string, { line, now }: { line: string; now: Instant }): AnswerVerdict {
  if (!/cap_exceeded|limit|quota/i.test(reason)) {
    const refusal = refuse('message', line);
    // It speaks of the one recipient, in place of the server that would.
    return { ...refusal, ofRecipient: { words: reason, command: 'rcpt' } };
  }
  return refuse('run', line, { permanent: false, retryAfterMs: untilTomorrowMs(now) });
}

function accepted(answer: HttpAnswer, said: Readonly<Record<string, unknown>> | null): AnswerVerdict {
  const result = resultOf(said);
  const conversationId = textField(result, 'convId');
  if (conversationId === null) return { kind: 'doubt', detail: unclear(answerLine(answer)), isFinal: false };
  const response = `${String(answer.status)} ${conversationId}`;
  return {
    kind: 'accepted',
    response,
    providerId: textField(result, 'pendingId'),
    messageIdHeader: null,
    conversationId,
  };
}
