import type { Result } from './send-ledger.ts';

/**
 * E4: gives every refusal for good of a round what it does beside failing its message: the address may be dead, and its sender may have
 * become one too many of them (D6). The tables that tell a dead address from a closed door are loaded with the first refusal, so that
 * neither an idle run nor one that is refused nothing pays for them (P3, P7).
 */
export async function judgeRefusals(round: readonly Result[], runId: string): Promise<readonly Result[]> {
  if (!round.some(isForGood)) return round;
  const { recordRefusal } = await import('./refusal-facts.ts');
  return round.map((each) =>
    isForGood(each) ? { ...each, noteRefusal: (engine) => recordRefusal(engine, { ...each, runId }) } : each,
  );
}

function isForGood({ result }: Result): boolean {
  return result.kind === 'refused' && result.permanent && result.scope === 'message';
}
