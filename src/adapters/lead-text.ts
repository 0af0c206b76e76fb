import { startLeadCsv, type LeadCsvStart } from '../core/lead-csv.ts';
import type { ColumnRename } from '../core/lead-columns.ts';
import { sourceError, type LeadSource } from './lead-source.ts';

/**
 * A CSV of leads that is in memory already: standard input, or the sample. Text that went through a decoder which replaced
 * what it could not read is refused: the names in it are lost (hardening 3).
 */
export function createLeadText(name: string, text: string): LeadSource {
  const start = (renames: readonly ColumnRename[]): LeadCsvStart => {
    const body = text.startsWith('\uFEFF') ? text.slice(1) : text;
    const replaced = body.indexOf('\uFFFD');
    if (replaced !== -1) {
      throw sourceError(name, {
        code: 'lead_file_encoding',
        line: body.slice(0, replaced).split(/\r\n|\r|\n/).length,
        what: 'it is not UTF-8',
        fix: 'Save it as UTF-8, or import it as a file with --encoding latin1',
      });
    }
    const started = startLeadCsv(body, { isLast: true, renames });
    if ('what' in started) throw sourceError(name, started);
    return started;
  };
  let records: LeadCsvStart['records'] = [];
  return {
    name,
    check(renames) {
      const { layout, delimiter, records: found } = start(renames);
      records = found;
      return { layout, delimiter, rows: found.length, blockHashes: [] };
    },
    *rows() {
      yield records;
    },
    close: () => undefined,
  };
}
