import { describe, expect, test } from 'vitest';

import type { InboundKind, InboundVerdict, Suspicion } from '../../../src/core/inbound/verdict.ts';
import { classify, DAEMON } from './mails.ts';

/** What every verdict is made from: a mail to ada@sender.example that refers to nothing. */
const NOTHING: Omit<InboundVerdict, 'kind' | 'evidence'> = {
  recipients: [],
  robot: null,
  returnsOn: null,
  replyText: '',
  suspicions: [],
  refersTo: {
    inReplyTo: [],
    references: [],
    returnedMessageIds: [],
    deliveredTo: ['ada@sender.example'],
    tokens: [],
  },
};

const UNREFUSED = { reason: null, rule: null, status: null, smtpCode: null, diagnostic: '' };

describe('E4: a person, whose words the operator must see whole', () => {
  test('who answers is one, with the words and no doubt', () => {
    expect(classify({ text: 'Sounds good.\n\nKim' })).toEqual({
      ...NOTHING,
      kind: 'human_reply',
      evidence: ['no machine signs'],
      replyText: 'Sounds good.\n\nKim',
    });
  });

  test.each<[InboundKind, string, string, readonly Suspicion[]]>([
    ['opt_out', 'Please take me off.', 'words take me off', []],
    ['wrong_person', 'Wrong person, sorry.', 'words wrong person', []],
    ['wrong_person', 'Wrong person, sorry. Is it spam?', 'words wrong person', ['may_opt_out']],
    ['human_reply', 'Is it spam?', 'no machine signs', ['may_opt_out']],
    ['human_reply', 'Thanks for contacting us, call me.', 'no machine signs', ['ticket_system']],
  ])('%s: %s', (kind, text, evidence, suspicions) => {
    expect(classify({ text })).toEqual({
      ...NOTHING,
      kind,
      evidence: [evidence],
      replyText: text,
      suspicions,
    });
  });

  test('hardening 139: an absence note without machine signs is a doubt, and says until when', () => {
    const text = 'I am on vacation until 12 March.\n\n> See you until 30 March?\n> Ada';
    expect(classify({ text })).toEqual({
      ...NOTHING,
      kind: 'human_reply',
      evidence: ['no machine signs'],
      returnsOn: '2026-03-12',
      replyText: 'I am on vacation until 12 March.',
      suspicions: ['may_be_automatic'],
    });
  });

  test('a date in the answer of somebody who is there is no absence', () => {
    const verdict = classify({ text: 'The offer stands until 12 March.' });
    expect([verdict.returnsOn, verdict.suspicions]).toEqual([null, []]);
  });

  test('several doubts stand side by side', () => {
    const text = 'I am on leave. Thanks for contacting us. Is it spam?';
    expect(classify({ text }).suspicions).toEqual(['may_opt_out', 'may_be_automatic', 'ticket_system']);
  });

  test('B6: a subject that a mail program writes for its user opts out, though it says that it is automatic', () => {
    const headers = { subject: 'unsubscribe', 'auto-submitted': 'auto-generated' };
    expect(classify({ headers, text: 'Sent by my mail program.' })).toEqual({
      ...NOTHING,
      kind: 'opt_out',
      evidence: ['subject opt-out'],
      replyText: 'Sent by my mail program.',
    });
  });

  test('the words of an opt-out in the answer of a machine are not a wish of its owner', () => {
    const headers = { 'auto-submitted': 'auto-replied' };
    expect(classify({ headers, text: 'Please unsubscribe me.' }).kind).toBe('auto_reply');
  });
});

describe('hardening 144: a mail without words, whose wish may be in an attachment', () => {
  const plain = (text: string) => ({ contentType: 'text/plain', text });
  test.each<[string, readonly { readonly contentType: string; readonly text: string }[], boolean]>([
    ['nothing attached', [], false],
    ['an opt-out', [plain('Unsubscribe me')], true],
    ['a text of which it is not clear', [plain('Is it spam?')], true],
    ['a text about something else', [plain('Sounds good.')], false],
    ['one of two', [plain('Sounds good.'), plain('Unsubscribe me')], true],
    [
      'an opt-out in HTML that was read as text',
      [{ contentType: 'text/html', text: 'Unsubscribe me' }],
      true,
    ],
    ['the words of our own mail, quoted', [plain('> Unsubscribe me')], false],
    ['the headers of our own mail', [{ contentType: 'text/rfc822-headers', text: 'Unsubscribe me' }], false],
    ['our own mail', [{ contentType: 'message/rfc822', text: 'Hello\n\nUnsubscribe me' }], false],
    ['data', [{ contentType: 'application/json', text: 'Unsubscribe me' }], false],
  ])('%s', (_, parts, mayOptOut) => {
    expect(classify({ text: '> Hello', parts })).toEqual({
      ...NOTHING,
      kind: 'human_reply',
      evidence: ['no machine signs'],
      suspicions: mayOptOut ? ['no_words', 'may_opt_out'] : ['no_words'],
      refersTo: NOTHING.refersTo,
    });
  });

  test('attachments of a mail with words do not speak for their sender', () => {
    expect(classify({ text: 'See below.', parts: [plain('Unsubscribe me')] }).suspicions).toEqual([]);
  });
});

describe('E4: what a machine wrote for a person is no answer', () => {
  const auto = { 'auto-submitted': 'auto-replied' };

  test.each<[string, Record<string, string>, string, readonly string[], string | null]>([
    ['a header says so', auto, 'Gone fishing.', ['auto-submitted auto-replied'], null],
    [
      'the subject says so, and names the day',
      { subject: 'Automatic reply: back on 12 March' },
      'Thank you.',
      ['subject ^automatic reply'],
      '2026-03-12',
    ],
    [
      'both, and the text names the day',
      { ...auto, subject: 'Automatic reply: An idea' },
      'Back on 12 March.',
      ['auto-submitted auto-replied', 'subject ^automatic reply'],
      '2026-03-12',
    ],
    [
      'it comes from an address that takes no replies, under the subject of an absence',
      { from: 'no-reply@client.example', subject: 'Automatic reply: An idea' },
      'Thank you.',
      ['sender takes no replies', 'subject ^automatic reply'],
      null,
    ],
    [
      'it comes from such an address, with the words of an absence',
      { from: 'no-reply@client.example' },
      'I am on vacation.',
      ['sender takes no replies'],
      null,
    ],
    [
      'it comes from such an address, and a header says so too',
      { from: 'no-reply@client.example', precedence: 'bulk' },
      'Hello',
      ['precedence', 'sender takes no replies'],
      null,
    ],
    [
      'it comes from such an address, and says itself what it is',
      { from: 'no-reply@client.example' },
      'Kim reads this on Monday. This message was automatically generated.',
      ['sender takes no replies', 'says this message was automatically generated'],
      null,
    ],
  ])('%s', (_, headers, text, evidence, returnsOn) => {
    expect(classify({ headers, text })).toEqual({
      ...NOTHING,
      kind: 'auto_reply',
      evidence,
      replyText: text,
      returnsOn,
    });
  });

  test('the day of return is not read out of a subject beyond 300 characters', () => {
    const subject = (length: number): string =>
      `Automatic reply: ${'x '.repeat(200)}`.slice(0, length - 17) + ' back on 12 March';
    expect(classify({ headers: { subject: subject(300) } }).returnsOn).toBe('2026-03-12');
    expect(classify({ headers: { subject: subject(303) } }).returnsOn).toBeNull();
  });

  test('the subject and the text are two sentences, so that no cue in one belongs to a day in the other', () => {
    const verdict = classify({
      headers: { subject: 'Automatic reply: I will be back soon' },
      text: '12 March was long.',
    });
    expect(verdict.returnsOn).toBeNull();
  });

  test.each<[string, readonly Suspicion[]]>([
    ['Kim no longer works here.', ['may_have_left']],
    ['Kim is away.', []],
  ])('whether the person has left is for the operator to look at: %s', (text, suspicions) => {
    expect(classify({ headers: auto, text })).toMatchObject({ kind: 'auto_reply', suspicions });
  });
});

describe('hardening 139: robots', () => {
  test.each<[string, Record<string, string>, string, Partial<InboundVerdict>]>([
    [
      'a challenge is one though nothing else speaks for it',
      { 'x-boxbe': '1' },
      'Hello',
      { robot: 'challenge', evidence: ['challenge'] },
    ],
    [
      'a list',
      { 'list-id': '<news.client.example>' },
      'Our news',
      { robot: 'list', evidence: ['list-id', 'list'] },
    ],
    [
      'a ticket system',
      { precedence: 'bulk', subject: '[Ticket #4821] An idea' },
      'Hello',
      { robot: 'ticket', evidence: ['precedence', 'ticket'] },
    ],
    [
      'an address that takes no replies',
      { from: 'no-reply@client.example' },
      'Your invoice',
      { robot: 'other', evidence: ['sender takes no replies'] },
    ],
  ])('%s', (_, headers, text, expected) => {
    expect(classify({ headers, text })).toEqual({ ...NOTHING, kind: 'robot', replyText: text, ...expected });
  });
});

describe('E4: reports are read before words, since they are made for machines', () => {
  test.each<[InboundKind, string]>([
    ['complaint', 'abuse'],
    ['feedback', 'not-spam'],
  ])('%s: a feedback report of type %s', (kind, type) => {
    const text = `Feedback-Type: ${type}\nOriginal-Rcpt-To: kim@client.example\nOriginal-Rcpt-To: lee@client.example`;
    expect(classify({ parts: [{ contentType: 'message/feedback-report', text }] })).toEqual({
      ...NOTHING,
      kind,
      evidence: [`feedback-type ${type}`],
      recipients: [
        { address: 'kim@client.example', kind, ...UNREFUSED },
        { address: 'lee@client.example', kind, ...UNREFUSED },
      ],
    });
  });

  test('a read receipt is a notice, and no answer', () => {
    const parts = [
      { contentType: 'message/disposition-notification', text: 'Disposition: manual; displayed' },
    ];
    expect(classify({ text: 'I read it.', parts })).toEqual({
      ...NOTHING,
      kind: 'delivery_notice',
      evidence: ['read receipt'],
    });
  });

  const WORST: readonly (readonly [InboundKind, string, string])[] = [
    ['dead_address', 'failed', '5.1.1'],
    ['blocked', 'failed', '5.7.23'],
    ['soft_bounce', 'failed', '5.2.2'],
    ['unknown_bounce', 'failed', '5.0.0'],
    ['delay', 'delayed', '4.4.1'],
    ['delivery_notice', 'relayed', '2.0.0'],
  ];
  const block = (index: number): string => {
    const [, action = '', status = ''] = WORST[index] ?? [];
    return `Final-Recipient: rfc822; a${String(index)}@x.example\nAction: ${action}\nStatus: ${status}`;
  };
  const reported = (...indices: readonly number[]) =>
    classify({
      headers: DAEMON,
      parts: [{ contentType: 'message/delivery-status', text: indices.map(block).join('\n\n') }],
    });

  test.each(WORST.map(([kind], index) => ({ kind, index })))(
    'a report on several addresses is headed by the worst: $kind over what is milder',
    ({ kind, index }) => {
      const milder = WORST.slice(index).map((_, offset) => index + offset);
      expect(reported(index).kind).toBe(kind);
      const verdict = reported(...milder.toReversed());
      expect(verdict.kind).toBe(kind);
      expect(verdict.recipients.map((recipient) => recipient.kind)).toEqual(
        WORST.slice(index)
          .map(([own]) => own)
          .toReversed(),
      );
    },
  );

  test('of a report nothing of the text is an answer', () => {
    const verdict = reported(0);
    expect([
      verdict.replyText,
      verdict.suspicions,
      verdict.evidence,
      verdict.robot,
      verdict.returnsOn,
    ]).toEqual(['', [], ['delivery-status', 'dead_address no_such_user'], null, null]);
  });
});

describe('E4: the events of a provider that come as JSON', () => {
  const SES = { from: 'no-reply@sns.amazonaws.com' };
  const MAIL = { messageId: 'm-1' };
  const about = (returnedMessageIds: readonly string[]) => ({ ...NOTHING.refersTo, returnedMessageIds });
  const event = (fields: Readonly<Record<string, unknown>>) =>
    classify({ headers: SES, text: JSON.stringify(fields) });
  const bounced = (bounceType: string, ...bouncedRecipients: readonly Readonly<Record<string, string>>[]) =>
    event({ notificationType: 'Bounce', mail: MAIL, bounce: { bounceType, bouncedRecipients } });

  test('a complaint leads to the send by the id of the provider, where it names one', () => {
    const complaint = { complainedRecipients: [{ emailAddress: 'Kim@client.example' }] };
    const expected = {
      ...NOTHING,
      kind: 'complaint',
      evidence: ['provider complaint'],
      recipients: [{ address: 'kim@client.example', kind: 'complaint', ...UNREFUSED }],
    };
    expect(event({ notificationType: 'Complaint', mail: MAIL, complaint })).toEqual({
      ...expected,
      refersTo: about(['m-1']),
    });
    expect(event({ notificationType: 'Complaint', complaint })).toEqual(expected);
  });

  test('a delivery is a notice', () => {
    expect(event({ notificationType: 'Delivery', mail: MAIL })).toEqual({
      ...NOTHING,
      kind: 'delivery_notice',
      evidence: ['provider notice'],
      refersTo: about(['m-1']),
    });
  });

  test('a bounce names who failed, why, and in which words; who is not named is nobody', () => {
    const recipient = {
      emailAddress: 'Kim@client.example',
      status: '5.1.1',
      diagnosticCode: 'smtp; 550 user unknown',
    };
    const dead = {
      kind: 'dead_address',
      reason: 'no_such_user',
      status: '5.1.1',
      smtpCode: 550,
      diagnostic: 'smtp; 550 user unknown',
    };
    const verdict = bounced('Permanent', recipient, { ...recipient, emailAddress: '' });
    expect(verdict).toEqual({
      ...NOTHING,
      kind: 'dead_address',
      evidence: ['provider notice'],
      recipients: [
        { address: 'kim@client.example', rule: 'phrase user…unknown', ...dead },
        { address: null, rule: 'phrase user…unknown', ...dead },
      ],
      refersTo: about(['m-1']),
    });
  });

  test.each<[string, string, string, string]>([
    ['Permanent', '5.1.1', 'no_such_user', 'dead_address'],
    ['Permanent', '4.1.1', 'server_fault', 'soft_bounce'],
    ['Transient', '5.1.1', 'unreachable', 'soft_bounce'],
    ['Transient', '4.1.1', 'server_fault', 'soft_bounce'],
  ])('only what both call permanent condemns an address: %s and %s', (bounceType, status, reason, kind) => {
    const verdict = bounced(bounceType, { emailAddress: 'kim@client.example', status });
    expect([verdict.kind, verdict.recipients[0]?.reason]).toEqual([kind, reason]);
  });
});
