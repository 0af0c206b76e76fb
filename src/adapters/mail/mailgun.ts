import { TRANSPORT_TRAITS } from '../../core/transports.ts';
import type { Instant } from '../../core/model.ts';
import type { Mailer, MailOccasion, MailParts, OutgoingMail } from '../../ports.ts';
import { objectOf, textField } from '../http/json.ts';
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
import { retryAfterMs, waitUntil } from '../http/retry-after.ts';
import { USER_AGENT } from '../http/user-agent.ts';
import { normaliseMessageId } from './message-id.ts';

const CRLF = '\r\n';
const TAG_CHARACTERS_MAX = 128;

/**
 * Delivers through Mailgun: the exact MIME, our id beside it as a variable that its events bring back. It knows no idempotency key, so
 * what may have been taken stays uncertain and is never posted again.
 */
export function createMailgunMailer(
  options: HttpMailerOptions & { readonly key: string; readonly domain: string },
): Mailer {
  return new HttpMailer(new MailgunDialect(options), options);
}

class MailgunDialect implements Dialect {
  readonly transport = 'mailgun';
  readonly keyLifeMs = TRANSPORT_TRAITS.mailgun.keyLifeMs;
  private readonly path: string;
  private readonly authorization: string;

  constructor({ key, domain }: { readonly key: string; readonly domain: string }) {
    this.path = `/v3/${encodeURIComponent(domain)}/messages.mime`;
    this.authorization = `Basic ${Buffer.from(`api:${key}`).toString('base64')}`;
  }

  encode(mail: OutgoingMail, _parts: MailParts, { sequenceId, stepId }: MailOccasion): Uint8Array {
    const boundary = boundaryOf(mail);
    const field = (name: string, value: string): Buffer =>
      Buffer.from(
        `--${boundary}${CRLF}Content-Disposition: form-data; name="${name}"${CRLF}${CRLF}${value}${CRLF}`,
      );
    return Buffer.concat([
      field('to', mail.to),
      field('v:message-id', mail.id),
      field('o:tag', tagText(sequenceId)),
      field('o:tag', tagText(`${sequenceId}.${stepId}`)),
      Buffer.from(
        `--${boundary}${CRLF}Content-Disposition: form-data; name="message"; filename="message.mime"${CRLF}` +
          `Content-Type: message/rfc822${CRLF}${CRLF}`,
      ),
      mail.raw,
      Buffer.from(`${CRLF}--${boundary}--${CRLF}`),
    ]);
  }

  requestOf(mail: OutgoingMail, body: Uint8Array): HttpRequest {
    return {
      method: 'POST',
      path: this.path,
      headers: {
        authorization: this.authorization,
        'content-type': `multipart/form-data; boundary=${boundaryOf(mail)}`,
        'user-agent': USER_AGENT,
      },
      body,
    };
  }

  judge(answer: HttpAnswer, { now }: { now: Instant }): AnswerVerdict {
    const { status, headers, text } = answer;
    const said = objectOf(text);
    const words = textField(said, 'message');
    const line = answerLine(answer, words);
    if (status >= 200 && status < 300) return accepted(answer, said);
    if (status === 429) {
      // The allowance of an hour or a day: other mails would meet the same.
      const waitMs = retryAfterMs(headers['retry-after'], now) ?? waitInWords(words ?? '', now);
      return { kind: 'busy', response: line, retryAfterMs: waitMs };
    }
    if (
      status === 400 &&
      /not allowed to send|domain .*(?:disabled|not verified|unverified)/i.test(words ?? '')
    )
      return refuse('run', line);
    // It knows no keys, so it cannot be asked what it has: "conflict" is a plain no.
    if (status === 409 || status === 425) return refuse('message', line);
    return judgeStatus(answer, line, null);
  }
}

function accepted(answer: HttpAnswer, said: Readonly<Record<string, unknown>> | null): AnswerVerdict {
  const id = textField(said, 'id');
  const messageIdHeader = id === null ? null : normaliseMessageId(id);
  if (messageIdHeader === null) return { kind: 'doubt', detail: unclear(answerLine(answer)), isFinal: false };
  // Its events name the id without the brackets.
  const providerId = messageIdHeader.slice(1, -1);
  const response = `${String(answer.status)} ${providerId}`;
  return { kind: 'accepted', response, providerId, messageIdHeader, conversationId: null };
}

/** "… try again after Tue, 03 Mar 2026 10:00:00 UTC" */
function waitInWords(words: string, now: Instant): number | null {
  const date = /try again after ([A-Za-z]{3}, .{10,40})$/.exec(words)?.[1];
  return date === undefined ? null : waitUntil(date, now);
}

/** The same for the same mail, and nothing that a mail could hold: the id is random, and drawn after its words were written. */
function boundaryOf({ id }: OutgoingMail): string {
  return `headgate-form-${id}`;
}

function tagText(text: string): string {
  return text.replaceAll(/[^\x21-\x7e]/g, '_').slice(0, TAG_CHARACTERS_MAX);
}
