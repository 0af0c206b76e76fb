import type { AttributionCount, JudgedLead } from '../../store/attribution.ts';
import { safeCsvLine } from '../../core/csv-format.ts';
import { escapeHtml } from '../../core/html-escape.ts';
import type { Instant } from '../../core/model.ts';
import { formatInstant } from '../../core/time/instants.ts';

const HEADER = ['id', 'email', 'company', 'company_domain', 'verdict', 'by', 'note'] as const;

/** Every lead with its verdict, as CSV that no spreadsheet takes for formulas. */
export function* csvReport(leads: Iterable<JudgedLead>): Generator<string> {
  yield safeCsvLine(HEADER);
  for (const lead of leads) yield safeCsvLine(cellsOf(lead));
}

/** The counts, and every lead that a person should look at, as one page without scripts. */
export function* htmlReport(report: {
  readonly counts: readonly AttributionCount[];
  readonly leads: Iterable<JudgedLead>;
  readonly madeAt: Instant;
}): Generator<string> {
  yield HEAD;
  yield `<h1>Who works where</h1>\n<p>Made ${formatInstant(report.madeAt)}.</p>\n`;
  yield table(
    'All leads',
    ['Verdict', 'Found by', 'Leads'],
    report.counts.map(({ verdict, by, leads }) => [verdictText(verdict), by ?? '–', String(leads)]),
  );
  yield '<table><caption>To look at: mismatch and unknown</caption>\n';
  yield rowOf('th', ['Lead', 'Company', 'Domain', 'Verdict', 'Found by', 'Why']);
  for (const { verdict, ...lead } of report.leads) {
    if (verdict !== 'mismatch' && verdict !== 'unknown') continue;
    const { email, company, companyDomain, by, note } = lead;
    yield rowOf('td', [
      email,
      company ?? '',
      companyDomain ?? '',
      verdictText(verdict),
      by ?? '–',
      note ?? '',
    ]);
  }
  yield '</table>\n</main>\n</body>\n</html>\n';
}

function cellsOf({ id, email, company, companyDomain, verdict, by, note }: JudgedLead): string[] {
  return [id, email, company ?? '', companyDomain ?? '', verdict ?? '', by ?? '', note ?? ''];
}

function verdictText(verdict: JudgedLead['verdict']): string {
  return verdict === null ? 'not judged yet' : verdict.replace('_', ' ');
}

function table(caption: string, header: readonly string[], rows: readonly (readonly string[])[]): string {
  const body = rows.map((row) => rowOf('td', row)).join('');
  return `<table><caption>${caption}</caption>\n${rowOf('th', header)}${body}</table>\n`;
}

function rowOf(cell: 'td' | 'th', texts: readonly string[]): string {
  const open = cell === 'th' ? '<th scope="col">' : '<td>';
  return `<tr>${texts.map((text) => `${open}${escapeHtml(text)}</${cell}>`).join('')}</tr>\n`;
}

const HEAD = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Who works where</title>
<style>
:root { color-scheme: light dark }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem }
table { border-collapse: collapse; margin: 2rem 0; width: 100% }
caption { font-weight: 600; margin-bottom: .5rem; text-align: left }
th, td { border-bottom: 1px solid #8886; overflow-wrap: anywhere; padding: .4rem .6rem; text-align: left; vertical-align: top }
</style>
</head>
<body>
<main>
`;
