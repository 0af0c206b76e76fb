import { describe, expect, test } from 'vitest';

import { readRefusal } from '../../../src/core/inbound/refusal-facts.ts';
import { judgeRefusal } from '../../../src/core/inbound/refusal-rules.ts';
import { BLOCK_PHRASES } from '../../../src/core/inbound/rules/block-phrases.ts';
import { DEAD_PHRASES } from '../../../src/core/inbound/rules/dead-phrases.ts';
import { POLICY_PHRASES } from '../../../src/core/inbound/rules/policy-phrases.ts';
import { SOFT_PHRASES, SUSPENDED_AND_FULL_PHRASES } from '../../../src/core/inbound/rules/soft-phrases.ts';
import { STATUS_RULES } from '../../../src/core/inbound/rules/status-codes.ts';

/** The class and the reason of what a server said in answer to RCPT, unless the words name another step. */
function judged(text: string, around = 'in reply to RCPT TO command'): string {
  const { kind, reason } = judgeRefusal(readRefusal({ text, around }));
  return `${kind} ${reason}`;
}

describe('E4: an address is suppressed for ever only when it is surely dead', () => {
  test.each([
    ['550 5.1.1 <kim@client.example>: Recipient address rejected: User unknown in virtual mailbox table'],
    ['550 No such user here'],
    ['550 sorry, no mailbox here by that name. (#5.1.1 - chkusr)'],
    ['550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup'],
    ['550 5.4.1 <kim@client.example>: Recipient address rejected: Access denied'],
    ['550-5.1.1 The email account that you tried to reach does\n550-5.1.1 not exist. Please try again'],
    ['550 5.1.1 Adresse d au moins un destinataire invalide. Invalid recipient.'],
    ['550 Benutzer unbekannt'],
    ['550 5.1.1 unknown or illegal alias: kim@client.example'],
    ['553 5.1.3'],
  ])('"%s" says that there is no such user', (text) => {
    expect(judged(text)).toBe('dead_address no_such_user');
  });

  test.each([
    ['Host or domain name not found. Name service error for name=gone.example type=MX: Host not found'],
    ['550 5.1.2 <kim@gone.example>: Recipient address rejected: Bad destination system address'],
    ["Sorry, I couldn't find any host named gone.example. (#5.1.2)"],
    ['550 Host unknown (Authoritative answer from name server)'],
  ])('"%s" says that there is no such domain', (text) => {
    expect(judged(text)).toBe('dead_address no_such_host');
  });

  test.each([
    ['550 5.1.1 account was closed to external senders'],
    ['550 account is closed to external senders'],
    ['550 5.7.1 this mailbox is closed to outside mail'],
    ['550 mailbox is no longer available to external senders'],
    ['550 This address is not valid for external senders'],
    ['550 recipient is not known to you: only internal senders are allowed'],
    ['550 The mailbox is not available outside the organization'],
    ['550 address no longer accepts mail from external senders'],
    ['550 account was terminated for this sender'],
  ])('"%s" is closed to us and there for others', (text) => {
    expect(judged(text)).toBe('blocked policy');
  });

  test('a host that takes no mail at all is dead (RFC 7505)', () => {
    expect(judged('556 5.1.10 Recipient address has null MX')).toBe('dead_address takes_no_mail');
  });

  test('551 says that the person is elsewhere (RFC 5321 4.2.3)', () => {
    expect(judged('551 5.1.6 User has moved')).toBe('dead_address moved');
  });

  test('a reason in the name of the address is none', () => {
    expect(judged('250 2.1.5 <user-unknown@client.example> ok')).toBe('unknown_bounce unexplained');
    expect(judged('550 <spam-blocked@client.example>... User unknown')).toBe('dead_address no_such_user');
  });
});

describe('E4: a refusal of the sender, the content or the moment does not condemn the address', () => {
  test.each([
    ['554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org', 'reputation'],
    ['550 5.7.26 This mail has been blocked because the sender is unauthenticated', 'authentication'],
    ['550 5.7.1 Email rejected per DMARC policy for sender.example', 'authentication'],
    ['554 5.7.1 Reverse DNS lookup for host 192.0.2.1 failed permanently', 'authentication'],
    ['550 5.7.1 Message content rejected, UBE, id=00000-00', 'spam'],
    ['554 5.7.9 Message not accepted for policy reasons', 'policy'],
    ['552 5.3.4 Message size exceeds fixed limit', 'too_big'],
    ['554 5.7.1 <kim@client.example>: Relay access denied', 'relaying'],
    ['550 5.1.8 Sender address rejected: Domain not found', 'sender_refused'],
    ['421 4.7.0 Messages from 192.0.2.1 temporarily deferred due to user complaints', 'reputation'],
    ['550 5.6.0 Headers too large (3 max)', 'content'],
    ['503 5.5.0 Improper sequence of commands', 'protocol'],
  ])('"%s" is a block: %s', (text, reason) => {
    expect(judged(text)).toBe(`blocked ${reason}`);
  });

  test.each([
    ['552 5.2.2 <kim@client.example>... Mailbox Full', 'mailbox_full'],
    ['550 5.1.1 User unknown; mailbox is over quota', 'mailbox_full'],
    ['550 5.2.1 The email account that you tried to reach is disabled', 'suspended'],
    ['550 Mailbox is frozen', 'suspended'],
    ['450 4.2.0 <kim@client.example>: Recipient address rejected: Greylisted', 'greylisted'],
    ['connect to mx.client.example[192.0.2.9]:25: Connection timed out', 'unreachable'],
    ['554 5.4.6 Too many hops', 'loop'],
    ['451 4.3.0 Temporary lookup failure', 'unreachable'],
    ['Could not deliver for the last 432000 seconds. Giving up.', 'expired'],
    ['452 4.5.3 Too many recipients', 'busy'],
  ])('"%s" may pass: %s', (text, reason) => {
    expect(judged(text)).toBe(`soft_bounce ${reason}`);
  });

  test('a 5 in front alone says nothing', () => {
    expect(judged('550 5.0.0 Sorry')).toBe('unknown_bounce unexplained');
  });

  test('a transient code outweighs words about the user', () => {
    expect(judged('450 4.1.1 <kim@client.example>: User unknown')).toBe('soft_bounce unreachable');
  });
});

describe('E4: words about a user count only where the user was refused', () => {
  test('after MAIL FROM it is the sender that is unknown', () => {
    expect(judged('550 5.1.0 user does not exist', 'in reply to MAIL FROM command')).toBe(
      'blocked sender_refused',
    );
  });

  test.each([
    ['RCPT TO generated following response:\n550 no such user', 'dead_address no_such_user'],
    ['SMTP:RCPT host 192.0.2.1: 550 no such user', 'dead_address no_such_user'],
    ['Body of message generated response:\n550 no such user', 'blocked after_body'],
    ['192.0.2.1 failed after I sent the message.\nRemote host said: 550 no such user', 'blocked after_body'],
    ['Connected to 192.0.2.1 but sender was rejected.\n550 no such user', 'blocked sender_refused'],
    ['250 2.1.5 Ok\n550 no such user', 'soft_bounce doubtful_user'],
  ])('the step in the words of other programs: %j', (text, verdict) => {
    expect(judged(text, '')).toBe(verdict);
  });

  test('a status about the sender says the same', () => {
    expect(judged('550 5.1.8 Domain gone.example does not exist')).toBe('blocked sender_refused');
  });

  test('after the body it was a filter, unless the status says 5.1.1', () => {
    const around = '(in reply to end of DATA command)';
    expect(judged('550 Unknown user kim@client.example', around)).toBe('blocked after_body');
    expect(judged('550 5.1.1 Unknown user kim@client.example', around)).toBe('dead_address no_such_user');
  });

  test('with neither a status nor the step it is counted and not believed', () => {
    expect(judged('550 Unknown user kim@client.example', '')).toBe('soft_bounce doubtful_user');
  });

  test('a status about policy contradicts words about the user', () => {
    expect(judged('550 5.7.1 User unknown', '')).toBe('blocked policy');
  });
});

describe('the tables', () => {
  const groups = [
    ...DEAD_PHRASES,
    ...SUSPENDED_AND_FULL_PHRASES,
    ...SOFT_PHRASES,
    ...BLOCK_PHRASES,
    ...POLICY_PHRASES,
  ];

  test('every group names its source, and no phrase is empty or so short that it hits by chance', () => {
    for (const { source, phrases } of groups) {
      expect(source).not.toBe('');
      for (const phrase of phrases) expect(phrase.replace(/[…^$]/g, '').length, phrase).toBeGreaterThan(1);
    }
  });

  test('no phrase that condemns is also in a table that does not', () => {
    const others = new Set(
      groups.filter((group) => !DEAD_PHRASES.includes(group)).flatMap(({ phrases }) => phrases),
    );
    expect(DEAD_PHRASES.flatMap(({ phrases }) => phrases).filter((phrase) => others.has(phrase))).toEqual([]);
  });

  test('no status stands behind a shorter one that hides it', () => {
    const hidden = STATUS_RULES.filter(({ status }, index) =>
      STATUS_RULES.slice(0, index).some(
        (earlier) => earlier.status.endsWith('.') && status.startsWith(earlier.status),
      ),
    );
    expect(hidden).toEqual([]);
  });
});
