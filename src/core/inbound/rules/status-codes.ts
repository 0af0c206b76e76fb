import type { RefusalReason } from '../verdict.ts';

export interface StatusRule {
  /** `5.1.1`, or `5.7.` for all that begin so. */
  readonly status: string;
  readonly reason: RefusalReason;
  readonly source: string;
}

function rule(status: string, reason: RefusalReason, source: string): StatusRule {
  return { status, reason, source };
}

/**
 * Enhanced status codes (RFC 3463 and its registry), asked when no words were known; the first row that fits counts.
 * Class 5 alone says nothing about the address: four of five refusals that carry one are about something else.
 */
export const STATUS_RULES: readonly StatusRule[] = [
  rule('5.1.1', 'no_such_user', 'RFC 3463: bad destination mailbox address'),
  rule('5.1.2', 'no_such_host', 'RFC 3463: bad destination system address'),
  rule('5.1.3', 'no_such_user', 'RFC 3463: bad destination mailbox address syntax'),
  rule('5.1.4', 'doubtful_user', 'RFC 3463: destination mailbox address ambiguous'),
  rule('5.1.6', 'moved', 'RFC 3463: destination mailbox has moved'),
  rule('5.1.7', 'sender_refused', "RFC 3463: bad sender's mailbox address syntax"),
  rule('5.1.8', 'sender_refused', "RFC 3463: bad sender's system address"),
  rule('5.1.9', 'protocol', 'RFC 7505 registry: message relayed to non-compliant mailer'),
  rule('5.1.10', 'takes_no_mail', 'RFC 7505: recipient address has null MX; Exchange Online: not found'),
  rule('5.1.351', 'no_such_user', 'Exchange Online: remote server returned unknown recipient'),
  rule('5.2.1', 'suspended', 'RFC 3463: mailbox disabled, not accepting messages'),
  rule('5.2.2', 'mailbox_full', 'RFC 3463: mailbox full'),
  rule('5.2.3', 'too_big', 'RFC 3463: message length exceeds administrative limit'),
  rule('5.2.4', 'server_fault', 'RFC 3463: mailing list expansion problem'),
  rule('5.2.', 'server_fault', 'RFC 3463: other mailbox status'),
  rule('5.3.4', 'too_big', 'RFC 3463: message too big for system'),
  rule('5.3.', 'server_fault', 'RFC 3463: mail system status'),
  rule('5.4.4', 'no_such_host', 'RFC 3463: unable to route; Postfix, qmail and Exchange: no such domain'),
  rule('5.4.310', 'no_such_host', 'Exchange Online: DNS domain does not exist'),
  rule('5.4.6', 'loop', 'RFC 3463: routing loop detected'),
  rule('5.4.14', 'loop', 'Exchange Online: hop count exceeded'),
  rule('5.4.7', 'expired', 'RFC 3463: delivery time expired'),
  rule('5.4.316', 'expired', 'Exchange Online: message expired'),
  rule('5.4.', 'unreachable', 'RFC 3463: network and routing status'),
  rule('5.5.3', 'busy', 'RFC 3463: too many recipients'),
  rule('5.5.', 'protocol', 'RFC 3463: mail delivery protocol status'),
  rule('5.6.', 'content', 'RFC 3463: message content or media status'),
  rule('5.7.13', 'suspended', 'RFC 7372 registry: user account disabled'),
  rule('5.7.17', 'moved', 'RFC 7293: mailbox owner has changed'),
  rule('5.7.18', 'moved', 'RFC 7293: domain owner has changed'),
  rule('5.7.20', 'authentication', 'RFC 7372: no passing DKIM signature'),
  rule('5.7.21', 'authentication', 'RFC 7372: no acceptable DKIM signature'),
  rule('5.7.22', 'authentication', 'RFC 7372: no valid author-matched DKIM signature'),
  rule('5.7.23', 'authentication', 'RFC 7372: SPF validation failed'),
  rule('5.7.24', 'authentication', 'RFC 7372: SPF validation error'),
  rule('5.7.25', 'authentication', 'RFC 7372: reverse DNS validation failed'),
  rule('5.7.26', 'authentication', 'RFC 7372: multiple authentication checks failed'),
  rule('5.7.27', 'sender_refused', 'RFC 7505: sender address has null MX'),
  rule('5.7.28', 'busy', 'RFC 3463 registry: mail flood detected'),
  rule('5.7.29', 'authentication', 'RFC 8617: ARC validation failure'),
  rule('5.7.509', 'authentication', 'Exchange Online: DMARC'),
  rule('5.7.515', 'authentication', 'Outlook.com: domain does not meet authentication level'),
  rule('5.7.', 'policy', 'RFC 3463: security or policy status'),
  rule('4.2.2', 'mailbox_full', 'RFC 3463: mailbox full'),
  rule('4.2.', 'server_fault', 'RFC 3463: mailbox status, persistent transient'),
  rule('4.3.', 'server_fault', 'RFC 3463: mail system status, persistent transient'),
  rule('4.4.7', 'expired', 'RFC 3463: delivery time expired'),
  rule('4.4.', 'unreachable', 'RFC 3463: network and routing status, persistent transient'),
  rule('4.5.3', 'busy', 'RFC 3463: too many recipients'),
  rule('4.7.', 'policy', 'RFC 3463: security or policy status, persistent transient'),
  rule('4.', 'server_fault', 'RFC 3463: persistent transient failure'),
];
