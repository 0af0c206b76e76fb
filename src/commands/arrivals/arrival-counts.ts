/** What storing leads did. `new + updated + unchanged + erased` is the number of rows. */
export interface ArrivalCounts {
  new: number;
  updated: number;
  unchanged: number;
  /** Of all rows: those whose address is suppressed, or whose lead opted out; they stay so (hardening 32). */
  excluded: number;
  /** Rows about people who were erased: not stored again. */
  erased: number;
  /** Live enrollments that a change of their lead ended (B6). */
  cancelled: number;
  /** Live enrollments whose due time moved with their lead's zone or country (C4). */
  rescheduled: number;
  /** New enrollments by sequence. */
  readonly enrolled: Map<string, number>;
}

export function noArrivals(): ArrivalCounts {
  return {
    new: 0,
    updated: 0,
    unchanged: 0,
    excluded: 0,
    erased: 0,
    cancelled: 0,
    rescheduled: 0,
    enrolled: new Map(),
  };
}

/** Adds one batch to the sum; called when the batch is committed, never before. */
export function addArrivals(sum: ArrivalCounts, batch: ArrivalCounts): void {
  sum.new += batch.new;
  sum.updated += batch.updated;
  sum.unchanged += batch.unchanged;
  sum.excluded += batch.excluded;
  sum.erased += batch.erased;
  sum.cancelled += batch.cancelled;
  sum.rescheduled += batch.rescheduled;
  for (const [sequenceId, count] of batch.enrolled) countEnrolled(sum, sequenceId, count);
}

export function countEnrolled(counts: ArrivalCounts, sequenceId: string, count: number): void {
  counts.enrolled.set(sequenceId, (counts.enrolled.get(sequenceId) ?? 0) + count);
}
