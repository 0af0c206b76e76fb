import { composeMail } from '../adapters/mail/compose.ts';
import { parseMailbox } from '../config/check-mail.ts';
import { contactReason } from '../core/contact-reason.ts';
import { HeadgateError } from '../core/errors.ts';
import type { SequenceDefinition } from '../core/model.ts';
import type { DeliveryResult, Mailer, OutgoingMail } from '../ports.ts';
import { readHeader } from '../store/header.ts';
import { dkimSigners, type DkimSigners } from './dkim-signers.ts';
import { withJobLocks } from './job-locks.ts';
import type { OperatorState } from './operator-state.ts';
import { refuseBeforeGoLive, stopReason } from './run-session.ts';
import { openMailer } from './send-mailer.ts';
import type { RenderedStep } from './sequences-test.ts';

/** One test mail, and what became of it. */
export interface SentTest {
  readonly id: string;
  readonly step: string;
  readonly subject: string;
  readonly result: DeliveryResult;
}

/** What stands before the subject of a test, so that nobody takes one for the real mail. */
const MARK = '[Test]';

/**
 * Sends test mails to the operator, one after another, through the one way out and under the lock of `send` (75): to the outbox while
 * not live. Refused before `go-live` (78) and while STOP is there (34); the first answer that would meet every mail ends it.
 */
export function sendTests(
  state: OperatorState,
  tests: { to: string; sequence: SequenceDefinition; steps: readonly RenderedStep[] },
): Promise<readonly SentTest[]> {
  const { workspace, invocation, db } = state;
  refuseBeforeGoLive(workspace, readHeader(db));
  if (stopReason(workspace) !== null) throw paused();
  return withJobLocks(invocation, { workspace, jobs: ['send'] }, async () => {
    const mailer = await openMailer(invocation, workspace);
    try {
      return await deliverTests(state, mailer, tests);
    } finally {
      await mailer.close();
    }
  });
}

async function deliverTests(
  state: OperatorState,
  mailer: Mailer,
  { to, sequence, steps }: Parameters<typeof sendTests>[1],
): Promise<readonly SentTest[]> {
  const { workspace } = state;
  const signerOf = dkimSigners(state.invocation, workspace);
  const sent: SentTest[] = [];
  for (const { step, copy } of steps) {
    const subject = `${MARK} ${copy.subject}`;
    const mail = await composeTest(state, {
      to,
      sequence,
      step,
      copy: { ...copy, subject },
      mailer,
      signerOf,
    });
    const result = await mailer.deliver(mail, () => stopReason(workspace) === null);
    sent.push({ id: mail.id, step, subject, result });
    if (result.kind === 'withdrawn' || (result.kind === 'refused' && result.scope === 'run')) break;
  }
  return sent;
}

interface TestToCompose {
  readonly to: string;
  readonly sequence: SequenceDefinition;
  readonly step: string;
  readonly copy: RenderedStep['copy'];
  readonly mailer: Mailer;
  readonly signerOf: DkimSigners;
}

async function composeTest(
  { workspace, invocation, now }: OperatorState,
  { to, sequence, step, copy, mailer, signerOf }: TestToCompose,
): Promise<OutgoingMail> {
  const { brand, senders } = workspace;
  const [first] = senders.all;
  const own = sequence.from === null ? null : parseMailbox(sequence.from);
  const ours = first === undefined ? brand.from : { address: first.address, displayName: first.name };
  const replyTo = sequence.replyTo ?? brand.replyTo;
  const { parts, ...mail } = await composeMail({
    messageId: invocation.context.random.publicId('m'),
    ...copy,
    lead: { email: to, name: null },
    from: own ?? ours,
    // Often the operator is who gets the answers; a mail that asks for answers to its reader is refused.
    replyTo: replyTo?.toLowerCase() === to.toLowerCase() ? null : replyTo,
    brand: { name: brand.name, postalAddress: brand.postalAddress },
    reason: brand.reason ?? contactReason(brand.name, { formId: null }),
    date: now,
    // A token names a lead, and this copy is for none: a button beside it would opt somebody out, or do nothing and look broken.
    unsubscribeUrl: null,
    isRehearsal: true,
    thread: null,
  });
  const occasion = { sequenceId: sequence.id, stepId: step, noReplyMs: null, conversationId: null };
  const payload = mailer.encode?.(mail, parts, occasion) ?? null;
  const sign = payload === null ? await signerOf(mail.from) : null;
  return { ...mail, raw: sign?.(mail.raw) ?? mail.raw, payload };
}

function paused(): HeadgateError {
  return new HeadgateError('everything that sends is paused', {
    code: 'paused',
    exit: 'PAUSED',
    notDone: 'No test was sent.',
    fix: 'headgate resume',
  });
}
