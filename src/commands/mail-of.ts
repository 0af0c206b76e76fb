import type { MailToCompose } from '../adapters/mail/compose.ts';
import { parseMailbox } from '../config/check-mail.ts';
import { contactReason } from '../core/contact-reason.ts';
import { HeadgateError } from '../core/errors.ts';
import { deskOf } from '../core/senders/assignment.ts';
import type { StoredMessage } from '../store/messages.ts';
import { threadOf } from '../store/threads.ts';
import type { Engine } from './engine/engine.ts';
import type { Workspace } from './workspace.ts';

/**
 * What a message is made into a mail with, but for its way out: for `send`, and for whoever shows it before. Throws HeadgateError
 * `mail_not_composed` for a sender that is none of ours, `message_without_words` for a message that has none yet.
 */
export function mailOf(
  engine: Engine,
  workspace: Workspace,
  { message, sender }: { readonly message: StoredMessage; readonly sender: string },
): Omit<MailToCompose, 'unsubscribeUrl'> {
  const { brand, policy } = workspace;
  const sequence = [...engine.sequences.values()].find((each) => each.id === message.sequenceId);
  if (message.subject === null || message.bodyMarkdown === null) throw wordless(message);
  return {
    messageId: message.id,
    subject: message.subject,
    preheader: message.preheader,
    bodyMarkdown: message.bodyMarkdown,
    lead: { email: message.leadEmail, name: message.leadName },
    from: mailboxOf(workspace, sequence?.from ?? null, sender),
    replyTo: sequence?.replyTo ?? brand.replyTo,
    brand: { name: brand.name, postalAddress: brand.postalAddress },
    reason: brand.reason ?? contactReason(brand.name, { formId: message.leadFormId }),
    date: engine.now,
    isRehearsal: !policy.live,
    thread: threadOf(engine.db, message, { isRehearsal: !policy.live }),
  };
}

/**
 * D6: the mailbox of an address, under the name that its sequence gives it, else the one that its [[sender]] block does. Throws
 * HeadgateError `mail_not_composed` for a domain that is none of ours: its mail would pass no DMARC (hardening 58).
 */
function mailboxOf(
  { senders, brand }: Pick<Workspace, 'senders' | 'brand'>,
  from: string | null,
  address: string,
): MailToCompose['from'] {
  const own = from === null ? null : parseMailbox(from);
  const domain = address.slice(address.lastIndexOf('@') + 1).toLowerCase();
  // What was applied may be older than brand.toml.
  if (!brand.domains.includes(domain)) throw foreignSender(address);
  const displayName = own?.displayName ?? deskOf(senders.all, address)?.name ?? brand.from.displayName;
  return { address, displayName };
}

function foreignSender(address: string): HeadgateError {
  return new HeadgateError(`the domain of ${address} is not one of domains in brand.toml`, {
    code: 'mail_not_composed',
    exit: 'SOFTWARE',
    notDone: 'It was not sent.',
    fix: 'Correct from in its sequence.toml, or domains in brand.toml.',
    permanent: true,
  });
}

function wordless(message: StoredMessage): HeadgateError {
  return new HeadgateError(`${message.id} was approved without words`, {
    code: 'message_without_words',
    exit: 'SOFTWARE',
    notDone: 'It was not sent.',
  });
}
