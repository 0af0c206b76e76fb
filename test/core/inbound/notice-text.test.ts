import { describe, expect, test } from 'vitest';

import { readNotice, segmentsOf } from '../../../src/core/inbound/notice-text.ts';

const SAID = 'kim@client.example: user unknown';

/** What a notice is taken to say when `line` follows its first line, and another follows that. */
function linesBefore(line: string): readonly string[] {
  return readNotice(`${SAID}\n${line}\nlast`).lines;
}

describe('E4: what a notice says ends where the mail it returns begins, or our own words would judge the address', () => {
  test.each([
    ['received', 'Received: from mx.sender.example'],
    ['return-path', 'Return-Path: <ada@sender.example>'],
    ['dkim-signature', 'DKIM-Signature: v=1'],
    ['x-received', 'X-Received: by 2002:a05'],
    ['delivered-to', 'Delivered-To: kim@client.example'],
    ['mime-version', 'MIME-Version: 1.0'],
    ['message-id', 'Message-ID: <m-1@sender.example>'],
    ['arc-seal', 'ARC-Seal: i=1'],
    ['x-google-dkim-signature', 'X-Google-DKIM-Signature: v=1'],
    ['x-original-to', 'X-Original-To: kim@client.example'],
    ['authentication-results', 'Authentication-Results: mx'],
    ['a field with white space before the colon (RFC 5322 4.5)', 'Received \t: from mx'],
    ['a quoted field', '> > > Received: from mx'],
    ['a field indented by six', '      Received: from mx'],
    ['a colon at the sixtieth character', `Received${' '.repeat(51)}: from mx`],
  ])('a header that only a whole mail has: %s', (_, line) => {
    expect(linesBefore(line)).toEqual([SAID]);
  });

  test.each([
    ['the name inside a sentence', 'The Received: field is broken'],
    ['seven characters before it', '       Received: from mx'],
    ['no colon', 'Received from mx'],
    ['another word before the colon', 'Received by: mx'],
    ['a colon behind the sixtieth character', `Received${' '.repeat(52)}: from mx`],
  ])('%s is part of what is said', (_, line) => {
    expect(linesBefore(line)).toEqual([SAID, line, 'last']);
  });

  test.each([
    // qmail, Exim, Yahoo and their kin: a sentence, with anything behind it.
    '--- Below this line is a copy of the message.',
    'This is a copy of the message',
    '------ This is a copy of your message, including all the headers. ------',
    'A copy of the message',
    'a copy of your original mail follows',
    'Here is a copy of your message:',
    'The header of the original',
    'The headers of the original message are below',
    'Below is a copy of it',
    'Enclosed is a copy of your mail',
    'Bounced email',
    'Bounced e-mail',
    // Words that stand alone between dashes.
    'Original message',
    'The original message',
    '----- Original message -----',
    '-----Original message-----',
    '--- \t Original message ---',
    '  --Original message--',
    '> Original message',
    '>> * Original mail *',
    '___ Message header ___',
    '=== Message headers ===',
    'Unsent message follows:',
    '   ----- Unsent message below -----  ',
    'Returned message',
    'Returned mail:',
    'Full message',
    'Non-delivered message',
    'Undelivered message',
    'Undelivered message headers:',
    'Undelivered message header',
    'Message text',
    'Start of headers',
    'Start of message headers',
    'Start of header',
    'Header of the original message',
    '*Headers of the original message follow*',
    'Original message is attached.',
    'Original message as follows:',
    'Original message  ---',
    'Original message ---  ',
    `${'-'.repeat(40)}Original message${'-'.repeat(60)}`,
    `${'>'.repeat(184)}Original message`,
  ])('a line that introduces it: %j', (line) => {
    expect(linesBefore(line)).toEqual([SAID]);
  });

  test.each([
    'Original message was not delivered',
    'Your original message',
    'We return the original message',
    'No copy of it: this is a copy of your messageboard',
    'Bounced emails are counted',
    'Message text is too long',
    `${'-'.repeat(41)}Original message`,
    `Original message${'-'.repeat(61)}`,
    `${'>'.repeat(185)}Original message`,
  ])('a sentence that mentions it: %j', (line) => {
    expect(linesBefore(line)).toEqual([SAID, line, 'last']);
  });

  test('nothing is returned where nothing introduces it', () => {
    expect(readNotice(SAID)).toEqual({ lines: [SAID], returnedHeaders: [] });
    expect(readNotice('')).toEqual({ lines: [''], returnedHeaders: [] });
  });
});

describe('E4: the returned headers lead to the send whose mail failed', () => {
  const returned = (...lines: readonly string[]) =>
    readNotice(['Reason: unknown', 'Original message', ...lines].join('\r\n')).returnedHeaders;
  const ID = { name: 'message-id', value: '<m-1@sender.example>' };
  const TO = { name: 'to', value: 'kim@client.example' };

  test.each<[string, string[]]>([
    ['as they are', ['Message-ID: <m-1@sender.example>', 'To: kim@client.example']],
    [
      'below other words, not those above the divider',
      ['', 'Of 5 March', '', 'Message-ID: <m-1@sender.example>', 'To: kim@client.example'],
    ],
    ['quoted', ['> Message-ID: <m-1@sender.example>', '> To: kim@client.example', '>', '> Hello']],
    ['indented', ['\t  Message-ID: <m-1@sender.example>', '\t  To: kim@client.example']],
    [
      'indented by more than twenty',
      [`${' '.repeat(24)}Message-ID: <m-1@sender.example>`, `${' '.repeat(24)}To: kim@client.example`],
    ],
    ['with white space before the colon', ['Message-ID  : <m-1@sender.example>', 'To:kim@client.example']],
    ['partly quoted', ['> Message-ID: <m-1@sender.example>', 'To: kim@client.example']],
    [
      'behind what is no field',
      ['-: x', '1: x', 'T: x', 'http//x', 'Message-ID: <m-1@sender.example>', 'To: kim@client.example'],
    ],
    [
      'behind a sentence with a colon',
      ['I said: no', 'Message-ID: <m-1@sender.example>', 'To: kim@client.example'],
    ],
  ])('%s', (_, lines) => {
    expect(returned(...lines)).toEqual([ID, TO]);
  });

  test('the name of the first field has at most 41 characters, its colon stands within sixty', () => {
    expect(returned(`${'a'.repeat(41)}: x`)).toHaveLength(1);
    expect(returned(`${'a'.repeat(42)}: x`)).toEqual([]);
    expect(returned(`Subject${' '.repeat(52)}: x`)).toHaveLength(1);
    expect(returned(`Subject${' '.repeat(53)}: x`)).toEqual([]);
    expect(returned('To: x')).toEqual([{ name: 'to', value: 'x' }]);
    expect(returned('No field at all')).toEqual([]);
  });

  test('they begin with the header that ends the notice', () => {
    expect(readNotice('It failed\nMessage-ID: <m-1@sender.example>\nTo: kim@client.example')).toEqual({
      lines: ['It failed'],
      returnedHeaders: [ID, TO],
    });
  });
});

describe('hardening 136: a notice as long as a stranger likes costs a bounded amount', () => {
  test('300 lines of 1,500 characters are what it says', () => {
    const { lines } = readNotice(Array.from({ length: 302 }, () => 'x'.repeat(1_501)).join('\n'));
    expect(lines).toEqual(Array.from({ length: 300 }, () => 'x'.repeat(1_500)));
  });

  test('a mail that is returned behind 300 lines is still found, behind 3,000 no more', () => {
    const behind = (count: number) => readNotice(`${'x\n'.repeat(count)}Message-ID: <m-1@sender.example>`);
    expect(behind(2_999).returnedHeaders).toHaveLength(1);
    expect(behind(2_999).lines).toHaveLength(300);
    expect(behind(3_000).returnedHeaders).toEqual([]);
  });
});

describe('E4: every address of a notice is judged by its own lines', () => {
  const NOBODY: ReadonlySet<string> = new Set();

  test.each([
    ['Postfix', '<Kim@Client.example>: host mx said: 550'],
    ['bare', 'kim@client.example'],
    ['a list', '  * "kim@client.example"'],
    ['brackets', "- (['kim@client.example'])"],
    ['a quote', '>> kim@client.example'],
    ['a reply code', '550 kim@client.example unknown'],
    ['a line of several (RFC 5321 4.2.1)', '550-kim@client.example unknown'],
    ['an enhanced code (RFC 3463)', '550 5.1.1 kim@client.example'],
    ['an enhanced code of Exchange', '550 5.7.509 <kim@client.example>'],
    ['three digits in the middle (RFC 3463 2)', '550-5.100.1 <kim@client.example>'],
    ['words of servers', 'Recipient: kim@client.example'],
    ['words of servers', 'Recipient address: <kim@client.example>'],
    ['words of servers', 'RCPT TO:<kim@client.example>'],
    ['words of servers', 'Undeliverable to kim@client.example'],
    ['words of servers', 'Delivery failed 4 attempts: kim@client.example'],
    ['words of servers', 'Delivery failed 12 attempts:  <"kim@client.example">'],
    ['words of servers', "User 'kim@client.example' is unknown"],
    ['words of servers', 'for <kim@client.example>'],
    ['a report as text (RFC 3464)', 'Final-Recipient: rfc822; kim@client.example'],
    ['a report as text (RFC 3464)', 'Original-Recipient: rfc822;kim@client.example'],
    ['words of servers', 'target mail address: kim@client.example'],
    ['the end of four hundred characters', `${'<'.repeat(382)}kim@client.example`],
  ])('%s: %s', (_, line) => {
    expect(segmentsOf(['Hello', line], NOBODY)).toEqual([{ address: 'kim@client.example', text: line }]);
  });

  test.each([
    'We could not reach kim@client.example',
    'undefined error',
    '55 kim@client.example',
    'Delivery failed x attempts: kim@client.example',
    `${'<'.repeat(400)}kim@client.example`,
    '',
  ])('a line that begins with something else begins nothing: %j', (line) => {
    expect(segmentsOf([line], NOBODY)).toEqual([]);
  });

  test('lines belong to the address above them, ours is nobody’s failure, and a second mention adds', () => {
    const lines = [
      'Hello',
      '<kim@client.example>:',
      '  550 unknown',
      '<lee@client.example>: full',
      'ada@sender.example sent it',
      'Kim@client.example: unbekannt',
      'the end',
    ];
    expect(segmentsOf(lines, new Set(['ada@sender.example']))).toEqual([
      {
        address: 'kim@client.example',
        text: '<kim@client.example>:\n  550 unknown\nKim@client.example: unbekannt\nthe end',
      },
      { address: 'lee@client.example', text: '<lee@client.example>: full\nada@sender.example sent it' },
    ]);
  });

  test('hardening 136: fifty addresses of forty lines are read; what follows belongs to the last', () => {
    const named = Array.from({ length: 52 }, (_, index) => `a${String(index)}@x.example`);
    const segments = segmentsOf(named, NOBODY);
    expect(segments).toHaveLength(50);
    expect(segments.slice(-2)).toEqual([
      { address: 'a48@x.example', text: 'a48@x.example' },
      { address: 'a49@x.example', text: 'a49@x.example\na50@x.example\na51@x.example' },
    ]);
    const [long] = segmentsOf(['a@x.example', ...Array.from({ length: 60 }, () => 'x')], NOBODY);
    expect(long?.text.split('\n')).toEqual(['a@x.example', ...Array.from({ length: 39 }, () => 'x')]);
  });
});
