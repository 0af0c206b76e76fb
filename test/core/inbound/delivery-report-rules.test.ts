import { describe, expect, test } from 'vitest';

import { type DeliveryReport, deliveryReportOf } from '../../../src/core/inbound/delivery-report.ts';
import { readNotice } from '../../../src/core/inbound/notice-text.ts';
import { DAEMON, mail } from './mails.ts';

const KIM = 'kim@client.example';
const LEE = 'lee@client.example';

interface Letter {
  readonly headers?: Readonly<Record<string, string>>;
  readonly text?: string;
  /** The groups of fields of the machine-readable part. */
  readonly fields?: readonly (readonly string[])[];
}

function readLetter({ headers = {}, text = '', fields = [] }: Letter): DeliveryReport | null {
  const status = fields.map((lines) => lines.join('\n')).join('\n\n');
  const parts = fields.length === 0 ? [] : [{ contentType: 'message/delivery-status', text: status }];
  const whole = mail({ headers: { ...DAEMON, ...headers }, text, parts });
  return deliveryReportOf(whole, readNotice(text));
}

/** One line for each recipient: who and why. */
function linesOf(letter: Letter): readonly string[] | undefined {
  return readLetter(letter)?.recipients.map(
    ({ address, reason }) => `${address ?? 'nobody'}: ${reason ?? 'no reason'}`,
  );
}

function failed(status: string, diagnostic?: string, address: string | null = KIM): readonly string[] {
  return [
    ...(address === null ? [] : [`Final-Recipient: rfc822; ${address}`]),
    'Action: failed',
    `Status: ${status}`,
    ...(diagnostic === undefined ? [] : [`Diagnostic-Code: ${diagnostic}`]),
  ];
}

describe('E4: what a delivery report says, whole', () => {
  test('of a refused address', () => {
    expect(readLetter({ fields: [failed('5.1.1', 'smtp; 550 5.1.1 User unknown')] })).toEqual({
      recipients: [
        {
          address: KIM,
          kind: 'dead_address',
          reason: 'no_such_user',
          rule: 'phrase user…unknown',
          status: '5.1.1',
          smtpCode: 550,
          diagnostic: '550 5.1.1 User unknown',
        },
      ],
      evidence: ['delivery-status', 'dead_address no_such_user'],
    });
  });

  test('of one that is still tried: no reason, and the facts beside it', () => {
    const fields = [[`Final-Recipient: rfc822; ${KIM}`, 'Action: delayed', 'Status: 4.4.1']];
    expect(readLetter({ fields })).toEqual({
      recipients: [
        {
          address: KIM,
          kind: 'delay',
          reason: null,
          rule: null,
          status: '4.4.1',
          smtpCode: null,
          diagnostic: '',
        },
      ],
      evidence: ['delivery-status', 'delay'],
    });
  });

  test.each(['delivered', 'relayed', 'expanded'])(
    'of one that was %s: no refusal, whatever its status',
    (action) => {
      const fields = [[`Final-Recipient: rfc822; ${KIM}`, `Action: ${action}`, 'Status: 5.1.1']];
      const report = readLetter({ fields });
      expect(report?.recipients).toMatchObject([
        { address: KIM, kind: 'delivery_notice', reason: null, rule: null },
      ]);
      expect(report?.evidence).toEqual(['delivery-status', 'delivery_notice']);
    },
  );

  test('of two: the evidence is that of the first', () => {
    const fields = [failed('5.2.2'), failed('5.1.1', undefined, LEE)];
    expect(readLetter({ fields })?.evidence).toEqual(['delivery-status', 'soft_bounce mailbox_full']);
  });

  test('of a notice in words: what made it one comes first', () => {
    expect(readLetter({ text: `${KIM}:\n550 User unknown` })?.evidence).toEqual([
      'sender mailer-daemon',
      'undeliver',
      'user unknown',
      'reply code',
      'dead_address no_such_user',
    ]);
  });

  test('hardening 142: what a person writes is no report', () => {
    const text = `${KIM}: 550 User unknown`;
    expect(deliveryReportOf(mail({ text }), readNotice(text))).toBeNull();
  });

  test('a report without recipients is read in words', () => {
    expect(
      linesOf({ fields: [['Reporting-MTA: dns; mx.client.example']], text: `${KIM}: User unknown` }),
    ).toEqual([`${KIM}: no_such_user`]);
  });
});

describe('E4: whose failure it is, or a stranger is suppressed', () => {
  const unnamed = [failed('5.1.1', undefined, null)];
  const failedHeader = { 'x-failed-recipients': `${LEE}, kit@client.example` };

  test.each<[string, Letter, string]>([
    ['the fields', { fields: [failed('5.1.1')], headers: failedHeader, text: 'max@client.example' }, KIM],
    ['then X-Failed-Recipients (Exim)', { fields: unnamed, headers: failedHeader, text: KIM }, LEE],
    ['then the text', { fields: unnamed, text: `Not delivered to ${KIM}.` }, KIM],
    ['or nothing', { fields: unnamed, text: 'Not delivered.' }, 'nobody'],
  ])('a report: %s', (_, letter, address) => {
    expect(linesOf(letter)).toEqual([`${address}: no_such_user`]);
  });

  test.each<[string, Letter, string]>([
    ['X-Failed-Recipients (Exim)', { headers: failedHeader, text: `Your mail to ${KIM} failed.` }, LEE],
    ['an address in the middle of a line', { text: `Your mail to ${KIM} failed.` }, KIM],
    ['the first of two', { text: `Your mail to ${KIM} and ${LEE} failed.` }, KIM],
    ['or nothing', { text: 'Your mail failed.' }, 'nobody'],
  ])('a notice in words: %s', (_, letter, address) => {
    expect(linesOf(letter)).toEqual([`${address}: unexplained`]);
  });

  const own = {
    to: 'Ada <ada@sender.example>',
    from: 'MAILER-DAEMON@mx.sender.example',
    'delivered-to': 'box@sender.example',
    'x-original-to': 'bounces@sender.example',
    cc: 'team@sender.example',
  };

  test.each([
    'ada@sender.example',
    'mailer-daemon@mx.sender.example',
    'box@sender.example',
    'bounces@sender.example',
    'team@sender.example',
  ])('B6: %s got or sent the notice and has not failed', (address) => {
    const headers = { ...DAEMON, ...own };
    expect(linesOf({ headers, text: `${address}\nwrote to ${KIM}, and that failed.` })).toEqual([
      `${KIM}: unexplained`,
    ]);
    expect(linesOf({ headers, text: `${address}\nfailed.` })).toEqual(['nobody: unexplained']);
  });

  test('B6: a Reply-To is none of those, and nobody is taken for ours beyond 5,000 characters of them', () => {
    const headers = { 'reply-to': KIM, cc: `${' '.repeat(2)}${'x '.repeat(2_500)} ${LEE}` };
    expect(linesOf({ headers, text: `${KIM}\n${LEE}\nfailed.` })).toHaveLength(2);
  });

  test('where the header names some, others at the beginning of a line are witnesses', () => {
    const text = `${KIM}: User unknown\n${LEE}: User unknown\nmax@client.example: User unknown`;
    const address = (name: string): string => `${name}: no_such_user`;
    const some = { 'x-failed-recipients': `${LEE}, max@client.example` };
    expect(linesOf({ headers: some, text })).toEqual([address(LEE), address('max@client.example')]);
    const others = { 'x-failed-recipients': 'kit@client.example' };
    expect(linesOf({ headers: others, text })).toEqual([KIM, LEE, 'max@client.example'].map(address));
    const late = { 'x-failed-recipients': `${'x '.repeat(2_500)} ${LEE}` };
    expect(linesOf({ headers: late, text })).toEqual([KIM, LEE, 'max@client.example'].map(address));
  });
});

/** A reason for another trouble than that of the address, and what is said of nobody. */
const RELAY = 'Relaying denied.';
const IDLE = 'gone fishing';

describe('E4: which words judge an address of a report', () => {
  test.each<[string, string, string | undefined, string, string]>([
    // Status, Diagnostic-Code, readable part, verdict.
    ['a bare status that says why', '5.1.1', 'smtp; 550', RELAY, 'no_such_user'],
    ['no diagnostic at all', '5.1.1', undefined, RELAY, 'no_such_user'],
    ['a status that says nothing', '5.0.0', undefined, RELAY, 'relaying'],
    ['a class of cases, not a case', '5.2.0', undefined, RELAY, 'relaying'],
    ['a class that RFC 3463 does not have', '4.8.1', undefined, RELAY, 'relaying'],
    ['a case without a class', '4.0.1', undefined, RELAY, 'relaying'],
    ['a case that is not in the tables', '5.1.5', undefined, RELAY, 'relaying'],
    ['a status in the reply alone', '5.0.0', 'smtp; 550 5.1.1', RELAY, 'relaying'],
    ['the words of the server before all', '5.0.0', 'smtp; 550 Mailbox not found', RELAY, 'doubtful_user'],
    ['then what the status is called', '5.1.1 (relaying denied)', `smtp; 550 ${IDLE}`, 'Spam.', 'relaying'],
    ['which is not asked first', '5.1.1 (relaying denied)', 'smtp; 550 No such user', '', 'no_such_user'],
    ['words that say nothing, and the status', '5.1.1', `smtp; 550 ${IDLE}`, RELAY, 'no_such_user'],
    ['neither says why', '5.0.0', `smtp; 550 ${IDLE}`, RELAY, 'relaying'],
    ['nothing does', '5.0.0', `smtp; 550 ${IDLE}`, 'Sorry.', 'unexplained'],
    ['a transient status beside a permanent reply', '4.0.0', undefined, '550 No such user', 'unreachable'],
    ['a transient reply beside a permanent status', '5.0.0', undefined, '450 No such user', 'unreachable'],
    ['permanent both', '5.1.0', undefined, '550 No such user (in reply to RCPT TO)', 'no_such_user'],
    ['a full mailbox saves the address', '5.1.1', undefined, 'Over quota.', 'mailbox_full'],
    [
      'in the words for the status as well',
      '5.1.1 (over quota)',
      'smtp; 550 No such user',
      '',
      'mailbox_full',
    ],
    ['but it is no reason of its own', '5.7.1', 'smtp; 550 Relaying denied', 'Over quota.', 'relaying'],
  ])('%s: %s, %s, %j', (_, status, diagnostic, text, reason) => {
    expect(linesOf({ fields: [failed(status, diagnostic)], text })).toEqual([`${KIM}: ${reason}`]);
  });

  test('the words of the server are kept, with those around it only where these explain it', () => {
    const fields = [failed('5.0.0', `smtp; 550 ${IDLE}`)];
    expect(readLetter({ fields, text: 'Sorry.' })?.recipients[0]?.diagnostic).toBe('550 gone fishing');
    expect(readLetter({ fields, text: RELAY })?.recipients[0]?.diagnostic).toBe(
      '550 gone fishing Relaying denied.',
    );
  });

  test.each([
    ['smtp; no such user', 'dead_address'],
    ['x-unix; procmail: cannot write, no such user', 'soft_bounce'],
    ['x-unix; vdelivermail: user unknown', 'dead_address'],
    ['X-Unix; Recipient kim.rivers is unknown here', 'dead_address'],
    ['x-unix; user database cannot be asked: unknown', 'soft_bounce'],
    ['x-unix; superuser unknown, no such user', 'soft_bounce'],
  ])('RFC 3464 2.3.6: a local program that died speaks of its machine: %s', (diagnostic, kind) => {
    const [recipient] = readLetter({ fields: [failed('5.1.1', diagnostic)] })?.recipients ?? [];
    expect(recipient?.kind).toBe(kind);
  });

  test('a notice about one says everything about it; of several each has its own words', () => {
    const text = `Over quota:\n${LEE}: see above`;
    expect(linesOf({ fields: [failed('5.1.1')], text })).toEqual([`${KIM}: mailbox_full`]);
    const two = `Relaying denied:\n${LEE}: see above\n${KIM}: over quota`;
    const ofTwo = (address: string): readonly string[] | undefined =>
      linesOf({ fields: [failed('5.0.0', undefined, address)], text: two });
    expect(ofTwo(KIM)).toEqual([`${KIM}: mailbox_full`]);
    expect(ofTwo(LEE)).toEqual([`${LEE}: unexplained`]);
    expect(ofTwo('max@client.example')).toEqual(['max@client.example: unexplained']);
    expect(linesOf({ fields: [failed('5.0.0', undefined, null)], text: two })).toEqual([
      'nobody: unexplained',
    ]);
    const named = readLetter({ fields: [failed('5.2.0', undefined, 'max@client.example')], text: two });
    expect(named?.recipients[0]?.diagnostic).toBe('');
  });

  test.each([
    ['within', 59, 'mailbox_full'],
    ['beyond', 60, 'no_such_user'],
  ])('what stands %s the first 6,000 characters', (_, lines, reason) => {
    const filler = `${'So sorry. '.repeat(10).trim()}\n`.repeat(lines);
    const fields = [failed('5.1.1')];
    expect(linesOf({ fields, text: `${filler}over quota` })).toEqual([`${KIM}: ${reason}`]);
  });

  test.each([
    ['within', 3, 'mailbox_full'],
    ['beyond', 5, 'no_such_user'],
  ])("what stands %s the first 6,000 characters of an address's own lines", (_, lines, reason) => {
    // These are bounded by 40 lines of 1,500 characters only.
    const filler = `${'So sorry. '.repeat(140)}\n`.repeat(lines);
    const text = `${LEE}: no\n${KIM}: no\n${filler}over quota`;
    expect(linesOf({ fields: [failed('5.1.1')], text })).toEqual([`${KIM}: ${reason}`]);
  });
});

describe('E4: which words judge an address of a notice in plain words', () => {
  test.each<[string, string, string]>([
    ['the line of the address before the next', `${KIM}: No such user\n550 Relaying denied`, 'no_such_user'],
    ['its own lines before those above', `Relaying denied, or:\n${KIM}:\nNo such user`, 'no_such_user'],
    ['then the whole notice', `No such user:\n${KIM}`, 'no_such_user'],
    ['two lines are two words', `Your mail to ${KIM}: no such\nuser.`, 'no_such_user'],
    ['a full mailbox saves the address', `${KIM}: No such user\nOver quota`, 'mailbox_full'],
    ['but it is no reason of its own', `${KIM}: Relaying denied\nOver quota`, 'relaying'],
    ['what was refused may stand above', `After end of data:\n${KIM}:\n550 No such user`, 'after_body'],
  ])('%s', (_, text, reason) => {
    expect(linesOf({ text })).toEqual([`${KIM}: ${reason}`]);
  });

  test('what stands above two addresses is said of neither', () => {
    const text = `After end of data, no such user:\n${KIM}\n${LEE}: 550 No such user`;
    expect(linesOf({ text })).toEqual([`${KIM}: unexplained`, `${LEE}: doubtful_user`]);
  });
});

describe('hardening 141: a mail that is still tried is no bounce', () => {
  const delayed = `Delivery to ${KIM} has been delayed: Connection timed out`;
  const filler = `${'So sorry. '.repeat(140)}\n`;

  test.each([
    ['the text says so', 'Delayed mail', delayed, 'delay'],
    ['on two lines', 'Delayed mail', delayed.replace('been ', 'been\n'), 'delay'],
    ['the subject says that it failed', 'Delivery failed', delayed, 'soft_bounce'],
    ['or that it is a failure', 'Mail Failure', delayed, 'soft_bounce'],
    ['a word that begins so is another', 'Failover of mx1: delayed mail', delayed, 'delay'],
    ['nobody says so', 'Delayed mail', `Delivery to ${KIM}: Connection timed out`, 'soft_bounce'],
    [
      'within 6,000 characters',
      'Delayed mail',
      `${KIM}: timed out\n${filler.repeat(4)}has been delayed`,
      'delay',
    ],
    ['beyond them', 'Delayed mail', `${KIM}: timed out\n${filler.repeat(5)}has been delayed`, 'soft_bounce'],
  ])('%s', (_, subject, text, kind) => {
    const [recipient] = readLetter({ headers: { subject }, text })?.recipients ?? [];
    expect([recipient?.kind, recipient?.address]).toEqual([kind, KIM]);
  });
});
