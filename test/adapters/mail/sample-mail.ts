import type { MailToCompose } from '../../../src/adapters/mail/compose.ts';
import type { OutgoingMail } from '../../../src/ports.ts';
import { TEST_NOW } from '../../helpers/fakes.ts';

/** An ordinary mail of an ordinary sequence. */
export function mailToCompose(change: Partial<MailToCompose> = {}): MailToCompose {
  return {
    messageId: 'm-abcdefghijklmnop',
    subject: 'A quick thought, Jan',
    preheader: null,
    bodyMarkdown: 'Hi Jan,\n\nOne thought.\n\nBest, Anna',
    lead: { email: 'jan@lead.example', name: 'Jan de Vries' },
    from: { address: 'anna@sender.example', displayName: 'Anna Bakker' },
    replyTo: null,
    brand: { name: 'Bakker & Zonen', postalAddress: 'Dorpsstraat 1\n1234 AB Ede\nNetherlands' },
    reason: 'You get this mail because you asked for it.',
    date: TEST_NOW,
    unsubscribeUrl: 'https://sender.example/u/token',
    isRehearsal: false,
    thread: null,
    ...change,
  };
}

/** A mail that is ready to leave, without the cost of composing one. */
export function outgoingMail(number: number, change: Partial<OutgoingMail> = {}): OutgoingMail {
  const id = `m-${String(number).padStart(16, 'a')}`;
  const messageIdHeader = `<${id}@sender.example>`;
  const text = `Message-ID: ${messageIdHeader}\r\nSubject: ${number}\r\n\r\nHello ${number}\r\n.\r\n..\r\nBest\r\n`;
  return {
    id,
    from: 'anna@sender.example',
    to: `lead${number}@lead.example`,
    messageIdHeader,
    raw: Buffer.from(text),
    payload: null,
    ...change,
  };
}
