const NEEDS_QUOTES = /[",\r\n]|^\s|\s$/;
/** Where spreadsheets begin to compute instead of showing (hardening 17), behind apostrophes too, so that one can be taken off again. */
const FORMULA = /^'*[\t\r\n ]*[=+\-@]/;
const NEUTRALISED = /^'(?='*[\t\r\n ]*[=+\-@])/;

/** One CSV line (RFC 4180, LF), its cells as they are; for programs that read it back. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map(quoteCell).join(',')}\n`;
}

/** One CSV line for people: a cell that a spreadsheet would run as a formula gets an apostrophe in front. */
export function safeCsvLine(cells: readonly string[]): string {
  return csvLine(cells.map((cell) => (FORMULA.test(cell) ? `'${cell}` : cell)));
}

/** A cell that `safeCsvLine` wrote, as it was before. */
export function plainCell(cell: string): string {
  return cell.replace(NEUTRALISED, '');
}

function quoteCell(cell: string): string {
  return NEEDS_QUOTES.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
