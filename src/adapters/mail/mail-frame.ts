import { escapeHtml } from '../../core/html-escape.ts';

/** What the law wants below every mail (D10), in either part. */
export interface MailFooter {
  readonly senderName: string;
  /** May have several lines. */
  readonly postalAddress: string;
  /** Where an answer goes: the second way to reach the sender (CASL). */
  readonly contact: string;
  /** Why the reader gets it, one sentence; null where the mail says nothing of it. */
  readonly reason: string | null;
  /** Null in a mail to the operator. */
  readonly unsubscribeUrl: string | null;
}

const UNSUBSCRIBE = 'Unsubscribe';

/**
 * The text part. No "-- " line: mail programs fold away what stands below one, and the way out must be visible (D10).
 */
export function frameText(body: string, footer: MailFooter): string {
  const lines = [
    '---',
    footer.senderName,
    ...postalLines(footer),
    footer.contact,
    ...(footer.reason === null ? [] : [footer.reason]),
    ...(footer.unsubscribeUrl === null ? [] : [`${UNSUBSCRIBE}: ${footer.unsubscribeUrl}`]),
  ];
  return `${body}\n\n${lines.join('\n')}\n`;
}

/** The HTML part: as plain as a mail that a person wrote, with the preheader where only the inbox shows it. */
export function frameHtml(
  bodyHtml: string,
  frame: { readonly title: string; readonly preheader: string | null; readonly footer: MailFooter },
): string {
  const { title, preheader, footer } = frame;
  return `<!doctype html>
<html>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
</head>
<body style="font-family:sans-serif;font-size:16px;line-height:1.5">
${preheader === null ? '' : `<div style="display:none;max-height:0;overflow:hidden;mso-hide:all">${escapeHtml(preheader)}</div>\n`}${bodyHtml}${footerHtml(footer)}</body>
</html>
`;
}

function footerHtml(footer: MailFooter): string {
  const reason = footer.reason === null ? [] : [footer.reason];
  const lines = [footer.senderName, ...postalLines(footer), footer.contact, ...reason].map(escapeHtml);
  if (footer.unsubscribeUrl !== null) {
    lines.push(`<a href="${escapeHtml(footer.unsubscribeUrl)}">${UNSUBSCRIBE}</a>`);
  }
  return `<hr>\n<p style="font-size:12px">${lines.join('<br>\n')}</p>\n`;
}

function postalLines({ postalAddress }: MailFooter): string[] {
  return postalAddress
    .split(/\r\n|[\r\n]/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
