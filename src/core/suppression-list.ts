import { cleanLine } from './clean-text.ts';
import { plainCell } from './csv-format.ts';
import { detectDelimiter } from './csv-delimiter.ts';
import { CsvScanner, type CsvRecord } from './csv-scanner.ts';
import { parseAddress } from './email-address.ts';

/** Why an address receives nothing. */
export const SUPPRESSION_REASONS = ['opted_out', 'bounced', 'complained', 'manual'] as const;
export type SuppressionReason = (typeof SUPPRESSION_REASONS)[number];

export interface ListedAddress {
  readonly emailKey: string;
  readonly reason: SuppressionReason;
  readonly note: string | null;
}

/** A row of which no address could be read. */
export interface RefusedRow {
  readonly line: number;
  readonly problem: string;
}

export interface SuppressionList {
  readonly addresses: readonly ListedAddress[];
  readonly refused: readonly RefusedRow[];
}

const NOTE_GRAPHEMES_MAX = 200;
const ADDRESS_COLUMNS = ['email', 'e-mail', 'email address', 'email_address', 'address', 'recipient'];

/**
 * Reads a list of addresses as other systems export them: one to a line, or a CSV with a header that has a column for the address and
 * perhaps `reason` and `note`. A row that is no address is handed back with its line; the others count (E1). Two rows of one address
 * are one, and the first stands.
 */
export function readSuppressionList(text: string): SuppressionList {
  const { delimiter, skip, firstLine } = detectDelimiter(text);
  const scanner = new CsvScanner(delimiter, firstLine);
  const records = scanner.push(text.slice(skip), true);
  const layout = layoutOf(records[0]);
  const addresses = new Map<string, ListedAddress>();
  const refused: RefusedRow[] = [];
  for (const record of layout.hasHeader ? records.slice(1) : records) {
    if (record.cells.every((cell) => cell.trim() === '')) continue;
    const read = readRow(record, layout);
    if ('problem' in read) refused.push({ line: record.line, problem: read.problem });
    else if (!addresses.has(read.emailKey)) addresses.set(read.emailKey, read);
  }
  if (scanner.fault !== null) refused.push({ line: scanner.fault.line, problem: scanner.fault.problem });
  return { addresses: [...addresses.values()], refused };
}

interface Layout {
  readonly hasHeader: boolean;
  readonly address: number;
  /** -1: there is none. */
  readonly reason: number;
  readonly note: number;
}

function layoutOf(first: CsvRecord | undefined): Layout {
  const names = (first?.cells ?? []).map((cell) => cell.trim().toLowerCase());
  const address = names.findIndex((name) => ADDRESS_COLUMNS.includes(name));
  if (address === -1) return { hasHeader: false, address: 0, reason: -1, note: -1 };
  return { hasHeader: true, address, reason: names.indexOf('reason'), note: names.indexOf('note') };
}

function readRow(
  { cells, problem }: CsvRecord,
  layout: Layout,
): ListedAddress | { readonly problem: string } {
  if (problem !== null) return { problem };
  // What a spreadsheet would have run was written with an apostrophe in front (hardening 17).
  const parsed = parseAddress(plainCell(cells[layout.address] ?? ''));
  if ('problem' in parsed) return parsed;
  const note = cleanLine(cells[layout.note] ?? '', NOTE_GRAPHEMES_MAX).text;
  return {
    emailKey: parsed.emailKey,
    reason: suppressionReasonOf(cells[layout.reason] ?? ''),
    note: note === '' ? null : note,
  };
}

/** The reason that another system's word means; `manual` for a word that says nothing. */
export function suppressionReasonOf(word: string): SuppressionReason {
  if (/unsub|opt|out/i.test(word)) return 'opted_out';
  if (/bounc|invalid|dead/i.test(word)) return 'bounced';
  return /complain|spam|abuse/i.test(word) ? 'complained' : 'manual';
}
