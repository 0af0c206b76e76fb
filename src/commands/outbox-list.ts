import { listOutbox, readOutboxMail, type OutboxMail } from '../adapters/mail/outbox.ts';
import { formatInstant } from '../core/time/instants.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { countOption } from './options.ts';
import { NEVER_CUT, renderTable } from './output/table.ts';
import { formatDateTime } from './output/time.ts';
import { openWorkspace } from './workspace.ts';

const SHOWN_DEFAULT = 50;

/** `outbox list`: the mails caught while not live, newest last (D8, D9). Reads files only, so it works beside everything. */
export async function run(invocation: Invocation): Promise<Outcome> {
  const { paths, policy } = openWorkspace(invocation);
  const limit = countOption(invocation, 'limit') ?? SHOWN_DEFAULT;
  const entries = listOutbox(paths.outboxDir);
  const mails = entries
    .slice(-limit)
    .map((entry) => readOutboxMail(paths.outboxDir, entry.messageId))
    .filter((mail) => mail !== null);
  return Promise.resolve({
    exit: 'OK',
    document: { items: mails.map(itemOf), total: entries.length },
    human: (terminal) =>
      mails.length === 0
        ? [' The outbox is empty. Approve a draft, then: headgate send']
        : renderTable(terminal, mails, [
            { header: 'id', cell: (mail) => mail.messageId, minWidth: NEVER_CUT },
            {
              header: 'when',
              cell: (mail) => formatDateTime(mail.at, policy.timezone),
              raw: (mail) => formatInstant(mail.at),
              minWidth: 12,
            },
            { header: 'to', cell: (mail) => mail.headers.get('to') ?? null, minWidth: 16 },
            { header: 'subject', cell: (mail) => mail.headers.get('subject') ?? null, minWidth: 12 },
          ]),
  });
}

function itemOf(mail: OutboxMail): Readonly<Record<string, unknown>> {
  const { headers } = mail;
  return {
    id: mail.messageId,
    file: mail.path,
    at: formatInstant(mail.at),
    to: headers.get('to') ?? null,
    subject: headers.get('subject') ?? null,
    message_id: headers.get('message-id') ?? null,
  };
}
