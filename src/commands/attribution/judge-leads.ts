import { attribute, type Evidence } from '../../core/attribution/judge.ts';
import type { Instant } from '../../core/model.ts';
import { claimOf, leadsToJudge } from '../../store/attribution.ts';
import type { StateDatabase } from '../../store/database.ts';
import type { LeadAttribution } from '../engine/attribution-record.ts';

/** So many verdicts are kept by one transaction: a bound on what a kill can undo. */
const BATCH_LEADS = 500;

/** Which leads: all without a verdict, or with `before` all whose verdict is older, a person's left out. */
export interface Judging {
  readonly db: StateDatabase;
  readonly before: Instant | null;
  readonly evidence: Evidence;
}

/**
 * Judges leads in batches, each given to `keep` before the next one is read, so that whoever stops in between goes on there. Yields each batch
 * as it was kept.
 */
export function* judgeLeads(
  { db, before, evidence }: Judging,
  keep: (batch: readonly LeadAttribution[]) => void,
): Generator<readonly LeadAttribution[]> {
  let after = 0;
  for (;;) {
    const rowIds = leadsToJudge(db, { after, before, limit: BATCH_LEADS });
    const last = rowIds.at(-1);
    if (last === undefined) return;
    const batch = rowIds.flatMap((leadRowId): LeadAttribution[] => {
      const claim = claimOf(db, leadRowId);
      return claim === null ? [] : [{ leadRowId, attribution: attribute(claim, evidence) }];
    });
    keep(batch);
    yield batch;
    after = last;
  }
}
