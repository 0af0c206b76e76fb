import { composeMail } from '../adapters/mail/compose.ts';
import { isSameAddress } from '../core/senders/sender.ts';
import type { Mailer, MailOccasion, OutgoingMail } from '../ports.ts';
import type { StoredMessage } from '../store/messages.ts';
import { storedMail } from '../store/sends.ts';
import { threadOf } from '../store/threads.ts';
import { bounceAddresses } from './bounce-addresses.ts';
import type { Invocation } from './cli-context.ts';
import { dkimSigners } from './dkim-signers.ts';
import type { Engine } from './engine/engine.ts';
import { mailOf } from './mail-of.ts';
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
      ...mailOf(engine, workspace, { message, sender }),
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
