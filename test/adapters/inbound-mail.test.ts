import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { readInboundMail } from '../../src/adapters/inbound-mail.ts';
import { classifyMail } from '../../src/core/inbound/classify.ts';
import { headerOf, type InboundMail } from '../../src/core/inbound/mail.ts';

const CONTEXT = { receivedOn: '2026-03-05' };

async function read(...lines: readonly string[]): Promise<InboundMail> {
  return readInboundMail(Buffer.from(lines.join('\r\n'), 'latin1'));
}

const HEAD = ['From: Kim <kim@client.example>', 'To: ada@sender.example', 'MIME-Version: 1.0'];

describe('E4: the bytes of a mail become data', () => {
  test('headers are unfolded and decoded, in their order', async () => {
    const mail = await read(
      ...HEAD,
      'Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=',
      ' und mehr',
      'X-Two: 1',
      'X-Two: 2',
      '',
      'Hallo',
    );
    expect(headerOf(mail.headers, 'subject')).toBe('Grüße und mehr');
    expect(mail.headers.filter(({ name }) => name === 'x-two').map(({ value }) => value)).toEqual(['1', '2']);
    expect([mail.text.trim(), mail.isWhole]).toEqual(['Hallo', true]);
  });

  test.each([
    ['iso-8859-1', 'quoted-printable', 'Gr=FC=DFe', 'Grüße'],
    ['utf-8', 'base64', 'R3LDvMOfZQ==', 'Grüße'],
    ['iso-2022-jp', '7bit', '\x1B$B$O$$\x1B(B', 'はい'],
    ['no-such-charset', '8bit', 'Yes', 'Yes'],
  ])('a text in %s, %s', async (charset, encoding, body, text) => {
    const type = `Content-Type: text/plain; charset=${charset}`;
    const mail = await read(...HEAD, type, `Content-Transfer-Encoding: ${encoding}`, '', body);
    expect(mail.text.trim()).toBe(text);
  });

  test('hardening 144: an opt-out in HTML alone is read, and our quoted words are not', async () => {
    const html = '<p>STOP&nbsp;</p><blockquote>Unsubscribe me</blockquote>';
    const mail = await read(...HEAD, 'Content-Type: text/html; charset=utf-8', '', html);
    expect(mail.text).toMatch(/^STOP\s+> Unsubscribe me$/);
    expect(classifyMail(mail, CONTEXT).kind).toBe('opt_out');
  });

  test('an answer right below a flowed quote is an answer', async () => {
    const type = 'Content-Type: text/plain; charset=utf-8; format=flowed';
    const mail = await read(
      ...HEAD,
      type,
      '',
      'On 4 Mar 2026 10:02, Ada wrote:',
      '> Would Tuesday work? ',
      'Yes, it',
      'would.',
    );
    expect(classifyMail(mail, CONTEXT).replyText).toBe('Yes, it\nwould.');
  });

  test('the parts of a report stay apart, the returned mail too', async () => {
    const mail = await read(
      'From: MAILER-DAEMON@mx.sender.example',
      'Content-Type: multipart/report; report-type=delivery-status; boundary=b1',
      '',
      '--b1',
      'Content-Type: text/plain',
      '',
      'Not delivered.',
      '--b1',
      'Content-Type: message/delivery-status',
      '',
      'Reporting-MTA: dns; mx.sender.example',
      '',
      'Final-Recipient: rfc822; kim@client.example',
      'Action: failed',
      'Status: 5.1.1',
      '--b1',
      'Content-Type: message/rfc822',
      '',
      'Message-ID: <m-1@sender.example>',
      '',
      'Please unsubscribe me',
      '--b1--',
    );
    expect(mail.parts.map(({ contentType }) => contentType)).toEqual([
      'message/delivery-status',
      'message/rfc822',
    ]);
    expect(mail.text.trim()).toBe('Not delivered.');
    const verdict = classifyMail(mail, CONTEXT);
    expect([verdict.kind, verdict.refersTo.returnedMessageIds]).toEqual([
      'dead_address',
      ['m-1@sender.example'],
    ]);
  });

  test('a mail attached to a letter is no text of the letter', async () => {
    const mail = await read(
      ...HEAD,
      'Content-Type: multipart/mixed; boundary=b1',
      '',
      '--b1',
      '',
      'See attached.',
      '--b1',
      'Content-Type: message/rfc822',
      '',
      'Subject: x',
      '',
      'Unsubscribe me',
      '--b1--',
    );
    expect(mail.text.trim()).toBe('See attached.');
    expect(classifyMail(mail, CONTEXT).kind).toBe('human_reply');
  });
});

describe('hardening 145: rubbish is read as far as it goes, and never throws', () => {
  test('a boundary that never comes leaves the lines', async () => {
    const mail = await read(...HEAD, 'Content-Type: multipart/mixed; boundary=missing', '', 'STOP');
    expect([mail.text.trim(), mail.isWhole]).toEqual(['STOP', true]);
  });

  test('ten thousand parts are cut to fifty', async () => {
    const part = ['--b1', 'Content-Type: text/rfc822-headers', '', 'Subject: x'];
    const mail = await read(
      ...HEAD,
      'Content-Type: multipart/mixed; boundary=b1',
      '',
      ...Array.from({ length: 10_000 }, () => part).flat(),
      '--b1--',
    );
    expect([mail.parts.length, mail.isWhole]).toEqual([50, false]);
  });

  test('parts nested two hundred deep are read as plain lines', async () => {
    const nested = Array.from({ length: 200 }, (_, depth) => [
      `Content-Type: multipart/mixed; boundary=b${String(depth)}`,
      '',
      `--b${String(depth)}`,
    ]);
    const mail = await read(...HEAD, ...nested.flat(), 'Content-Type: text/plain', '', 'STOP');
    expect([mail.text.endsWith('STOP'), mail.isWhole]).toEqual([true, false]);
    expect(headerOf(mail.headers, 'from')).toContain('kim@client.example');
  });

  test('a mail of fifty megabytes is read up to the limit', async () => {
    const bytes = Buffer.alloc(50_000_000, 'word ');
    bytes.write('Subject: big\r\n\r\nYes.\r\n');
    const mail = await readInboundMail(bytes);
    expect([headerOf(mail.headers, 'subject'), mail.text.slice(0, 4), mail.isWhole]).toEqual([
      'big',
      'Yes.',
      false,
    ]);
    expect(mail.text.length).toBeLessThanOrEqual(500_000);
  });

  test.each([
    ['very many lines', 'a\r\n'.repeat(400_000)],
    ['one very long line', `${'a'.repeat(1_200_000)}\r\n`],
  ])('hardening 145: of a mail of %s, dear in memory, only the beginning is read', async (_name, body) => {
    const letter = ['--b', '', 'Hello there.', '--b', 'Content-Type: text/csv', '', body].join('\r\n');
    const end = '--b\r\nContent-Type: message/delivery-status\r\n\r\nAction: failed\r\n--b--';
    const mail = await read('Content-Type: multipart/mixed; boundary=b', '', letter, end);
    expect(mail.text).toContain('Hello there.');
    expect(mail.isWhole).toBe(false);
    expect(mail.parts.map(({ contentType }) => contentType)).not.toContain('message/delivery-status');
  });

  test.each([
    ['in every place of a line', `${'QQ=='.repeat(17)}\r\n`.repeat(50_000), false],
    ['in very long lines', `${'QUE='.repeat(20_000)}\r\n`.repeat(40), false],
    ['at the end of each line, as some programs do', `${'QUJD'.repeat(18)}QQ==\r\n`.repeat(45_000), true],
  ])(
    'hardening 145: base64 that is padded %s costs no more than other mail',
    async (_name, body, isWhole) => {
      const image = ['--b', 'Content-Type: image/png', 'Content-Transfer-Encoding: base64', '', body].join(
        '\r\n',
      );
      const mail = await read(
        'Content-Type: multipart/mixed; boundary=b',
        '',
        '--b',
        '',
        'Hello there.',
        image,
        '--b--',
      );
      expect(mail.text).toContain('Hello there.');
      expect(mail.isWhole).toBe(isWhole);
    },
  );

  test('hardening 145: four megabytes of an ordinary attachment are read to the end', async () => {
    const body = `${'QUJD'.repeat(19)}\r\n`.repeat(45_000);
    const image = ['--b', 'Content-Type: image/png', 'Content-Transfer-Encoding: base64', '', body].join(
      '\r\n',
    );
    const end = '--b\r\nContent-Type: message/delivery-status\r\n\r\nAction: failed\r\n--b--';
    const mail = await read('Content-Type: multipart/mixed; boundary=b', '', image, end);
    expect(mail.isWhole).toBe(true);
    expect(mail.parts.map(({ contentType }) => contentType)).toContain('message/delivery-status');
  });

  test('five megabytes of headers are bounded', async () => {
    const mail = await read(
      ...Array.from({ length: 100_000 }, (_, n) => `X-${String(n)}: ${'y'.repeat(40)}`),
      '',
      'Yes',
    );
    expect(mail.headers.length).toBeLessThanOrEqual(500);
    expect(mail.isWhole).toBe(false);
  });

  test.each([
    ['nothing', ''],
    ['no body', 'Subject: x'],
    ['no headers', '\r\n\r\nYes'],
    ['a line without a colon first', 'From kim Thu Mar  5 09:00:00 2026\r\nSubject: x\r\n\r\nYes'],
    ['NUL', 'Subject: \0x\r\n\r\n\0'],
    ['a broken encoded word', 'Subject: =?utf-8?B?!!!?=\r\n\r\nYes'],
  ])('%s', async (_, raw) => {
    const mail = await readInboundMail(Buffer.from(raw));
    expect(classifyMail(mail, CONTEXT).evidence.length).toBeGreaterThan(0);
  });

  test('any bytes have a verdict', async () => {
    const pieces = fc.constantFrom(
      'From: a@b.example\r\n',
      'Content-Type: multipart/report; boundary=b\r\n',
      'Content-Type: text/html; charset=utf-16\r\n',
      'Content-Transfer-Encoding: base64\r\n',
      '\r\n',
      '--b\r\n',
      '--b--',
      '=\r\n',
      '<p>',
      '\xFF\xFE',
      ';',
      '"',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(pieces, fc.string({ maxLength: 8 })), { maxLength: 40 }),
        async (parts) => {
          const mail = await readInboundMail(Buffer.from(parts.join(''), 'latin1'));
          expect(classifyMail(mail, CONTEXT).evidence.length).toBeGreaterThan(0);
        },
      ),
      { seed: 145, numRuns: 200 },
    );
  });
});
