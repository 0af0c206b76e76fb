import { addressesIn, addressOfField } from './addresses.ts';
import { headerOf, type InboundMail, linesOf, parseFields, partOf } from './mail.ts';

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

/** A report in the format of RFC 5965, or in one of the two older forms that are still sent; null for other mail. */
export function feedbackReportOf(mail: InboundMail): FeedbackReport | null {
  return fromPart(mail) ?? fromOutlook(mail);
}

function fromPart(mail: InboundMail): FeedbackReport | null {
  const part = partOf(mail, ['message/feedback-report']);
  if (part !== null) return fromFields(part.text);
  // The same fields under a wrong type, or in a mail that lost its structure; no letter has lines of both names.
  const text = [mail.text, ...mail.parts.map((other) => other.text)].find(
    (other) => /^feedback-type:/im.test(other) && /^(?:user-agent|version):/im.test(other),
  );
  return text === undefined ? null : fromFields(text);
}

function fromFields(text: string): FeedbackReport | null {
  const lines = linesOf(text, LINES_MAX);
  const first = lines.findIndex((line) => /^(?:feedback-type|user-agent|version)[ \t]*:/i.test(line));
  const fields = parseFields(lines.slice(Math.max(first, 0)).filter((line) => line.trim() !== ''));
  const type = /[a-z-]+/.exec(headerOf(fields, 'feedback-type').toLowerCase())?.[0] ?? '';
  if (type === '') return null;
  const recipients = fields
    .filter(({ name }) => name === 'original-rcpt-to' || name === 'removal-recipient')
    .slice(0, RECIPIENTS_MAX)
    .flatMap(({ value }) => addressOfField(value) ?? []);
  return { type, recipients, evidence: `feedback-type ${type}` };
}

/** Outlook.com's Junk Mail Reporting Programme returns the mail with the recipient in a header of its own. */
function fromOutlook(mail: InboundMail): FeedbackReport | null {
  const returned = partOf(mail, ['message/rfc822']);
  if (returned === null) return null;
  const isSubject = /^complaint about message from\b/i.test(headerOf(mail.headers, 'subject'));
  const fields = parseFields(linesOf(returned.text, LINES_MAX));
  const recipient = headerOf(fields, 'x-hmxmroriginalrecipient');
  if (!isSubject && recipient === '') return null;
  return { type: 'abuse', recipients: addressesIn(recipient, 1), evidence: 'junk mail report' };
}
