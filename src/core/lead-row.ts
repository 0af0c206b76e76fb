import { cleanLine, cleanNotes, hasNul, type TextRemark } from './clean-text.ts';
import { readCountry } from './countries.ts';
import { parseAddress, type AddressWarning } from './email-address.ts';
import type { LeadColumn, LeadLayout } from './lead-columns.ts';
import { parseDomain } from './mail-domain.ts';
import { LEAD_STATUSES, STAGES, type Instant, type LeadFields } from './model.ts';
import { nearestWords } from './nearest.ts';
import { parseInstant } from './time/instants.ts';
import { canonicalZone, nearestZones } from './time/zone.ts';

/** What was changed or left out to take a row; counted for the operator, never a reason to lose the lead. */
export type RowRemark = TextRemark | AddressWarning | 'company_domain_ignored' | 'future_updated_at';

/** One lead of a source, valid. */
export interface LeadRow {
  readonly kind: 'lead';
  readonly fields: LeadFields;
  /** False: the row says nothing of it, so that a known lead keeps what it has (A3: missing is not "new"). */
  readonly hasStage: boolean;
  readonly hasStatus: boolean;
  /** From which moment its sequence may count, when the row says so; only a later one than the import's is heeded. */
  readonly enrolledAt: Instant | null;
  readonly remarks: readonly RowRemark[];
}

/** A row that cannot be taken, with the column and one sentence why. */
export interface RejectedRow {
  readonly kind: 'rejected';
  readonly field: string;
  /** What stood there, short and with what moves a cursor escaped. */
  readonly value: string;
  readonly reason: string;
}

export interface RowContext {
  readonly now: Instant;
  /** `--source`: for rows that name none. */
  readonly defaultSource: string | null;
}

const NAME_GRAPHEMES_MAX = 100;
const LINE_GRAPHEMES_MAX = 200;
const CUSTOM_GRAPHEMES_MAX = 2_000;
const NOTES_GRAPHEMES_MAX = 10_000;
const TAGS_MAX = 100;
const SUGGESTIONS_MAX = 3;
const SHOWN_CHARACTERS_MAX = 60;
/** A clock of another machine may be a little ahead of ours. */
const CLOCK_SLACK_MS = 86_400_000;

const NO_REMARKS: readonly RowRemark[] = [];
const NO_TAGS: readonly string[] = [];
const NO_CUSTOM: Readonly<Record<string, string>> = {};

/** A map, since a plain object answers to words like "constructor" as well. */
const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['', false],
  ['true', true],
  ['yes', true],
  ['1', true],
  ['false', false],
  ['no', false],
  ['0', false],
]);

/**
 * Reads one row of a lead source (cli.md 2.0; hardening 16 to 36, 43, 44). Empty cells are missing. Stage, status,
 * country and zone compare without case; what is unknown rejects the row with near matches, since a guess could write
 * to somebody who must not be written to. Times are ISO 8601 only. Text is cleaned of what may not reach a header or
 * deceive a reader, formulas stay text. The first problem found is the one that is named.
 */
export function parseLeadRow(
  cells: readonly string[],
  layout: LeadLayout,
  context: RowContext,
): LeadRow | RejectedRow {
  const { at } = layout;
  // By index, and not by the name of the column: looking that up for each cell took a tenth of the time of a row.
  const cell = (index: number): string => (index < 0 ? '' : (cells[index] ?? ''));
  const reader = new RowReader();
  const address = parseAddress(cell(at.email));
  if ('problem' in address) return rejected('email', cell(at.email), address.problem);
  for (const warning of address.warnings) reader.remark(warning);
  const stage = reader.choice('stage', cell(at.stage), STAGES);
  const status = reader.choice('status', cell(at.status), LEAD_STATUSES);
  const fields: LeadFields = {
    email: address.email,
    emailKey: address.emailKey,
    firstName: reader.line('first_name', cell(at.first_name), NAME_GRAPHEMES_MAX),
    lastName: reader.line('last_name', cell(at.last_name), NAME_GRAPHEMES_MAX),
    company: reader.line('company', cell(at.company), LINE_GRAPHEMES_MAX),
    companyDomain: reader.companyDomain(cell(at.company_domain)),
    country: reader.country(cell(at.country)),
    region: reader.line('region', cell(at.region), LINE_GRAPHEMES_MAX),
    timezone: reader.zone(cell(at.timezone)),
    stage: stage ?? 'new',
    status: status ?? 'new',
    source: reader.line('source', cell(at.source), LINE_GRAPHEMES_MAX) ?? context.defaultSource,
    sourceFormId: reader.line('source_form_id', cell(at.source_form_id), LINE_GRAPHEMES_MAX),
    platform: reader.line('platform', cell(at.platform), LINE_GRAPHEMES_MAX),
    tags: reader.tags(cell(at.tags)),
    notes: reader.notes(cell(at.notes)),
    createdAt: reader.instant('created_at', cell(at.created_at)),
    updatedAt: reader.pastInstant('updated_at', cell(at.updated_at), context.now),
    lastContactAt: reader.instant('last_contact_at', cell(at.last_contact_at)),
    optedOut: reader.flag('opted_out', cell(at.opted_out)),
    doNotContact: reader.flag('do_not_contact', cell(at.do_not_contact)),
    spam: reader.flag('spam', cell(at.spam)),
    custom: reader.custom(cells, layout),
  };
  const enrolledAt = reader.instant('enrolled_at', cell(at.enrolled_at));
  if (reader.problem !== null) return reader.problem;
  return {
    kind: 'lead',
    fields,
    hasStage: stage !== null,
    hasStatus: status !== null,
    enrolledAt,
    remarks: reader.remarks,
  };
}

/** Reads the cells of one row and keeps the first problem; after one, what it returns no longer matters. */
class RowReader {
  problem: RejectedRow | null = null;
  remarks: readonly RowRemark[] = NO_REMARKS;

  remark(remark: RowRemark): void {
    if (!this.remarks.includes(remark)) this.remarks = [...this.remarks, remark];
  }

  line(field: string, raw: string, graphemesMax: number): string | null {
    if (raw === '') return null;
    const { text, remarks } = cleanLine(raw, graphemesMax);
    if (text === raw) return raw;
    if (this.#refusesNul(field, raw)) return null;
    for (const remark of remarks) this.remark(remark);
    return text === '' ? null : text;
  }

  notes(raw: string): string | null {
    if (raw === '' || this.#refusesNul('notes', raw)) return null;
    const { text, remarks } = cleanNotes(raw, NOTES_GRAPHEMES_MAX);
    for (const remark of remarks) this.remark(remark);
    return text === '' ? null : text;
  }

  choice<T extends string>(column: LeadColumn, raw: string, choices: readonly T[]): T | null {
    const text = raw.trim();
    if (text === '') return null;
    const lower = text.toLowerCase();
    const found = choices.find((choice) => choice === lower);
    if (found === undefined)
      this.#refuse(column, text, `unknown ${column} ${quoted(text)}${meant(lower, choices)}`);
    return found ?? null;
  }

  flag(column: LeadColumn, text: string): boolean {
    // The common cells first: most files say nothing here.
    if (text === '' || text === 'false') return false;
    const value = BOOLEANS.get(text.trim().toLowerCase());
    if (value === undefined)
      this.#refuse(column, text, `${quoted(text)} is neither yes nor no: write true, false, yes, no, 1 or 0`);
    return value ?? false;
  }

  instant(column: LeadColumn, raw: string): Instant | null {
    const text = raw.trim();
    if (text === '') return null;
    const parsed = parseInstant(text);
    if (typeof parsed === 'number') return parsed;
    this.#refuse(column, text, `${quoted(text)}: ${parsed.problem}`);
    return null;
  }

  /** A row that claims to come from the future would win over every later one; it counts as of now. */
  pastInstant(column: LeadColumn, raw: string, now: Instant): Instant | null {
    const at = this.instant(column, raw);
    if (at === null || at <= now) return at;
    if (at > now + CLOCK_SLACK_MS) this.remark('future_updated_at');
    return now;
  }

  country(raw: string): string | null {
    const text = raw.trim();
    if (text === '') return null;
    const read = readCountry(text);
    if ('country' in read) return read.country;
    this.#refuse('country', text, `${quoted(text)} is ${read.problem}`);
    return null;
  }

  zone(raw: string): string | null {
    const text = raw.trim();
    if (text === '') return null;
    const zone = canonicalZone(text);
    if (zone === null) {
      const near = nearestZones(text, SUGGESTIONS_MAX);
      this.#refuse('timezone', text, `${quoted(text)} is no IANA time zone${didYouMean(near)}`);
    }
    return zone;
  }

  /** People write web addresses here. What is no domain at all is left out: it is evidence, not an address. */
  companyDomain(raw: string): string | null {
    const text = raw.trim();
    if (text === '') return null;
    const host = text
      .replace(/^[a-z]+:\/\//i, '')
      .replace(/[/?#].*/s, '')
      .replace(/^www\./i, '');
    const parsed = parseDomain(host);
    if ('domain' in parsed) return parsed.domain;
    this.remark('company_domain_ignored');
    return null;
  }

  tags(text: string): readonly string[] {
    if (text === '') return NO_TAGS;
    const byKey = new Map<string, string>();
    for (const part of text.split(/[;,]/, TAGS_MAX)) {
      const tag = this.line('tags', part, NAME_GRAPHEMES_MAX);
      if (tag !== null && !byKey.has(tag.toLowerCase())) byKey.set(tag.toLowerCase(), tag);
    }
    return [...byKey.values()];
  }

  custom(cells: readonly string[], { custom }: LeadLayout): Readonly<Record<string, string>> {
    if (custom.length === 0) return NO_CUSTOM;
    const values: Record<string, string> = {};
    for (const { name, index } of custom) {
      const value = this.line(name, cells[index] ?? '', CUSTOM_GRAPHEMES_MAX);
      if (value !== null) values[name] = value;
    }
    return values;
  }

  #refusesNul(field: string, raw: string): boolean {
    if (!hasNul(raw)) return false;
    this.#refuse(field, raw, 'a NUL byte in the cell');
    return true;
  }

  #refuse(field: string, value: string, reason: string): void {
    this.problem ??= rejected(field, value, reason);
  }
}

/** A row that cannot be taken; `value` is what stood in the field, in full and as it was. */
export function rejected(field: string, value: string, reason: string): RejectedRow {
  return { kind: 'rejected', field, value: quoted(value), reason };
}

/** A cell as a sentence may show it: short, and with what moves a cursor escaped. */
function quoted(text: string): string {
  const short = text.length > SHOWN_CHARACTERS_MAX ? `${text.slice(0, SHOWN_CHARACTERS_MAX)}…` : text;
  return JSON.stringify(short);
}

function meant(word: string, choices: readonly string[]): string {
  const near = nearestWords(word, choices, SUGGESTIONS_MAX);
  return near.length === 0 ? `: write ${choices.join(', ')}` : didYouMean(near);
}

function didYouMean(near: readonly string[]): string {
  return near.length === 0 ? '' : `; did you mean ${near.join(' or ')}?`;
}
