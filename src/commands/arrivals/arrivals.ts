import type { OnConflict } from '../../core/lead-merge.ts';
import type { LeadRow } from '../../core/lead-row.ts';
import type { Instant, Lead } from '../../core/model.ts';
import type { Random } from '../../ports.ts';
import type { StateDatabase } from '../../store/database.ts';
import { erasedAmong } from '../../store/erasures.ts';
import { leadByEmailKey, leadsByEmailKeys } from '../../store/leads.ts';
import { suppressionReasons } from '../../store/suppressions.ts';
import { addArrivals, noArrivals, type ArrivalCounts } from './arrival-counts.ts';
import type { ArrivalContext } from './arrival-context.ts';
import { storeFresh } from './fresh-leads.ts';
import { mergeKnown } from './known-leads.ts';

export interface ArrivalOptions {
  readonly onConflict: OnConflict;
  /** A19: from when sequences count; now unless the operator said otherwise. */
  readonly enrollFrom: Instant;
  /** About how many rows will come, to make ids for. */
  readonly rowsExpected: number;
}

export interface Arrivals {
  /** What was committed so far. */
  readonly counts: ArrivalCounts;
  /** Stores one batch of valid rows in a transaction of its own: all of it or none. Rows seen before change nothing (E7). */
  store(rows: readonly LeadRow[]): void;
}

/** The one way in for leads of every source (E1): new ones are stored and matched, known ones merged. */
export function createArrivals(context: ArrivalContext, options: ArrivalOptions): Arrivals {
  const counts = noArrivals();
  const nextLeadId = createIdSupply(context.random, 'l', options.rowsExpected);
  const nextEnrollmentId = createIdSupply(context.random, 'e', options.rowsExpected);
  return {
    counts,
    store(rows) {
      const batch = context.write(() => storeBatch(rows));
      addArrivals(counts, batch);
    },
  };

  function storeBatch(arrived: readonly LeadRow[]): ArrivalCounts {
    const { db } = context;
    const { onConflict, enrollFrom } = options;
    const batch = noArrivals();
    const rows = withoutErased(db, arrived, batch);
    const keys = rows.map(({ fields }) => fields.emailKey);
    const known = leadsByEmailKeys(db, keys);
    const suppressed = suppressionReasons(db, keys);
    const before = { known, suppressed };
    for (const row of rows) if (isExcluded(row, before)) batch.excluded += 1;
    const { fresh, others } = sortOut(rows, known);
    storeFresh(context, { rows: fresh, enrollFrom, suppressed, nextLeadId, nextEnrollmentId }, batch);
    for (const row of others) {
      const { emailKey } = row.fields;
      const lead = known.get(emailKey) ?? leadByEmailKey(db, emailKey);
      // Read again for the next row about the same lead: this one may change it.
      known.delete(emailKey);
      if (lead !== null) mergeKnown(context, { lead, row, onConflict, enrollFrom }, batch);
    }
    return batch;
  }
}

/** The rows but those about people who were erased, which are counted and not stored again. */
export function withoutErased(
  db: StateDatabase,
  rows: readonly LeadRow[],
  counts: ArrivalCounts,
): readonly LeadRow[] {
  const erased = erasedAmong(
    db,
    rows.map(({ fields }) => fields.emailKey),
  );
  if (erased.size === 0) return rows;
  const others = rows.filter(({ fields }) => !erased.has(fields.emailKey));
  counts.erased += rows.length - others.length;
  return others;
}

/** Whether a row is about somebody who asked for no mail, or must not get any, whatever the row says (hardening 32). */
export function isExcluded(
  { fields }: LeadRow,
  by: {
    readonly known: ReadonlyMap<string, Pick<Lead, 'optedOut'>>;
    readonly suppressed: ReadonlyMap<string, string>;
  },
): boolean {
  const { emailKey, optedOut } = fields;
  if (optedOut) return true;
  // Most imports are of people whom nobody knows: looking up in nothing takes as long as in a thousand.
  if (by.suppressed.size > 0 && by.suppressed.has(emailKey)) return true;
  return by.known.size > 0 && by.known.get(emailKey)?.optedOut === true;
}

/** The first row of an address that nobody has seen is a new lead; everything else is news about a known one. */
function sortOut(
  rows: readonly LeadRow[],
  known: ReadonlyMap<string, unknown>,
): { readonly fresh: readonly LeadRow[]; readonly others: readonly LeadRow[] } {
  const seen = new Set<string>();
  const fresh: LeadRow[] = [];
  const others: LeadRow[] = [];
  for (const row of rows) {
    const { emailKey } = row.fields;
    const isFresh = !known.has(emailKey) && !seen.has(emailKey);
    if (isFresh) seen.add(emailKey);
    (isFresh ? fresh : others).push(row);
  }
  return { fresh, others };
}

const IDS_AT_ONCE = 50_000;

/**
 * Random ids, handed out by the fifty thousand in ascending order of their beginnings. Which lead gets which id stays random; but
 * rows that are stored together now stand together in the index of ids, or every batch would rewrite all of its pages
 * (measured: a third of the whole import). All ids that share a beginning fit into one page.
 */
function createIdSupply(
  random: Pick<Random, 'publicId' | 'publicIds'>,
  prefix: 'l' | 'e',
  expected: number,
): () => string {
  let ids: readonly string[] = [];
  let used = 0;
  let left = expected;
  return () => {
    if (used === ids.length) {
      const count = Math.min(IDS_AT_ONCE, Math.max(1, left));
      ids = random.publicIds(prefix, count);
      left -= count;
      used = 0;
    }
    const id = ids[used] ?? random.publicId(prefix);
    used += 1;
    return id;
  };
}
