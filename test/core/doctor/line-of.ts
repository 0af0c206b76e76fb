import type { Finding } from '../../../src/core/doctor/finding.ts';
import type { StateDoubt } from '../../../src/core/guards/state-doubts.ts';

/** One finding on one line, all that an operator sees of it: a changed word, verdict or command shows. */
export function lineOf({ group, check, verdict, title, detail, fix }: Finding): string {
  return `${group}/${check} ${verdict}: ${title} | ${detail}${fix === null ? '' : ` | ${fix}`}`;
}

export function doubtOf(reason: StateDoubt['reason'], detail: string): StateDoubt {
  return { reason, detail, facts: {}, liftedBy: 'adopt' };
}
