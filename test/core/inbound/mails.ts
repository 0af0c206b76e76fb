import { classifyMail } from '../../../src/core/inbound/classify.ts';
import type { InboundMail } from '../../../src/core/inbound/mail.ts';
import type { InboundVerdict } from '../../../src/core/inbound/verdict.ts';

/** A Thursday. */
export const RECEIVED_ON = '2026-03-05';

interface MailParts {
  readonly headers?: Readonly<Record<string, string>>;
  readonly text?: string;
  readonly parts?: InboundMail['parts'];
}

/** A mail as the adapter would hand it over. */
export function mail({ headers = {}, text = '', parts = [] }: MailParts): InboundMail {
  const named = { from: 'Kim Rivers <kim@client.example>', to: 'ada@sender.example', ...headers };
  return {
    headers: Object.entries(named).map(([name, value]) => ({ name, value })),
    text,
    parts,
    isWhole: true,
  };
}

export function classify(parts: MailParts): InboundVerdict {
  return classifyMail(mail(parts), { receivedOn: RECEIVED_ON });
}

/** What mail servers put around a notice. */
export const DAEMON = {
  from: 'Mail Delivery System <MAILER-DAEMON@mx.sender.example>',
  'return-path': '<>',
  subject: 'Undelivered Mail Returned to Sender',
};

interface ReportFields {
  readonly action?: string;
  readonly status?: string;
  readonly diagnostic?: string;
  readonly recipient?: string;
  /** The readable part. */
  readonly text?: string;
}

/** A delivery report in the form of RFC 3464 about one recipient. */
export function report({
  action = 'failed',
  status = '5.0.0',
  diagnostic = '',
  recipient = 'kim@client.example',
  text = '',
}: ReportFields): InboundVerdict {
  const fields = [
    'Reporting-MTA: dns; mx.sender.example',
    'Arrival-Date: Thu, 5 Mar 2026 09:00:00 +0000',
    '',
    `Final-Recipient: rfc822; ${recipient}`,
    `Action: ${action}`,
    `Status: ${status}`,
    ...(diagnostic === '' ? [] : [`Diagnostic-Code: ${diagnostic}`]),
  ];
  return classify({
    headers: DAEMON,
    text,
    parts: [
      { contentType: 'message/delivery-status', text: fields.join('\r\n') },
      {
        contentType: 'message/rfc822',
        text: 'Message-ID: <m-1@sender.example>\r\nSubject: An idea\r\n\r\nHello',
      },
    ],
  });
}
