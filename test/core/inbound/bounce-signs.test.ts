import { describe, expect, test } from 'vitest';

import { bounceSigns, isPersonalAnswer } from '../../../src/core/inbound/bounce-signs.ts';
import type { InboundMail } from '../../../src/core/inbound/mail.ts';
import { readNotice } from '../../../src/core/inbound/notice-text.ts';
import { mail } from './mails.ts';

const RETURNED = { contentType: 'message/rfc822', text: 'Subject: An idea\r\n\r\nHello' };
const RETURNED_HEADERS = { ...RETURNED, contentType: 'text/rfc822-headers' };

/** A subject and a text that speak of failure, and a text that does not. */
const SUBJECT = 'Failure notice';
const FAILURE = 'We could not deliver it.';
const CODE = 'Answer: 550 refused.';
const NEUTRAL = 'About your message of today.';

interface Letter {
  readonly headers?: Readonly<Record<string, string>>;
  readonly text?: string;
  readonly parts?: InboundMail['parts'];
}

function signsOf(letter: Letter): readonly string[] {
  const whole = mail(letter);
  return bounceSigns(whole, readNotice(whole.text));
}

describe('E4: two headers say by themselves that a mail is a delivery notice', () => {
  test.each([
    ['Exim names who failed', { 'x-failed-recipients': 'lee@client.example' }, ['x-failed-recipients']],
    ['an empty one names nobody', { 'x-failed-recipients': ' ' }, []],
    [
      'RFC 3464, in quotes',
      { 'content-type': 'multipart/report; report-type="delivery-status"' },
      ['report-type'],
    ],
    [
      'RFC 3464, without',
      { 'content-type': 'Multipart/Report; Report-Type=Delivery-Status; boundary=b' },
      ['report-type'],
    ],
    [
      'a receipt is another report (RFC 8098)',
      { 'content-type': 'multipart/report; report-type=disposition-notification' },
      [],
    ],
    ['the parameter in another header is none', { subject: 'report-type=delivery-status' }, []],
  ])('%s', (_, headers, signs) => {
    expect(signsOf({ headers, text: NEUTRAL })).toEqual(signs);
  });
});

describe('E4: a mail server is known by its name, or its bounces count as what people write', () => {
  test.each([
    'MAILER-DAEMON@mx.client.example',
    'Mail Delivery <mailerdaemon@client.example>',
    'MAILER-DAEMON (Mail System)',
    // RFC 5321 4.5.5: nobody is to answer.
    'Mail <>',
    '<>',
  ])('%s is a daemon, and its notice needs no further sign', (from) => {
    expect(signsOf({ headers: { from }, text: NEUTRAL })).toEqual(['sender mailer-daemon']);
  });

  test.each([
    'MAILER-DAEMON2@mx.client.example',
    'mailerdaemon2@client.example',
    'Postmaster@client.example',
    'post_master@client.example',
    'Mail Delivery <mta@client.example>',
    'Delivery System <mta@client.example>',
    'Delivery Subsystem <mta@client.example>',
    'Mail Administrator <mta@client.example>',
    'mail-daemon@client.example',
    'maildaemon@client.example',
    'm-daemon@client.example',
    'MDaemon@client.example',
    'bounce-notification@client.example',
    'bouncenotify@client.example',
    'SMTP Gateway <mta@client.example>',
    'smtp_server@client.example',
    'smtp-mail@client.example',
    'smtpserver@client.example',
    'Mail System <mta@client.example>',
    'mail_gateway@client.example',
    'mail-system@client.example',
    'mailgateway@client.example',
    // Some gateways leave From out altogether.
    '',
  ])('%j is a mail system', (from) => {
    expect(signsOf({ headers: { from }, text: CODE })).toEqual(['sender system', 'reply code']);
  });

  test.each([
    'Kim Rivers <kim@client.example>',
    'kim@smtp.server.example',
    'kim@mail.system.example',
    'Modem Daemon <kim@client.example>',
    'kim@amdaemon.example',
    'kim@mailsystems.example',
    'Kim <> Rivers <kim@client.example>',
  ])('%s is a person, whose mail with a reply code in it is no bounce', (from) => {
    expect(signsOf({ headers: { from }, text: CODE })).toEqual([]);
  });

  test.each([
    ['an address that takes no answers', 'noreply@client.example', [RETURNED], true],
    ['written with a hyphen', 'no-reply@client.example', [RETURNED], true],
    ['with an underscore', 'no_reply@client.example', [RETURNED], true],
    ['in full', 'do-not-reply@client.example', [RETURNED], true],
    ['in full, in one word', 'donotreply@client.example', [RETURNED], true],
    ['with headers alone', 'noreply@client.example', [RETURNED_HEADERS], true],
    ['with nothing attached', 'noreply@client.example', [], false],
    ['with something else', 'noreply@client.example', [{ ...RETURNED, contentType: 'text/html' }], false],
    ['with a name that ends so', 'casino-reply.desk@client.example', [RETURNED], false],
    ['with another sign in between', 'no.reply@client.example', [RETURNED], false],
  ])('an attached mail makes a mail system of %s: %s', (_, from, parts, isSystem) => {
    expect(signsOf({ headers: { from }, text: CODE, parts })).toEqual(
      isSystem ? ['sender system', 'reply code'] : [],
    );
  });

  test('Mail servers of the X-MLServer kind name themselves in a header', () => {
    expect(signsOf({ headers: { 'x-mlserver': '' }, text: CODE })).toEqual(['sender system', 'reply code']);
  });
});

describe('E4: what else a notice must say, by who sends it', () => {
  const system = { from: 'postmaster@client.example' };
  const daemon = { from: 'MAILER-DAEMON@client.example' };
  const nobody = { 'return-path': '<>' };
  const answers = { 'auto-submitted': 'Auto-Replied' };
  const subject = { subject: SUBJECT };

  test.each<[string, Letter, readonly string[]]>([
    ['a system and nothing else', { headers: system, text: NEUTRAL }, []],
    ['a system and a failure', { headers: system, text: FAILURE }, ['sender system', 'could not deliver']],
    [
      'a system and a subject',
      { headers: { ...system, ...subject }, text: NEUTRAL },
      ['sender system', 'failure notice'],
    ],
    [
      'a system, a subject and an answering machine',
      { headers: { ...system, ...subject, ...answers }, text: NEUTRAL },
      [],
    ],
    [
      'RFC 3834: generated is no answer',
      {
        headers: { ...system, ...subject, 'auto-submitted': 'auto-generated (not auto-replied)' },
        text: NEUTRAL,
      },
      ['sender system', 'failure notice'],
    ],
    [
      'an answering machine that says what failed',
      { headers: { ...system, ...answers }, text: FAILURE },
      ['sender system', 'could not deliver'],
    ],
    [
      'a daemon that answers (Exim)',
      { headers: { ...daemon, ...answers }, text: NEUTRAL },
      ['sender mailer-daemon'],
    ],
    [
      'all signs, in their order',
      { headers: { ...daemon, ...subject }, text: `${FAILURE}\n${CODE}` },
      ['sender mailer-daemon', 'failure notice', 'could not deliver', 'reply code'],
    ],
    [
      'nobody, a failure and a subject',
      { headers: { ...nobody, ...subject }, text: FAILURE },
      ['sender null return path', 'failure notice', 'could not deliver'],
    ],
    [
      'nobody, a failure and a code',
      { headers: nobody, text: `${FAILURE}\n${CODE}` },
      ['sender null return path', 'could not deliver', 'reply code'],
    ],
    [
      'nobody, a failure and the mail',
      { headers: nobody, text: FAILURE, parts: [RETURNED] },
      ['sender null return path', 'could not deliver'],
    ],
    [
      'nobody and a failure: people who are away cannot be reached either',
      { headers: nobody, text: FAILURE },
      [],
    ],
    ['nobody, a subject and a code', { headers: { ...nobody, ...subject }, text: CODE }, []],
    [
      'nobody, and a machine that answers',
      { headers: { ...nobody, ...subject, ...answers }, text: FAILURE },
      [],
    ],
    [
      'a return path with white space',
      { headers: { 'return-path': ' <> ', ...subject }, text: FAILURE },
      ['sender null return path', 'failure notice', 'could not deliver'],
    ],
    [
      'a return path that names somebody',
      { headers: { 'return-path': '<kim@client.example>', ...subject }, text: FAILURE },
      [],
    ],
    [
      'empty brackets in another header',
      { headers: { 'return-path': '<kim@client.example>', 'x-envelope': '<>', ...subject }, text: FAILURE },
      [],
    ],
  ])('%s', (_, letter, signs) => {
    expect(signsOf(letter)).toEqual(signs);
  });

  test('a second Return-Path counts too: relays add their own above the first', () => {
    const whole = mail({ headers: subject, text: FAILURE });
    const headers = [
      { name: 'return-path', value: '<kim@client.example>' },
      { name: 'return-path', value: '<>' },
      ...whole.headers,
    ];
    expect(bounceSigns({ ...whole, headers }, readNotice(whole.text))).toEqual([
      'sender null return path',
      'failure notice',
      'could not deliver',
    ]);
  });

  test.each([
    ['a phrase on two lines', 'It could not\nbe delivered.', ['could not be delivered']],
    ['the last of 6,000 characters', `${'x '.repeat(2_991)} undelivered`, ['undelivered']],
    ['beyond 6,000 characters', `${'x '.repeat(2_995)} undelivered`, []],
  ])('the text is read as one, up to its bound: %s', (_, text, signs) => {
    const lines = text.split('\n');
    const notice = { lines, returnedHeaders: [] };
    expect(bounceSigns(mail({ headers: daemon }), notice)).toEqual(['sender mailer-daemon', ...signs]);
  });

  test.each([
    ['within', 285, ['failure notice']],
    ['beyond', 290, []],
  ])('a subject counts %s its first 300 characters', (_, before, signs) => {
    const headers = { ...daemon, subject: `${'x'.repeat(before)} ${SUBJECT}` };
    expect(signsOf({ headers, text: NEUTRAL })).toEqual(['sender mailer-daemon', ...signs]);
  });
});

describe('E4: a reply code of SMTP, or an order number', () => {
  test.each([
    ['550 refused', true],
    ['421-busy', true],
    ['(559 refused)', true],
    ['status 5.1.1', true],
    ['#4.22.333', true],
    ['5.10.1.', true],
    ['ends with 5.1.1', true],
    ['650 chairs', false],
    ['560 chairs', false],
    ['55x chairs', false],
    ['550chairs', false],
    ['order 1550 of May', false],
    ['0.550 kg', false],
    ['version 6.1.1', false],
    ['version 5.1', false],
    ['version 5.1.1234', false],
    ['host 5.1.1.7', false],
    ['version 1.5.1.1', false],
    ['page 15.1.1', false],
  ])('%j: %s', (text, isCode) => {
    const headers = { from: 'MAILER-DAEMON@client.example' };
    expect(signsOf({ headers, text })).toEqual(['sender mailer-daemon', ...(isCode ? ['reply code'] : [])]);
  });
});

describe('E4: a gateway under a name of its own returns a mail; people write about mails that came back', () => {
  const subject = { subject: SUBJECT };
  const parts = [RETURNED];
  const gateway = ['returned mail', 'failure notice', 'could not deliver'];

  test.each<[string, Letter, readonly string[]]>([
    ['the mail is attached', { headers: subject, text: FAILURE, parts }, gateway],
    ['its headers are', { headers: subject, text: FAILURE, parts: [RETURNED_HEADERS] }, gateway],
    [
      'it stands below',
      {
        headers: subject,
        text: `${FAILURE}\n----- Original message -----\nMessage-ID: <m-1@sender.example>`,
      },
      gateway,
    ],
    ['nothing is returned', { headers: subject, text: FAILURE }, []],
    ['the subject says nothing', { headers: { subject: 'Hello' }, text: FAILURE, parts }, []],
    ['the text says nothing', { headers: subject, text: NEUTRAL, parts }, []],
    [
      'it answers a mail',
      { headers: { ...subject, 'in-reply-to': '<m-1@x.example>' }, text: FAILURE, parts },
      [],
    ],
    [
      'it stands in a thread',
      { headers: { ...subject, references: '<m-1@x.example>' }, text: FAILURE, parts },
      [],
    ],
    ['one letter and a colon', { headers: { subject: `R: ${SUBJECT}` }, text: FAILURE, parts }, []],
    ['four letters and a colon', { headers: { subject: `Antw: ${SUBJECT}` }, text: FAILURE, parts }, []],
    [
      'French puts a space before the colon',
      { headers: { subject: `RE : ${SUBJECT}` }, text: FAILURE, parts },
      [],
    ],
    ['letters of any script', { headers: { subject: `答复: ${SUBJECT}` }, text: FAILURE, parts }, []],
    [
      'a longer word is no sign of an answer',
      { headers: { subject: `Notice: ${SUBJECT}` }, text: FAILURE, parts },
      gateway,
    ],
    [
      'nor is one in the middle',
      { headers: { subject: `${SUBJECT}, host said: no` }, text: FAILURE, parts },
      gateway,
    ],
    ['nor are digits', { headers: { subject: `42: ${SUBJECT}` }, text: FAILURE, parts }, gateway],
    ['nor a hyphen', { headers: { subject: `A-: ${SUBJECT}` }, text: FAILURE, parts }, gateway],
  ])('%s', (_, letter, signs) => {
    expect(signsOf(letter)).toEqual(signs);
  });
});

describe('E4: people paste and attach what came back to them; their answers bounce nobody', () => {
  const answer = { 'in-reply-to': '<m-1@sender.example>' };

  test.each([
    ['who names the mail', answer, true],
    ['in whose thread it stands', { references: '<m-1@sender.example>' }, true],
    ['who writes anew', {}, false],
    ['RFC 3834: not automatic', { ...answer, 'auto-submitted': 'no' }, true],
    ['RFC 3834: not automatic, with a comment', { ...answer, 'auto-submitted': ' No; by hand' }, true],
    ['a machine', { ...answer, 'auto-submitted': 'auto-generated' }, false],
    ['a machine whose word ends so', { ...answer, 'auto-submitted': 'auto-no' }, false],
    ['a report', { ...answer, 'content-type': ' Multipart/Report; report-type=delivery-status' }, false],
    ['a mail about reports', { ...answer, 'content-type': 'text/plain; name="multipart/report"' }, true],
    ['a mail server', { ...answer, from: 'postmaster@client.example' }, false],
    ['nobody', { ...answer, 'return-path': '<>' }, false],
  ])('%s', (_, headers, isPerson) => {
    expect(isPersonalAnswer(mail({ headers }))).toBe(isPerson);
  });
});
