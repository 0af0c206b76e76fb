import { HeadgateError } from '../core/errors.ts';
import type { SequencesByRowId } from '../store/candidates.ts';
import type { StoredEnrollment } from '../store/enrollments.ts';

/**
 * The live enrollments that a command means: all of them, or those in the sequence that it names. Throws
 * `not_enrolled` (64) when the lead is not under way in a sequence that was named.
 */
export function enrollmentsIn(of: {
  readonly enrollments: readonly StoredEnrollment[];
  readonly sequences: SequencesByRowId;
  readonly sequenceId: string | null;
}): readonly StoredEnrollment[] {
  const { sequences, sequenceId } = of;
  const live = of.enrollments.filter((each) => each.endedAt === null);
  if (sequenceId === null) return live;
  const named = live.filter((each) => sequences.get(each.sequenceRowId)?.id === sequenceId);
  if (named.length > 0) return named;
  const known = live.map((each) => sequences.get(each.sequenceRowId)?.id ?? '');
  throw new HeadgateError(`this lead is not under way in ${sequenceId}`, {
    code: 'not_enrolled',
    exit: 'USAGE',
    notDone: 'Nothing was done.',
    fix: known.length === 0 ? 'It is under way in no sequence.' : `It is under way in: ${known.join(', ')}`,
  });
}
