import { deliveryReportOf } from './delivery-report.ts';
import { feedbackReportOf, type FeedbackReport, isComplaint } from './feedback-report.ts';
import { isReadReceipt, type MachineSigns, machineSigns, NO_REPLY_SIGN } from './machine-signs.ts';
import { headerOf, type InboundMail } from './mail.ts';
import { referencesOf } from './message-ids.ts';
import { readNotice } from './notice-text.ts';
import { type PersonalWish, saysHasLeft, wishIn } from './opt-out.ts';
import { type ProviderNotice, providerNoticeOf } from './provider-notice.ts';
import { readRefusal } from './refusal-facts.ts';
import { judgeRefusal } from './refusal-rules.ts';
import { readReply } from './reply-text.ts';
import { returnDateIn } from './return-date.ts';
import type { InboundKind, InboundVerdict, RecipientVerdict, Suspicion } from './verdict.ts';

export interface ClassifyContext {
  /** The day on which the mail arrived, YYYY-MM-DD; dates in it are read from there. */
  readonly receivedOn: string;
}

/**
 * What a mail that came back is (E4, A21): complaints and delivery reports first, since they are made to be read by
 * machines; then what other machines write; the rest is a person. It never throws, whatever the mail holds, and the work
 * is linear in what it looks at. Whether the mail speaks of a send of ours is for the caller to find out.
 */
export function classifyMail(mail: InboundMail, context: ClassifyContext): InboundVerdict {
  const notice = readNotice(mail.text);
  const base: Unjudged = {
    recipients: [],
    robot: null,
    returnsOn: null,
    replyText: '',
    suspicions: [],
    refersTo: referencesOf(mail, notice.returnedHeaders),
  };
  const feedback = feedbackReportOf(mail);
  if (feedback !== null) return fromFeedback(feedback, base);
  const provided = providerNoticeOf(mail);
  if (provided !== null) return fromProvider(provided, base);
  if (isReadReceipt(mail)) return { ...base, kind: 'delivery_notice', evidence: ['read receipt'] };
  const report = deliveryReportOf(mail, notice);
  if (report !== null) return { ...base, ...report, kind: worstKind(report.recipients) };
  return fromWriter(mail, base, context);
}

/** A verdict before anything is known but what the mail refers to. */
type Unjudged = Omit<InboundVerdict, 'kind' | 'evidence'>;

/** From the kind that matters most: of a report on several addresses it is the headline. */
const WEIGHT: readonly InboundKind[] = ['dead_address', 'blocked', 'soft_bounce', 'unknown_bounce', 'delay'];

/** A report that names nobody to whom one of these happened is a notice. */
function worstKind(recipients: readonly RecipientVerdict[]): InboundKind {
  return WEIGHT.find((kind) => recipients.some((recipient) => recipient.kind === kind)) ?? 'delivery_notice';
}

function fromFeedback(report: FeedbackReport, base: Unjudged): InboundVerdict {
  const kind = isComplaint(report) ? 'complaint' : 'feedback';
  const recipients = report.recipients.map((address): RecipientVerdict => ({
    address,
    kind,
    reason: null,
    rule: null,
    status: null,
    smtpCode: null,
    diagnostic: '',
  }));
  return { ...base, kind, recipients, evidence: [report.evidence] };
}

function fromProvider(notice: ProviderNotice, base: Unjudged): InboundVerdict {
  const returnedMessageIds = notice.messageId === null ? [] : [notice.messageId];
  const referring = { ...base, refersTo: { ...base.refersTo, returnedMessageIds } };
  if (notice.complaint !== null) return fromFeedback(notice.complaint, referring);
  const recipients = notice.bounces.map(({ address, isPermanent, status, diagnostic }): RecipientVerdict => {
    const facts = readRefusal({ text: diagnostic, statusField: status });
    const judged = judgeRefusal({ ...facts, isTransient: facts.isTransient || !isPermanent });
    return {
      address: address === '' ? null : address,
      ...judged,
      status: facts.status,
      smtpCode: facts.smtpCode,
      diagnostic: facts.diagnostic,
    };
  });
  return { ...referring, kind: worstKind(recipients), recipients, evidence: ['provider notice'] };
}

function fromWriter(mail: InboundMail, base: Unjudged, context: ClassifyContext): InboundVerdict {
  const { text, ownWords } = readReply(mail.text);
  const writer: Writer = { mail, ownWords, signs: machineSigns(mail, ownWords), context };
  const wish = wishIn(headerOf(mail.headers, 'subject'), ownWords);
  const answer = { ...base, replyText: text };
  // Mail programs write to a List-Unsubscribe address for their user, and say that they are automatic.
  if (wish.phrase === 'subject') return { ...answer, kind: 'opt_out', evidence: ['subject opt-out'] };
  return fromMachine(writer, answer) ?? fromPerson(writer, answer, wish);
}

/** A mail that is no report, and what is known of who wrote it. */
interface Writer {
  readonly mail: InboundMail;
  readonly ownWords: string;
  readonly signs: MachineSigns;
  readonly context: ClassifyContext;
}

function fromPerson(
  { mail, ownWords, signs, context }: Writer,
  base: Unjudged,
  wish: PersonalWish,
): InboundVerdict {
  const suspicions: Suspicion[] = [];
  if (wish.mayOptOut) suspicions.push('may_opt_out');
  if (signs.awayWords !== null) suspicions.push('may_be_automatic');
  if (signs.hasTicketSigns) suspicions.push('ticket_system');
  if (ownWords === '') suspicions.push(...withoutWords(mail));
  const evidence = wish.phrase === null ? ['no machine signs'] : [`words ${wish.phrase}`];
  const returnsOn = signs.awayWords === null ? null : returnDateIn(ownWords, context.receivedOn);
  return { ...base, kind: wish.kind ?? 'human_reply', evidence, suspicions, returnsOn };
}

/** Nothing to read: the words may be in an attachment (hardening 144). */
function withoutWords(mail: InboundMail): readonly Suspicion[] {
  const attached = mail.parts
    .filter(({ contentType }) => contentType.startsWith('text/') && contentType !== 'text/rfc822-headers')
    .some(({ text }) => {
      const wish = wishIn('', readReply(text).ownWords);
      return wish.kind === 'opt_out' || wish.mayOptOut;
    });
  return attached ? ['no_words', 'may_opt_out'] : ['no_words'];
}

/** What a machine wrote, or null when nothing but the words speaks for one. */
function fromMachine({ mail, signs, context }: Writer, base: Unjudged): InboundVerdict | null {
  const isMachine = signs.headers.length > 0 || signs.awaySubject !== null;
  if (signs.robot === 'challenge' || (isMachine && signs.robot !== null))
    return { ...base, kind: 'robot', robot: signs.robot, evidence: [...signs.headers, signs.robot] };
  if (!isMachine) return null;
  const away = signs.awaySubject === null ? [] : [`subject ${signs.awaySubject}`];
  const isAway = signs.awaySubject !== null || signs.awayWords !== null;
  const isOnlySender = signs.headers.length === 1 && signs.headers[0] === NO_REPLY_SIGN;
  if (isOnlySender && !isAway) return { ...base, kind: 'robot', robot: 'other', evidence: signs.headers };
  const text = `${headerOf(mail.headers, 'subject').slice(0, 300)}. ${base.replyText}`;
  return {
    ...base,
    kind: 'auto_reply',
    evidence: [...signs.headers, ...away],
    returnsOn: returnDateIn(text, context.receivedOn),
    suspicions: saysHasLeft(base.replyText) ? ['may_have_left'] : [],
  };
}
