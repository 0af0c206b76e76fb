import type { InboundKind, InboundVerdict, RecipientVerdict, Suspicion } from '../inbound/verdict.ts';
import { parseAddress } from '../email-address.ts';
import type { Instant } from '../model.ts';
import type { FactKind, IncomingFact, Reference } from './fact.ts';

/** A mail that was read, and what the classifier made of it. */
export interface ReadMail {
  readonly verdict: InboundVerdict;
  /** Of all mails ever: its Message-ID, or a hash of its bytes where it has none (E7). */
  readonly key: string;
  /** When it arrived here, not when it says that it was written. */
  readonly at: Instant;
  /** Who wrote it; null where that is no address. */
  readonly from: string | null;
  readonly subject: string;
  /** Our own message id, where the address it came to bears one that is really ours. */
  readonly messageId: string | null;
  readonly conversationId: string | null;
  /** Its own Message-ID, in angle brackets; left out where it has none. */
  readonly writtenAs?: string;
}

/** `delay` and reports that complain of nothing change nothing; what nothing explains is counted like a bad day (E4). */
const KIND_OF: Readonly<Record<InboundKind, FactKind | null>> = {
  human_reply: 'reply',
  opt_out: 'opt_out',
  wrong_person: 'not_there',
  auto_reply: 'auto_reply',
  robot: 'robot',
  dead_address: 'hard_bounce',
  soft_bounce: 'soft_bounce',
  blocked: 'block',
  unknown_bounce: 'soft_bounce',
  delay: null,
  delivery_notice: 'delivered',
  complaint: 'complaint',
  feedback: null,
};

const OF_ITS_WRITER: ReadonlySet<FactKind> = new Set<FactKind>([
  'reply',
  'auto_reply',
  'opt_out',
  'not_there',
  'robot',
]);

/**
 * What one mail tells: one fact of what a person or a machine wrote, one for each address of a report. It is only claimed: anybody may
 * have written it (E4).
 */
export function factsOfMail(mail: ReadMail): readonly IncomingFact[] {
  const { verdict, key } = mail;
  if (verdict.recipients.length === 0) {
    const kind = KIND_OF[verdict.kind];
    if (kind === null) return [];
    // A report is written by somebody who has nothing to do with the address that it speaks of.
    const isOwnWord = OF_ITS_WRITER.has(kind);
    const emailKey = isOwnWord ? keyOf(mail.from) : null;
    return [factOf(mail, { kind, key, emailKey, detail: wroteText(mail) })];
  }
  return verdict.recipients.flatMap((recipient, index) => {
    const kind = KIND_OF[recipient.kind];
    if (kind === null) return [];
    const emailKey = keyOf(recipient.address);
    return [factOf(mail, { kind, key: `${key} ${String(index)}`, emailKey, detail: reportText(recipient) })];
  });
}

function factOf(
  { verdict, at, messageId, conversationId, writtenAs }: ReadMail,
  of: {
    readonly kind: FactKind;
    readonly key: string;
    readonly emailKey: string | null;
    readonly detail: string;
  },
): IncomingFact {
  return {
    kind: of.kind,
    key: of.key,
    at,
    about: { ...referenceOf(verdict), messageId, conversationId, emailKey: of.emailKey },
    trust: 'claimed',
    detail: of.detail,
    text: verdict.recipients.length === 0 && verdict.replyText.trim() !== '' ? verdict.replyText : null,
    until: verdict.returnsOn === null ? null : Date.parse(`${verdict.returnsOn}T00:00:00Z`),
    isMachine: verdict.kind === 'auto_reply' || verdict.kind === 'robot',
    ...suspicionOf(verdict),
    ...(writtenAs === undefined ? {} : { writtenAs }),
  };
}

/** A report names the mail that it returns; an answer names what it answers, and then what went before. */
function referenceOf({ refersTo }: InboundVerdict): Pick<Reference, 'messageIdHeaders' | 'providerId'> {
  const ids = [...refersTo.returnedMessageIds, ...refersTo.inReplyTo, ...refersTo.references];
  return { messageIdHeaders: [...new Set(ids)].map((id) => `<${id}>`), providerId: null };
}

function keyOf(address: string | null): string | null {
  if (address === null) return null;
  const parsed = parseAddress(address);
  return 'problem' in parsed ? null : parsed.emailKey;
}

const SUSPICIONS: Readonly<Record<Suspicion, string>> = {
  may_opt_out: 'it may ask for no more mail',
  may_be_automatic: 'a machine may have written it',
  may_have_left: 'the person may have left',
  no_words: 'its words could not be read',
  ticket_system: 'a ticket system sent it',
};

function suspicionOf({ suspicions }: InboundVerdict): Pick<IncomingFact, 'suspicion'> {
  if (suspicions.length === 0) return {};
  return { suspicion: suspicions.map((each) => SUSPICIONS[each]).join('; ') };
}

const WORDS_MAX = 120;

function wroteText({ subject, from }: ReadMail): string {
  const words = subject
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, WORDS_MAX);
  return `${from ?? 'somebody'} wrote${words === '' ? '' : `: ${words}`}`;
}

function reportText({ status, diagnostic, reason }: RecipientVerdict): string {
  const words = diagnostic
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, WORDS_MAX);
  return (
    [reason?.replaceAll('_', ' '), status, words]
      .filter((part) => part !== null && part !== undefined && part !== '')
      .join(', ') || 'reported'
  );
}
