import { composeMail, type MailToCompose } from '../adapters/mail/compose.ts';
import { parseMailbox } from '../config/check-mail.ts';
import { contactReason } from '../core/contact-reason.ts';
import { HeadgateError } from '../core/errors.ts';
import { deskOf } from '../core/senders/assignment.ts';
import { isSameAddress } from '../core/senders/sender.ts';
import type { Mailer, MailOccasion, OutgoingMail } from '../ports.ts';
import type { StoredMessage } from '../store/messages.ts';
import { storedMail } from '../store/sends.ts';
import { threadOf } from '../store/threads.ts';
import { bounceAddresses } from './bounce-addresses.ts';
import type { Invocation } from './cli-context.ts';
import { dkimSigners } from './dkim-signers.ts';
import type { Engine } from './engine/engine.ts';
import { unsubscribeLinks } from './unsubscribe-links.ts';
import type { Workspace } from './workspace.ts';

/**
 * The bytes of a message: those of its first attempt over this transport if its words are still the same, else made now (D1, D5).
 */
export function composer(
  invocation: Invocation,
  engine: Engine,
  {
    workspace,
    mailer,
  }: { readonly workspace: Workspace; readonly mailer: Pick<Mailer, 'transport' | 'encode'> },
): (message: StoredMessage, sender: string) => Promise<OutgoingMail> {
  const { transport } = mailer;
  const linkOf = unsubscribeLinks(invocation, workspace);
  const signerOf = dkimSigners(invocation, workspace);
  let addresses: ReturnType<typeof bounceAddresses> | null = null;
  const returnAddressOf = async (messageId: string): Promise<Pick<OutgoingMail, 'returnAddress'>> => {
    const known = transport === 'smtp' ? await (addresses ??= bounceAddresses(invocation, workspace)) : null;
    return known === null ? {} : { returnAddress: known.of(messageId) };
  };
  return async (message, sender) => {
    const textHash = message.textHash ?? '';
    const kept = storedMail(engine.db, { messageRowId: message.rowId, textHash, transport });
    // D6: whose leads were taken over is written to by somebody else, and what surely did not leave may be made anew.
    if (kept !== null && isSameAddress(kept.sender, sender)) {
      const { messageIdHeader, sender: from, recipient, raw, payload } = kept;
      const returns = await returnAddressOf(message.id);
      return { ...returns, id: message.id, from, to: recipient, messageIdHeader, raw, payload };
    }
    const unsubscribeUrl = (await linkOf?.(message.leadId, engine.now)) ?? null;
    const { parts, ...mail } = await composeMail({
      ...partsOf(engine, workspace, { message, sender }),
      unsubscribeUrl,
    });
    const payload = mailer.encode?.(mail, parts, occasionOf(engine, message)) ?? null;
    // Who makes the mail of its parts signs it too.
    const sign = payload === null ? await signerOf(mail.from) : null;
    return { ...mail, ...(await returnAddressOf(message.id)), raw: sign?.(mail.raw) ?? mail.raw, payload };
  };
}

function occasionOf(engine: Engine, message: StoredMessage): MailOccasion {
  const sequence = [...engine.sequences.values()].find((each) => each.id === message.sequenceId);
  const steps = sequence?.steps.filter((step) => step.deletedAt === null) ?? [];
  const place = steps.findIndex((step) => step.rowId === message.stepRowId);
  const next = place === -1 ? undefined : steps[place + 1];
  return {
    sequenceId: message.sequenceId,
    stepId: message.stepId,
    noReplyMs: next?.noReplyMs ?? null,
    conversationId:
      threadOf(engine.db, message, { isRehearsal: !engine.policy.live })?.conversationId ?? null,
  };
}

function partsOf(
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
