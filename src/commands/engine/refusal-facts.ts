import type { IncomingFact } from '../../core/facts/fact.ts';
import { refusalKind } from '../../core/facts/refusal-kind.ts';
import type { RecipientRefusal } from '../../ports.ts';
import { applyFacts } from '../sync/apply-facts.ts';
import type { Engine } from './engine.ts';
import type { Result } from './send-ledger.ts';

/**
 * E4, D6: a refusal for good at the door is something that came back, as if `sync` had read it: judged by the rules of all bounces, kept
 * as a fact of its own, and a dead address is suppressed. In the transaction that fails the message.
 */
export function recordRefusal(
  engine: Engine,
  { claim, result, runId }: Result & { readonly runId: string },
): void {
  if (result.kind !== 'refused') return;
  const { ofRecipient, response } = result;
  const fact: IncomingFact = {
    kind: ofRecipient === undefined ? 'block' : kindOf(ofRecipient),
    key: `${claim.message.id} ${String(claim.attempt)}`,
    at: engine.now,
    about: {
      messageId: claim.message.id,
      messageIdHeaders: [],
      providerId: null,
      conversationId: null,
      emailKey: null,
    },
    trust: 'verified',
    detail: response,
    text: null,
    until: null,
    isMachine: false,
  };
  applyFacts({ engine, optOut: neverAsked, sourceId: 'send', runId }, [fact]);
}

function kindOf({ words, command }: RecipientRefusal): ReturnType<typeof refusalKind> {
  return refusalKind({ text: words, status: null, isPermanent: true, command });
}

function neverAsked(): never {
  throw new Error('a refusal at the door asks for nothing');
}
