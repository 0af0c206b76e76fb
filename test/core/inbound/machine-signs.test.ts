import { describe, expect, test } from 'vitest';

import { isReadReceipt, machineSigns, NO_REPLY_SIGN } from '../../../src/core/inbound/machine-signs.ts';
import type { MachineSigns } from '../../../src/core/inbound/machine-signs.ts';
import { mail } from './mails.ts';

type Headers = Readonly<Record<string, string>>;

function signs(headers: Headers, words = 'Hello', text = words): MachineSigns {
  return machineSigns(mail({ headers, text }), words);
}

const NONE: MachineSigns = {
  headers: [],
  awaySubject: null,
  awayWords: null,
  robot: null,
  hasTicketSigns: false,
};
const ANSWER = { 'in-reply-to': '<m-1@sender.example>' };
const AWAY = 'I am on vacation.';
const away = { awayWords: 'i am on vacation' };

/** As many characters as asked for, words of one letter. */
function filled(characters: number): string {
  return 'x '.repeat(characters / 2 + 1).slice(0, characters - 1) + ' ';
}

describe('E4: headers that only machines write, so that no absence stops a sequence as an answer would', () => {
  test('a mail of a person has none of the signs', () => {
    expect(signs({ subject: 'Re: An idea', ...ANSWER })).toEqual(NONE);
  });

  test.each<[string, string, string[]]>([
    ['auto-submitted', 'auto-replied', ['auto-submitted auto-replied']],
    ['auto-submitted', 'Auto-Generated (rejected)', ['auto-submitted auto-generated (rejected)']],
    ['auto-submitted', 'auto-generated; no', ['auto-submitted auto-generated; no']],
    ['auto-submitted', 'x'.repeat(50), [`auto-submitted ${'x'.repeat(40)}`]],
    ['auto-submitted', 'no', []],
    ['auto-submitted', 'NO; sent by hand', []],
    ['auto-submitted', '', []],
    ['precedence', 'auto_reply', ['precedence']],
    ['precedence', ' Auto-Reply', ['precedence']],
    ['precedence', 'autoreply', ['precedence']],
    ['precedence', 'auto_response', ['precedence']],
    ['precedence', 'bulk', ['precedence']],
    ['precedence', 'junk (vacation)', ['precedence']],
    ['x-precedence', 'bulk', ['precedence']],
    ['preference', 'bulk', ['precedence']],
    ['precedence', 'bulky', []],
    ['precedence', 'not bulk', []],
    ['precedence', 'auto.reply', []],
    ['precedence', 'first-class', []],
    ['importance', 'bulk', []],
    ['x-apple-action', 'VACATION/1', ['x-apple-action']],
    ['x-apple-action', 'VACATIONS', []],
    ['x-mailer', 'Vacation 1.2', ['x-mailer']],
    ['x-mailer', 'Example Autoresponder 2', ['x-mailer']],
    ['x-mailer', 'Auto-Reply', ['x-mailer']],
    ['x-mailer', 'Example Mail 16', []],
    ['return-path', '<>', ['null return path']],
    ['return-path', ' < > ', ['null return path']],
    ['return-path', '<kim@client.example>', []],
    ['return-path', '<> kim', []],
    ['return-path', 'kim <>', []],
    ['cc', '<>', []],
    ['list-id', '<news.client.example>', ['list-id']],
    ['from', 'no-reply@client.example', [NO_REPLY_SIGN]],
    ['from', 'No_Reply@client.example', [NO_REPLY_SIGN]],
    ['from', 'Shop <noreply@client.example>', [NO_REPLY_SIGN]],
    ['from', 'do-not-reply@client.example', [NO_REPLY_SIGN]],
    ['from', 'donotreply@client.example', [NO_REPLY_SIGN]],
    ['from', 'mailer-daemon@client.example', [NO_REPLY_SIGN]],
    ['from', 'postmaster@client.example', [NO_REPLY_SIGN]],
    ['from', 'snoreply@client.example', []],
    ['from', 'noreply <kim@client.example>', []],
    ['reply-to', 'noreply@client.example', []],
  ])('%s: %s', (name, value, expected) => {
    expect(signs({ [name]: value }).headers).toEqual(expected);
  });

  test('all of them are named, in one order, so that the operator sees what decided', () => {
    const headers = {
      'list-id': '<x>',
      'x-autoreply': 'yes',
      'x-vacation': 'yes',
      from: 'noreply@client.example',
      'return-path': '<>',
      'x-auto-response-suppress': 'All',
      'x-mailer': 'Vacation',
      'x-apple-action': 'vacation',
      precedence: 'bulk',
      'auto-submitted': 'auto-replied',
    };
    expect(signs(headers, 'This message was automatically generated.').headers).toEqual([
      'auto-submitted auto-replied',
      'x-autoreply',
      'precedence',
      'x-apple-action',
      'x-mailer',
      'x-auto-response-suppress',
      'null return path',
      'sender takes no replies',
      'list-id',
      'says this message was automatically generated',
    ]);
  });

  test('the null return path is seen behind another one', () => {
    const named = mail({});
    const headers = [
      { name: 'return-path', value: '<kim@client.example>' },
      { name: 'return-path', value: '<>' },
    ];
    expect(machineSigns({ ...named, headers: [...named.headers, ...headers] }, '').headers).toEqual([
      'null return path',
    ]);
  });

  test('a list that carries an answer is a shared mailbox', () => {
    expect(signs({ 'list-id': '<office.client.example>', ...ANSWER })).toEqual(NONE);
  });
});

describe('E4: every program names its mark in its own way', () => {
  test.each([
    'x-post-messageclass',
    'x-ms-exchange-generated-message-source',
    'x-ms-exchange-inbox-rules-loop',
    'x-cron-env',
    'x-mlserver',
    'x-facebook-notify',
  ])('%s, whatever its value', (name) => {
    expect(signs({ [name]: 'no' }).headers).toEqual([name]);
  });

  test.each([
    'autoreply',
    'x-autoreply',
    'x-auto-reply',
    'x-auto-replied',
    'x-automatic-reply',
    'x-automaticreply',
    'x-auto-respond',
    'x-auto-responder-id',
    'x-autoresponse',
    'x-autoanswer',
    'x-auto-answered',
    'x-auto-generated',
    'x-machine-generated',
    'x-machinegenerated',
    'vacation',
    'x-vacation-id',
    'x-out-of-office',
    'x-outofoffice',
    'x-ooo',
    'x-oof',
    'x-away',
    'x-away-message',
    'x-awaymessage',
    'thread-a-b2-c-autoreply',
    `x-${'a'.repeat(20)}-autoreply`,
  ])('%s', (name) => {
    expect(signs({ [name]: 'yes' }).headers).toEqual([name]);
  });

  test.each([
    'x-notautoreply',
    'x-a_b-autoreply',
    'x-a-b-c-d-autoreply',
    `x-${'a'.repeat(21)}-autoreply`,
    'x-autoreplyto',
    'x-automobile',
    'x-autoresponx',
    'x-auto-respondences',
    'x-awayday',
    'x-autoresponse-suppress',
    'x-ms-exchange-organization-oof',
    'x-ms-exchange-crosstenant-outofoffice',
    'x-autoreply-loop-detect',
    'x-autoreply-loopdetect',
  ])('%s is none', (name) => {
    expect(signs({ [name]: 'yes' }).headers).toEqual([]);
  });

  test.each<[string, boolean]>([
    ['', true],
    ['1', true],
    ['nothing to add', true],
    ['who knows? no', true],
    ['no reply', true],
    ['no', false],
    [' No ', false],
    ['\tfalse\t', false],
    ['0', false],
    ['NONE', false],
  ])('a mark with the value %j: %s', (value, isSign) => {
    expect(signs({ 'x-autoreply': value }).headers).toEqual(isSign ? ['x-autoreply'] : []);
  });
});

describe("E4: X-Auto-Response-Suppress, which Exchange writes on its own answers and others on people's mails", () => {
  const suppress = (value: string) => ({ 'x-auto-response-suppress': value });
  test.each<[string, Headers, string, boolean]>([
    ['All', suppress('All'), 'Hello', true],
    ['OOF among others', suppress('DR, OOF, AutoReply'), 'Hello', true],
    ['AutoReply', suppress('AutoReply'), 'Hello', true],
    ['receipts only', suppress('DR, RN, NRN'), 'Hello', false],
    ['a word that contains one', suppress('overall'), 'Hello', false],
    ['an answer', { ...suppress('All'), ...ANSWER }, 'Hello', false],
    ['an answer with the words of an absence', { ...suppress('All'), ...ANSWER }, AWAY, true],
    [
      'an answer under the subject of an absence',
      { ...suppress('All'), ...ANSWER, subject: 'Automatic reply: An idea' },
      'Hello',
      true,
    ],
    ['a program that names itself', { ...suppress('All'), 'user-agent': 'Mail/1' }, AWAY, false],
    ['a mailer of machines', { ...suppress('All'), 'x-mailer': 'Mail/1' }, 'Hello', true],
    ['an answer typed in a mailer', { ...suppress('All'), 'x-mailer': 'Mail/1', ...ANSWER }, AWAY, false],
  ])('%s', (_, headers, words, isSign) => {
    expect(signs(headers, words).headers).toEqual(isSign ? ['x-auto-response-suppress'] : []);
  });
});

describe('E4: what a machine writes in the subject, and what a person may', () => {
  test.each<[string, string | null]>([
    ['Automatic reply: An idea', '^automatic reply'],
    ['Kim Rivers is out of the office', 'is out of the office'],
    ['Re: Kim Rivers is out of the office', null],
    ['Re: An idea (Automatic Response)', 'automatic response'],
    ['Re: An idea', null],
    ['Automatinis atsakymas: An idea', 'automatinis atsakymas'],
    ['Biroja atbilde, automātiska atbilde: An idea', 'automatiska atbilde'],
    ['Urlaub: An idea', '^urlaub'],
    ['Urlaub : An idea', '^urlaub'],
    ['Atvaļinājums Re: An idea', '^atvalinajum'],
    ['Urlaub', null],
    ['Urlaub nächste Woche', null],
    [`Urlaub ${filled(27)}: An idea`, '^urlaub'],
    [`Urlaub ${filled(28)}: An idea`, null],
    ['Plan: Urlaub', null],
    ['An idea: what now', null],
  ])('%s', (subject, expected) => {
    expect(signs({ subject })).toEqual({ ...NONE, awaySubject: expected });
  });

  test('a vague subject counts above the words of an absence', () => {
    expect(signs({ subject: 'Urlaub' }, AWAY)).toEqual({ ...NONE, ...away, awaySubject: '^urlaub' });
    expect(signs({ subject: 'An idea' }, AWAY)).toEqual({ ...NONE, ...away });
  });
});

describe('E4: sentences in which a machine says so', () => {
  const SAYS = 'This message was automatically generated.';
  const generated = ['says this message was automatically generated'];

  test.each<[string, string, string[]]>([
    ['at the beginning', SAYS, generated],
    ['within 3,000 characters', filled(2_960) + SAYS, generated],
    ['behind them, where old mails lie', filled(2_961) + SAYS, []],
  ])('%s', (_, words, headers) => {
    expect(signs({}, words)).toEqual({ ...NONE, headers });
  });

  test('only in the own words: what is quoted was said by another machine', () => {
    expect(signs({}, 'Hello', `Hello\n> ${SAYS}`)).toEqual(NONE);
  });

  test('an absence note is looked for in the first 600 characters', () => {
    expect(signs({}, `${filled(584)}${AWAY}`)).toEqual({ ...NONE, ...away });
    expect(signs({}, `${filled(585)}${AWAY}`)).toEqual(NONE);
  });
});

describe('hardening 139: robots, and persons who sound like one', () => {
  const NUMBER = '[Ticket #48213] An idea';
  const COURTESY = 'Thank you for contacting us.';
  const bulk = { precedence: 'bulk' };
  const marked = { ...NONE, headers: ['precedence'] };

  test.each<[string, Headers, string, MachineSigns]>([
    [
      'a number in the subject and a header',
      { ...bulk, subject: NUMBER },
      'Hello',
      { ...marked, robot: 'ticket', hasTicketSigns: true },
    ],
    ['a courtesy and a header', bulk, COURTESY, { ...marked, robot: 'ticket', hasTicketSigns: true }],
    ['a header alone', bulk, 'Hello', marked],
    ['a number alone', { subject: NUMBER }, 'Hello', { ...NONE, hasTicketSigns: true }],
    ['a courtesy alone', {}, COURTESY, { ...NONE, hasTicketSigns: true }],
    [
      'a courtesy and the words of an absence',
      bulk,
      `${COURTESY} ${AWAY}`,
      { ...marked, ...away, hasTicketSigns: true },
    ],
    [
      'a courtesy under the subject of an absence',
      { ...bulk, subject: 'Automatic reply: An idea' },
      COURTESY,
      { ...marked, awaySubject: '^automatic reply', hasTicketSigns: true },
    ],
    [
      'a courtesy in what says that it answers for somebody',
      { 'auto-submitted': 'Auto-Replied; x' },
      COURTESY,
      { ...NONE, headers: ['auto-submitted auto-replied; x'], hasTicketSigns: true },
    ],
    [
      'a courtesy in what only mentions it',
      { 'auto-submitted': 'generated, auto-replied' },
      COURTESY,
      { ...NONE, headers: ['auto-submitted generated, auto-replied'], robot: 'ticket', hasTicketSigns: true },
    ],
    [
      'a number, whatever else speaks for a person',
      { 'auto-submitted': 'auto-replied', subject: NUMBER },
      AWAY,
      { ...NONE, ...away, headers: ['auto-submitted auto-replied'], robot: 'ticket', hasTicketSigns: true },
    ],
    [
      'a ticket system that is a list too',
      { 'list-id': '<x>', subject: NUMBER },
      'Hello',
      { ...NONE, headers: ['list-id'], robot: 'ticket', hasTicketSigns: true },
    ],
    ['a list', { 'list-id': '<x>' }, 'Hello', { ...NONE, headers: ['list-id'], robot: 'list' }],
    [
      'a challenge by its sender',
      { from: 'Kim <kim@mx.boxbe.com>' },
      'Hello',
      { ...NONE, robot: 'challenge' },
    ],
    ['a challenge by its header', { 'x-boxbe': '' }, 'Hello', { ...NONE, robot: 'challenge' }],
    ['a challenge by its words', {}, 'Prove you are human', { ...NONE, robot: 'challenge' }],
    [
      'a challenge by its subject',
      { subject: 'Sender verification required' },
      'Hello',
      { ...NONE, robot: 'challenge' },
    ],
    [
      'one that is a list too',
      { 'x-boxbe': '1', 'list-id': '<x>' },
      'Hello',
      { ...NONE, headers: ['list-id'], robot: 'challenge' },
    ],
    ['a sender beyond 300 characters', { from: `${filled(300)}<kim@boxbe.com>` }, 'Hello', NONE],
    [
      'a sender within them',
      { from: `${filled(280)}<kim@boxbe.com>` },
      'Hello',
      { ...NONE, robot: 'challenge' },
    ],
    [
      'a number within 500 characters of the subject',
      { subject: `${filled(480)}[Ticket #48213]` },
      'Hello',
      { ...NONE, hasTicketSigns: true },
    ],
    ['a number behind them', { subject: `${filled(490)}[Ticket #48213]` }, 'Hello', NONE],
    [
      'a courtesy within 3,000 characters',
      {},
      `${filled(2_970)}${COURTESY}`,
      { ...NONE, hasTicketSigns: true },
    ],
    ['a courtesy behind them', {}, `${filled(2_990)}${COURTESY}`, NONE],
  ])('%s', (_, headers, words, expected) => {
    expect(signs(headers, words)).toEqual(expected);
  });

  test('words of a robot below a quote mark speak as well: some write between the lines', () => {
    expect(signs({}, 'Hello', 'Hello\n> Prove you are human').robot).toBe('challenge');
  });
});

describe('E4: a receipt that a mail was read (RFC 8098) is no answer and no bounce', () => {
  const PART = { contentType: 'message/disposition-notification', text: 'Disposition: manual; displayed' };
  const typed = (type: string) => ({ 'content-type': `multipart/report; report-type=${type}` });

  test.each<[string, Parameters<typeof mail>[0], boolean]>([
    ['the part', { parts: [PART] }, true],
    ['the type', { headers: typed('disposition-notification') }, true],
    ['the type in quotes', { headers: typed('"Disposition-Notification"') }, true],
    ['another type', { headers: typed('delivery-status') }, false],
    ['the type in another header', { headers: { subject: 'report-type=disposition-notification' } }, false],
    ['another part', { parts: [{ ...PART, contentType: 'text/plain' }] }, false],
    ['nothing of the kind', {}, false],
    ['a refusal by a filter', { parts: [PART], text: 'Your mail was automatically rejected.' }, false],
    ['another', { parts: [PART], text: 'The message was rejected by a rule.' }, false],
    ['a third', { parts: [PART], text: 'The Message was Refused.' }, false],
    ['a part that speaks of none', { parts: [PART], text: 'The message was read, not rejected.' }, true],
    [
      'a refusal within 2,000 characters',
      { parts: [PART], text: `${filled(1_979)}message was rejected` },
      false,
    ],
    [
      'one behind them, in the old mail',
      { parts: [PART], text: `${filled(1_981)}message was rejected` },
      true,
    ],
  ])('%s', (_, parts, expected) => {
    expect(isReadReceipt(mail(parts))).toBe(expected);
  });
});
