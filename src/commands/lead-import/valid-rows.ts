import type { Reject } from '../../adapters/rejects-file.ts';
import type { CheckedLeads, LeadSource } from '../../adapters/lead-source.ts';
import { plainCell } from '../../core/csv-format.ts';
import type { CsvRecord } from '../../core/csv-scanner.ts';
import {
  parseLeadRow,
  rejected,
  type LeadRow,
  type RejectedRow,
  type RowContext,
} from '../../core/lead-row.ts';
import type { LeadLayout } from '../../core/lead-columns.ts';
import { countOf } from '../output/text.ts';

/** Also what one transaction holds (hardening 40): others wait no longer than that for the state. */
export const ROWS_PER_BATCH = 1_000;

export type OnReject = (reject: Reject, cells: readonly string[]) => void;

/** The valid rows of a source in batches; every other row goes to `onReject`. Rows of empty cells alone are no rows. */
export function* validBatches(
  source: LeadSource,
  checked: CheckedLeads,
  handling: { readonly context: RowContext; readonly onReject: OnReject },
): Generator<readonly LeadRow[]> {
  const { context, onReject } = handling;
  let batch: LeadRow[] = [];
  for (const records of source.rows(checked)) {
    for (const record of records) {
      const row = readRecord(record, checked.layout, context);
      if (row === null) continue;
      if (row.kind === 'lead') batch.push(row);
      else onReject(rejectOf(row, record.line), record.cells);
      if (batch.length < ROWS_PER_BATCH) continue;
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

function readRecord(
  record: CsvRecord,
  layout: LeadLayout,
  context: RowContext,
): LeadRow | RejectedRow | null {
  const { cells, problem } = record;
  if (problem !== null) return rejected('row', cells.join(','), problem);
  if (cells.length !== layout.width) {
    if (isEmpty(cells)) return null;
    return rejected(
      'row',
      cells.join(','),
      `${countOf(cells.length, 'field')}, but the header has ${layout.width}`,
    );
  }
  const row = parseLeadRow(layout.isNeutralised ? cells.map(plainCell) : cells, layout, context);
  return row.kind === 'rejected' && isEmpty(cells) ? null : row;
}

function isEmpty(cells: readonly string[]): boolean {
  return cells.every((cell) => cell.trim() === '');
}

function rejectOf({ field, value, reason }: RejectedRow, line: number): Reject {
  return { line, field, value, reason };
}
