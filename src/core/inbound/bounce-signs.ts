import { hasHeader, headerOf, type InboundMail, partOf } from './mail.ts';
import type { NoticeText } from './notice-text.ts';
import { firstPhrase, foldLetters } from './phrases.ts';
import { FAILURES, NOTICE_SUBJECTS } from './rules/notice-words.ts';

/** Who sends delivery notices (RFC 5321 4.5.1, RFC 3464 3): local parts and display names. */
const SENDER =
  /mailer-?daemon|post_?master|mail delivery|delivery (?:sub)?system|mail administrator|mail-?daemon|\bm-?daemon\b|bounce-?notif|smtp[ _-]?(?:mail|gateway|server)|mail[ _-]?(?:gateway|system)\b/i;

const DAEMON = /\bmailer-?daemon\b/i;
const NO_REPLY = /\b(?:no|do-?not)[-_]?reply@/i;

const CODE = /(?<![\d.])(?:[45][0-5]\d[ -]|[45]\.\d{1,3}\.\d{1,3}(?!\.?\d))/;
const TEXT_CHARACTERS_MAX = 6_000;

/** What makes a mail without a machine-readable part a delivery notice; empty when it is none. */
export function bounceSigns(mail: InboundMail, notice: NoticeText): readonly string[] {
  const { headers } = mail;
  if (headerOf(headers, 'x-failed-recipients') !== '') return ['x-failed-recipients'];
  if (/report-type="?delivery-status/i.test(headerOf(headers, 'content-type'))) return ['report-type'];
  const sender = senderOf(mail);
  const words = noticeWords(mail, notice);
  if (sender === null) return looksReturned(mail, notice, words) ? ['returned mail', ...words.signs] : [];
  // An answering machine at a postmaster's address may write about failures in its subject, and says that it answers.
  const isAnswer = /^auto-replied/i.test(headerOf(headers, 'auto-submitted'));
  const { subject, failure, hasCode } = words;
  const isSure = sender === 'mailer-daemon' || failure !== null || hasCode;
  // Absence notes come from nobody as well, and people who are away cannot be reached either.
  const isBacked = subject !== null || hasCode || returnsAny(mail, notice);
  const isEnough =
    sender === 'null return path'
      ? failure !== null && isBacked && !isAnswer
      : isSure || (subject !== null && !isAnswer);
  return isEnough ? [`sender ${sender}`, ...words.signs] : [];
}

/** Whether it is written as an answer and nothing speaks for a program: people paste and attach what came back to them. */
export function isPersonalAnswer(mail: InboundMail): boolean {
  const { headers } = mail;
  if (!hasHeader(headers, 'in-reply-to') && !hasHeader(headers, 'references')) return false;
  if (/^multipart\/report\b/i.test(headerOf(headers, 'content-type'))) return false;
  const automatic = headerOf(headers, 'auto-submitted').toLowerCase();
  return (automatic === '' || automatic.startsWith('no')) && senderOf(mail) === null;
}

/** What kind of program sent it; null when nothing speaks for one. */
function senderOf(mail: InboundMail): string | null {
  const from = headerOf(mail.headers, 'from');
  // Nobody but a mail server leaves the address out of From.
  if (DAEMON.test(from) || from.endsWith('<>')) return 'mailer-daemon';
  if (SENDER.test(from) || from === '') return 'system';
  if (hasHeader(mail.headers, 'x-mlserver') || returnsMail(mail, from)) return 'system';
  return mail.headers.some(({ name, value }) => name === 'return-path' && value.trim() === '<>')
    ? 'null return path'
    : null;
}

interface NoticeWords {
  readonly subject: string | null;
  readonly failure: string | null;
  readonly hasCode: boolean;
  readonly signs: readonly string[];
}

function noticeWords({ headers }: InboundMail, { lines }: NoticeText): NoticeWords {
  const subject = firstPhrase(foldLetters(headerOf(headers, 'subject').slice(0, 300)), NOTICE_SUBJECTS);
  const body = lines.join('\n').slice(0, TEXT_CHARACTERS_MAX);
  const failure = firstPhrase(foldLetters(body), FAILURES);
  const hasCode = CODE.test(body);
  const signs = [subject, failure, hasCode ? 'reply code' : null].filter((sign) => sign !== null);
  return { subject, failure, hasCode, signs };
}

/** Gateways send under any name; a subject and a text that both speak of failure, and the mail itself below. */
function looksReturned(mail: InboundMail, notice: NoticeText, words: NoticeWords): boolean {
  const { headers } = mail;
  // People answer and pass on such mails; then theirs names the one it is about, or says so in its subject.
  if (hasHeader(headers, 'in-reply-to') || hasHeader(headers, 'references')) return false;
  if (/^\p{L}{1,4}\s?:/u.test(headerOf(headers, 'subject'))) return false;
  return returnsAny(mail, notice) && words.subject !== null && words.failure !== null;
}

function returnsAny(mail: InboundMail, { returnedHeaders }: NoticeText): boolean {
  return returnedHeaders.length > 0 || partOf(mail, ['message/rfc822', 'text/rfc822-headers']) !== null;
}

/** An address that takes no answers, with a returned mail attached. */
function returnsMail(mail: InboundMail, from: string): boolean {
  return NO_REPLY.test(from) && partOf(mail, ['message/rfc822', 'text/rfc822-headers']) !== null;
}
