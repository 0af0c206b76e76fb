import { describe, expect, test } from 'vitest';

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
