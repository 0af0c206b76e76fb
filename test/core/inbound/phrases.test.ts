import { describe, expect, test } from 'vitest';

import {
  firstPhrase,
  foldLetters,
  foldPhrases,
  hasPhrase,
  phraseIndex,
  plainWords,
} from '../../../src/core/inbound/phrases.ts';

describe('E4: what is no word of a refusal must not be read as its reason', () => {
  test.each([
    ['a link', 'see http://x.example/user_unknown now', 'see now'],
    ['a link over TLS', 'see HTTPS://x.example/spam?x=1 now', 'see now'],
    ['a link in brackets', 'see <http://x.example/spam> now', 'see < > now'],
    ['a link in quotes', '"http://x.example/spam" or \'https://x.example/spam\'', '" " or \' \''],
    [
      'what Google says in its link',
      'https://support.google.com/mail/?p=NoSuchUser - gsmtp',
      'nosuchuser - gsmtp',
    ],
    ['the same behind another field', 'at <https://x.example/?hl=en&p=OverQuota>', 'at < overquota >'],
    ['a field of another name', 'https://x.example/?xp=NoSuchUser&pp=spam', ''],
    ['a path that looks like it', 'https://x.example/p=NoSuchUser', ''],
    ['a link as long as links get', `http://${'x'.repeat(2_000)}`, ''],
    ['no link', 'http:/spam', 'http:/spam'],
    ['an address', 'user-unknown@client.example is full', '@ is full'],
    ['an address in brackets', '<spam@client.example>: no', '@: no'],
    [
      'an address in other brackets',
      '(spam@client.example) [spam@client.example] "spam@client.example"',
      '(@) [@] "@"',
    ],
    ['addresses in a row', 'a@x.example,b@x.example;spam@x.example:no', '@,@;@:no'],
    ['a reply code', '550 user unknown', 'user unknown'],
    ['a reply code in the middle of a sentence', '550 user\n550 unknown', 'user unknown'],
    ['a reply code with an enhanced one (RFC 3463)', '550 5.1.1 user unknown', 'user unknown'],
    ['lines of several (RFC 5321 4.2.1)', '550-5.1.1 user\n550 5.1.1 unknown', 'user unknown'],
    ['a code of Exchange', '550-5.7.509 user unknown', 'user unknown'],
    ['three digits in the middle', '550-5.100.1 user unknown', 'user unknown'],
    ['qmail', '554-#5.1.1 user unknown', 'user unknown'],
    ['more between the two codes', '550 -- 5.1.1: user unknown', ': user unknown'],
    ['a code without a space before it', 'smtp;550-user unknown', 'smtp; -user unknown'],
    ['a code at the end', 'user unknown 450', 'user unknown'],
    ['a code before a mark', '250: 250; 250, 250. 250) 250# 250-a', ': ; , . ) # -a'],
    ['an enhanced code alone', '5.1.1 user unknown', 'user unknown'],
    ['an enhanced code in round brackets', 'user (#5.1.1) unknown', 'user unknown'],
    ['an enhanced code in square brackets', 'user[4.2.22]unknown', 'user unknown'],
    ['an enhanced code of many digits', 'user 2.100.123 unknown', 'user unknown'],
    ['an enhanced code between letters', 'user#5.1.1unknown', 'user unknown'],
    ['underscores', 'cuda_nsu__x', 'cuda nsu x'],
  ])('%s: %j', (_, text, words) => {
    expect(plainWords(text)).toBe(words);
  });

  test.each([
    ['an address of the internet', '192.0.2.1 and 192.0.2.250 are listed'],
    ['an address beside a code', '5.1.1.2 is listed'],
    ['an address that begins like a code', '192.5.1.1 is listed'],
    ['a version', '15.20.1 is old'],
    ['a long number', '1550 and 5501 users'],
    ['a number that ends like a code', 'no.550 is full'],
    ['no class of RFC 5321', '350 650 150 users'],
    ['a second digit of no class', '560 users'],
    ['four digits', '5.1.1000 users and 5.1000.1 users'],
    ['a unit', '550mb used'],
    ['words', 'mailbox full: try later'],
  ])('%s stays: %j', (_, text) => {
    expect(plainWords(text)).toBe(text);
  });

  test('a code before an address of the internet goes alone', () => {
    expect(plainWords('550 5.1.1.2 is listed')).toBe('5.1.1.2 is listed');
    expect(plainWords('550-5.1.1000')).toBe('-5.1.1000');
  });
});

describe('E4: a phrase is found however its letters were written', () => {
  test.each([
    ['capitals', 'User UNKNOWN', 'user unknown'],
    ['accents, composed or not', 'Boîte ple\u0301ine', 'boite pleine'],
    ['several marks on one letter', 'a\u0301\u0323b', 'ab'],
    ['wide letters (NFKD)', 'ＵＳＥＲ', 'user'],
    ['apostrophes', "don’t don‘t don`t don´t don't", "don't don't don't don t don't"],
    ['white space', '\t user \r\n\u00a0 unknown  ', 'user unknown'],
  ])('%s', (_, text, folded) => {
    expect(foldLetters(text)).toBe(folded);
  });

  test('a table may be written as people write, gaps and all', () => {
    expect(foldPhrases(['Empfänger … UNBEKANNT', '^Nicht  da', 'no…one'])).toEqual([
      'empfanger…unbekannt',
      '^nicht da',
      'no…one',
    ]);
  });
});

describe('E4: where a phrase stands decides whether it is one', () => {
  const gap = (length: number): string => `user${'-'.repeat(length)}unknown`;

  test.each<[string, string, string, number]>([
    ['the beginning', 'no such user', 'no', 0],
    ['the middle', 'there is no such user', 'no such', 9],
    ['the end', 'no such user', 'user', 8],
    ['nowhere', 'no such user', 'domain', -1],
    ['inside a word: "antispam" is no "spam"', 'antispam', 'spam', -1],
    ['behind a, the first letter', 'aspam', 'spam', -1],
    ['behind z, the last letter', 'zspam', 'spam', -1],
    ['a phrase that begins with a', 'data', 'a', -1],
    ['a phrase that begins with z', 'quiz', 'z', -1],
    ['the second time, as a word', 'antispam spam', 'spam', 9],
    ['behind a digit', '7spam', 'spam', 1],
    ['behind the sign before a', '`spam', 'spam', 1],
    ['behind the sign after z', '{spam', 'spam', 1],
    ['a sign behind a letter', 'dt:spam', ':spam', 2],
    ['the sign after z behind a letter', 'a{b', '{b', 1],
    ['the sign before a behind a letter', 'a`b', '`b', 1],
    ['a script without spaces', 'この退訂', '退訂', 2],
    ['^: at the beginning', 'away today', '^away', 0],
    ['^: not later', 'i am away', '^away', -1],
    ['$: at the end', 'please stop', 'stop$', 7],
    ['$: not earlier', 'stop it', 'stop$', -1],
    ['^ and $: all of it', 'stop', '^stop$', 0],
    ['^ and $: not more behind it', 'stop it', '^stop$', -1],
    ['^ and $: not more before it', 'please stop', '^stop$', -1],
    ['a gap of nothing', gap(0), 'user…unknown', 0],
    ['a gap of sixty', gap(60), 'user…unknown', 0],
    ['a gap of sixty-one', gap(61), 'user…unknown', -1],
    ['a gap that only a later beginning keeps', `user ${'-'.repeat(60)} ${gap(9)}`, 'user…unknown', 66],
    ['two gaps', `a${'-'.repeat(60)}b${'-'.repeat(60)}c`, 'a…b…c', 0],
    ['two gaps, the second too wide', `a${'-'.repeat(60)}b${'-'.repeat(61)}c`, 'a…b…c', -1],
    ['pieces out of order', 'unknown user', 'user…unknown', -1],
    ['a piece that stands only before the gap', 'no user', 'no user…user', -1],
    ['pieces that overlap', 'aba', 'ab…ba', -1],
  ])('%s', (_, folded, phrase, index) => {
    expect(phraseIndex(folded, phrase)).toBe(index);
    expect(hasPhrase(folded, phrase)).toBe(index !== -1);
  });

  test('the first phrase of the list is named, not the first of the text', () => {
    expect(firstPhrase('spam from an unknown user', ['full', 'unknown', 'spam'])).toBe('unknown');
    expect(firstPhrase('fine', ['full', 'unknown'])).toBeNull();
    expect(firstPhrase('fine', [])).toBeNull();
  });
});
