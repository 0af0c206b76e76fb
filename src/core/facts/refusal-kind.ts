import { readRefusal, type SmtpCommand } from '../inbound/refusal-facts.ts';
import { judgeRefusal } from '../inbound/refusal-rules.ts';
import type { FactKind } from './fact.ts';

/**
 * What a refusal means for the address (E4), whoever tells of it: a server at the door, a provider's event, a notice in the mailbox. The
 * words of the refusing server decide. What nothing explains is a bad day and no more.
 */
export function refusalKind(refusal: {
  readonly text: string;
  readonly status: string | null;
  readonly isPermanent: boolean;
  /** Where the refused step is known better than the words tell it. */
  readonly command?: SmtpCommand;
}): Extract<FactKind, 'hard_bounce' | 'soft_bounce' | 'block'> {
  const { text, status, isPermanent, command } = refusal;
  const facts = readRefusal({ text, ...(status === null ? {} : { statusField: status }) });
  const { kind } = judgeRefusal(command === undefined ? facts : { ...facts, command });
  if (kind === 'dead_address') return isPermanent ? 'hard_bounce' : 'soft_bounce';
  if (kind === 'soft_bounce') return 'soft_bounce';
  return kind === 'unknown_bounce' ? 'soft_bounce' : 'block';
}
