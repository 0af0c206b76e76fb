import { describe, expect, test } from 'vitest';

import { readRefusal } from '../../../src/core/inbound/refusal-facts.ts';
import { judgeRefusal } from '../../../src/core/inbound/refusal-rules.ts';
import { pairs } from '../../../src/core/inbound/rules/word-pairs.ts';

/** What words mean that answer RCPT. */
function judged(text: string): string {
  const { kind, reason } = judgeRefusal(readRefusal({ text, around: 'in reply to RCPT TO command' }));
  return `${kind} ${reason}`;
}

describe('E4: a server may word "no such user" in any way', () => {
  test.each([
    '550 The mailbox kim@client.example was not found here',
    '550 ** No mail box available for this user **',
    '550 No mailbox found',
    '550 The recipient you wrote to cannot be found',
    '554 Account for kim does not seem to exist',
    '550 Nonexistent local user',
    '550 That is not a known user on this system',
    '550 This account was terminated',
    '550 user: kim unknown',
    "554 delivery error: dd This user doesn't have a ymail.example account",
    '550 The domain has no such thing; kim does not have a valid mailbox',
    "550 L'adresse kim@client.example n'existe pas",
    '550 Boîte inexistante',
    '550 Das Postfach ist nicht vorhanden',
    '550 Unbekannter Empfänger',
    '550 El buzón kim no existe',
    '550 Destinatário não encontrado',
    '550 Utente kim sconosciuto',
    '550 Ontvanger bestaat niet',
    '550 Okänd mottagare',
    '550 Tuntematon vastaanottaja',
    '550 Skrzynka nie istnieje',
    '550 Uživatel neexistuje',
    '550 Ismeretlen felhasználó',
    '550 Kullanıcı bulunamadı',
    '550 Почтовый ящик kim не найден',
    '550 Нет такого пользователя',
    '550 宛先のメールアドレスが存在しません',
    '550 收件人不存在',
    '550 수신자가 존재하지 않습니다',
  ])('"%s"', (text) => {
    expect(judged(text)).toBe('dead_address no_such_user');
  });

  test.each([
    ['550 The domain name client.example was not found', 'no_such_host'],
    ['550 unresolvable host', 'no_such_host'],
    ['550 This host does not accept any mail', 'takes_no_mail'],
  ])('"%s" speaks of the domain', (text, reason) => {
    expect(judged(text)).toBe(`dead_address ${reason}`);
  });
});

describe('E4: a mailbox that is there lives on', () => {
  test.each([
    ['550 User kim@client.example has no room: the mailbox is now full', 'mailbox_full'],
    ['552 Not enough storage space in the mailbox of kim', 'mailbox_full'],
    ['550 Mailbox has reached its maximum', 'mailbox_full'],
    ['550 Das Postfach von kim ist voll', 'mailbox_full'],
    ['550 La casella di kim è piena', 'mailbox_full'],
    ['550 The account of kim is currently disabled', 'suspended'],
    ['550 kim is a deactivated mailbox', 'suspended'],
    ['550 Esta casilla ha expirado por falta de uso', 'suspended'],
    ['550 Konto kim ist gesperrt', 'suspended'],
  ])('"%s" is soft: %s', (text, reason) => {
    expect(judged(text)).toBe(`soft_bounce ${reason}`);
  });
});

describe('E4: of two readings the softer wins', () => {
  test.each([
    [
      '550 Requested action not taken: mailbox unavailable. Reject due to policy restrictions.',
      'blocked policy',
    ],
    ['550 5.1.1 User unknown; temporary problem, we will know more tomorrow', 'soft_bounce unreachable'],
    ['550 5.1.2 Host not found, try again', 'soft_bounce unreachable'],
    ['550 Your IP address is unknown to this mailbox', 'blocked reputation'],
    ['550 This domain does not accept mail from strangers', 'blocked policy'],
    ['550 Your account is suspended', 'unknown_bounce unexplained'],
    ['550 Return address does not exist', 'blocked sender_refused'],
    ['550 Sender account not found', 'blocked sender_refused'],
    ['550 Invalid message for the user', 'unknown_bounce unexplained'],
    ['550 Wrong HELO from user', 'blocked authentication'],
    ['550 Your address is unknown to us', 'unknown_bounce unexplained'],
    ['550 You are not a known user', 'blocked sender_refused'],
    ['550 From domain does not exist', 'blocked sender_refused'],
    ['550 Domain of your address does not exist', 'unknown_bounce unexplained'],
    ['550 Invalid bounce address tag', 'blocked sender_refused'],
    ['550 Authentication required: user not found', 'blocked policy'],
    ['550 Die Adresse des Absenders ist unbekannt', 'blocked sender_refused'],
    ["550 Adresse de l'expéditeur inconnue", 'blocked sender_refused'],
    ['550 Indirizzo mittente sconosciuto', 'blocked sender_refused'],
    ['550 Correo no válido: remitente desconocido', 'blocked sender_refused'],
    ['550 Afzender: adres onbekend', 'blocked sender_refused'],
    ['550 Adres nadawcy nieznany', 'blocked sender_refused'],
    ['550 Адрес отправителя не найден', 'blocked sender_refused'],
    ['550 发件人地址不存在', 'blocked sender_refused'],
    ['550 送信者アドレスが存在しません', 'blocked sender_refused'],
    ['550 보낸 사람 주소를 찾을 수 없습니다', 'blocked sender_refused'],
    ['550 Adresse IP inconnue', 'blocked reputation'],
    ['550 Mailbox server returned unknown error', 'unknown_bounce unexplained'],
    ['550 Message to user contains invalid character', 'blocked content'],
    ['550 Bad username or password', 'unknown_bounce unexplained'],
    ['550 Your user account has been terminated', 'blocked sender_refused'],
    ['550 Unknown recipient error, please retry', 'unknown_bounce unexplained'],
    ['550 Destination not found: DNS timeout', 'soft_bounce unreachable'],
    ['550 System does not accept mail right now', 'unknown_bounce unexplained'],
  ])('"%s" is %s', (text, verdict) => {
    expect(judged(text)).toBe(verdict);
  });

  test('words far away speak of something else', () => {
    const text = `550 5.1.1 User unknown. ${'Thank you for your patience. '.repeat(8)}See our privacy policy.`;
    expect(judged(text)).toBe('dead_address no_such_user');
  });
});

describe('a pair of words', () => {
  const words = {
    reason: 'loop',
    source: 'test',
    things: ['box'],
    after: ['gone'],
    before: ['no such'],
  } as const;
  const found = (text: string, gap: 'tight' | 'loose' = 'tight') =>
    pairs({ ...words, gap }).patterns.some((pattern) => pattern.test(text));

  test.each(['box gone', 'the box of kim is gone', 'box: gone', 'no such box', 'no such little green box'])(
    '"%s" is one',
    (text) => {
      expect(found(text)).toBe(true);
    },
  );

  test.each([
    'a box. it is gone',
    'box said: gone',
    'inbox is gone',
    'box is goner',
    `box ${'a'.repeat(60)} gone`,
    'no such little green wooden box',
    'no such key for box',
    'no such key. box',
  ])('"%s" is none', (text) => {
    expect(found(text)).toBe(false);
  });

  test('what lets an address live may stand farther away, and behind a colon', () => {
    const text = `box of ${'a'.repeat(45)}: gone`;
    expect([found(text), found(text, 'loose')]).toEqual([false, true]);
  });

  test('names what it found, on either side, for the verdict to show', () => {
    const named = pairs({ ...words, gap: 'tight' }).patterns.map((pattern) => [
      { ...pattern.exec('the box of kim is gone')?.groups },
      { ...pattern.exec('no such box')?.groups },
    ]);
    expect(named).toEqual([
      [{ thing: 'box', said: 'gone' }, {}],
      [{}, { thing: 'box', said: 'no such' }],
    ]);
  });

  test('is a row like others, without phrases, and condemns only with more than its words', () => {
    const { patterns, ...row } = pairs({ ...words, gap: 'tight' });
    expect(row).toEqual({ reason: 'loop', source: 'test', phrases: [], isPrecise: false });
    expect(patterns).toHaveLength(2);
  });

  test('that is said on one side only asks for no more than that', () => {
    expect(pairs({ ...words, before: [], gap: 'tight' }).patterns).toHaveLength(1);
    expect(pairs({ ...words, after: [], gap: 'tight' }).patterns).toHaveLength(1);
    expect(pairs({ ...words, before: [], after: [], gap: 'tight' }).patterns).toEqual([]);
  });

  test('of several words takes each, in the letters of folded words', () => {
    const row = pairs({
      ...words,
      things: ['Postfach', 'boîte'],
      after: ['gelöscht', 'fermée'],
      before: ['kein', 'où est'],
      gap: 'tight',
    });
    const isFound = (text: string) => row.patterns.some((pattern) => pattern.test(text));
    expect(
      [
        'postfach geloscht',
        'boite geloscht',
        'postfach fermee',
        'kein postfach',
        'ou est boite',
        'post gelo',
        'boîte gelöscht',
      ].map(isFound),
    ).toEqual([true, true, true, true, true, false, false]);
  });

  test.each([
    ['box, which is not here, gone', true],
    [`box ${'a'.repeat(39)}gone`, false],
    [`box ${'a'.repeat(38)} gone`, true],
    [`box ${'a'.repeat(39)} gone`, true],
    [`box ${'a'.repeat(40)} gone`, false],
    ['box mail.client.example gone', true],
    ['box; gone', false],
    ['box! gone', false],
    ['box? gone', false],
    ['box: : gone', false],
    ['a boxer gone', false],
    ["box isn't gone", true],
    ["boxn't", false],
    ['no such.box', false],
    ['no suchbox', false],
    ['this is no such box', true],
    ['piano such box', false],
    ['no such boxes', false],
    ['no such mail.client.example box', true],
    ['no such a.b.c.d.e box', false],
  ])('"%s": %s', (text, isPair) => {
    expect(found(text)).toBe(isPair);
  });

  test.each(['for', 'from', 'in', 'to', 'of', 'by', 'on', 'at', 'with', 'and', 'than'])(
    'is not joined over "%s", which begins what is said of another thing',
    (preposition) => {
      expect(found(`no such ${preposition} box`)).toBe(false);
      expect(found(`no such ${preposition}x box`)).toBe(true);
    },
  );

  test.each([
    [59, true],
    [60, false],
  ])('that lets an address live stands at most 60 characters apart: %i and a space', (characters, isPair) => {
    expect(found(`box${':'.padEnd(characters, 'a')} gone`, 'loose')).toBe(isPair);
  });

  test.each(['.', ';', '!', '?'])('that lets an address live ends with its sentence: "%s"', (end) => {
    expect(found(`box${end} gone`, 'loose')).toBe(false);
    expect(found('box mail.client.example: gone', 'loose')).toBe(true);
  });

  test('begins with the tail of a word that is denied', () => {
    const denied = pairs({ ...words, after: ["n't exist"], gap: 'tight' });
    expect(denied.patterns.some((pattern) => pattern.test("box doesn't exist"))).toBe(true);
  });
});
