import { listOutbox, readOutboxMail, type OutboxMail } from '../adapters/mail/outbox.ts';
import { HeadgateError } from '../core/errors.ts';
import { formatInstant } from '../core/time/instants.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { argument } from './options.ts';
import { escapeLines, escapeText } from './output/text.ts';
import { openWorkspace } from './workspace.ts';

const SHOWN_HEADERS = [
  'from',
  'to',
  'reply-to',
  'subject',
  'date',
  'message-id',
  'list-unsubscribe',
] as const;

/** `outbox open ID`: one caught mail as its reader would get it; without an id the newest. The .eml file itself is named. */
export async function run(invocation: Invocation): Promise<Outcome> {
  const { paths } = openWorkspace(invocation);
  const wanted = argument(invocation, 0) ?? listOutbox(paths.outboxDir).at(-1)?.messageId ?? null;
  const mail = wanted === null ? null : readOutboxMail(paths.outboxDir, wanted);
  if (mail === null) throw notThere(wanted);
  return Promise.resolve({
    exit: 'OK',
    document: {
      items: [
        {
          id: mail.messageId,
          file: mail.path,
          at: formatInstant(mail.at),
          headers: Object.fromEntries(mail.headers),
          text: mail.text,
          html: mail.html,
        },
      ],
    },
    human: (terminal) => [
      ...headerLines(mail).map((line) => terminal.dim(line)),
      '',
      ...bodyLines(mail),
      '',
      terminal.dim(` ${mail.path}`),
    ],
  });
}

function headerLines({ headers }: OutboxMail): readonly string[] {
  return SHOWN_HEADERS.flatMap((name) => {
    const value = headers.get(name);
    return value === undefined ? [] : [` ${name.padEnd(16)} ${escapeText(value)}`];
  });
}

function bodyLines({ text }: OutboxMail): readonly string[] {
  return text === null ? [' (no text part)'] : escapeLines(text).map((line) => ` ${line}`);
}

function notThere(id: string | null): HeadgateError {
  return new HeadgateError(id === null ? 'the outbox is empty' : `there is no mail ${id} in the outbox`, {
    code: 'outbox_mail_unknown',
    exit: 'USAGE',
    notDone: 'Nothing was shown.',
    fix: id === null ? 'headgate review approve ID, then: headgate send' : 'headgate outbox list',
  });
}
