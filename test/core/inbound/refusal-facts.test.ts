import { describe, expect, test } from 'vitest';

import { readRefusal } from '../../../src/core/inbound/refusal-facts.ts';

describe('E4: a refusal is taken apart, and what it does not say stays open', () => {
  test('a reply of Postfix, whole', () => {
    expect(
      readRefusal({
        text: '  550 5.1.1 <kim@client.example>:\r\n Recipient address rejected: User unknown\n',
        around: '(in reply to RCPT TO command)',
      }),
    ).toEqual({
      status: '5.1.1',
      smtpCode: 550,
      command: 'rcpt',
      isTransient: false,
      words: '@: recipient address rejected: user unknown',
      diagnostic: '550 5.1.1 <kim@client.example>: Recipient address rejected: User unknown',
    });
  });

  test.each(['', 'Sorry.'])('"%s" says nothing', (text) => {
    expect(readRefusal({ text })).toEqual({
      status: null,
      smtpCode: null,
      command: null,
      isTransient: false,
      words: text.toLowerCase(),
      diagnostic: text,
    });
  });
});

describe('E4: the enhanced status (RFC 3463) decides only where it is one', () => {
  test.each([
    ['550 5.1.1 no', '5.1.1'],
    ['452 4.2.2 full', '4.2.2'],
    ['said: 2.1.5 ok', '2.1.5'],
    ['(#5.123.456)', '5.123.456'],
    ['It was 5.1.10.', '5.1.10'],
    ['It was 5.1.10. 3 times', '5.1.10'],
    ['version 3.1.1', null],
    ['version 15.1.1', null],
    ['host 192.5.1.1', null],
    ['host 5.1.1.9', null],
    ['5.1234.1', null],
    ['5.1.1234', null],
    ['5..1', null],
    ['5.1.', null],
    ['5-1-1', null],
  ])('"%s": %s', (text, status) => {
    expect(readRefusal({ text }).status).toBe(status);
  });

  test.each([
    ['550 5.0.0 refused', '5.1.1', '5.1.1'],
    ['550 5.2.1 refused', '5.1.1', '5.2.1'],
    ['550 5.0.0, that is 5.7.1', '5.1.1', '5.7.1'],
    ['550 5.0.0 refused', '4.0.0', '5.0.0'],
    ['550 5.1.0 refused', '5.1.1', '5.1.0'],
    ['550 5.0.1 refused', '5.1.1', '5.0.1'],
    ['550 5.10.0 refused', '5.1.1', '5.10.0'],
    ['550 refused', '5.1.1', '5.1.1'],
    ['550 refused', '', null],
  ])('"%s" in a report with Status "%s" is %s: x.0.0 says nothing', (text, statusField, status) => {
    expect(readRefusal({ text, statusField }).status).toBe(status);
  });
});

describe('E4: the reply code (RFC 5321 4.2) tells for good from for now', () => {
  test.each([
    ['550 no', 550],
    ['550-no', 550],
    ['550: no', 550],
    ['550; no', 550],
    ['550, no', 550],
    ['550#5.1.1', 550],
    ['it said 550', 550],
    ['it said:550 no', 550],
    ['550\nno', 550],
    ['451 later', 451],
    ['it said 250 then', 250],
    ['259 odd', 259],
    ['550.', null],
    ['550x', null],
    ['5500 no', null],
    ['1550 no', null],
    ['1.550 no', null],
    ['1/550 no', null],
    ['at 10:550 no', null],
    ['560 no', null],
    ['650 no', null],
    ['350 go on', null],
  ])('"%s": %s', (text, code) => {
    expect(readRefusal({ text: `x ${text}` }).smtpCode).toBe(code);
  });

  test.each([
    ['400 later', true],
    ['459 later', true],
    ['500 no', false],
    ['554 no', false],
    ['x 250 yes', false],
    ['550 4.2.2 full', false],
    ['450 5.2.2 full', true],
    ['4.2.2 full', true],
    ['5.2.2 full', false],
    ['5.4.4 no route', false],
    ['full', false],
  ])('"%s" may work another time: %s', (text, isTransient) => {
    expect(readRefusal({ text }).isTransient).toBe(isTransient);
  });
});

describe('E4: only the words that refuse are held against the address', () => {
  test.each([
    '250 2.1.5 Ok',
    '250-PIPELINING',
    '220 mx.client.example',
    '259 odd',
    ' 250 Ok',
    '\t \t250 Ok',
    'out: 250 Ok',
    'Out:250 Ok',
    'S: \t250 Ok',
    'r 250 Ok',
    'R250 Ok',
    '<<< 250 Ok',
    '<-- 250 Ok',
    '<- 250 Ok',
    '<-: 250 Ok',
    '250 id 5501',
    '250 id 1550',
    '250 id 650',
    '250 id 560',
    `250 ${'x'.repeat(300)} 550 no`,
    '250 ',
  ])('"%s" before it in a transcript is a yes', (line) => {
    expect(readRefusal({ text: `${line}\n${line}\n550 5.1.1 No such user` })).toMatchObject({
      status: '5.1.1',
      smtpCode: 550,
      diagnostic: '550 5.1.1 No such user',
      words: 'no such user',
    });
  });

  test.each([
    '260 Ok',
    '2500 Ok',
    '250x',
    '150 Ok',
    'x 250 Ok',
    'in: 250 Ok',
    '250 Ok, then 550 no',
    '250 550 no',
    '250-451 later',
    `250 ${'x'.repeat(299)} 550 no`,
  ])('"%s" is not', (line) => {
    expect(readRefusal({ text: `${line}\nno` }).diagnostic).toBe(`${line} no`);
  });

  test('a gateway of Cisco guesses in front of the words of the server, and its guess counts last', () => {
    const guess = '550 5.1.9 Unknown Address Error 554-';
    expect(readRefusal({ text: `${guess}'5.7.1 No spam, please'` })).toEqual({
      status: '5.7.1',
      smtpCode: null,
      command: null,
      isTransient: false,
      words: 'no spam, please',
      diagnostic: '5.7.1 No spam, please',
    });
    expect(readRefusal({ text: `${guess}'5.0.0 No'`, statusField: '5.2.1' }).status).toBe('5.2.1');
    expect(readRefusal({ text: `${guess}'No'` }).status).toBe('5.1.9');
    expect(readRefusal({ text: `${guess}'X'` }).diagnostic).toBe('X');
    expect(readRefusal({ text: `${guess}''` }).diagnostic).toBe(`${guess}''`);
    expect(readRefusal({ text: `${guess}'${'a'.repeat(2_000)}'` }).words).toBe('a'.repeat(2_000));
    expect(readRefusal({ text: `${guess}'${'a'.repeat(2_001)}'` }).smtpCode).toBe(550);
    expect(readRefusal({ text: "550 Unknown address error 55-'No'" }).smtpCode).toBe(550);
  });

  test('of a long text the first 3,000 characters are looked at, and 500 are shown', () => {
    const at = (characters: number) => readRefusal({ text: `${' '.repeat(characters - 5)}5.1.1 550` });
    expect(at(3_000)).toMatchObject({ status: '5.1.1', smtpCode: null });
    expect(at(3_001).status).toBeNull();
    expect(readRefusal({ text: 'y'.repeat(3_001) }).words).toBe('y'.repeat(3_000));
    expect(readRefusal({ text: 'y'.repeat(501) }).diagnostic).toBe('y'.repeat(500));
  });
});

describe('E4: the step that was refused, in the words of the programs that report it', () => {
  test.each([
    ['(in reply to end of DATA command)', 'data'],
    ['in reply to  end  of\nDATA', 'data'],
    ['after final DATA', 'data'],
    ['after pipelined DATA', 'data'],
    ['after .DATA', 'data'],
    ['after the DATA', 'data'],
    ['our DATA', 'data'],
    ['>>> DATA', 'data'],
    ['command DATA', 'data'],
    ['Command: DATA', 'data'],
    ['while sending data', 'data'],
    ['at DATA', 'data'],
    ['rejected DATA', 'data'],
    ['(state 17)', 'data'],
    ['(state 18)', 'data'],
    ['the DATA block', 'data'],
    ['Body of message generated response', 'data'],
    ['failed after I sent the message', 'data'],
    ['in reply to RCPT TO', 'rcpt'],
    ['after pipelined RCPT', 'rcpt'],
    ['[rcpt_to]', 'rcpt'],
    ['does not like recipient', 'rcpt'],
    ['but recipient was rejected', 'rcpt'],
    ['(state 13)', 'rcpt'],
    ['(state 14)', 'rcpt'],
    ['RCPT TO:<kim@client.example>', 'rcpt'],
    ['SMTP:RCPT host', 'rcpt'],
    ['the RCPT command', 'rcpt'],
    ['in reply to MAIL FROM', 'mail'],
    ['after pipelined MAIL FROM', 'mail'],
    ['[mail_from]', 'mail'],
    ['but sender was rejected', 'mail'],
    ['after initial connection', 'connect'],
    ['in reply to HELO', 'connect'],
    ['in reply to EHLO', 'connect'],
    ['failed after I connected', 'connect'],
    ['my name was rejected', 'connect'],
    ['there is no data', null],
    ['the database', null],
    ['after database', null],
    ['the mail from Kim', null],
    ['(state 15)', null],
    ['a smtprcpt to', null],
    ['RCPT tone', null],
    ['SMTP:RCPTS', null],
    ['a smtprcpt command', null],
    ['the RCPT commander', null],
    ['my HELO', null],
  ])('"%s": %s', (text, command) => {
    expect(readRefusal({ text }).command).toBe(command);
    expect(readRefusal({ text: '550 no', around: text }).command).toBe(command);
  });

  test('of several steps the one that is named first was refused, and the words of the server come first', () => {
    expect(readRefusal({ text: 'in reply to RCPT TO, not after end of DATA' }).command).toBe('rcpt');
    expect(readRefusal({ text: 'in reply to end of DATA, not after RCPT TO' }).command).toBe('data');
    expect(readRefusal({ text: 'after EHLO, MAIL FROM or in reply to RCPT' }).command).toBe('connect');
    expect(readRefusal({ text: 'RCPT TO:<x>, in reply to MAIL FROM' }).command).toBe('mail');
    expect(readRefusal({ text: 'after EHLO', around: 'in reply to RCPT TO' }).command).toBe('connect');
  });

  test('of the text around it the first 3,000 characters are looked at', () => {
    const around = (characters: number): string => 'my name was rejected'.padStart(characters);
    expect(readRefusal({ text: '550 no', around: around(3_000) }).command).toBe('connect');
    expect(readRefusal({ text: '550 no', around: around(3_001) }).command).toBeNull();
  });
});
