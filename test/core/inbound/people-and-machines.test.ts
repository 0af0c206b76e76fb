import { describe, expect, test } from 'vitest';

import { classify } from './mails.ts';

const NOTE = 'I am out of the office until 12 March and will answer then.';

describe('E4: auto-replies do not count as answers', () => {
  test.each<[string, Record<string, string>]>([
    ['RFC 3834', { 'auto-submitted': 'auto-replied' }],
    ['RFC 3834 with a comment', { 'auto-submitted': 'auto-generated (rejected)' }],
    ['a null return path', { 'return-path': '<>' }],
    ['vacation programs', { precedence: 'auto_reply' }],
    ['older programs', { precedence: 'bulk' }],
    ['Exchange', { 'x-auto-response-suppress': 'All' }],
    ['X-Autoreply', { 'x-autoreply': 'yes' }],
    ['X-Autorespond', { 'x-autorespond': '' }],
    ['iCloud', { 'x-apple-action': 'VACATION/1' }],
    ['a program with a header name of its own', { 'x-mail-auto-responder': '1' }],
    ['a vacation program', { 'x-vacation-id': '7' }],
    ['a groupware', { 'x-out-of-office': 'true' }],
    ['an older spelling', { 'x-precedence': 'auto_reply' }],
    ['an autoresponder that is its own mail program', { 'x-mailer': 'Example Autoresponder 2' }],
  ])('%s says so in a header, though In-Reply-To is there too', (_, headers) => {
    const verdict = classify({ headers: { ...headers, 'in-reply-to': '<m-1@sender.example>' }, text: NOTE });
    expect([verdict.kind, verdict.returnsOn]).toEqual(['auto_reply', '2026-03-12']);
    expect(verdict.refersTo.inReplyTo).toEqual(['m-1@sender.example']);
  });

  test.each([
    'Automatic reply: An idea',
    'Out of Office: An idea',
    'Abwesenheitsnotiz: An idea',
    'Réponse automatique : An idea',
    'Respuesta automática: An idea',
    'Risposta automatica: An idea',
    'Automatisch antwoord: An idea',
    'Odpowiedź automatyczna: An idea',
    'Автоматический ответ: An idea',
    '自動返信: An idea',
    '自动回复: An idea',
    'Kim Rivers is out of the office',
    'Urlaub: An idea',
    'Atvaļinājums Re: An idea',
    'Re: An idea [auto-reply]',
    'Automaattinen vastaus: An idea',
    'Biroja atbilde, automātiska atbilde: An idea',
    'Automatinis atsakymas: An idea',
    'Automatski odgovor: An idea',
    'Otomatik yanıt: An idea',
    'Re: An idea (Automatic Response)',
    '(Auto Response) An idea',
  ])('a program that says so in the subject alone: %s', (subject) => {
    expect(classify({ headers: { subject }, text: 'Thank you.' }).kind).toBe('auto_reply');
  });

  test('a vague subject above an absence note is enough', () => {
    expect(classify({ headers: { subject: 'Vacation' }, text: NOTE }).kind).toBe('auto_reply');
  });

  test('a mail that says it is automatic is believed', () => {
    const text = 'Thanks for your mail.\n\nThis is an automated response, please do not answer.';
    expect(classify({ headers: { subject: 'Re: An idea' }, text }).kind).toBe('auto_reply');
  });

  test('an automatic answer that the person has left asks for a look', () => {
    const verdict = classify({
      headers: { 'auto-submitted': 'auto-replied' },
      text: 'Kim no longer works here.',
    });
    expect([verdict.kind, verdict.suspicions]).toEqual(['auto_reply', ['may_have_left']]);
  });
});

describe('E4: no person is ever taken for a machine', () => {
  test.each<[string, Record<string, string>]>([
    ['Auto-Submitted: no', { 'auto-submitted': 'no' }],
    [
      'a mailbox shared through a list',
      { 'list-id': '<office.client.example>', 'in-reply-to': '<m-1@sender.example>' },
    ],
    [
      'a program that suppresses answers to everything',
      { 'x-auto-response-suppress': 'All', 'user-agent': 'Mail/1' },
    ],
    [
      'a customer database that suppresses answers to what a person answers',
      { 'x-auto-response-suppress': 'All', 'in-reply-to': '<m-1@sender.example>' },
    ],
    ['a header that only asks for no automatic answers', { 'x-autoresponse-suppress': 'OOF' }],
    ['a mark that says no', { 'x-autoreply': 'no' }],
    ['a subject about automatic replies', { subject: 'Automatic replies in your product' }],
    ['an answer about them', { subject: 'Re: auto-reply feature?' }],
    ['an answer to an absence note', { subject: 'AW: Kim Rivers is out of the office' }],
    ['a subject that an absence note could have', { subject: 'Vacation photos' }],
    ['a plan', { subject: 'Urlaub nächste Woche' }],
    ['a question about one', { subject: 'Question on your automatic reply: who wrote it?' }],
    ['automatic things that are no replies', { subject: 'Automation: your response rates' }],
    ['an answer to an auto-reply', { subject: 'Re: Automatic reply: An idea' }],
    ['a subject that speaks of absence', { subject: 'Re: Absence management for your team' }],
  ])('%s', (_, headers) => {
    expect(classify({ headers, text: 'Sounds good, call me tomorrow.' }).kind).toBe('human_reply');
  });

  test('hardening 139: a bare absence note is a doubt, with its date, and not an answer of a machine', () => {
    const verdict = classify({ headers: { subject: 'Re: An idea' }, text: NOTE });
    expect([verdict.kind, verdict.suspicions, verdict.returnsOn]).toEqual([
      'human_reply',
      ['may_be_automatic'],
      '2026-03-12',
    ]);
  });

  test('the words that alert the operator are the new ones', () => {
    const text =
      'Yes, Tuesday works.\n\nKim\n\nOn Wed, 4 Mar 2026 at 10:02, Ada <ada@sender.example> wrote:\n> Would Tuesday work?';
    expect(classify({ text }).replyText).toBe('Yes, Tuesday works.\n\nKim');
  });
});

describe('E4: other machines', () => {
  test.each<[string, Record<string, string>, string]>([
    ['challenge', { from: 'Kim <kim@boxbe.com>' }, 'Hello'],
    ['challenge', {}, 'To have your message delivered, confirm that you are human: https://c.example/x'],
    [
      'ticket',
      { 'auto-submitted': 'auto-generated', subject: '[Ticket #48213] An idea' },
      'We have received your request.',
    ],
    [
      'ticket',
      { precedence: 'bulk' },
      '##- Please type your reply above this line -##\nYour request (#4821) has been received.',
    ],
    ['list', { 'list-id': '<news.client.example>' }, 'Our news'],
    ['other', { from: 'no-reply@client.example' }, 'Your invoice is ready.'],
  ])('hardening 139: a %s robot is no answer', (robot, headers, text) => {
    const verdict = classify({ headers, text });
    expect([verdict.kind, verdict.robot]).toEqual(['robot', robot]);
  });

  test.each<[string, Record<string, string>]>([
    ['it says so', { 'auto-submitted': 'auto-replied' }],
    ['its subject says so', { precedence: 'bulk', subject: 'Automatic reply: An idea' }],
  ])('the courtesies of a ticket system make no robot of an absence note: %s', (_, headers) => {
    const text = 'Thank you for contacting me. I will be back on 12 March and we will get back to you then.';
    expect(classify({ headers, text })).toMatchObject({ kind: 'auto_reply', returnsOn: '2026-03-12' });
  });

  test('a ticket system without machine headers may have a person behind it', () => {
    const verdict = classify({
      headers: { subject: 'Re: An idea [Ticket #48213]' },
      text: 'Let us talk. Kim',
    });
    expect([verdict.kind, verdict.suspicions]).toEqual(['human_reply', ['ticket_system']]);
  });
});

describe('A7: what a mail refers to', () => {
  test('the newest reference first, without brackets, case kept', () => {
    const headers = { references: '<A1@x.example> <b2@x.example>', 'in-reply-to': ' <b2@x.example> ' };
    expect(classify({ headers, text: 'Yes' }).refersTo).toMatchObject({
      inReplyTo: ['b2@x.example'],
      references: ['b2@x.example', 'A1@x.example'],
    });
  });

  test('the token of the address it was delivered to', () => {
    const headers = { 'delivered-to': 'Reply+k7f3-mac9@sender.example', to: 'Ada <ada@sender.example>' };
    expect(classify({ headers, text: 'Yes' }).refersTo).toMatchObject({
      deliveredTo: ['reply+k7f3-mac9@sender.example', 'ada@sender.example'],
      tokens: ['k7f3-mac9'],
    });
  });
});
