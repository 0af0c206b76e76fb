import { ImapFlow } from 'imapflow';
import PostalMime from 'postal-mime';

import type { MailHost } from './mail-host.ts';

/** A mail as its reader's program shows it, and as it lies in the mailbox. */
export interface ReadMail {
  readonly raw: Buffer;
  readonly messageId: string;
  readonly inReplyTo: string | null;
  readonly references: readonly string[];
  /** As the IMAP server decodes it from the headers. */
  readonly toName: string;
  readonly toAddress: string;
  readonly fromAddress: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly headers: ReadonlyMap<string, string>;
}

/** All mails of a mailbox over IMAP, in the order in which they were written. */
export async function readMailbox(host: MailHost, user: string): Promise<readonly ReadMail[]> {
  const client = new ImapFlow({
    host: '127.0.0.1',
    port: host.imapPort,
    secure: false,
    doSTARTTLS: false,
    auth: { user, pass: host.password },
    logger: false,
  });
  await client.connect();
  try {
    const mailbox = await client.mailboxOpen('INBOX', { readOnly: true });
    if (mailbox.exists === 0) return [];
    const fetched = await client.fetchAll('1:*', { envelope: true, source: true });
    const mails = await Promise.all(fetched.map((message) => readMail(message)));
    return mails.toSorted((left, right) => left.at - right.at);
  } finally {
    await client.logout();
  }
}

async function readMail(
  message: Awaited<ReturnType<ImapFlow['fetchAll']>>[number],
): Promise<ReadMail & { readonly at: number }> {
  const { envelope, source } = message;
  if (envelope === undefined || source === undefined) throw new Error('the server gave no mail');
  // A parser that is not ours: what we wrote has to mean the same to others.
  const parsed = await PostalMime.parse(source);
  return {
    raw: source,
    at: new Date(envelope.date ?? 0).getTime(),
    messageId: parsed.messageId ?? '',
    inReplyTo: parsed.inReplyTo ?? null,
    references: (parsed.references ?? '').split(/\s+/).filter((id) => id !== ''),
    toName: parsed.to?.[0]?.name ?? '',
    toAddress: envelope.to?.[0]?.address ?? '',
    fromAddress: envelope.from?.[0]?.address ?? '',
    subject: parsed.subject ?? '',
    text: parsed.text ?? '',
    html: parsed.html ?? '',
    headers: new Map(parsed.headers.map(({ key, value }) => [key, value])),
  };
}
