import type { LeadRow } from '../../core/lead-row.ts';
import type { OnConflict } from '../../core/lead-merge.ts';
import type { Instant, Lead } from '../../core/model.ts';
import { leadsByEmailKeys } from '../../store/leads.ts';
import { suppressionReasons } from '../../store/suppressions.ts';
import { noArrivals, type ArrivalCounts } from '../arrivals/arrival-counts.ts';
import type { ArrivalContext } from '../arrivals/arrival-context.ts';
import { isExcluded, withoutErased } from '../arrivals/arrivals.ts';
import { arrive, fromState, meet, type ForeseenLead } from './foreseen-lead.ts';

export interface SurveyOptions {
  readonly enrollFrom: Instant;
  readonly onConflict: OnConflict;
}

export interface Survey {
  readonly counts: ArrivalCounts;
  /** Counts each address where it stands first; one that comes again waits for `again`. */
  add(rows: readonly LeadRow[]): void;
  /** The addresses that came again, some ten thousand at a time. Read the source once more for each part. */
  repeated(): Generator<ReadonlySet<string>>;
  /** Counts their later rows, one after the other as an import would meet them. Give it all batches again, in order. */
  again(keys: ReadonlySet<string>): (rows: readonly LeadRow[]) => void;
}

/** What is remembered of each is a whole lead, about a kilobyte. */
const REPEATED_AT_ONCE = 50_000;

/**
 * Counts what storing rows would do, by the same merging and matching, and writes nothing. It remembers the address of each row,
 * about 100 bytes; what leads become is worked out, and kept, only for the few that a source tells of more than once.
 */
export function surveyLeads(context: ArrivalContext, options: SurveyOptions): Survey {
  const counts = noArrivals();
  const seen = new Set<string>();
  const repeated = new Set<string>();
  return {
    counts,
    add(rows) {
      // Each row, also one that comes again: an import counts them so.
      const stored = withoutErased(context.db, rows, counts);
      const first = stored.filter((row) => isFirst(row.fields.emailKey));
      const state = lookUp(context, first);
      for (const row of first) {
        if (isExcluded(row, state)) counts.excluded += 1;
        foresee(row, state.known.get(row.fields.emailKey), { state, counts });
      }
    },
    *repeated() {
      const keys = [...repeated];
      for (let at = 0; at < keys.length; at += REPEATED_AT_ONCE)
        yield new Set(keys.slice(at, at + REPEATED_AT_ONCE));
    },
    again(keys) {
      const leads = new Map<string, ForeseenLead>();
      return (rows) =>
        countAgain(
          rows.filter(({ fields }) => keys.has(fields.emailKey)),
          leads,
        );
    },
  };

  function isFirst(key: string): boolean {
    if (seen.has(key)) {
      repeated.add(key);
      return false;
    }
    seen.add(ownText(key));
    return true;
  }

  function countAgain(rows: readonly LeadRow[], leads: Map<string, ForeseenLead>): void {
    const state = lookUp(context, rows);
    // An import judges by what is stored before a batch: by what earlier batches made of the lead.
    const before = new Map([...state.known, ...leads].map(([key, lead]) => [key, optOutOf(lead)]));
    for (const row of rows) {
      const key = row.fields.emailKey;
      const lead = leads.get(key);
      const isNews = lead !== undefined;
      if (isNews && isExcluded(row, { ...state, known: before })) counts.excluded += 1;
      const sum = isNews ? counts : noArrivals();
      leads.set(key, foresee(row, lead ?? state.known.get(key), { state, counts: sum }));
    }
  }

  function foresee(
    row: LeadRow,
    lead: Lead | ForeseenLead | undefined,
    to: { readonly state: Known; readonly counts: ArrivalCounts },
  ): ForeseenLead {
    const suppressedReason = to.state.suppressed.get(row.fields.emailKey) ?? null;
    if (lead === undefined) return arrive(context, row, { ...options, suppressedReason, counts: to.counts });
    const met = 'live' in lead ? lead : fromState(context, lead);
    return meet(context, met, { ...options, row, suppressedReason, counts: to.counts });
  }
}

/** A copy: a cell is a part of the text of its file, and remembering it would keep all of that. */
function ownText(text: string): string {
  return Buffer.from(text).toString();
}

interface Known {
  readonly known: ReadonlyMap<string, Lead>;
  readonly suppressed: ReadonlyMap<string, string>;
}

function lookUp({ db }: ArrivalContext, rows: readonly LeadRow[]): Known {
  const keys = rows.map(({ fields }) => fields.emailKey);
  return { known: leadsByEmailKeys(db, keys), suppressed: suppressionReasons(db, keys) };
}

function optOutOf(lead: Lead | ForeseenLead): { readonly optedOut: boolean } {
  return 'live' in lead ? lead.fields : lead;
}
