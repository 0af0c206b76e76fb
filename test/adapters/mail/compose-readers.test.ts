import * as fc from 'fast-check';
import PostalMime from 'postal-mime';
import { describe, expect, test } from 'vitest';

import { composeMail } from '../../../src/adapters/mail/compose.ts';
import type { MailToCompose } from '../../../src/adapters/mail/compose.ts';
import { frameHtml, frameText } from '../../../src/adapters/mail/mail-frame.ts';
import { renderHtml } from '../../../src/adapters/mail/markdown-html.ts';
import { readMarkdown } from '../../../src/adapters/mail/markdown-reader.ts';
import { renderText } from '../../../src/adapters/mail/markdown-text.ts';
import { headerText } from '../../../src/core/template-text.ts';
import { NAUGHTY_TEXTS } from './naughty-texts.ts';
import { mailToCompose } from './sample-mail.ts';

/**
 * What somebody else's parser reads in our mails must be what was written into them: our own reader could share a
 * mistake with our writer.
 */

interface Written {
  readonly subject: string;
  readonly recipient: string;
  readonly sender: string;
  readonly preheader: string;
  readonly body: string;
}

const LEAD = "jan.o'x+tag@lead.example";

function mailOf({ subject, recipient, sender, preheader, body }: Written): MailToCompose {
  return mailToCompose({
    subject: `S${subject}`,
    preheader,
    // Markdown may be nothing but markup, and an empty mail is refused.
    bodyMarkdown: `Hello,\n\n${body}`,
    lead: { email: LEAD, name: recipient },
    from: { address: 'anna@sender.example', displayName: `A${sender}` },
    replyTo: 'answers@sender.example',
  });
}

/** A name as it is shown: cleaned, cut, nothing in it that looks encoded, and nothing for a word that stands for nothing. */
function shownName(name: string): string {
  if (/^(?:null|NULL|undefined|NaN|\[object Object\])$/.test(headerText(name))) return '';
  return [...headerText(name).replaceAll('=?', '= ?')].slice(0, 120).join('').trimEnd();
}

async function expectRead(written: Written): Promise<void> {
  const mail = mailOf(written);
  const { raw } = await composeMail(mail);
  const read = await PostalMime.parse(raw);
  expect(read.subject).toBe(headerText(mail.subject));
  expect(read.from).toEqual({ name: shownName(`A${written.sender}`), address: 'anna@sender.example' });
  expect(read.to).toEqual([{ name: shownName(written.recipient), address: LEAD }]);
  expect(read.replyTo).toEqual([{ name: '', address: 'answers@sender.example' }]);
  expect(read.messageId).toBe('<m-abcdefghijklmnop@sender.example>');
  expect(read.attachments).toEqual([]);
  const { text, html } = await contentOf(mail);
  // This reader leaves the line break that belongs to the boundary.
  expect(read.text).toBe(`${text}\n`);
  expect(read.html).toBe(`${html}\n`);
  expectSafeOnTheWire(Buffer.from(raw).toString('latin1'));
}

/** Both parts as they were made, before anything encoded them. */
async function contentOf(mail: MailToCompose): Promise<{ text: string; html: string }> {
  const tokens = await readMarkdown(mail.bodyMarkdown);
  const footer = {
    senderName: mail.brand.name,
    postalAddress: mail.brand.postalAddress,
    contact: mail.replyTo ?? mail.from.address,
    reason: mail.reason,
    unsubscribeUrl: mail.unsubscribeUrl,
  };
  const title = headerText(mail.subject);
  const preheader = headerText(mail.preheader ?? '') || null;
  return {
    text: frameText(renderText(tokens), footer).toWellFormed(),
    html: frameHtml(renderHtml(tokens), { title, preheader, footer }).toWellFormed(),
  };
}

const HEADERS = [
  'From',
  'To',
  'Reply-To',
  'Subject',
  'Date',
  'Message-ID',
  'List-Unsubscribe',
  'List-Unsubscribe-Post',
  'X-Headgate-Message',
  'MIME-Version',
  'Content-Type',
];

function expectSafeOnTheWire(raw: string): void {
  expect(raw).not.toMatch(/[^\t\r\n\x20-\x7e]|\r(?!\n)|(?<!\r)\n|\r\nFrom /);
  const head = raw.slice(0, raw.indexOf('\r\n\r\n'));
  const fields = head.replace(/\r\n[ \t]/g, ' ').split('\r\n');
  expect(fields.map((field) => field.slice(0, field.indexOf(':')))).toEqual(HEADERS);
  for (const line of raw.split('\r\n')) expect(line.length).toBeLessThanOrEqual(998);
}

const ORDINARY: Written = { subject: '', recipient: 'Jan', sender: '', preheader: '', body: 'x' };

describe('hardening 41 to 51, 57: another reader finds in a mail what was written into it', () => {
  test.each(NAUGHTY_TEXTS.map((text) => ({ named: JSON.stringify(text.slice(0, 40)), text })))(
    'in every place at once: $named',
    async ({ text }) => {
      await expectRead({ subject: text, recipient: text, sender: text, preheader: text, body: text });
    },
  );

  test.each(['subject', 'recipient', 'sender', 'preheader', 'body'] as const)(
    'whatever the %s is made of',
    async (place) => {
      const text = fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'grapheme', maxLength: 200 }),
        fc.array(fc.constantFrom(...NAUGHTY_TEXTS), { maxLength: 4 }).map((texts) => texts.join('')),
        fc.array(fc.constantFrom(...NAUGHTY_TEXTS), { maxLength: 4 }).map((texts) => texts.join(' ')),
      );
      await fc.assert(
        fc.asyncProperty(text, (value) => expectRead({ ...ORDINARY, [place]: value })),
        { seed: 5322, numRuns: 100 },
      );
    },
  );
});
