import { cleanLine } from './clean-text.ts';
import { LEAD_COLUMNS, readHeader, type LeadColumn } from './lead-columns.ts';
import { parseLeadRow } from './lead-row.ts';
import type { Instant, LeadFields } from './model.ts';
import { nearestWords } from './nearest.ts';
import { customFieldName } from './template-fields.ts';
import { parseInstant } from './time/instants.ts';

/** What `leads set` was asked for. `hold` undefined: not mentioned. */
export interface LeadAssignments {
  readonly fields: LeadFields;
  readonly hold: { readonly until: Instant | null } | undefined;
  readonly holdNote: string | null | undefined;
}

export interface AssignmentProblem {
  readonly problem: string;
  readonly fix?: string;
}

/** Columns that an operator may set. The address is the lead's identity; when it was made or enrolled is history. */
const SETTABLE = {
  first_name: (from) => ({ firstName: from.firstName }),
  last_name: (from) => ({ lastName: from.lastName }),
  company: (from) => ({ company: from.company }),
  company_domain: (from) => ({ companyDomain: from.companyDomain }),
  country: (from) => ({ country: from.country }),
  region: (from) => ({ region: from.region }),
  timezone: (from) => ({ timezone: from.timezone }),
  stage: (from) => ({ stage: from.stage }),
  status: (from) => ({ status: from.status }),
  source: (from) => ({ source: from.source }),
  source_form_id: (from) => ({ sourceFormId: from.sourceFormId }),
  platform: (from) => ({ platform: from.platform }),
  tags: (from) => ({ tags: from.tags }),
  notes: (from) => ({ notes: from.notes }),
  last_contact_at: (from) => ({ lastContactAt: from.lastContactAt }),
  opted_out: (from) => ({ optedOut: from.optedOut }),
  do_not_contact: (from) => ({ doNotContact: from.doNotContact }),
  spam: (from) => ({ spam: from.spam }),
} satisfies Partial<Record<LeadColumn, (from: LeadFields) => Partial<LeadFields>>>;

type SettableColumn = keyof typeof SETTABLE;

/** For these an empty value could mean two things, so that one must be written. */
const NEVER_EMPTY: readonly SettableColumn[] = ['stage', 'status', 'opted_out', 'do_not_contact', 'spam'];
const HOLD_KEYS = ['hold_until', 'hold_note'] as const;
const CUSTOM_PREFIX = 'custom.';
const NOTE_GRAPHEMES_MAX = 200;

/** The names that `leads set` takes, for its help and its suggestions. */
export const SETTABLE_NAMES: readonly string[] = [...Object.keys(SETTABLE), ...HOLD_KEYS];

interface Assignment {
  readonly name: string;
  readonly value: string;
  readonly isCustom: boolean;
}

/**
 * Reads `key=value…` of `leads set` by the rules of a lead file: the same cleaning, the same words, the same near matches
 * (hardening 16 to 36). `company=` empties a field. A name that is none of ours must be a column that stored leads have, or
 * be written `custom.NAME`: a misspelt `stage` must not become a further column in silence.
 */
export function readAssignments(
  words: readonly string[],
  context: { readonly lead: LeadFields; readonly customColumns: readonly string[]; readonly now: Instant },
): LeadAssignments | AssignmentProblem {
  const assignments: Assignment[] = [];
  for (const word of words) {
    const read = readWord(word, context.customColumns);
    if ('problem' in read) return read;
    assignments.push(read);
  }
  const hold = readHold(assignments, context.now);
  if ('problem' in hold) return hold;
  const fields = readFields(
    assignments.filter(({ name, isCustom }) => isCustom || !isHoldKey(name)),
    context,
  );
  return 'problem' in fields ? fields : { fields, ...hold };
}

function readWord(word: string, customColumns: readonly string[]): Assignment | AssignmentProblem {
  const cut = word.indexOf('=');
  if (cut < 1) return { problem: `"${word}" is no key=value`, fix: 'Write for example: stage=customer' };
  const typed = word.slice(0, cut).trim();
  const value = word.slice(cut + 1);
  if (typed.toLowerCase().startsWith(CUSTOM_PREFIX))
    return customWord(typed.slice(CUSTOM_PREFIX.length), value);
  const name = customFieldName(typed);
  if (isSettable(name) || isHoldKey(name)) return { name, value, isCustom: false };
  if (LEAD_COLUMNS.some((column) => column === name)) return { problem: `${name} cannot be set` };
  if (customColumns.includes(name)) return { name, value, isCustom: true };
  const [near] = nearestWords(name, [...SETTABLE_NAMES, ...customColumns], 1);
  return {
    problem: `no lead has a field "${typed}"${near === undefined ? '' : `; did you mean ${near}?`}`,
    fix: `For a further column write ${CUSTOM_PREFIX}${name}=…`,
  };
}

function customWord(typed: string, value: string): Assignment | AssignmentProblem {
  const name = customFieldName(typed);
  if (name === '') return { problem: `${CUSTOM_PREFIX} needs a name behind it` };
  if (LEAD_COLUMNS.some((column) => column === name) || isHoldKey(name)) {
    return { problem: `${name} is a field of its own`, fix: `Write ${name}=…` };
  }
  return { name, value, isCustom: true };
}

function readHold(
  assignments: readonly Assignment[],
  now: Instant,
): Pick<LeadAssignments, 'hold' | 'holdNote'> | AssignmentProblem {
  const valueOf = (key: string): string | undefined =>
    assignments.find(({ name, isCustom }) => !isCustom && name === key)?.value.trim();
  const until = valueOf('hold_until');
  const note = valueOf('hold_note');
  const holdNote = note === undefined ? undefined : cleanLine(note, NOTE_GRAPHEMES_MAX).text || null;
  if (until === undefined || until === '')
    return { hold: until === undefined ? undefined : { until: null }, holdNote };
  const instant = parseInstant(until);
  if (typeof instant !== 'number') return { problem: `hold_until: ${instant.problem}` };
  if (instant <= now)
    return { problem: 'hold_until lies in the past', fix: 'Write hold_until= to lift a hold.' };
  return { hold: { until: instant }, holdNote };
}

function readFields(
  assignments: readonly Assignment[],
  { lead, now }: { readonly lead: LeadFields; readonly now: Instant },
): LeadFields | AssignmentProblem {
  const empty = assignments.find(
    ({ name, value }) => value.trim() === '' && NEVER_EMPTY.some((column) => column === name),
  );
  if (empty !== undefined) return { problem: `${empty.name} needs a value` };
  const layout = readHeader(['email', ...assignments.map(({ name }) => name)], []);
  if ('code' in layout) return { problem: layout.problem, fix: layout.fix };
  const cells = [lead.email, ...assignments.map(({ value }) => value)];
  const row = parseLeadRow(cells, layout, { now, defaultSource: null });
  if (row.kind === 'rejected') return { problem: `${row.field}: ${row.reason}` };
  if (row.remarks.includes('company_domain_ignored')) return { problem: 'company_domain: no domain name' };
  let fields = lead;
  for (const { name } of assignments) {
    if (isSettable(name)) fields = { ...fields, ...SETTABLE[name](row.fields) };
  }
  return { ...fields, custom: mergedCustom(lead, row.fields, assignments) };
}

/** An empty value takes the column away. */
function mergedCustom(
  lead: LeadFields,
  read: LeadFields,
  assignments: readonly Assignment[],
): LeadFields['custom'] {
  const touched = new Set(assignments.filter(({ isCustom }) => isCustom).map(({ name }) => name));
  const kept = Object.entries(lead.custom).filter(([name]) => !touched.has(customFieldName(name)));
  return { ...Object.fromEntries(kept), ...read.custom };
}

function isSettable(name: string): name is SettableColumn {
  return Object.hasOwn(SETTABLE, name);
}

function isHoldKey(name: string): boolean {
  return HOLD_KEYS.some((key) => key === name);
}
