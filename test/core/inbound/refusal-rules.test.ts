import { describe, expect, test } from 'vitest';

import { readRefusal, type RefusalFacts } from '../../../src/core/inbound/refusal-facts.ts';
import {
  isExplained,
  isWorded,
  judgeRefusal,
  mailboxStateIn,
} from '../../../src/core/inbound/refusal-rules.ts';
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

const SILENT: RefusalFacts = {
  status: null,
  smtpCode: null,
  command: null,
  isTransient: false,
  words: '',
  diagnostic: '',
};

/** What is made of facts, in one line: kind, reason and what decided. */
function told(facts: Partial<RefusalFacts>): string {
  const { kind, reason, rule } = judgeRefusal({ ...SILENT, ...facts });
  return `${kind} ${reason}: ${rule}`;
}

describe('E4: each reason has its class, and the verdict names what decided', () => {
  test.each([
    ['5.1.1', 'dead_address no_such_user: status 5.1.1'],
    ['5.1.2', 'dead_address no_such_host: status 5.1.2'],
    ['5.1.6', 'dead_address moved: status 5.1.6'],
    ['5.1.10', 'dead_address takes_no_mail: status 5.1.10'],
    ['5.2.2', 'soft_bounce mailbox_full: status 5.2.2'],
    ['5.2.1', 'soft_bounce suspended: status 5.2.1'],
    ['5.1.4', 'soft_bounce doubtful_user: status 5.1.4'],
    ['5.4.7', 'soft_bounce expired: status 5.4.7'],
    ['5.4.1', 'soft_bounce unreachable: status 5.4.1'],
    ['5.5.3', 'soft_bounce busy: status 5.5.3'],
    ['5.3.0', 'soft_bounce server_fault: status 5.3.0'],
    ['5.4.6', 'soft_bounce loop: status 5.4.6'],
    ['5.7.26', 'blocked authentication: status 5.7.26'],
    ['5.7.1', 'blocked policy: status 5.7.1'],
    ['5.6.0', 'blocked content: status 5.6.0'],
    ['5.3.4', 'blocked too_big: status 5.3.4'],
    ['5.1.7', 'blocked sender_refused: status 5.1.7'],
    ['5.5.1', 'blocked protocol: status 5.5.1'],
    // A row that ends with a dot stands for its whole class; the others for themselves alone.
    ['5.2.20', 'soft_bounce server_fault: status 5.2.20'],
    ['5.1.15', 'unknown_bounce unexplained: none'],
    ['5.0.0', 'unknown_bounce unexplained: none'],
    [null, 'unknown_bounce unexplained: none'],
  ])('status %s', (status, verdict) => {
    expect(told({ status })).toBe(verdict);
  });

  test.each([
    ['user unknown', 'dead_address no_such_user: phrase user…unknown'],
    ['no such user', 'dead_address no_such_user: phrase user…no such'],
    ['nosuchuser', 'dead_address no_such_user: phrase nosuchuser'],
    ['greylisted', 'soft_bounce greylisted: phrase greylist'],
    ['over quota', 'soft_bounce mailbox_full: phrase over quota'],
    ['mailbox is disabled', 'soft_bounce suspended: phrase mailbox…disabled'],
    ['connection timed out', 'soft_bounce unreachable: phrase connection timed out'],
    ['it is spam', 'blocked spam: phrase spam'],
    ['bad reputation', 'blocked reputation: phrase reputation'],
    ['relay access denied', 'blocked relaying: phrase relay access denied'],
    ['ada is not a member', 'blocked members_only: phrase not a member'],
    ['there is a virus in it', 'blocked content: phrase a virus'],
    ['it is not allowed', 'blocked policy: phrase is not allowed'],
    ['sorry', 'unknown_bounce unexplained: none'],
  ])('words "%s"', (words, verdict) => {
    expect(told({ words })).toBe(verdict);
  });

  test.each([
    [{ smtpCode: 551 }, 'dead_address moved: reply 551'],
    [{ smtpCode: 552 }, 'soft_bounce mailbox_full: reply 552'],
    [{ smtpCode: 556 }, 'dead_address takes_no_mail: reply 556'],
    [{ smtpCode: 550 }, 'unknown_bounce unexplained: none'],
    [{ smtpCode: 451, isTransient: true }, 'soft_bounce server_fault: transient reply'],
    [{ smtpCode: 552, isTransient: true }, 'soft_bounce server_fault: transient reply'],
    [{ smtpCode: 551, command: 'mail' }, 'blocked sender_refused: refused after MAIL'],
    [{ smtpCode: 550, command: 'connect' }, 'unknown_bounce unexplained: none'],
  ] as const)('%j without words or status (RFC 5321 4.2.3, RFC 7504)', (facts, verdict) => {
    expect(told(facts)).toBe(verdict);
  });

  test('words outweigh the status, the status the code, and a bare "denied" counts last', () => {
    expect(told({ words: 'over quota', status: '5.1.1' })).toBe(
      'soft_bounce mailbox_full: phrase over quota',
    );
    expect(told({ status: '5.2.1', smtpCode: 552 })).toBe('soft_bounce suspended: status 5.2.1');
    expect(told({ words: 'denied', status: '5.2.1' })).toBe('soft_bounce suspended: status 5.2.1');
    expect(told({ words: 'denied', smtpCode: 552 })).toBe('soft_bounce mailbox_full: reply 552');
    expect(told({ words: 'denied', smtpCode: 550 })).toBe('blocked policy: phrase denied');
  });
});

describe('E4: what else must be true before an address is called dead', () => {
  const words = 'user unknown';

  test.each([
    [{ command: 'rcpt', smtpCode: 550, status: '5.0.0' }, 'dead_address no_such_user: phrase user…unknown'],
    [{}, 'dead_address no_such_user: phrase user…unknown'],
    [{ smtpCode: 550 }, 'soft_bounce doubtful_user: phrase user…unknown'],
    [{ status: '5.0.0' }, 'soft_bounce doubtful_user: phrase user…unknown'],
    [{ status: '5.2.0', smtpCode: 550 }, 'soft_bounce doubtful_user: phrase user…unknown'],
    [{ status: '5.1.0', smtpCode: 550 }, 'dead_address no_such_user: phrase user…unknown'],
    [{ status: '5.4.0', smtpCode: 550 }, 'dead_address no_such_user: phrase user…unknown'],
    [{ status: '5.5.0', smtpCode: 550 }, 'dead_address no_such_user: phrase user…unknown'],
    [{ status: '5.10.0', smtpCode: 550 }, 'soft_bounce doubtful_user: phrase user…unknown'],
    [{ status: '5.7.1', smtpCode: 550 }, 'blocked policy: phrase user…unknown, 5.7.1'],
    [{ status: '5.7.1', command: 'rcpt' }, 'dead_address no_such_user: phrase user…unknown'],
    [{ status: '5.1.7', command: 'rcpt' }, 'blocked sender_refused: phrase user…unknown, 5.1.7'],
    [{ status: '5.1.8', command: 'rcpt' }, 'blocked sender_refused: phrase user…unknown, 5.1.8'],
    [{ command: 'mail' }, 'blocked sender_refused: phrase user…unknown, after mail'],
    [{ command: 'connect' }, 'blocked sender_refused: phrase user…unknown, after connect'],
    [{ command: 'data' }, 'blocked after_body: phrase user…unknown, after DATA'],
    [{ command: 'data', status: '5.1.1' }, 'dead_address no_such_user: phrase user…unknown'],
    [{ command: 'rcpt', isTransient: true }, 'soft_bounce unreachable: phrase user…unknown, transient'],
  ] as const)('"user unknown" with %j', (facts, verdict) => {
    expect(told({ words, ...facts })).toBe(verdict);
  });

  test.each([
    [{ status: '5.1.1', command: 'mail' }, 'blocked sender_refused: status 5.1.1, after mail'],
    [{ status: '5.1.1', command: 'data' }, 'dead_address no_such_user: status 5.1.1'],
    [{ status: '5.1.1', isTransient: true }, 'soft_bounce unreachable: status 5.1.1, transient'],
    [{ status: '5.1.1', words: 'a restriction' }, 'dead_address no_such_user: status 5.1.1'],
    [{ status: '5.1.6', command: 'data' }, 'dead_address moved: status 5.1.6'],
    [{ status: '5.2.2', command: 'mail' }, 'soft_bounce mailbox_full: status 5.2.2'],
  ] as const)('a status alone: %j', (facts, verdict) => {
    expect(told(facts)).toBe(verdict);
  });

  test('words that no filter uses count after the body, and nothing contradicts them', () => {
    const facts = { command: 'data', smtpCode: 550 } as const;
    expect(told({ ...facts, words: 'recipientnotfound, a restriction' })).toBe(
      'dead_address no_such_user: phrase recipientnotfound',
    );
    expect(told({ ...facts, words: 'infodomainnonexistent' })).toBe(
      'dead_address no_such_host: phrase infodomainnonexistent',
    );
  });

  test('words about the domain count after the body too: no filter has an opinion of it', () => {
    expect(told({ command: 'data', smtpCode: 550, words: 'host unknown' })).toBe(
      'dead_address no_such_host: phrase host…unknown',
    );
  });
});

describe('E4: words that contradict those that condemn count only near them', () => {
  const DEAD = 'user unknown';
  const RULE = 'phrase user…unknown';
  const filler = (characters: number): string => `${' z'.repeat(characters).slice(0, characters - 1)} `;
  /** The contradicting words end so many characters behind the beginning of the others. */
  const endingAt = (words: string, characters: number): string =>
    DEAD + filler(characters - DEAD.length - words.length) + words;
  /** The contradicting words begin so many characters in front of the others. */
  const beginningAt = (words: string, characters: number): string =>
    words + filler(characters - words.length) + DEAD;

  test.each([
    ['behind them at 160', endingAt('quarantine', 160), `blocked policy: phrase quarantine, against ${RULE}`],
    ['behind them at 161', endingAt('quarantine', 161), `dead_address no_such_user: ${RULE}`],
    [
      'before them at 160',
      beginningAt('quarantine', 160),
      `blocked policy: phrase quarantine, against ${RULE}`,
    ],
    ['before them at 161', beginningAt('quarantine', 161), `dead_address no_such_user: ${RULE}`],
    [
      'before them in a long text',
      `${beginningAt('quarantine', 20)}${filler(900)}`,
      `blocked policy: phrase quarantine, against ${RULE}`,
    ],
    [
      'of the sender, at 60',
      endingAt('absender', 60),
      `blocked sender_refused: phrase absender, against ${RULE}`,
    ],
    ['of the sender, at 61', endingAt('absender', 61), `dead_address no_such_user: ${RULE}`],
    [
      'of the sender, before them at 60',
      beginningAt('absender', 60),
      `blocked sender_refused: phrase absender, against ${RULE}`,
    ],
    ['of the sender, before them at 61', beginningAt('absender', 61), `dead_address no_such_user: ${RULE}`],
    [
      'of the sender, and of a rule',
      endingAt('absender quarantine', 50),
      `blocked sender_refused: phrase absender, against ${RULE}`,
    ],
  ])('%s', (_, words, verdict) => {
    expect(told({ words, command: 'rcpt' })).toBe(verdict);
  });
});

describe('E4: whether a refusal explains itself', () => {
  test.each([
    [{ words: 'user unknown' }, true, true],
    [{ words: 'user unknown', status: '5.1.1' }, true, true],
    [{ status: '5.1.1' }, true, false],
    [{ status: '5.0.0' }, false, false],
    // The code explains nothing by itself, so the words around the reply are asked.
    [{ smtpCode: 552 }, false, false],
    [{}, false, false],
  ] as const)('%j: explained %s, in words %s', (some, explained, worded) => {
    const facts = { ...SILENT, ...some };
    expect([isExplained(facts), isWorded(facts)]).toEqual([explained, worded]);
  });

  test.each([
    ['over quota', { kind: 'soft_bounce', reason: 'mailbox_full', rule: 'phrase over quota' }],
    ['the mailbox is full', { kind: 'soft_bounce', reason: 'mailbox_full', rule: 'phrase mailbox…is full' }],
    ['user unknown', null],
    ['', null],
  ])('words around a refusal that say "%s" of the mailbox', (words, judgement) => {
    expect(mailboxStateIn(words)).toEqual(judgement);
  });
});
