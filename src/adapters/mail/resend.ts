import { TRANSPORT_TRAITS } from '../../core/transports.ts';
import type { MailHeader, Mailer, MailOccasion, MailParts, MailParty, OutgoingMail } from '../../ports.ts';
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
import { retryAfterMs } from '../http/retry-after.ts';
import type { HttpRequest } from '../http/http-peer.ts';
import { USER_AGENT } from '../http/user-agent.ts';

/** Codes that would meet every mail alike: the key, the sender's domain, the endpoint, the allowance. */
const FOR_ALL: ReadonlySet<string> = new Set([
  'missing_api_key',
  'invalid_api_key',
  'restricted_api_key',
  'invalid_access',
  'invalid_from_address',
  'invalid_region',
  'invalid_idempotency_key',
  'daily_quota_exceeded',
  'monthly_quota_exceeded',
  'method_not_allowed',
  'not_found',
]);

/** Delivers through Resend. The idempotency key is the message's own id, and lives for 24 hours. */
export function createResendMailer(options: HttpMailerOptions & { readonly key: string }): Mailer {
  return new HttpMailer(new ResendDialect(options.key), options);
}

class ResendDialect implements Dialect {
  readonly transport = 'resend';
  readonly keyLifeMs = TRANSPORT_TRAITS.resend.keyLifeMs;
  private readonly key: string;

  constructor(key: string) {
    this.key = key;
  }

  encode(_mail: OutgoingMail, parts: MailParts, occasion: MailOccasion): Uint8Array {
    const { from, to, replyTo, subject, text, html, headers } = parts;
    const body = {
      from: mailboxOf(from),
      to: [to.address],
      subject,
      html,
      text,
      ...(replyTo === null ? {} : { reply_to: [replyTo] }),
      headers: headersOf(headers),
      tags: [
        { name: 'sequence', value: tagText(occasion.sequenceId) },
        { name: 'step', value: tagText(occasion.stepId) },
      ],
    };
    return Buffer.from(JSON.stringify(body));
  }

  requestOf(mail: OutgoingMail, body: Uint8Array): HttpRequest {
    return {
      method: 'POST',
      path: '/emails',
      headers: {
        authorization: `Bearer ${this.key}`,
        'content-type': 'application/json',
        'user-agent': USER_AGENT,
        'idempotency-key': mail.id,
      },
      body,
    };
  }

  judge(answer: HttpAnswer, { now }: { now: number }): AnswerVerdict {
    const { status, headers, text } = answer;
    const said = objectOf(text);
    const code = textField(said, 'name');
    const line = answerLine(answer, code === null ? null : `${code}: ${textField(said, 'message') ?? ''}`);
    if (status >= 200 && status < 300) return accepted(answer, textField(said, 'id'));
    if (status === 409) return conflict(code, line);
    // "Your domain is not verified" comes as the code of a fault in the mail, under a status of its own.
    if (status < 500 && code !== null && FOR_ALL.has(code)) return refuse('run', line);
    return judgeStatus(answer, line, retryAfterMs(headers['retry-after'], now));
  }
}

function accepted(answer: HttpAnswer, id: string | null): AnswerVerdict {
  if (id === null) return { kind: 'doubt', detail: unclear(answerLine(answer)), isFinal: false };
  const response = `${String(answer.status)} ${id}`;
  return { kind: 'accepted', response, providerId: id, messageIdHeader: null, conversationId: null };
}

/** The first one is still running, or was another: either way something of this id may have been taken. */
function conflict(code: string | null, line: string): AnswerVerdict {
  return { kind: 'doubt', detail: line, isFinal: code === 'invalid_idempotent_request' };
}

/** `Name <address>`, the name quoted where it is more than words. */
export function mailboxOf({ name, address }: MailParty): string {
  if (name === null) return address;
  const isPlain = /^[\p{L}\p{N} _-]+$/u.test(name);
  return `${isPlain ? name : `"${name.replaceAll(/["\\]/g, '\\$&')}"`} <${address}>`;
}

function headersOf(headers: readonly MailHeader[]): Readonly<Record<string, string>> {
  return Object.fromEntries(headers.map(({ name, value }) => [name, value]));
}

/** ASCII letters, digits, `_` and `-`, at most 256 of them. */
function tagText(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9_-]/g, '_').slice(0, 256);
}
