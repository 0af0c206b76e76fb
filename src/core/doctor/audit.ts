import { shortHash } from '../audit/entry.ts';
import type { TrailVerdict, Verification } from '../audit/verify.ts';
import { checkDesk, count, type Finding } from './finding.ts';

/** A13, A15: whether nobody tampered with the audit trail, as far as it was read, and no older copy waits for a person. */
export function judgeAudit(
  verification: Verification,
  { verdict, isPartial }: { readonly verdict: TrailVerdict; readonly isPartial: boolean },
): Finding {
  const desk = checkDesk('state', 'audit');
  const { entries, head, breaks, faults, faultCount } = verification;
  const [first] = faults;
  if (first !== undefined) {
    const more = faultCount > 1 ? ` and ${String(faultCount - 1)} more` : '';
    const detail = `entry ${String(first.number)}: ${first.detail}${more}`;
    if (verdict === 'restored') return desk.problem('restored, adopt pending', detail, 'headgate adopt');
    return desk.problem('the audit trail was tampered with', detail, 'headgate audit verify');
  }
  const parts = [
    isPartial ? `the newest ${count(entries, 'entry', 'entries')}` : count(entries, 'entry', 'entries'),
    ...(head === null ? [] : [`head ${String(head.number)} ${shortHash(head)}`]),
    ...(breaks.length === 0 ? [] : [`${count(breaks.length, 'recorded break')}: headgate audit verify`]),
  ];
  return desk.pass('the audit trail is whole', parts.join(', '));
}
