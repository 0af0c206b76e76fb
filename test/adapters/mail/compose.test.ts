import { createHash } from 'node:crypto';

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { composeMail } from '../../../src/adapters/mail/compose.ts';
import type { MailToCompose } from '../../../src/adapters/mail/compose.ts';
import { messageIdHeader } from '../../../src/adapters/mail/message-id.ts';
import { parseMail } from '../../../src/adapters/mail/parse-mail.ts';
import type { ReadableMail } from '../../../src/adapters/mail/parse-mail.ts';
import { startChild } from '../../helpers/child.ts';
import { mailToCompose } from './sample-mail.ts';

async function composed(change: Partial<MailToCompose> = {}): Promise<{ raw: string; mail: ReadableMail }> {
  const { raw } = await composeMail(mailToCompose(change));
  return { raw: Buffer.from(raw).toString('latin1'), mail: parseMail(raw) };
}

function headOf(raw: string): string {
  return raw.slice(0, raw.indexOf('\r\n\r\n') + 2);
}

describe('D1: the same message is the same bytes on every attempt', () => {
  test('composed twice, it differs in no byte', async () => {
    const change: Partial<MailToCompose> = {
      subject: 'Grüße 🚀',
      preheader: 'Six weeks',
      thread: { inReplyTo: '<a@b.example>', references: [] },
    };
    expect(await composeMail(mailToCompose(change))).toEqual(await composeMail(mailToCompose(change)));
  });

  test('composed by another process, it differs in no byte', async () => {
    const { raw } = await composeMail(mailToCompose());
    const child = startChild('../adapters/mail/compose-child.ts');
    expect(await child.line()).toBe(createHash('sha256').update(raw).digest('hex'));
  });

  test('Message-ID, Date and boundary come from the message alone', async () => {
    const { raw, mail } = await composed();
    expect(mail.headers.get('message-id')).toBe('<m-abcdefghijklmnop@sender.example>');
    expect(mail.headers.get('date')).toBe('Wed, 18 Feb 2026 09:00:00 +0000');
    expect(mail.headers.get('x-headgate-message')).toBe('m-abcdefghijklmnop');
    expect(raw.match(/--=_headgate-m-abcdefghijklmnop-Part_1/g)).toHaveLength(3);
    expect(messageIdHeader('m-x', 'Anna@Sender.Example')).toBe('<m-x@sender.example>');
  });

  test('what leaves, and to whom, stands beside the bytes', async () => {
    expect(await composeMail(mailToCompose())).toMatchObject({
      id: 'm-abcdefghijklmnop',
      from: 'anna@sender.example',
      to: 'jan@lead.example',
      messageIdHeader: '<m-abcdefghijklmnop@sender.example>',
    });
  });
});

describe('D5, D10: both parts say the same, with the footer that the law asks for', () => {
  test('text part', async () => {
    const { mail } = await composed({ bodyMarkdown: 'Hi **Jan**,\n\nsee [our page](https://a.example/x).' });
    expect(mail.text).toBe(
      'Hi Jan,\n\nsee our page (https://a.example/x).\n\n---\nBakker & Zonen\nDorpsstraat 1\n1234 AB Ede\nNetherlands\n' +
        'anna@sender.example\nYou get this mail because you asked for it.\nUnsubscribe: https://sender.example/u/token\n',
    );
  });

  test('HTML part', async () => {
    const { mail } = await composed({ preheader: 'Six <weeks>', replyTo: 'answers@sender.example' });
    expect(mail.html).toContain('<p>Hi Jan,</p>');
    expect(mail.html).toContain('>Six &lt;weeks&gt;</div>');
    expect(mail.html).toContain(
      'Bakker &amp; Zonen<br>\nDorpsstraat 1<br>\n1234 AB Ede<br>\nNetherlands<br>\nanswers@sender.example<br>\n',
    );
    expect(mail.html).toContain('<a href="https://sender.example/u/token">Unsubscribe</a>');
  });

  test('one click unsubscribes: both headers, the first in one line however long its token is', async () => {
    const unsubscribeUrl = `https://sender.example/u/${'t'.repeat(600)}`;
    const { raw } = await composed({ unsubscribeUrl });
    expect(raw).toContain(`\r\nList-Unsubscribe: <${unsubscribeUrl}>\r\n`);
    expect(raw).toContain('\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n');
  });

  test('CASL: it says why it came; without such a sentence nothing stands there', async () => {
    const reason = 'You asked <us>\r\nBcc: x@y.example';
    const { mail } = await composed({ reason });
    expect(mail.text).toContain('\nYou asked <us> Bcc: x@y.example\nUnsubscribe: ');
    expect(mail.html).toContain('<br>\nYou asked &lt;us&gt; Bcc: x@y.example<br>\n');
    expect((await composed({ reason: null })).mail.text).toContain('anna@sender.example\nUnsubscribe: ');
  });

  test('a mail to the operator has no way out', async () => {
    const { raw, mail } = await composed({ unsubscribeUrl: null });
    expect(`${raw}${mail.text ?? ''}${mail.html ?? ''}`).not.toMatch(/unsubscribe/i);
  });

  test('D9: a rehearsal says so, a real mail does not', async () => {
    expect((await composed({ isRehearsal: true })).mail.headers.get('x-headgate-rehearsal')).toBe('yes');
    expect((await composed()).mail.headers.has('x-headgate-rehearsal')).toBe(false);
  });
});

describe('D6: a later step answers the one before it', () => {
  test('In-Reply-To and References, the answered mail last', async () => {
    const { mail } = await composed({
      thread: { inReplyTo: '<c@p.example>', references: ['<a@p.example>', '<c@p.example>', 'b@p.example'] },
    });
    expect(mail.headers.get('in-reply-to')).toBe('<c@p.example>');
    expect(mail.headers.get('references')).toBe('<a@p.example> <b@p.example> <c@p.example>');
  });

  test('ids that a provider made up cannot break a header', async () => {
    const inReplyTo = '<a b\r\nBcc: x@y.example>';
    const { raw, mail } = await composed({ thread: { inReplyTo, references: [] } });
    expect(mail.headers.get('in-reply-to')).toBe('<abBcc:x@y.example>');
    expect(headOf(raw)).not.toMatch(/^bcc/im);
  });

  test('a thread of hundreds keeps its beginning and its end', async () => {
    const references = Array.from({ length: 200 }, (_, index) => `<r${index}@p.example>`);
    const { mail } = await composed({ thread: { inReplyTo: '<last@p.example>', references } });
    const ids = mail.headers.get('references')?.split(' ') ?? [];
    expect(ids).toHaveLength(30);
    expect([ids[0], ids.at(-2), ids.at(-1)]).toEqual([
      '<r0@p.example>',
      '<r199@p.example>',
      '<last@p.example>',
    ]);
  });
});

describe('hardening 43 to 45, 57: names and subjects arrive whole and break nothing', () => {
  test.each([
    ['quotes, backslash and comma', 'O"Brien \\ Sons, Ltd', '"O\\"Brien \\\\ Sons, Ltd" <jan@lead.example>'],
    ['Unicode', 'Jürgen Müller', 'Jürgen Müller <jan@lead.example>'],
    ['line breaks', 'Jan\r\nBcc: x@y.example\u2028\u0085', '"Jan Bcc: x@y.example" <jan@lead.example>'],
    ['text turned round', 'Jan \u202egpj.exe', '"Jan gpj.exe" <jan@lead.example>'],
    ['a word for nothing', 'undefined', 'jan@lead.example'],
    ['what looks encoded', '=?utf-8?q?x=0D=0ABcc:?=', '"= ?utf-8?q?x=0D=0ABcc:?=" <jan@lead.example>'],
    ['nothing to see', ' \u200b\u0007 ', 'jan@lead.example'],
    ['no name', null, 'jan@lead.example'],
  ])('%s', async (_, name, to) => {
    const { raw, mail } = await composed({ lead: { email: 'jan@lead.example', name } });
    expect(mail.headers.get('to')).toBe(to);
    expect(headOf(raw)).not.toMatch(/^bcc/im);
  });

  test('a sender without a display name is shown by the name of the brand', async () => {
    const { mail } = await composed({ from: { address: 'anna@sender.example', displayName: null } });
    expect(mail.headers.get('from')).toBe('"Bakker & Zonen" <anna@sender.example>');
  });

  test.each([
    ['emoji and 300 characters', `${'Grüße 🚀 '.repeat(37)}Ende`],
    ['998 characters without a space', 'a'.repeat(998)],
    ['what looks encoded already', '=?utf-8?q?=41?='],
    ['a question mark and underscores', 'what_is ü_this?'],
  ])('subject: %s', async (_, subject) => {
    const { mail } = await composed({ subject });
    expect(mail.headers.get('subject')).toBe(subject);
  });

  test('a subject with a line break is one line, and starts no header', async () => {
    const { raw, mail } = await composed({ subject: 'Hello\r\nBcc: x@y.example\r\n\r\nbody' });
    expect(mail.headers.get('subject')).toBe('Hello Bcc: x@y.example body');
    expect(headOf(raw)).not.toMatch(/^bcc/im);
  });

  test('whatever the texts are, the head holds our headers and no others', async () => {
    const text = fc.string({
      unit: fc.constantFrom(
        'a',
        'ü',
        '🚀',
        ' ',
        '\r',
        '\n',
        '\t',
        '"',
        '\\',
        ',',
        ':',
        '<',
        '>',
        '\u2028',
        '=?',
        '?=',
      ),
    });
    await fc.assert(
      fc.asyncProperty(fc.tuple(text, text, text, text), async ([subject, name, brand, preheader]) => {
        const { raw } = await composed({
          subject: `s${subject}`,
          preheader,
          lead: { email: 'jan@lead.example', name },
          brand: { name: brand, postalAddress: 'x' },
          from: { address: 'anna@sender.example', displayName: null },
        });
        const names = headOf(raw)
          .replace(/\r\n[ \t]/g, ' ')
          .split('\r\n')
          .map((line) => line.split(':')[0]);
        expect(names).toEqual([
          'From',
          'To',
          'Subject',
          'Date',
          'Message-ID',
          'List-Unsubscribe',
          'List-Unsubscribe-Post',
          'X-Headgate-Message',
          'MIME-Version',
          'Content-Type',
          '',
        ]);
      }),
      { seed: 45, numRuns: 200 },
    );
  });
});

describe('hardening 51: bodies arrive as they were written', () => {
  test('long lines, lone dots, "From " and boundaries of our own', async () => {
    const bodyMarkdown = `From here\n.\n..\n${'x'.repeat(2500)}\n\nFrom there\n--=_headgate-m-abcdefghijklmnop-Part_1\n\nüñ 🚀=20\n\nend`;
    const { raw, mail } = await composed({ bodyMarkdown });
    expect(mail.text?.startsWith(`${bodyMarkdown}\n\n---\n`)).toBe(true);
    expect(raw).not.toMatch(/^From /m);
    expect(Math.max(...raw.split('\r\n').map((line) => line.length))).toBeLessThanOrEqual(998);
  });

  test('any text is ASCII with CRLF line ends on the wire and reads back the same', async () => {
    const word = fc.constantFrom(
      'a',
      'ü',
      '🚀',
      'From ',
      '.',
      '=',
      'x'.repeat(200),
      '\n\n',
      '?',
      'é'.repeat(90),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(word, { minLength: 1, maxLength: 30 }), async (words) => {
        const body = `b${words.join('')}`
          .split('\n\n')
          .map((line) => line.trim())
          .filter((line) => line !== '')
          .join('\n\n');
        const { raw, mail } = await composed({ bodyMarkdown: body });
        expect(raw).not.toMatch(/[^\r\n\t\x20-\x7e]|\r(?!\n)|(?<!\r)\n/);
        expect(mail.text?.slice(0, body.length)).toBe(body);
      }),
      { seed: 51, numRuns: 100 },
    );
  });
});

describe('what should never have come this far is refused, and nothing is made of it', () => {
  test.each([
    ['hardening 61: an id of another kind', { messageId: 'x' }, 'its id is not one of ours'],
    ['hardening 61: an id with a line break', { messageId: 'm-a\r\nBcc: x' }, 'its id is not one of ours'],
    ['D4: an empty subject', { subject: ' \r\n ' }, 'its subject is empty'],
    ['D4: an empty body', { bodyMarkdown: ' \n\n<!-- nothing -->\n' }, 'its body is empty'],
    [
      'hardening 24: an address outside ASCII',
      { lead: { email: 'jän@lead.example', name: null } },
      'the address of the lead',
    ],
    [
      'hardening 30: a second header in an address',
      { lead: { email: 'a@b.example\r\nBcc: x@y.example', name: null } },
      'the address of the lead',
    ],
    [
      'hardening 29: two addresses',
      { lead: { email: 'a@b.example, c@d.example', name: null } },
      'the address of the lead',
    ],
    [
      'a sender with brackets',
      { from: { address: '<a@b.example>', displayName: null } },
      'the address of the sender',
    ],
    ['a reply address without a domain', { replyTo: 'anna' }, 'the reply address'],
    [
      'hardening 59: a reply address that is the lead',
      { replyTo: 'Jan@lead.example' },
      'answers to it would go to the lead itself',
    ],
    ['D10: no postal address', { brand: { name: 'x', postalAddress: ' \n' } }, 'the postal address'],
    [
      'an unsubscribe link with a line break',
      { unsubscribeUrl: 'https://a.example/\r\nX: y' },
      'its unsubscribe link',
    ],
    ['an unsubscribe link of another kind', { unsubscribeUrl: 'mailto:x@y.example' }, 'its unsubscribe link'],
    ['hardening 60: a body of megabytes', { bodyMarkdown: 'x'.repeat(1_100_000) }, 'it is longer than'],
  ] satisfies readonly (readonly [string, Partial<MailToCompose>, string])[])(
    '%s',
    async (_, change, problem) => {
      await expect(composeMail(mailToCompose(change))).rejects.toMatchObject({
        code: 'mail_not_composed',
        exit: 'SOFTWARE',
        message: expect.stringContaining(problem),
      });
    },
  );
});

test('hardening 62: mails composed at once each name their own lead', async () => {
  const mails = await Promise.all(
    Array.from({ length: 50 }, async (_, index) => {
      const email = `lead${index}@lead.example`;
      const made = await composeMail(
        mailToCompose({
          messageId: `m-${String(index).padStart(16, 'a')}`,
          lead: { email, name: `Lead ${index}` },
          subject: `For lead ${index}`,
          bodyMarkdown: `Hi lead ${index}!`,
          unsubscribeUrl: `https://sender.example/u/${index}`,
        }),
      );
      return { index, made, mail: parseMail(made.raw) };
    }),
  );
  for (const { index, made, mail } of mails) {
    expect(made.to).toBe(`lead${index}@lead.example`);
    expect(mail.headers.get('to')).toBe(`Lead ${index} <lead${index}@lead.example>`);
    expect(mail.headers.get('subject')).toBe(`For lead ${index}`);
    expect(mail.text).toContain(`Hi lead ${index}!\n`);
    expect(mail.html).toContain(`https://sender.example/u/${index}"`);
  }
});
