import { describe, expect, test } from 'vitest';

import { readReply } from '../../../src/core/inbound/reply-text.ts';

const YES = 'Yes, Tuesday works.';

describe('E4: the reply is shown without the mail it answers', () => {
  test.each([
    'On Wed, 4 Mar 2026 at 10:02, Ada <ada@sender.example> wrote:',
    'On Wed, 4 Mar 2026 at 10:02, Ada Lovelace of the Sender Company <\nada@sender.example> wrote:',
    '2026-03-04 10:02 GMT+01:00 Ada <ada@sender.example>:',
    'Am 04.03.2026 um 10:02 schrieb Ada <ada@sender.example>:',
    'Ada <ada@sender.example> schrieb am Mi., 4. März 2026, 10:02:\n',
    'Le mer. 4 mars 2026 à 10:02, Ada <ada@sender.example> a écrit :',
    'El mié, 4 mar 2026 a las 10:02, Ada (<ada@sender.example>) escribió:',
    'Il giorno mer 4 mar 2026 alle ore 10:02 Ada <ada@sender.example> ha scritto:',
    'Em qua., 4 de mar. de 2026 às 10:02, Ada <ada@sender.example> escreveu:',
    'Op wo 4 mrt 2026 om 10:02 schreef Ada <ada@sender.example>:',
    'Den ons 4 mars 2026 kl 10:02 skrev Ada <ada@sender.example>:',
    'śr., 4 mar 2026 o 10:02 Ada <ada@sender.example> napisał(a):',
    'ср, 4 мар. 2026 г. в 10:02, Ada <ada@sender.example> написал(а):',
    '2026年3月4日(水) 10:02 Ada <ada@sender.example> が書きました:',
    'Ada <ada@sender.example> 于2026年3月4日周三 10:02写道：',
  ])('%s', (attribution) => {
    expect(readReply(`${YES}\n\n${attribution}\n> Would Tuesday work?\n> Ada`).text).toBe(YES);
  });

  test.each([
    '-----Original Message-----\nFrom: Ada',
    '-------- Ursprüngliche Nachricht --------\nVon: Ada',
    '________________________________\nFrom: Ada <ada@sender.example>\nSent: Wednesday\nTo: Kim\nSubject: An idea',
    '*Von:* Ada\n*Gesendet:* Mittwoch\n*An:* Kim\n*Betreff:* An idea',
    'De : Ada\nEnvoyé : mercredi\nÀ : Kim\nObjet : An idea',
    '差出人: Ada\n送信日時: 2026年3月4日\n宛先: Kim\n件名: An idea',
    '> Would Tuesday work?\n> Ada',
  ])('%s', (old) => {
    expect(
      readReply(
        `${YES}\n\n${old}\n\nWould Tuesday work?`.replace(
          /\n\nWould Tuesday work\?$/,
          old.startsWith('>') ? '' : '$&',
        ),
      ).text,
    ).toBe(YES);
  });

  test('the signature and the advertisement of the phone go, the name stays', () => {
    expect(readReply(`${YES}\n\nKim\n\n-- \nKim Rivers\nClient Ltd`).text).toBe(`${YES}\n\nKim`);
    expect(readReply(`${YES}\n\nSent from my iPhone`).text).toBe(YES);
    expect(readReply(`${YES}\n\nVon meinem iPhone gesendet`).text).toBe(YES);
  });

  test('an answer below the quote is found', () => {
    const text = `On 4 Mar 2026, at 10:02, Ada wrote:\n> Would Tuesday work?\n\n${YES}`;
    expect(readReply(text).text).toBe(YES);
  });

  test('answers between the lines keep the lines, and the own words are without them', () => {
    const text = 'On 4 Mar 2026, at 10:02, Ada wrote:\n> Tuesday?\nYes.\n> At nine?\nNo.';
    expect(readReply(text)).toEqual({ text: '> Tuesday?\nYes.\n> At nine?\nNo.', ownWords: 'Yes.\nNo.' });
  });

  test('what a person writes about dates, dashes and code stays', () => {
    const text = 'On this day\n\nI wrote something: see 4.3.2026 - or not?\n\n```\n----\n```\nKim';
    expect(readReply(text).text).toBe(text);
  });

  test('a mail that only quotes has no words', () => {
    expect(readReply('> On 4 Mar 2026, Ada wrote:\n> Hello').text).toBe('');
    expect(readReply('').text).toBe('');
  });
});

const WROTE = 'On 4 Mar 2026, at 10:02, Ada wrote:';

/** What is shown, and the own words where they differ from it. */
function shown(text: string): readonly string[] {
  const reply = readReply(text);
  return reply.ownWords === reply.text ? [reply.text] : [reply.text, reply.ownWords];
}

describe('A7, hardening 143: the words of a person are neither lost nor mixed with ours', () => {
  test.each([
    ['of plain words all stay', 'Yes.\n\nKim', ['Yes.\n\nKim']],
    [
      'empty lines around go, white space at the ends of lines too',
      '\n \t\n  Yes. \t\nKim  \n\n ',
      ['  Yes.\nKim'],
    ],
    ['only empty lines', ' \n\t\n', ['']],
    ['signs nobody sees go', '\uFEFFYe\u200Bs\u200C.\u200D \u2060O\u1427k', ['Yes. Ok']],
    ['a space that does not break is one', 'Yes,\u00A0Tuesday', ['Yes, Tuesday']],
    ['a space that does not break ends no line', 'Yes.\u00A0\nKim', ['Yes.\nKim']],
    ['not marked as a quote below an attribution', `${YES}\n\n${WROTE}\n\nWould Tuesday work?`, [YES]],
    ['nothing below an attribution', `${YES}\n\n${WROTE}\n`, [YES]],
    ['nothing but an attribution', `${WROTE}\n\n`, ['']],
    ['nothing but a divider', '-----Original Message-----\nFrom: Ada', ['']],
    ['empty lines above a divider', '\n\n-----Original Message-----\nFrom: Ada', ['']],
    ['an attribution and an answer that follows at once', `${WROTE}\n${YES}`, [YES]],
    ['up to three attributions at the top', `${WROTE}\n${WROTE}\n${WROTE}\n${YES}`, [YES]],
    ['a fourth is taken for words', `${WROTE}\n${WROTE}\n${WROTE}\n${WROTE}\n${YES}`, [`${WROTE}\n${YES}`]],
    ['an answer below several quoted lines', `${WROTE}\n> Tuesday?\n> At nine?\n\n${YES}`, [YES]],
    ['an answer below quoted paragraphs', `${WROTE}\n> Tuesday?\n\n> At nine?\n\n${YES}`, [YES]],
    ['empty lines above the quote', `${WROTE}\n\n> Tuesday?\n> At nine?\n\n${YES}`, [YES]],
    ['empty lines above the attribution', `\n${WROTE}\n> Tuesday?\n\n${YES}`, [YES]],
    ['empty lines below the quote', `${YES}\n\n${WROTE}\n> Tuesday?\n\n`, [YES]],
    [
      'words above and below keep the quote between them',
      `${YES}\n\n${WROTE}\n> Tuesday?\n> At nine?\n\nNo, at ten.`,
      [`${YES}\n\n> Tuesday?\n> At nine?\n\nNo, at ten.`, `${YES}\n\n\nNo, at ten.`],
    ],
    [
      'answers between quoted lines end where the last quote begins',
      `Hello\n\n${WROTE}\n> Tuesday?\nYes.\n> At nine?\n\n> Ada`,
      ['Hello\n\n> Tuesday?\nYes.', 'Hello\n\nYes.'],
    ],
    ['a quote that stands alone', '> Tuesday?\n> At nine?', ['']],
    ['quotes and empty lines alone', '\n> Tuesday?\n\n> At nine?\n', ['']],
    ['a quote in front of the answer', `> Tuesday?\n${YES}`, [`> Tuesday?\n${YES}`, YES]],
    ['quoted paragraphs behind the answer', `${YES}\n\n> Tuesday?\n\n> Ada\n\n`, [YES]],
  ])('%s', (_, text, parts) => {
    expect(shown(text)).toEqual(parts);
  });

  test.each([
    ['below a quote', `${YES}\n\n${WROTE}\n> Tuesday?\n-- \nKim Rivers\nClient Ltd`, [YES]],
    ['below an answer under a quote', `${WROTE}\n> Tuesday?\n\n${YES}\n-- \nKim Rivers`, [YES]],
    ['of a phone, alone in the mail', 'Sent from my iPhone', ['']],
    ['of a phone, alone between empty lines', '\nSent from my iPhone\n\n', ['']],
    ['of a phone above the words', `Sent from my iPhone\n\n${YES}`, [`Sent from my iPhone\n\n${YES}`]],
    [
      'of a phone, at the top after an empty line',
      `\nSent from my iPhone\n\n${YES}`,
      [`Sent from my iPhone\n\n${YES}`],
    ],
    ['below a quote only', `> Tuesday?\n--\n${YES}`, [`> Tuesday?\n--\n${YES}`, `--\n${YES}`]],
    ['that is a line of code', 'See\n```ts\n----\n```\nKim', ['See\n```ts\n----\n```\nKim']],
    ['that is a line of indented code', 'See\n  ```\n----\n  ```\nKim', ['See\n  ```\n----\n  ```\nKim']],
    ['below code', 'See\n```\ncode\n```\n--\nKim', ['See\n```\ncode\n```']],
    ['below a line that ends as code begins', 'See```\n--\nKim', ['See```']],
  ])('a signature %s', (_, text, parts) => {
    expect(shown(text)).toEqual(parts);
  });

  test('of a long mail 2,000 lines are read, and 2,000 characters of each', () => {
    const lines = Array.from({ length: 2_001 }, (_, index) => `line ${index + 1}`);
    expect(readReply(lines.join('\n')).text).toBe(lines.slice(0, 2_000).join('\n'));
    expect(readReply(`${'y'.repeat(2_001)}\nKim`).text).toBe(`${'y'.repeat(2_000)}\nKim`);
  });
});
