import type { DeliveryResult, RecipientRefusal } from '../../ports.ts';
import { isAboutSender, parseReply, printable, waitAskedFor } from './smtp-reply.ts';
import type { SmtpReply } from './smtp-reply.ts';

/**
 * How far one delivery came: name, TCP, TLS, greeting and EHLO; AUTH; MAIL, RCPT and DATA; and the body with the answer
 * to it. Until `body` not one byte of the mail has left. From then on all of it may have, final dot included: a body that
 * was cut is to be thrown away (RFC 5321, 4.1.1.10), but who was cut cannot see where.
 */
export type SmtpStage = 'connect' | 'login' | 'envelope' | 'body';

/** One delivery that did not end with an acceptance. */
export interface SmtpTrouble {
  readonly stage: SmtpStage;
  /** What the server said, when it was that which ended the delivery. */
  readonly reply: SmtpReply | null;
  /** The command that was answered so, where the library knows it. */
  readonly command: string | null;
  /** Our words, for where there is no reply. */
  readonly words: string;
  /** Certificates, protocols and addresses do not mend themselves. */
  readonly isPermanent: boolean;
}

const CERTIFICATE_OR_PROTOCOL = /CERT|ERR_SSL|ERR_TLS|EPROTO|UNABLE_TO_/;
const NAMES: Readonly<Record<SmtpStage, string>> = {
  connect: 'no connection',
  login: 'no log-in',
  envelope: 'lost before the body',
  body: 'no answer to the body',
};

/** Reads an error of the SMTP library. Its codes are the same before and after the body, so the stage is ours. */
export function troubleOf(stage: SmtpStage, error: Error): SmtpTrouble {
  const facts = factsOf(error);
  // After the body only the answer to it counts, not the rest of a line that a dying connection left.
  const isAnswer = stage !== 'body' || facts.code === 'EMESSAGE';
  return {
    stage,
    command: facts.command,
    reply: isAnswer && facts.response !== null ? parseReply(facts.response) : null,
    words: `${NAMES[stage]}: ${printable(error.message)}${suffixOf(error, facts)}`,
    isPermanent: isLasting(stage, facts),
  };
}

/**
 * What is known after a delivery that was not accepted (D1, D4). Refused is said only where the server surely has not
 * taken the mail: it said so, or it never got a byte of it. Everything else is unknown.
 */
export function resultOf(trouble: SmtpTrouble): DeliveryResult {
  const { stage, reply } = trouble;
  if (stage === 'body' && (reply === null || reply.code < 400)) {
    return { kind: 'unknown', detail: reply === null ? trouble.words : `unexpected answer: ${reply.text}` };
  }
  const isForAll = stage === 'connect' || stage === 'login' || (reply !== null && isAboutSender(reply));
  return {
    kind: 'refused',
    scope: isForAll ? 'run' : 'message',
    permanent: reply === null ? trouble.isPermanent : reply.code >= 500,
    response: reply?.text ?? trouble.words,
    retryAfterMs: reply === null ? null : waitAskedFor(reply),
    ...(isForAll ? {} : ofRecipient(trouble)),
  };
}

/** E4: the answers to RCPT, DATA and the body; one to MAIL speaks of the sender. */
function ofRecipient({ stage, reply, command }: SmtpTrouble): { readonly ofRecipient?: RecipientRefusal } {
  if (reply === null || (stage !== 'body' && command !== 'RCPT TO' && command !== 'DATA')) return {};
  const isAtDoor = stage !== 'body' && command === 'RCPT TO';
  return { ofRecipient: { words: reply.text, command: isAtDoor ? 'rcpt' : 'data' } };
}

/** The system's own code, where the message does not say it already. */
function suffixOf({ message }: Error, { systemCode }: ErrorFacts): string {
  return systemCode === null || message.includes(systemCode) ? '' : ` (${systemCode})`;
}

interface ErrorFacts {
  readonly code: string | null;
  readonly systemCode: string | null;
  readonly command: string | null;
  readonly response: string | null;
}

function factsOf(error: Error): ErrorFacts {
  const fields = new Map<string, unknown>(Object.entries(error));
  const text = (name: string): string | null => {
    const value = fields.get(name);
    return typeof value === 'string' ? value : null;
  };
  return {
    code: text('code'),
    systemCode: text('originalCode'),
    command: text('command'),
    response: text('response'),
  };
}

function isLasting(stage: SmtpStage, { code, systemCode, response }: ErrorFacts): boolean {
  if (stage === 'login') return code === 'EAUTH' && response === null;
  // The library itself refuses an address, or a size that the server said it would not take.
  if (stage === 'envelope') return response === null && (code === 'EENVELOPE' || code === 'EMESSAGE');
  return stage === 'connect' && CERTIFICATE_OR_PROTOCOL.test(systemCode ?? '');
}
