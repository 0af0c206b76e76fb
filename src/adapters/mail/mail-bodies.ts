import { headerText } from '../../core/template-text.ts';
import { frameHtml, frameText, type MailFooter } from './mail-frame.ts';
import { renderHtml } from './markdown-html.ts';
import { readMarkdown } from './markdown-reader.ts';
import { renderText } from './markdown-text.ts';

/** What both parts of a mail are made of. */
export interface MailWords {
  readonly subject: string;
  readonly preheader: string | null;
  readonly bodyMarkdown: string;
  readonly from: { readonly address: string };
  readonly replyTo: string | null;
  readonly brand: { readonly name: string; readonly postalAddress: string };
  /** Why the reader gets it (CASL, GDPR Art. 14); null for a mail to the operator. */
  readonly reason: string | null;
  /** Null for a mail to the operator, which has no List-Unsubscribe. */
  readonly unsubscribeUrl: string | null;
}

export interface MailBodies {
  readonly subject: string;
  /** The words alone, without the footer. */
  readonly bodyText: string;
  readonly text: string;
  readonly html: string;
}

/** The two parts of a mail as its reader will see them (D5, D10): one renderer for what is sent and for what is shown before. */
export async function mailBodies(words: MailWords): Promise<MailBodies> {
  const subject = headerText(words.subject);
  const tokens = await readMarkdown(words.bodyMarkdown);
  const bodyText = renderText(tokens);
  const footer = footerOf(words);
  const preheader = words.preheader === null ? null : headerText(words.preheader) || null;
  return {
    subject,
    bodyText,
    text: frameText(bodyText, footer),
    html: frameHtml(renderHtml(tokens), { title: subject, preheader, footer }),
  };
}

function footerOf({ brand, from, replyTo, reason, unsubscribeUrl }: MailWords): MailFooter {
  return {
    senderName: headerText(brand.name),
    postalAddress: brand.postalAddress,
    contact: replyTo ?? from.address,
    reason: reason === null ? null : headerText(reason) || null,
    unsubscribeUrl,
  };
}
