import { addressesIn, addressOfField } from './addresses.ts';
import { isPersonalAnswer } from './bounce-signs.ts';
import { headerOf, type InboundMail, linesOf, type MailHeader, parseFields, partOf } from './mail.ts';

/** A complaint or another report of a mailbox provider. */
export interface FeedbackReport {
  /** Lower case (RFC 5965 7.3, RFC 6591, RFC 6430): abuse, fraud, virus, opt-out, other, not-spam, auth-failure. */
  readonly type: string;
  /** Often blanked by the provider: then empty. */
  readonly recipients: readonly string[];
  readonly evidence: string;
}

const LINES_MAX = 2_000;
const RECIPIENTS_MAX = 50;

/** Types that complain about nothing that a recipient did not want (RFC 6591 3.1, RFC 6430). */
const NO_COMPLAINT: ReadonlySet<string> = new Set(['auth-failure', 'not-spam']);

/** True when the report says that somebody does not want our mail. */
export function isComplaint({ type }: FeedbackReport): boolean {
  return !NO_COMPLAINT.has(type);
}

/** A report in the format of RFC 5965, or in one of the older forms that are still sent; null for other mail. */
export function feedbackReportOf(mail: InboundMail): FeedbackReport | null {
  return fromPart(mail) ?? fromOutlook(mail) ?? fromProvider(mail);
}

function fromPart(mail: InboundMail): FeedbackReport | null {
  if (isPersonalAnswer(mail)) return null;
  const part = partOf(mail, ['message/feedback-report']);
  if (part !== null) return fromFields(part.text);
  // The same fields under a wrong type, or in a mail that lost its structure; no letter has lines of both names.
  const text = [mail.text, ...mail.parts.map((other) => other.text)].find(
    (other) => /^feedback-type:/im.test(other) && /^(?:user-agent|version):/im.test(other),
  );
  return text === undefined ? null : fromFields(text);
}

function fromFields(text: string): FeedbackReport | null {
  // RFC 5965 asks for no order; a text that lost its structure has sentences around the fields, which are passed over.
  const fields = parseFields(linesOf(text, LINES_MAX).filter((line) => line.trim() !== ''));
  const type = /[a-z-]+/.exec(headerOf(fields, 'feedback-type').toLowerCase())?.[0] ?? '';
  if (type === '') return null;
  const recipients = fields
    .filter(({ name }) => name === 'original-rcpt-to' || name === 'removal-recipient')
    .slice(0, RECIPIENTS_MAX)
    .flatMap(({ value }) => addressOfField(value) ?? []);
  return { type, recipients, evidence: `feedback-type ${type}` };
}

const OUTLOOK_RECIPIENT = 'x-hmxmroriginalrecipient';

/** Outlook.com's Junk Mail Reporting Programme returns the mail with the recipient in a header of its own. */
function fromOutlook(mail: InboundMail): FeedbackReport | null {
  // A mail that a mailbox for complaints passed on has the header itself, and no part around it.
  const own = headerOf(mail.headers, OUTLOOK_RECIPIENT);
  if (own !== '') return { type: 'abuse', recipients: addressesIn(own, 1), evidence: 'junk mail report' };
  const returned = returnedIn(mail);
  if (returned === null) return null;
  const isSubject = /^complaint about message from\b/i.test(headerOf(mail.headers, 'subject'));
  const recipient = headerOf(returned, OUTLOOK_RECIPIENT);
  if (!isSubject && recipient === '') return null;
  return { type: 'abuse', recipients: addressesIn(recipient, 1), evidence: 'junk mail report' };
}

/** Where reports come from: their local parts and the hosts that providers keep for them. */
const REPORTER =
  /\b(?:abuse|fbl|arf|feedback|complaint|scomp|spam)[\w.+-]{0,40}@|@(?:[\w-]{1,40}\.){0,4}(?:arf|abuse|feedback|complaints?|[\w-]{0,30}fbl)\./i;
const REPORT_SUBJECT =
  /\b(?:abuse|spam|complaint|junk|fbl|feedback)\b.{0,40}\b(?:reports?|complaint|loop)\b|\bcomplaint (?:about|from|regarding)\b|^\[spamcop\b/i;
/** The sentence that RFC 5965 gives as an example of the readable part, and that many kept. */
const REPORT_SENTENCE =
  /\b(?:(?:spam|abuse) (?:report|complaint)|feedback report|reported (?:the |this |your )?(?:e-?mail|message)? ?as (?:spam|junk|abuse))\b/i;
const SENTENCE_CHARACTERS_MAX = 2_000;

/**
 * A report whose machine-readable part is missing or got lost: it says by its type what it is; or its sender, its
 * subject or its first sentences do, two of three, and the mail that it is about lies in it.
 */
function fromProvider(mail: InboundMail): FeedbackReport | null {
  const returned = returnedIn(mail);
  const isTyped = /report-type="?feedback-report/i.test(headerOf(mail.headers, 'content-type'));
  if (!isTyped && (returned === null || !isReported(mail))) return null;
  const recipients = returned === null ? [] : addressesIn(headerOf(returned, 'to').slice(0, 1_000), 1);
  return { type: 'abuse', recipients, evidence: 'abuse report' };
}

function isReported({ headers, text }: InboundMail): boolean {
  const signs = [
    REPORTER.test(headerOf(headers, 'from').slice(0, 300)),
    REPORT_SUBJECT.test(headerOf(headers, 'subject').slice(0, 300)),
    REPORT_SENTENCE.test(text.slice(0, SENTENCE_CHARACTERS_MAX)),
  ];
  return signs.filter((sign) => sign).length >= 2 && !ANSWER.test(headerOf(headers, 'subject'));
}

/** People answer reports, and pass them on. */
const ANSWER = /^(?:re|aw|sv|antw|fwd?|wg)\s?:/i;

function returnedIn(mail: InboundMail): readonly MailHeader[] | null {
  const part = partOf(mail, ['message/rfc822', 'text/rfc822-headers', 'message/rfc822-headers']);
  return part === null ? null : parseFields(linesOf(part.text, LINES_MAX));
}
