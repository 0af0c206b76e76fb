import { nearestWords } from './nearest.ts';
import { customFieldName, SENDER_FIELD_NAMES } from './template-fields.ts';

/** The columns of a lead file that mean something to us (cli.md 2.0); any order, only `email` is required. */
export const LEAD_COLUMNS = [
  'email',
  'first_name',
  'last_name',
  'company',
  'company_domain',
  'country',
  'region',
  'timezone',
  'stage',
  'status',
  'source',
  'source_form_id',
  'platform',
  'tags',
  'notes',
  'created_at',
  'updated_at',
  'last_contact_at',
  'enrolled_at',
  'opted_out',
  'do_not_contact',
  'spam',
] as const;
export type LeadColumn = (typeof LEAD_COLUMNS)[number];

/** Where a file keeps what. An index of -1: the file has no such column. */
export interface LeadLayout {
  readonly at: Readonly<Record<LeadColumn, number>>;
  readonly custom: readonly { readonly name: string; readonly index: number }[];
  /** Cells that every row must have. */
  readonly width: number;
  /** The header as written, for the file of rejected rows. */
  readonly header: readonly string[];
  /** It is a file of rejected rows that came back, or an export: what a spreadsheet would have run has an apostrophe in front. */
  readonly isNeutralised: boolean;
}

export interface HeaderProblem {
  readonly code: 'header_missing' | 'email_missing' | 'column_twice' | 'column_clash' | 'map_unknown';
  readonly problem: string;
  readonly fix: string;
}

/** One `--map theirs=ours`. */
export interface ColumnRename {
  readonly from: string;
  readonly to: string;
}

/** Columns that we add to the file of rejected rows: when it comes back corrected, they mean nothing. */
export const OWN_COLUMN_PREFIX = 'headgate_';

/** Why a row was refused; they stand in front of its own cells. */
export const REJECT_COLUMNS = ['line', 'field', 'reason'].map((name) => `${OWN_COLUMN_PREFIX}${name}`);

/** Stands in what `leads export` wrote, which is neutralised as well (hardening 17). */
export const EXPORT_COLUMN = `${OWN_COLUMN_PREFIX}export`;

const COLUMNS_SHOWN_MAX = 40;
/** Somebody may have saved a letter as a table. */
const LIST_CHARACTERS_MAX = 200;
const NAME_CHARACTERS_MAX = 40;

/**
 * Reads the header row of a lead file. Names compare without case, spaces and dashes count as underscores
 * (`First Name` is first_name). Further columns are kept as custom fields under the name they have in templates.
 * A problem (hardening 4, 6, 7) makes the whole file unusable.
 */
export function readHeader(
  header: readonly string[],
  renames: readonly ColumnRename[],
): LeadLayout | HeaderProblem {
  if (header.every((cell) => cell.trim() === '')) {
    return {
      code: 'header_missing',
      problem: 'there is no header row',
      fix: 'Put the names of the columns into the first line: email,first_name,…',
    };
  }
  const names = header.map((cell) => customFieldName(cell));
  const renamed = applyRenames(names, renames);
  if ('code' in renamed) return renamed;
  return layOut(renamed.names, header);
}

/** Splits `--map theirs=ours`; null when it is not of that form or the second name is not ours. */
export function parseRename(text: string): ColumnRename | { readonly problem: string } {
  const cut = text.lastIndexOf('=');
  const from = text.slice(0, cut).trim();
  const to = customFieldName(text.slice(cut + 1));
  if (cut < 1 || from === '' || to === '') return { problem: `--map takes THEIRS=OURS, not ${shown(text)}` };
  return { from, to };
}

function applyRenames(
  names: readonly string[],
  renames: readonly ColumnRename[],
): { readonly names: readonly string[] } | HeaderProblem {
  const result = [...names];
  for (const { from, to } of renames) {
    const index = names.indexOf(customFieldName(from));
    if (index === -1) {
      return {
        code: 'map_unknown',
        problem: `--map names a column ${shown(from)} which the file does not have; it has ${listed(names)}`,
        fix: suggestion(from, names),
      };
    }
    result[index] = to;
  }
  return { names: result };
}

function layOut(names: readonly string[], header: readonly string[]): LeadLayout | HeaderProblem {
  const seen = new Map<string, number>();
  const custom: { name: string; index: number }[] = [];
  for (const [index, name] of names.entries()) {
    if (name === '' || name.startsWith(OWN_COLUMN_PREFIX)) continue;
    const before = seen.get(name);
    if (before !== undefined) return twice(header, [before, index], name);
    seen.set(name, index);
    if (isLeadColumn(name)) continue;
    if (isOurs(name)) return clash(header[index] ?? name, name);
    custom.push({ name, index });
  }
  if (!seen.has('email')) {
    return {
      code: 'email_missing',
      problem: `there is no column "email"; the file has ${listed(names)}`,
      fix: `Say which column holds the address: --map ${names.find((name) => name.includes('mail') && name.length <= NAME_CHARACTERS_MAX) ?? 'THEIRS'}=email`,
    };
  }
  const at = (column: LeadColumn): number => seen.get(column) ?? -1;
  const isNeutralised = names.includes(EXPORT_COLUMN) || REJECT_COLUMNS.every((name) => names.includes(name));
  return { at: indexes(at), custom, width: header.length, header, isNeutralised };
}

function twice(header: readonly string[], indexes: readonly [number, number], name: string): HeaderProblem {
  const [first, second] = indexes;
  return {
    code: 'column_twice',
    problem: `columns ${String(first + 1)} (${shown(header[first] ?? '')}) and ${String(second + 1)} (${shown(header[second] ?? '')}) are both ${shown(name)}`,
    fix: 'Rename or remove one of them: which one counts cannot be guessed.',
  };
}

/** A template would never show such a column: the name already means something about us. */
function clash(column: string, name: string): HeaderProblem {
  return {
    code: 'column_clash',
    problem: `the column ${shown(column)} has a name that templates use for the sender`,
    fix: `Give it another name: --map ${name}=lead_${name}`,
  };
}

function isOurs(name: string): boolean {
  return SENDER_FIELD_NAMES.some((field) => field === name);
}

function indexes(at: (column: LeadColumn) => number): Record<LeadColumn, number> {
  return {
    email: at('email'),
    first_name: at('first_name'),
    last_name: at('last_name'),
    company: at('company'),
    company_domain: at('company_domain'),
    country: at('country'),
    region: at('region'),
    timezone: at('timezone'),
    stage: at('stage'),
    status: at('status'),
    source: at('source'),
    source_form_id: at('source_form_id'),
    platform: at('platform'),
    tags: at('tags'),
    notes: at('notes'),
    created_at: at('created_at'),
    updated_at: at('updated_at'),
    last_contact_at: at('last_contact_at'),
    enrolled_at: at('enrolled_at'),
    opted_out: at('opted_out'),
    do_not_contact: at('do_not_contact'),
    spam: at('spam'),
  };
}

function isLeadColumn(name: string): name is LeadColumn {
  return LEAD_COLUMNS.some((column) => column === name);
}

function listed(names: readonly string[]): string {
  const there = names.filter((name) => name !== '').slice(0, COLUMNS_SHOWN_MAX);
  return there.length === 0
    ? 'none'
    : short(there.map((name) => short(name)).join(', '), LIST_CHARACTERS_MAX);
}

function shown(name: string): string {
  return `"${short(name)}"`;
}

function short(text: string, charactersMax = NAME_CHARACTERS_MAX): string {
  return text.length > charactersMax ? `${text.slice(0, charactersMax)}…` : text;
}

function suggestion(from: string, names: readonly string[]): string {
  const [near] = nearestWords(customFieldName(from), names, 1);
  return near === undefined ? 'Use a name from the header row.' : `Did you mean ${near}?`;
}
