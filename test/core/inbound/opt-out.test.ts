import { describe, expect, test } from 'vitest';

import { saysHasLeft, wishIn } from '../../../src/core/inbound/opt-out.ts';
import { foldLetters } from '../../../src/core/inbound/phrases.ts';
import {
  OPT_OUT_HINTS,
  OPT_OUT_PHRASES,
  OPT_OUT_WHOLE,
} from '../../../src/core/inbound/rules/opt-out-phrases.ts';
import { WRONG_PERSON_PHRASES } from '../../../src/core/inbound/rules/wrong-person-phrases.ts';
import { classify } from './mails.ts';

function kindOf(text: string, subject = 'Re: An idea'): string {
  return classify({ headers: { subject }, text }).kind;
}

describe('E4, hardening 144: an opt-out by reply', () => {
  test.each([
    'STOP',
    'Stop!',
    'unsubscribe',
    'Unsubscribe, thanks',
    'Please remove',
    'Please stop emailing me.',
    'Could you take me off your list?',
    'Hi Ada, please do not contact me again. Kim',
    "Don't email me.",
    'Remove me from this list, please.',
    'Bitte nehmen Sie mich aus Ihrem Verteiler.',
    'Bitte keine weiteren E-Mails.',
    'Merci de me désinscrire.',
    'Veuillez ne plus me contacter',
    'Quiero darme de baja',
    'Por favor, no me escriba más.',
    'Cancellatemi dalla lista',
    'Não quero mais receber e-mails.',
    'Graag uitschrijven',
    'Proszę mnie wypisać',
    'Отпишите меня',
    'Больше не пишите мне.',
    '配信を停止してください。',
    '请取消订阅',
    '수신거부',
  ])('"%s"', (text) => {
    expect(kindOf(text)).toBe('opt_out');
  });

  test('the subject that mail programs write to a List-Unsubscribe address counts, though a machine sent it', () => {
    const headers = { subject: 'unsubscribe', 'auto-submitted': 'auto-replied' };
    expect(classify({ headers, text: '' }).kind).toBe('opt_out');
  });

  test('hardening 143: our own words in the quote are no opt-out', () => {
    const text =
      'Yes please.\n\nOn 4 Mar 2026, at 10:02, Ada wrote:\n> If you want no more mail, unsubscribe me here';
    const verdict = classify({ text });
    expect([verdict.kind, verdict.suspicions]).toEqual(['human_reply', []]);
    expect(kindOf('> please unsubscribe me\n\nInteresting, tell me more about that.')).toBe('human_reply');
  });

  test.each([
    'How do I unsubscribe users in your product? We would need that for our customers before we could buy it.',
    "Please don't remove me from the list, I like it.",
    'We could stop by on Tuesday.',
  ])('"%s" is none, at most a doubt', (text) => {
    expect(kindOf(text)).toBe('human_reply');
  });

  test('hardening 144: unclear words are shown to a person', () => {
    expect(classify({ text: 'Enough spam from you.' }).suspicions).toEqual(['may_opt_out']);
  });

  test('hardening 144: words in an attachment are at least a doubt', () => {
    const parts = [{ contentType: 'text/plain', text: 'unsubscribe' }];
    expect(classify({ text: '', parts }).suspicions).toEqual(['no_words', 'may_opt_out']);
  });
});

describe('E4: "I do not work there"', () => {
  test.each([
    'You have the wrong person.',
    'I no longer work at Client Ltd.',
    "I don't work there.",
    'Ich arbeite nicht mehr bei der Firma.',
    'Je ne travaille plus chez Client.',
    'Ya no trabajo en Client.',
    'Non lavoro più lì.',
    'Ik werk niet meer bij Client.',
    'Я больше не работаю в этой компании.',
    '先月退職しました。',
  ])('"%s"', (text) => {
    expect(kindOf(text)).toBe('wrong_person');
  });

  test('who also asks for no more mail gets no more mail', () => {
    expect(kindOf('I do not work there any more, please remove me from your list.')).toBe('opt_out');
  });
});

describe('E4: the subject for a List-Unsubscribe address (RFC 2369 3.2) stops the mails to whoever wrote it', () => {
  test.each([
    'unsubscribe',
    ' Unsubscribe',
    'unsub',
    'Opt out',
    'opt-out',
    'OptOut',
    'remove',
    'Remove me',
    'STOP',
    'Stop!',
    'stop . ! ',
    'please unsubscribe',
    'Re: unsubscribe',
    'RE:unsubscribe',
    'AW : stop',
    'Fw:  remove me',
    'Fwd: please stop',
    ' \tRe: stop',
    `stop${' '.repeat(196)}is not read`,
  ])('%j', (subject) => {
    expect(wishIn(subject, 'Hello')).toEqual({ kind: 'opt_out', phrase: 'subject', mayOptOut: false });
  });

  test.each([
    'Stop by on Tuesday',
    'Non stop',
    'Stopped',
    'Re: How we unsubscribe',
    'Please do',
    'Re: Re: An idea',
    `stop${' '.repeat(195)}it`,
    'unsubscribe?',
    '',
  ])('%j asks for nothing', (subject) => {
    expect(wishIn(subject, 'Hello')).toEqual({ kind: null, phrase: null, mayOptOut: false });
  });
});

describe('E4, hardening 144: a short message is read as a whole', () => {
  test.each(OPT_OUT_WHOLE)('%s', (whole) => {
    expect(wishIn('', whole).kind).toBe('opt_out');
  });

  test.each([
    ['Stop', 'stop'],
    ['STOP!!!', 'stop'],
    ['"Stop"', 'stop'],
    ['- stop -', null],
    ['Stop, thanks', 'stop'],
    ['Stop.Thank you!', 'stop'],
    ['Remove please', 'remove'],
    ['Please: cancel', 'cancel'],
    ['Abmelden, danke', 'abmelden'],
    ['Arrêt. Merci', 'arret'],
    ['Baja, gracias', 'baja'],
    ['Kein Interesse, bitte löschen.', 'kein interesse bitte loschen'],
    ['Hi, stop', 'stop'],
    ['Hello. Cancel.', 'cancel'],
    ['Hallo, abbestellen', 'abbestellen'],
    ['Dear Ada, quit', 'quit'],
    [`Dear ${'a'.repeat(20)}, quit`, 'quit'],
    [`Dear ${'a'.repeat(21)}, quit`, null],
    ['Bonjour, arrêt', 'arret'],
    ['Hola: baja', 'baja'],
    ['Please, hello, quit', null],
    ['Quit thanks Kim', null],
    ['Do not quit', null],
    ["Don't quit", null],
    ['quit-smoking', null],
    ['cancel 2', null],
    ['', null],
    [`quit${'!'.repeat(56)}`, 'quit'],
    [`quit${'!'.repeat(57)}`, null],
  ])('%j', (words, phrase) => {
    expect(wishIn('Re: An idea', words).phrase).toBe(phrase);
  });
});

describe('E4, hardening 144: a sentence that asks for no more mail', () => {
  // Words around it keep each longer than what is read as a whole.
  const AROUND = 'I have read what you wrote to me on the fifth of March.';

  test.each(OPT_OUT_PHRASES)('"%s" is one wherever it stands', (phrase) => {
    const { kind } = wishIn('', `${AROUND} ${phrase}. Kim`);
    expect(kind).toBe('opt_out');
  });

  test('the phrase is kept as evidence, and nothing is left in doubt', () => {
    expect(wishIn('', `${AROUND} Please take me OFF your mailing list.`)).toEqual({
      kind: 'opt_out',
      phrase: 'take me off',
      mayOptOut: false,
    });
  });

  test.each([
    ["Please don't remove me, I like to read what you write.", null],
    ["Don't remove me", null],
    ['I did not  ask you to do it, but remove me from that list of yours.', 'remove me'],
    ['How do I opt out of the newsletter? I would like to know before I buy one.', null],
    ['We let customers opt out of it. Your product should do the same for us.', null],
    [`${AROUND} How can I unsubscribe my users?`, null],
    [`${AROUND} Unsubscribe my address.`, 'unsubscribe my'],
  ])('what stands right before it may turn it round: %s', (words, phrase) => {
    expect(wishIn('', words).phrase).toBe(phrase);
  });

  test('the first 4,000 characters are read', () => {
    expect(wishIn('', `${'.'.repeat(3_991)}remove me`).kind).toBe('opt_out');
    expect(wishIn('', `${'.'.repeat(3_992)}remove me`).kind).toBeNull();
  });
});

describe('E4, hardening 144: a person looks at words that ask for nothing clearly', () => {
  test.each(OPT_OUT_HINTS)('"%s" is such a word', (hint) => {
    const words = `I have read what you wrote to me on the fifth of March, ${hint} as well`;
    expect(wishIn('', words)).toEqual({ kind: null, phrase: null, mayOptOut: true });
  });

  test('in a short message, not in a letter', () => {
    const around = (length: number) => wishIn('', `gdpr ${'.'.repeat(length)}`).mayOptOut;
    expect([around(395), around(396)]).toEqual([true, false]);
    expect(wishIn('', 'Tuesday is fine').mayOptOut).toBe(false);
  });
});

describe('E4: whoever has the address is not who we write to', () => {
  test.each(WRONG_PERSON_PHRASES)('"%s"', (phrase) => {
    const wish = wishIn('', `Hello, ${phrase}`);
    expect([wish.kind, wish.mayOptOut]).toEqual(['wrong_person', false]);
    expect(foldLetters(phrase)).toContain(wish.phrase);
    expect(saysHasLeft(`HELLO ${phrase}`)).toBe(true);
  });

  test('a hint beside it stays a doubt', () => {
    expect(wishIn('', 'Wrong person, this is spam.')).toEqual({
      kind: 'wrong_person',
      phrase: 'wrong person',
      mayOptOut: true,
    });
  });

  test('other words say nothing of the kind, and 4,000 characters are read', () => {
    expect(saysHasLeft('I am in a meeting.')).toBe(false);
    expect(saysHasLeft('')).toBe(false);
    expect(saysHasLeft(`${'.'.repeat(3_988)}wrong person`)).toBe(true);
    expect(saysHasLeft(`${'.'.repeat(3_989)}wrong person`)).toBe(false);
  });
});
