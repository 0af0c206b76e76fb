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
