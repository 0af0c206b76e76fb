import { headerOf, hasHeader, type InboundMail, partOf } from './mail.ts';
import { firstPhrase, foldLetters } from './phrases.ts';
import {
  AUTOMATIC_SUBJECT,
  AWAY_SUBJECTS,
  REPLY_PREFIX,
  TAGGED_SUBJECT,
  VAGUE_AWAY_SUBJECTS,
} from './rules/away-subjects.ts';
import {
  AUTOMATIC_STATEMENTS,
  AWAY_OPENINGS,
  CHALLENGE_PHRASES,
  CHALLENGE_SENDERS,
  TICKET_PHRASES,
  TICKET_SUBJECT,
} from './rules/machine-phrases.ts';
import type { RobotKind } from './verdict.ts';

/** What speaks for a machine as the writer of a mail. */
export interface MachineSigns {
  /** Headers that only machines write, and sentences in which they say so: each is enough. */
  readonly headers: readonly string[];
  /** The subject that answering machines write in front of ours. */
  readonly awaySubject: string | null;
  /** Words of an absence note at the beginning; people write them too. */
  readonly awayWords: string | null;
  readonly robot: RobotKind | null;
  readonly hasTicketSigns: boolean;
}

/** The sign of an address that nobody reads; alone it does not make an answer of a person's machine. */
export const NO_REPLY_SIGN = 'sender takes no replies';

/** Present, with whatever value, they mark an answer of a machine. */
const MARKS: ReadonlySet<string> = new Set([
  'x-post-messageclass',
  'x-ms-exchange-generated-message-source',
  'x-ms-exchange-inbox-rules-loop',
  'x-cron-env',
  'x-mlserver',
  'x-facebook-notify',
]);
/** Every program names such a header in its own way: X-Autoreply, X-Mail-Auto-Responder, X-Vacation-Id, X-Out-Of-Office. */
const MARK =
  /^(?:x-|thread-)?(?:[a-z0-9]{1,20}-){0,3}(?:auto-?(?:matic-?)?(?:repl(?:y|ied)|respon[ds]\w{0,4}|answer(?:ed)?|generated)|machine-?generated|vacation|out-?of-?office|ooo|oof|away(?:-?message)?)(?:-|$)/;
/** A request to others not to answer automatically; and headers that answer-suppressing lists and gateways add to a person's mail. */
const NO_MARK = /suppress|^x-ms-exchange-.*-(?:oof|outofoffice)|loop-?detect/;
const BULK = /^(?:auto[_-]?(?:reply|response)|bulk|junk)\b/i;
const NO_REPLY = /\b(?:no-?_?reply|do-?not-?reply|mailer-daemon|postmaster)@/i;
const OPENING_CHARACTERS_MAX = 600;
const TEXT_CHARACTERS_MAX = 3_000;
/** A machine writes a few words, then a colon or the `Re:` of the subject that it answers. */
const DIVIDED_CHARACTERS_MAX = 35;

/** Looks for all signs of RFC 3834, of the programs that came before it, and of their words. */
export function machineSigns(mail: InboundMail, ownWords: string): MachineSigns {
  const subject = headerOf(mail.headers, 'subject').slice(0, 500);
  const own = foldLetters(ownWords.slice(0, TEXT_CHARACTERS_MAX));
  const awayWords = firstPhrase(foldLetters(ownWords.slice(0, OPENING_CHARACTERS_MAX)), AWAY_OPENINGS);
  const awaySubject = awaySubjectOf(foldLetters(subject), awayWords !== null);
  const statement = firstPhrase(own, AUTOMATIC_STATEMENTS);
  const headers = [
    ...headerSigns(mail, awayWords !== null || awaySubject !== null),
    ...(statement === null ? [] : [`says ${statement}`]),
  ];
  const words = foldLetters(`${subject} ${mail.text.slice(0, TEXT_CHARACTERS_MAX)}`);
  const hasTicketSigns = TICKET_SUBJECT.test(subject) || firstPhrase(words, TICKET_PHRASES) !== null;
  // "Thank you for contacting me, I am away" has the courtesies of a ticket system and a person behind it, as long as
  // the subject has no number.
  const isForPerson =
    !TICKET_SUBJECT.test(subject) &&
    (awaySubject !== null ||
      awayWords !== null ||
      /^auto-replied/i.test(headerOf(mail.headers, 'auto-submitted')));
  return {
    headers,
    awaySubject,
    awayWords,
    robot: robotKind(mail, words, hasTicketSigns && headers.length > 0 && !isForPerson),
    hasTicketSigns,
  };
}

/**
 * What in a subject an answering machine wrote, in whatever language; null when a person may have. Who answers such a
 * mail has "Re:" in front, and behind that only a tag in brackets is the machine's.
 */
function awaySubjectOf(folded: string, isAwayNote: boolean): string | null {
  if (REPLY_PREFIX.test(folded)) return TAGGED_SUBJECT.exec(folded)?.[1] ?? null;
  const sure = firstPhrase(folded, AWAY_SUBJECTS);
  if (sure !== null) return sure;
  const { own, led } = AUTOMATIC_SUBJECT.exec(folded)?.groups ?? {};
  const vague = firstPhrase(folded, VAGUE_AWAY_SUBJECTS);
  const isDivided = folded.slice(0, DIVIDED_CHARACTERS_MAX).includes(':');
  return own ?? led ?? (isAwayNote || isDivided ? vague : null);
}

function headerSigns(mail: InboundMail, isAwayNote: boolean): readonly string[] {
  const { headers } = mail;
  const signs: string[] = [];
  const submitted = headerOf(headers, 'auto-submitted').toLowerCase();
  if (submitted !== '' && !/^no\b/.test(submitted)) signs.push(`auto-submitted ${submitted.slice(0, 40)}`);
  const mark = headers.find(({ name, value }) => isMark(name, value));
  if (mark !== undefined) signs.push(mark.name);
  if (['precedence', 'x-precedence', 'preference'].some((name) => BULK.test(headerOf(headers, name))))
    signs.push('precedence');
  if (/\bvacation\b/i.test(headerOf(headers, 'x-apple-action'))) signs.push('x-apple-action');
  if (/vacation|auto-?(?:respon|repl)/i.test(headerOf(headers, 'x-mailer'))) signs.push('x-mailer');
  if (suppressesAnswers(mail) && (isAwayNote || !hasHeader(headers, 'in-reply-to')))
    signs.push('x-auto-response-suppress');
  if (headers.some(({ name, value }) => name === 'return-path' && /^\s*<\s*>\s*$/.test(value)))
    signs.push('null return path');
  if (NO_REPLY.test(headerOf(headers, 'from'))) signs.push(NO_REPLY_SIGN);
  if (isListMail(mail)) signs.push('list-id');
  return signs;
}

function isMark(name: string, value: string): boolean {
  if (MARKS.has(name)) return true;
  return MARK.test(name) && !NO_MARK.test(name) && !/^\s*(?:no|false|0|none)\s*$/i.test(value);
}

/** A person may answer through a shared mailbox that is a list; then the answer names what it answers. */
function isListMail({ headers }: InboundMail): boolean {
  return hasHeader(headers, 'list-id') && !hasHeader(headers, 'in-reply-to');
}

/**
 * Exchange asks for no answers to its own answers; but customer databases and some mail programs, which name themselves,
 * ask for none to whatever a person sends with them.
 */
function suppressesAnswers({ headers }: InboundMail): boolean {
  const isTyped =
    hasHeader(headers, 'user-agent') || (hasHeader(headers, 'x-mailer') && hasHeader(headers, 'in-reply-to'));
  return !isTyped && /\b(?:oof|all|autoreply)\b/i.test(headerOf(headers, 'x-auto-response-suppress'));
}

function robotKind(mail: InboundMail, words: string, isTicket: boolean): RobotKind | null {
  const { headers } = mail;
  const isChallengeSender = CHALLENGE_SENDERS.test(headerOf(headers, 'from').slice(0, 300));
  if (isChallengeSender || hasHeader(headers, 'x-boxbe') || firstPhrase(words, CHALLENGE_PHRASES) !== null)
    return 'challenge';
  if (isTicket) return 'ticket';
  if (isListMail(mail)) return 'list';
  return null;
}

/** A receipt that a mail was read or deleted unread (RFC 8098); not of one that a filter of the recipient sent back. */
export function isReadReceipt(mail: InboundMail): boolean {
  if (/\bautomatically rejected\b|\bmessage was (?:rejected|refused)\b/i.test(mail.text.slice(0, 2_000)))
    return false;
  return (
    partOf(mail, ['message/disposition-notification']) !== null ||
    /report-type="?disposition-notification/i.test(headerOf(mail.headers, 'content-type'))
  );
}
