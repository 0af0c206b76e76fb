import type { LeadRow } from '../../core/lead-row.ts';
import { mergeLead, type OnConflict } from '../../core/lead-merge.ts';
import type { Instant } from '../../core/model.ts';
import { leadsByEmailKeys } from '../../store/leads.ts';
import { suppressionReasons } from '../../store/suppressions.ts';
import { countEnrolled, noArrivals, type ArrivalCounts } from '../arrivals/arrival-counts.ts';
import type { ArrivalContext } from '../arrivals/arrival-context.ts';
import { isExcluded } from '../arrivals/arrivals.ts';

export interface Survey {
  readonly counts: ArrivalCounts;
  add(rows: readonly LeadRow[]): void;
}

/**
 * Counts what storing rows would do, by the same merging and matching, and writes nothing. It remembers the addresses of
 * new leads, about 100 bytes each; a second row about one of them counts as unchanged.
 */
export function surveyLeads(
  context: ArrivalContext,
  { enrollFrom, onConflict }: { readonly enrollFrom: Instant; readonly onConflict: OnConflict },
): Survey {
  const { db } = context;
  const counts = noArrivals();
  const seen = new Set<string>();
  return {
    counts,
    add(rows) {
      const keys = rows.map(({ fields }) => fields.emailKey);
      const known = leadsByEmailKeys(db, keys);
      const suppressed = suppressionReasons(db, keys);
      for (const row of rows) {
        const { fields } = row;
        if (isExcluded(row, { known, suppressed })) counts.excluded += 1;
        const lead = known.get(fields.emailKey);
        if (lead !== undefined) {
          if (mergeLead(lead, row, onConflict).changed.length === 0) counts.unchanged += 1;
          else counts.updated += 1;
        } else if (seen.has(fields.emailKey)) counts.unchanged += 1;
        else {
          seen.add(fields.emailKey);
          counts.new += 1;
          countMatches(row, suppressed.get(fields.emailKey) ?? null);
        }
      }
    },
  };

  function countMatches({ fields }: LeadRow, suppressedReason: string | null): void {
    const place = { zone: context.zoneOf(fields).zone, country: fields.country };
    for (const match of context.match(fields, { suppressedReason, live: [] }).enroll) {
      if (context.startOf(match, place, enrollFrom) !== null) countEnrolled(counts, match.sequenceId, 1);
    }
  }
}
