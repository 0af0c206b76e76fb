/**
 * What a mail that came back is. The kinds that speak of an address (`dead_address` to `delivery_notice`, complaints)
 * name it in `recipients`; nothing here says that the mail is true: whoever applies a verdict first finds the send that
 * it refers to (E4: forged or unmatched notices change nothing).
 */
export type InboundKind =
  /** A person wrote. */
  | 'human_reply'
  /** A person, or the mail program for them, asks for no more mail. */
  | 'opt_out'
  /** A person says that they are not, or no longer, who we meant. */
  | 'wrong_person'
  /** Vacation and other answers for a person. */
  | 'auto_reply'
  /** Challenges, ticket systems, lists and other machines. */
  | 'robot'
  | RefusalKind
  /** Not yet delivered, and still being tried: no bounce (hardening 141). */
  | 'delay'
  /** Delivered, relayed, expanded or read. */
  | 'delivery_notice'
  /** Somebody pressed "this is spam" (RFC 5965). */
  | 'complaint'
  /** A feedback report that complains about nothing: authentication failures, "not spam". */
  | 'feedback';

/** What a refusal says of the address that it names. */
export type RefusalKind =
  /** No such person or no such domain: never again. */
  | 'dead_address'
  /** Full, suspended, unreachable, busy: another day may be better. */
  | 'soft_bounce'
  /** The sender, the content or the policy is the trouble: the address is not condemned. */
  | 'blocked'
  /** Not delivered, and the notice does not say why in words that we know. */
  | 'unknown_bounce';

/** Why a message was refused; each belongs to one RefusalKind (refusal-rules.ts). */
export type RefusalReason =
  | 'no_such_user'
  | 'no_such_host'
  | 'moved'
  | 'takes_no_mail'
  | 'mailbox_full'
  | 'suspended'
  | 'doubtful_user'
  | 'greylisted'
  | 'expired'
  | 'unreachable'
  | 'busy'
  | 'server_fault'
  | 'loop'
  | 'spam'
  | 'reputation'
  | 'authentication'
  | 'policy'
  | 'content'
  | 'too_big'
  | 'relaying'
  | 'sender_refused'
  | 'protocol'
  | 'members_only'
  | 'after_body'
  | 'unexplained';

/** What a notice says about one address. */
export interface RecipientVerdict {
  /** Lower case; null when the notice names none. */
  readonly address: string | null;
  readonly kind: InboundKind;
  readonly reason: RefusalReason | null;
  /** Which rule of the tables decided: `phrase user unknown`, `status 5.1.1`; null for reports that are no refusals. */
  readonly rule: string | null;
  /** RFC 3463, `5.1.1`. */
  readonly status: string | null;
  readonly smtpCode: number | null;
  /** The words of the refusing server, shortened. */
  readonly diagnostic: string;
}

/** Doubts that a person should look at; none of them decides anything by itself. */
export type Suspicion =
  /** Words of an opt-out, but not clearly one (hardening 144). */
  | 'may_opt_out'
  /** Reads like an absence note, but nothing else says that a machine wrote it (hardening 139). */
  | 'may_be_automatic'
  /** An automatic answer says that the person has left. */
  | 'may_have_left'
  /** Nothing readable; the words may be in an attachment or in a picture. */
  | 'no_words'
  /** A ticket system sent it, perhaps for a person. */
  | 'ticket_system';

export type RobotKind = 'challenge' | 'ticket' | 'list' | 'other';

export interface InboundVerdict {
  readonly kind: InboundKind;
  /** What led there, in stable words: `auto-submitted`, `dsn 5.1.1`, `phrase no such user`. */
  readonly evidence: readonly string[];
  /** Of bounces, delays and complaints, in the order of the notice; empty for what people and robots write. */
  readonly recipients: readonly RecipientVerdict[];
  readonly robot: RobotKind | null;
  /** Of an auto-reply: the first day back (YYYY-MM-DD), where it names one that can be true. */
  readonly returnsOn: string | null;
  /** The new words of a person or an auto-reply, without quotes and signature; empty for reports. */
  readonly replyText: string;
  readonly suspicions: readonly Suspicion[];
  readonly refersTo: InboundReferences;
}

/** What could lead to the send that a mail answers; ids are without angle brackets. */
export interface InboundReferences {
  readonly inReplyTo: readonly string[];
  /** Newest first. */
  readonly references: readonly string[];
  /** Of mails returned inside the notice. */
  readonly returnedMessageIds: readonly string[];
  /** Addresses it was delivered to, lower case: the caller knows its own reply and bounce addresses. */
  readonly deliveredTo: readonly string[];
  /** What stands after the first `+` of those addresses. */
  readonly tokens: readonly string[];
}
