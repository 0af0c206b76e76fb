const QUOTE = 0x22;

/**
 * The cells of one row, whose line end is already cut off. A cell that begins with a quote ends at the next single one;
 * what stands behind that one up to the delimiter is kept, and is the row's problem (hardening 11).
 */
export function splitRow(
  row: string,
  delimiter: string,
): { readonly cells: readonly string[]; readonly problem: string | null } {
  if (!row.includes('"')) return { cells: row.split(delimiter), problem: null };
  const cells: string[] = [];
  let problem: string | null = null;
  let at = 0;
  while (at <= row.length) {
    const isQuoted = row.charCodeAt(at) === QUOTE;
    const close = isQuoted ? closingQuote(row, at) : at - 1;
    const found = row.indexOf(delimiter, close + 1);
    const end = found === -1 ? row.length : found;
    if (isQuoted && end > close + 1)
      problem ??= `text behind the closing quote of column ${cells.length + 1}`;
    const quoted = isQuoted ? row.slice(at + 1, close).replaceAll('""', '"') : '';
    cells.push(quoted + row.slice(close + 1, end));
    at = end + 1;
  }
  return { cells, problem };
}

/** The quote that closes the one at `open`. The scanner cut the row outside quotes, so that there is one. */
function closingQuote(row: string, open: number): number {
  let at = row.indexOf('"', open + 1);
  while (at !== -1 && row.charCodeAt(at + 1) === QUOTE) at = row.indexOf('"', at + 2);
  return at === -1 ? row.length : at;
}
