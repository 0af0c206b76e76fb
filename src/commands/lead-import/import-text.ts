import type { Reject } from '../../adapters/rejects-file.ts';
import { delimiterName } from '../../core/csv-delimiter.ts';
import type { RowRemark } from '../../core/lead-row.ts';
import type { Instant } from '../../core/model.ts';
import type { Policy } from '../../core/policy.ts';
import { formatInstant } from '../../core/time/instants.ts';
import type { Terminal } from '../output/terminal.ts';
import { countOf, escapeText } from '../output/text.ts';
import { formatDateTime, formatRelative } from '../output/time.ts';
import type { ImportResult } from './import-leads.ts';

/** What the words of an import need besides its result. */
export interface ImportFacts {
  readonly policy: Policy;
  readonly now: Instant;
  readonly enrollFrom: Instant | null;
}

/** cli.md 2.7: longer than this in working days, and the operator is warned. */
const CAPACITY_DAYS_MAX = 7;
const REASONS_SHOWN_MAX = 3;
const LINES_SHOWN_MAX = 5;

export interface Capacity {
  readonly enrolled: number;
  readonly draftsPerDay: number;
  /** Working days until each of them had its first draft; null: never, the cap is 0. */
  readonly workingDays: number | null;
  readonly isShort: boolean;
}

/** How long the queue that an import makes takes at the present caps. */
export function capacityOf({ arrivals }: ImportResult, { limits }: Policy): Capacity {
  const enrolled = [...arrivals.enrolled.values()].reduce((sum, count) => sum + count, 0);
  const { draftsPerDay } = limits;
  const workingDays = draftsPerDay === 0 ? null : Math.ceil(enrolled / draftsPerDay);
  const isShort = enrolled > 0 && (workingDays === null || workingDays > CAPACITY_DAYS_MAX);
  return { enrolled, draftsPerDay, workingDays, isShort };
}

/** The document of `leads import` (cli.md 2.7), without `exit`. */
export function importDocument(result: ImportResult, { policy }: ImportFacts): Record<string, unknown> {
  const { arrivals, rejected } = result;
  const { enrolled, draftsPerDay, workingDays } = capacityOf(result, policy);
  return {
    preview: result.isPreview,
    file: result.name,
    counts: {
      rows: rowsOf(result),
      new: arrivals.new,
      updated: arrivals.updated,
      unchanged: arrivals.unchanged,
      rejected,
      excluded: arrivals.excluded,
      erased: arrivals.erased,
      cancelled: arrivals.cancelled,
      enrolled,
    },
    sequences: [...arrivals.enrolled].map(([sequence, count]) => ({ sequence, enrolled: count })),
    capacity: { drafts_per_day: draftsPerDay, working_days: workingDays },
    oldest_created_at: result.oldestCreatedAt === null ? null : formatInstant(result.oldestCreatedAt),
    remarks: Object.fromEntries(result.remarks),
    rejects_file: result.rejectsFile,
    rejects: result.rejects,
  };
}

/** The same for people (cli.md 2.4): what would be done before they agree, or what was done. */
export function importLines(terminal: Terminal, result: ImportResult, facts: ImportFacts): readonly string[] {
  const capacity = capacityOf(result, facts.policy);
  return [
    '',
    ` ${terminal.bold(headline(result))}`,
    ...refusedLines(terminal, result),
    ...beginLines(result, facts, capacity),
    ...sequenceLines(terminal, result),
    ...(capacity.isShort ? [`   ${terminal.yellow(capacityWarning(capacity))}`] : []),
    ...remarkLines(result),
    ...(result.rejectsFile === null ? [] : [`   refused rows are in ${escapeText(result.rejectsFile)}`]),
    '',
  ];
}

/** All rows that are leads, valid or not. */
export function rowsOf({ arrivals, rejected }: ImportResult): number {
  return arrivals.new + arrivals.updated + arrivals.unchanged + arrivals.erased + rejected;
}

function headline(result: ImportResult): string {
  const { arrivals, rejected } = result;
  const known = arrivals.updated + arrivals.unchanged;
  const knownText = `${known} known${arrivals.updated === 0 ? '' : ` (${arrivals.updated} changed)`}`;
  const refused = rejected === 0 ? '' : `, ${rejected} refused`;
  return `${countOf(rowsOf(result), 'row')}: ${arrivals.new} new, ${knownText}${refused}`;
}

function refusedLines(terminal: Terminal, { name, rejects }: ImportResult): readonly string[] {
  const byReason = new Map<string, Reject[]>();
  for (const reject of rejects) {
    const reason = `${reject.field}: ${reject.reason}`;
    byReason.set(reason, [...(byReason.get(reason) ?? []), reject]);
  }
  const reasons = [...byReason].sort(([, left], [, right]) => right.length - left.length);
  const shown = reasons
    .slice(0, REASONS_SHOWN_MAX)
    .map(
      ([reason, same]) =>
        `   ${terminal.red(terminal.symbols.problem)} ${escapeText(name)}${refusedFor(reason, same)}`,
    );
  const hidden = reasons.length - shown.length;
  return hidden === 0 ? shown : [...shown, `     and ${countOf(hidden, 'other reason')}`];
}

/** Several rows with one fault are one line without their values, which are in the file of refused rows. */
function refusedFor(reason: string, rejects: readonly Reject[]): string {
  const [first] = rejects;
  if (first !== undefined && rejects.length === 1) {
    const { line, value } = first;
    const isNamed = value === '""' || reason.includes(value);
    return `:${line}  ${escapeText(isNamed ? reason : `${reason}: ${value}`)}`;
  }
  const more = rejects.length > LINES_SHOWN_MAX ? ' …' : '';
  const lines = rejects.slice(0, LINES_SHOWN_MAX).map(({ line }) => line);
  return ` lines ${lines.join(', ')}${more}  ${escapeText(reason)}`;
}

function beginLines(result: ImportResult, facts: ImportFacts, { enrolled }: Capacity): readonly string[] {
  if (enrolled === 0) return [];
  const { oldestCreatedAt } = result;
  const oldest =
    oldestCreatedAt === null ? '' : `oldest created ${formatRelative(oldestCreatedAt, facts.now)}. `;
  const from =
    facts.enrollFrom === null
      ? 'today, not then'
      : `from ${formatDateTime(facts.enrollFrom, facts.policy.timezone)}`;
  return [
    `   ${oldest}${countOf(enrolled, 'enrollment')} ${result.isPreview ? 'would begin' : enrolled === 1 ? 'begins' : 'begin'} ${from}.`,
  ];
}

function sequenceLines(terminal: Terminal, { arrivals }: ImportResult): readonly string[] {
  if (arrivals.enrolled.size === 0) return [];
  const words = [...arrivals.enrolled]
    .sort(([, left], [, right]) => right - left)
    .map(([sequence, count]) => `${escapeText(sequence)} ${count}`);
  return [`   ${words.join(` ${terminal.symbols.dot} `)}`];
}

function capacityWarning({ draftsPerDay, workingDays }: Capacity): string {
  if (workingDays === null) return 'limits.drafts_per_day is 0: none of them will be drafted';
  return `at ${draftsPerDay} a day their first drafts take ${workingDays} working days: more than ${CAPACITY_DAYS_MAX}, so raise limits.drafts_per_day or import fewer`;
}

const REMARK_WORDS: Readonly<Record<RowRemark, string>> = {
  control_characters: 'control characters or line breaks became spaces',
  invisible_characters: 'invisible characters were taken out',
  combining_marks: 'marks piled on one letter were capped',
  cut: 'text that was too long was cut',
  look_alike_domain: 'the domain mixes letters that look alike: check who that is',
  company_domain_ignored: 'company_domain is no domain and was left out',
  future_updated_at: 'updated_at lies in the future and counts as now',
};

function remarkLines(result: ImportResult): readonly string[] {
  const { arrivals, delimiter, remarks } = result;
  return [
    ...(delimiter === ',' ? [] : [`   the columns are separated by ${delimiterName(delimiter)}`]),
    ...(arrivals.excluded === 0
      ? []
      : [`   ${countOf(arrivals.excluded, 'row')}: opted out or suppressed, and stays so`]),
    ...(arrivals.erased === 0
      ? []
      : [`   ${countOf(arrivals.erased, 'row')}: erased on request, and not stored again`]),
    ...(arrivals.cancelled === 0
      ? []
      : [`   ${countOf(arrivals.cancelled, 'enrollment')} ended by what the rows say`]),
    ...[...remarks].map(([remark, count]) => `   ${countOf(count, 'row')}: ${REMARK_WORDS[remark]}`),
  ];
}
