import {
  BEFORE_THE_FIRST,
  nextEntry,
  type AuditAct,
  type AuditEntry,
} from '../../../src/core/audit/entry.ts';
import { verifyTrail, type OutsideHead, type Verification } from '../../../src/core/audit/verify.ts';

export const STATE_ID = 's-abcdefghijklmnop';
export const CREATED: AuditAct = {
  at: 1_771_405_200_000,
  kind: 'created',
  actor: 'terminal:tom',
  subject: STATE_ID,
  detail: {},
};

/** A trail that begins as every state's does. */
export function trail(acts: readonly AuditAct[]): AuditEntry[] {
  const entries: AuditEntry[] = [];
  for (const act of [CREATED, ...acts]) entries.push(nextEntry(entries.at(-1) ?? BEFORE_THE_FIRST, act));
  return entries;
}

export function verify(entries: readonly AuditEntry[], outside: readonly OutsideHead[] = []): Verification {
  const byNumber = new Map(entries.map(({ number, hash }) => [number, hash]));
  return verifyTrail({
    entries,
    stateId: STATE_ID,
    outside,
    hashAt: (number) => byNumber.get(number) ?? null,
  });
}

/** What the stamp knows when the trail ends here. */
export function headOf(entries: readonly AuditEntry[]): OutsideHead {
  const { number, hash } = entries.at(-1)!;
  return { source: 'stamp.json', number, hash };
}
