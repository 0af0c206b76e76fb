/** A mail of the same enrollment that surely left. */
export interface EarlierMail {
  /** In angle brackets, as the recipient's program knows it: the one really used. */
  readonly messageIdHeader: string;
  readonly subject: string;
  /** Its step says `thread = "new"`. */
  readonly startsThread: boolean;
  /** What the provider calls its thread; null where it names none. */
  readonly conversationId: string | null;
}

/** What a mail answers (RFC 5322, 3.6.4). */
export interface Thread {
  readonly inReplyTo: string;
  /** Oldest first; ends with `inReplyTo`. */
  readonly references: readonly string[];
  /** Of the mail that started the thread. */
  readonly subject: string;
  readonly conversationId: string | null;
}

/** Longer lists are cut by some servers at a place of their choice: the first and the newest are what readers thread by. */
const REFERENCES_MAX = 20;

/** D6: the thread that a reply goes on, from the enrollment's mails in the order in which they left; null when there is nothing to answer. */
export function threadFrom(earlier: readonly EarlierMail[]): Thread | null {
  const last = earlier.at(-1);
  if (last === undefined) return null;
  const start = earlier.findLastIndex((mail) => mail.startsThread);
  const mails = earlier.slice(Math.max(0, start));
  const first = mails[0] ?? last;
  const ids = [...new Set(mails.map((mail) => mail.messageIdHeader))];
  const references = [first.messageIdHeader, ...ids.slice(1).slice(1 - REFERENCES_MAX)];
  const { messageIdHeader: inReplyTo, conversationId } = last;
  return { inReplyTo, references, subject: first.subject, conversationId };
}

/** The subject of a reply whose step has none of its own. */
export function replySubject(threadSubject: string): string {
  return /^re:/i.test(threadSubject.trim()) ? threadSubject : `Re: ${threadSubject}`;
}

/** As much of a step as its subject needs. */
interface Titled {
  readonly copy: { readonly subject: string };
}

/** True for a step whose mail bears the subject of what it answers: its file has no `Subject`. */
export function takesThreadSubject({ copy }: Titled): boolean {
  return copy.subject === '';
}

/**
 * The template of a subject for a step that has none, while nothing that it could answer has left: that of the nearest step before it
 * that has one. Lint refuses a first step without. The empty text when there is none at all.
 */
export function inheritedSubject<T extends Titled>(steps: readonly T[], step: T): string {
  const before = steps.slice(0, Math.max(0, steps.indexOf(step)));
  return before.findLast((each) => !takesThreadSubject(each))?.copy.subject ?? '';
}
