import { describe, expect, test } from 'vitest';

import {
  dividerAt,
  isQuoted,
  isSignatureStart,
  quoteHeaderAt,
} from '../../../src/core/inbound/quote-signs.ts';

const ADDRESS = 'ada@sender.example';

describe('A7: a line that repeats the old mail is not taken for an answer', () => {
  test.each(['> x', '>x', '>', ' > x', '   > x', '\t> x', '| x', '|', '|\tx', '  | x', 'A> x', 'AB> x'])(
    '"%s" repeats',
    (line) => {
      expect(isQuoted(line)).toBe(true);
    },
  );

  test.each(['', 'x', '    > x', '|x', '|| x', 'ABC> x', 'ab> x', '1> x', 'x > y', 'I | you', 'AB x>'])(
    '"%s" is new',
    (line) => {
      expect(isQuoted(line)).toBe(false);
    },
  );
});

describe('A7: a signature is no part of the answer', () => {
  test.each(['-', '_', '*', '=', '~', '#', '+'])('a line of "%s" draws one when there are two', (sign) => {
    expect([1, 2, 3, 300].map((count) => isSignatureStart(sign.repeat(count)))).toEqual([
      false,
      true,
      true,
      true,
    ]);
    expect(isSignatureStart(` \t${sign}${sign} \t`)).toBe(true);
    expect(isSignatureStart(`x ${sign}${sign}`)).toBe(false);
    expect(isSignatureStart(`${sign}${sign} x`)).toBe(false);
  });

  test.each([
    ['-- ', true],
    ['—', true],
    ['———', true],
    ['', false],
    ['   ', false],
    ['-_', false],
    ['Sent from my iPhone', true],
    ['*Sent* _from_ my <iPhone>', true],
    ['Envoyé de mon iPhone', true],
    ['It was Sent from my iPhone', false],
    ['Kim', false],
  ])('"%s": %s', (line, isStart) => {
    expect(isSignatureStart(line)).toBe(isStart);
  });

  test('the advertisement of a phone is one short line', () => {
    expect(isSignatureStart('Sent from my '.padEnd(120, 'x'))).toBe(true);
    expect(isSignatureStart('Sent from my '.padEnd(121, 'x'))).toBe(false);
  });
});

describe('A7: below a divider in words everything is the old mail', () => {
  const at = (...lines: readonly string[]): boolean => dividerAt(lines, 0);

  test.each([
    'Original Message',
    'Original Mail',
    'Original-Nachricht',
    'Original E-Mail',
    'Original email',
    'Original Appointment',
    'Forwarded message',
    'Reply message',
    'Ursprüngliche Nachricht',
    'Urspr. Nachricht',
    'Weitergeleitete Nachricht',
    "Message d'origine",
    'Message original',
    'Message initial',
    'Message transféré',
    'Mensaje original',
    'Mensaje reenviado',
    'Messaggio originale',
    'Messaggio inoltrato',
    'Mensagem original',
    'Mensagem encaminhada',
    'Oorspronkelijk bericht',
    'Origineel bericht',
    'Doorgestuurd bericht',
    'Ursprungligt meddelande',
    'Opprinnelig melding',
    'Oprindelig meddelelse',
    'Alkuperäinen viesti',
    'Původní zpráva',
    'Wiadomość oryginalna',
    'Oryginalna wiadomość',
    'Исходное сообщение',
    'Пересылаемое сообщение',
    'Eredeti üzenet',
    'Orijinal ileti',
    '元のメッセージ',
    '原始邮件',
    '原始郵件',
    '邮件原件',
    '원본 메일',
    '원본 메시지',
  ])('"%s"', (words) => {
    expect(at(`-----${words}-----`)).toBe(true);
    expect(at(`---------- ${words.toUpperCase()} ----------`)).toBe(true);
    expect(at(words)).toBe(false);
  });

  test.each([
    ['--Original Message', true],
    ['--  Original Message  --', true],
    ['-- Original Message -', true],
    ['__Original Message__', true],
    ['*-----Original Message-----*', true],
    ['> -----Original Message-----', true],
    [' -----Original Message----- ', true],
    ['--Original Message-- *', false],
    ['-Original Message-', false],
    ['x --Original Message--', false],
    ['--Original Message-- x', false],
    ['--An Original Message--', false],
    ['', false],
    ['--', false],
  ])('"%s": %s', (line, isDivider) => {
    expect(at(line)).toBe(isDivider);
  });

  test.each([
    'Begin forwarded message:',
    'Anfang der weitergeleiteten Nachricht:',
    'Début du message réexpédié :',
    'Inizio messaggio inoltrato:',
    'Inicio del mensaje reenviado:',
  ])('"%s" as Apple writes it', (line) => {
    expect(at(line)).toBe(true);
    expect(at(` > ${line}`)).toBe(true);
    expect(at(`See: ${line}`)).toBe(false);
  });

  test('a divider is a line of at most 200 characters', () => {
    expect(at('--Original Message'.padEnd(200, '-'))).toBe(true);
    expect(at('--Original Message'.padEnd(201, '-'))).toBe(false);
  });

  test('beyond the last line there is none', () => {
    expect(dividerAt(['--Original Message--'], 1)).toBe(false);
  });
});

describe('A7: a block of headers begins the old mail', () => {
  const FROM = 'From: Ada';
  const TO = 'To: Kim';
  const SUBJECT = 'Subject: An idea';

  test.each([
    ['three headers', [FROM, TO, SUBJECT], true],
    ['two headers', [FROM, TO], false],
    ['one header thrice', [FROM, FROM, TO], false],
    ['one header in three languages', [FROM, 'Von: Ada', 'De: Ada', TO], false],
    ['the third in the sixth line', [FROM, TO, '', 'x', 'x', SUBJECT], true],
    ['the third in the seventh line', [FROM, TO, '', 'x', 'x', 'x', SUBJECT], false],
    ['bold names', ['*From:* Ada', '*To:* Kim', '*Subject:* An idea'], true],
    ['bold names, the colon outside', ['*From: Ada', 'To:* Kim', SUBJECT], true],
    ['French spaces', ['De : Ada', 'Objet : Une idée', 'Date : mercredi'], true],
    ['empty values', ['From:', 'To:', 'Subject:'], true],
    ['other signs below', [FROM, '> To: Kim', '>>> > > Subject: x'.slice(3)], true],
    ['Japanese', ['差出人: Ada', '宛先: Kim', '件名: An idea'], true],
    ['Reply-To', [FROM, TO, 'Reply-To: Ada'], true],
    ['six signs in front of one', [FROM, TO, '> > > Subject: x'], true],
    ['seven signs in front of one', [FROM, TO, '> > > >Subject: x'], false],
    ['two spaces before the colon', [FROM, TO, 'Subject  : x'], false],
    ['no space behind the colon', [FROM, TO, 'Subject:x'], false],
    ['a word behind the name', [FROM, TO, 'Subject of it: x'], false],
    ['a word before the name', [FROM, TO, 'The Subject: x'], false],
    ['a list of points', [FROM, TO, 'A: yes'], false],
    ['words that are no headers', ['Monday: yes', 'Tuesday: no', 'Friday: no'], false],
    ['words above them', ['Hello', FROM, TO, SUBJECT], false],
    ['a quoted one', [`> ${FROM}`, TO, SUBJECT], false],
    ['an indented one', [`  ${FROM}`, TO, SUBJECT], true],
  ])('%s', (_, lines, isDivider) => {
    expect(dividerAt(lines, 0)).toBe(isDivider);
    expect(dividerAt(['x', ...lines], 1)).toBe(isDivider);
  });

  test('the first of them is at most 200 characters long', () => {
    expect(dividerAt(['From: '.padEnd(200, 'x'), TO, SUBJECT], 0)).toBe(true);
    expect(dividerAt(['From: '.padEnd(201, 'x'), TO, SUBJECT], 0)).toBe(false);
  });
});

describe('A7: "On …, Ada wrote:" begins the old mail', () => {
  test.each([
    [[`On 4.3.2026, Ada wrote:`], 1],
    [[`On 4.3.2026, Ada wrote`], 1],
    [[`On 4.3.2026, Ada wrote :`], 1],
    [[`On 4.3.2026, Ada wrote: --`], 1],
    [[`On 4.3.2026, Ada wrote:---`], 1],
    [[`On 4.3.2026, Ada-Lou wrote:`], 1],
    [[`>> On 4.3.2026, Ada wrote:`], 1],
    [[`Ada <${ADDRESS}> wrote:`], 1],
    [[`Kim <${ADDRESS}> wrote :`], 1],
    [['>> Am 4.3.2026 schrieb Kim:'], 1],
    [['On 4.3.2026,', '> Ada', '> wrote:', 'x'], 3],
    [['Ada wrote:'], 0],
    [['Room 5 wrote:'], 0],
    [['On 4.3.2026, Ada wrote: no'], 0],
    [['On 4.3.2026, Ada sang:'], 0],
    [['On Monday', '4.3.2026, Ada wrote:'], 0],
    [['On 4.3.2026,', 'Ada'], 0],
    [[''], 0],
    [[], 0],
  ])('%j: %i lines', (lines, count) => {
    expect(quoteHeaderAt(lines)).toBe(count);
  });

  test.each([
    ['4.3', 1],
    ['4/3', 1],
    ['4-3', 1],
    ['10:02', 1],
    ['2026', 1],
    ['1999', 1],
    ['4日', 1],
    ['4일', 1],
    ['4 일', 1],
    ['4', 0],
    ['4,3', 0],
    ['4:3', 0],
    ['1826', 0],
    ['20261', 0],
    ['12026', 0],
    ['4. 3', 0],
    ['4  일', 0],
  ])('the date "%s": %i', (date, count) => {
    expect(quoteHeaderAt([`Ada (${date}) wrote:`])).toBe(count);
  });

  test.each([
    [['On 4.3.2026, Ada', '', 'wrote:'], 0],
    [['On 4.3.2026, Ada', ' ', 'wrote:'], 0],
    [['On 4.3.2026, Ada', '', `<${ADDRESS}> wrote:`], 3],
    [['On 4.3.2026, Ada', ' ', ` <${ADDRESS}> wrote:`], 3],
    [['On 4.3.2026, Ada <', '', `mailto:${ADDRESS}`, '', '> wrote:'], 5],
    [['On 4.3.2026, Ada', '', `x <${ADDRESS}> wrote:`], 0],
    [['Room 5, Ada', '', `<${ADDRESS}> wrote:`], 0],
    [['On 4.3.2026, Ada', ''], 0],
  ])('pieces of HTML with empty lines between them: %j: %i', (lines, count) => {
    expect(quoteHeaderAt(lines)).toBe(count);
  });

  test('its first line has at most 300 characters, and all of it 600', () => {
    const first = (characters: number): string => `On 4.3.2026, ${'x'.repeat(characters - 20)} wrote:`;
    expect(quoteHeaderAt([first(300)])).toBe(1);
    expect(quoteHeaderAt([first(301)])).toBe(0);
    const folded = (characters: number) => ['On 4.3.2026,', `${'x'.repeat(characters - 20)} wrote:`];
    expect(quoteHeaderAt(folded(600))).toBe(2);
    expect(quoteHeaderAt(folded(601))).toBe(0);
  });
});

describe('A7: the German and the Nordic form has the name at the end', () => {
  test.each([
    'On',
    'Le',
    'Am',
    'El',
    'Il',
    'Em',
    'Op',
    'Den',
    'På',
    'Dne',
    'W dniu',
    'Dnia',
    'Kl',
    'Pada',
    'Vào',
    'A',
    'В',
    'Во',
    'Mittwoch,',
    'Mi.',
    'Mi.,',
    'Sonntagabend',
    '- Am',
    '--Am',
  ])('it begins with "%s"', (opening) => {
    expect(quoteHeaderAt([`${opening} 4.3.2026 schrieb Kim:`])).toBe(1);
  });

  test.each([
    ['4.3.2026 schrieb Kim:', 1],
    [`Am 4.3.2026 schrieb Kim <${ADDRESS}>`, 1],
    [`Am 4.3.2026 schrieb Kim <${ADDRESS}>:`, 1],
    ['Am 4.3.2026 schrieb Kim <@x>', 1],
    ['Am 4.3.2026 schrieb Kim <@>', 0],
    ['Am 4.3.2026 schrieb Kim <Kim>', 0],
    ['Am 4.3.2026 um 10:02 schrieb Kim <Kim>', 0],
    ['Am 4.3.2026 schrieb <ada@x> <Kim>', 0],
    [`Am 4.3.2026 schrieb Kim <${ADDRESS}> x`, 0],
    ['Am 4.3.2026 schrieb Kim', 0],
    ['Am 4.3.2026: schrieb Kim so', 0],
    ['Am Tag 5 schrieb Kim:', 0],
    ['Am 4.3.2026 sang Kim:', 0],
    ['Mittwochabends 4.3.2026 schrieb Kim:', 0],
    ['Mittwochabend 4.3.2026 schrieb Kim:', 0],
    ['Von Kim 4.3.2026 schrieb Ada:', 0],
    ['Kim schrieb am 4.3.2026 so:', 0],
    ['"Am 4.3.2026 schrieb Kim:', 0],
  ])('"%s": %i', (line, count) => {
    expect(quoteHeaderAt([line])).toBe(count);
  });

  test.each([
    [200, 2],
    [201, 0],
  ])(
    'an address in it that ends without a colon has %i characters at most behind its @',
    (characters, count) => {
      expect(quoteHeaderAt(['Am 4.3.2026 schrieb Kim', `<ada@${'x'.repeat(characters)}>`])).toBe(count);
    },
  );
});

describe('A7: in languages that Gmail was not translated to, date, name and address are an attribution', () => {
  test.each([
    [`2026-03-04 10:02 Ada <${ADDRESS}>:`, 1],
    [`2026-3-4 Ada <${ADDRESS}>:`, 1],
    [`2026/03/04 Ada <${ADDRESS}>`, 1],
    [`2026.03.04 Ada <${ADDRESS}> :`, 1],
    ['2026-03-04 Ada < a@b >:', 1],
    ['2026-03-04 Ada <a@b:', 1],
    [`2026-03-04 Ada <${ADDRESS}`, 0],
    [`2026-03-04 10:02 Ada <${ADDRESS}`, 0],
    [`2026-03-04 Ada ${ADDRESS}:`, 0],
    ['2026-03-04 Ada <@b>:', 0],
    ['2026-03-04 Ada <a@>:', 0],
    ['2026-03-04 Ada <a b@c>:', 0],
    ['2026-03-04 Ada <a@b c>:', 0],
    ['2026-03-04 Ada:', 0],
    [`2026-03-04 Ada <${ADDRESS}> x:`, 0],
    [`26-03-04 10:02 Ada <${ADDRESS}>:`, 0],
    [`2026-123-04 Ada <${ADDRESS}>:`, 0],
    [`2026-03 Ada <${ADDRESS}>:`, 0],
    [`2026-03- Ada <${ADDRESS}>:`, 0],
    [`4 2026-03-04 Ada <${ADDRESS}>:`, 0],
  ])('"%s": %i', (line, count) => {
    expect(quoteHeaderAt([line])).toBe(count);
  });

  test('folded before its last sign it is read to the end', () => {
    expect(quoteHeaderAt([`2026-03-04 Ada <${ADDRESS}`, '  :', 'x'])).toBe(2);
  });

  test.each([
    [200, 200, 2],
    [201, 200, 0],
    [200, 201, 0],
  ])('an address of %i and %i characters', (local, domain, count) => {
    const lines = ['2026-03-04 Ada', `<${'a'.repeat(local)}@${'b'.repeat(domain)}>:`];
    expect(quoteHeaderAt(lines)).toBe(count);
  });
});
