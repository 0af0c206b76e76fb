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
});
