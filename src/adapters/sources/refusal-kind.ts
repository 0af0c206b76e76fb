import type { FactKind } from '../../core/facts/fact.ts';
import { readRefusal } from '../../core/inbound/refusal-facts.ts';
import { judgeRefusal } from '../../core/inbound/refusal-rules.ts';

/**
 * What a provider's "failed" means for the address (E4): the words of the refusing server decide, by the same rules as for a notice in
 * the mailbox. What nothing explains is a bad day and no more.
 */
export function refusalKind(refusal: {
  readonly text: string;
  readonly status: string | null;
  readonly isPermanent: boolean;
}): Extract<FactKind, 'hard_bounce' | 'soft_bounce' | 'block'> {
  const { text, status, isPermanent } = refusal;
  const facts = readRefusal({ text, ...(status === null ? {} : { statusField: status }) });
  const { kind } = judgeRefusal(facts);
  if (kind === 'dead_address') return isPermanent ? 'hard_bounce' : 'soft_bounce';
  if (kind === 'soft_bounce') return 'soft_bounce';
  return kind === 'unknown_bounce' ? 'soft_bounce' : 'block';
}
