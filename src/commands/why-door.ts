import type { Candidate } from '../core/candidate.ts';
import { judgeSend } from '../core/guards/send-guards.ts';
import type { Engine } from './engine/engine.ts';
import { doorContext, outgoingOf } from './engine/send-candidates.ts';
import { SenderBook, type KnownSenders } from './engine/sender-book.ts';
import type { WhyGuard } from './why.ts';

/** D2, D6: why the message that a lead has waiting, approved, does or does not leave now; none while none is. In one snapshot. */
export function doorGuards(
  engine: Engine,
  senders: KnownSenders,
  { reservation }: Candidate,
): readonly WhyGuard[] {
  const { waiting } = reservation;
  if (waiting?.state !== 'approved') return [];
  return engine.db.read(() => {
    const book = new SenderBook(senders, { isRehearsal: !engine.policy.live });
    book.refresh(engine);
    const outgoing = outgoingOf(engine, waiting.messageId, { book, proposed: null });
    if (outgoing === null) return [];
    const { sender } = outgoing.send;
    const facts = {
      message: waiting.messageId,
      sender: sender?.address ?? null,
      sender_room: sender?.room ?? null,
      sender_paused: sender !== null && sender.pausedReason !== null,
    };
    const verdict = judgeSend(outgoing.send, doorContext(engine));
    if (verdict.kind === 'allow')
      return [{ name: 'send', verdict: 'allow', reason: null, detail: 'it may leave', facts, until: null }];
    const { kind, reason, detail } = verdict;
    return [
      { name: 'send', verdict: kind, reason, detail, facts, until: kind === 'skip' ? verdict.until : null },
    ];
  });
}
