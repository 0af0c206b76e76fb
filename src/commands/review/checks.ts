import { WORDS_OF_LENGTH } from '../../core/copy-length.ts';
import { quotedFrom } from '../../core/quoted-notes.ts';
import type { Lead, StoredStep } from '../../core/model.ts';
import { LEAD_FIELD_NAMES, SENDER_FIELD_NAMES, templateFields } from '../../core/template-fields.ts';
import { DAY_MS } from '../../core/time/durations.ts';
import { leadByRowId } from '../../store/leads.ts';
import type { StoredMessage } from '../../store/messages.ts';
import { countOf } from '../output/text.ts';
import { formatSpan } from '../output/time.ts';
import type { Desk } from './desk.ts';

/** What a person would look up by hand, done: each a short phrase, not yet escaped. */
export interface Checks {
  readonly well: readonly string[];
  /** Measures that are neither good nor bad. */
  readonly plain: readonly string[];
  readonly warnings: readonly string[];
}

const NOTHING: Checks = { well: [], plain: [], warnings: [] };
/** Notes older than this are worth a second look: what was true in spring may not be true any more. */
const FRESH_NOTES_MS = 30 * DAY_MS;
const LINK = /https?:\/\/[^\s)>\]]+/g;
/** Beyond this few are read (cli.md 3.6); the length of a step that a model writes is its own. */
const FIXED_WORDS_MAX = 220;

/** Checks the words of a draft against its lead and its step. Reads only. */
export function checksOf(desk: Desk, message: StoredMessage): Checks {
  const lead = leadByRowId(desk.engine.db, message.leadRowId);
  const step = stepOf(desk, message);
  const parts = [
    factChecks({ lead, step, message }),
    linkChecks(message),
    unsubscribeCheck(desk),
    wordCheck(message, step),
    notesCheck({ lead, message, now: desk.engine.now }),
  ];
  return {
    well: parts.flatMap(({ well }) => well),
    plain: parts.flatMap(({ plain }) => plain),
    warnings: parts.flatMap(({ warnings }) => warnings),
  };
}

function stepOf({ engine }: Desk, { sequenceId, stepRowId }: StoredMessage): StoredStep | null {
  const sequence = [...engine.sequences.values()].find(({ id }) => id === sequenceId);
  return sequence?.steps.find(({ rowId }) => rowId === stepRowId) ?? null;
}

/** Which fields of the lead the copy asks for, and whether they were there or something else stands in their place. */
function factChecks(of: {
  readonly lead: Lead | null;
  readonly step: StoredStep | null;
  readonly message: StoredMessage;
}): Checks {
  const { lead, step, message } = of;
  // What a model or a person wrote does not say what it was made of.
  if (lead === null || step?.copy.mode !== 'fixed' || message.editedAt !== null) return NOTHING;
  const fields = templateFields(lead);
  const ours = new Set<string>(SENDER_FIELD_NAMES);
  const names = new Set([...LEAD_FIELD_NAMES, ...Object.keys(fields).filter((name) => !ours.has(name))]);
  const { subject, preheader, bodyMarkdown } = step.copy;
  const asked = fieldsAsked(`${subject} ${preheader ?? ''} ${bodyMarkdown}`, names);
  if (asked.length === 0) return NOTHING;
  const missing = asked.filter((name) => (fields[name] ?? null) === null);
  const count = `facts ${String(asked.length - missing.length)} of ${String(asked.length)} found on the lead`;
  if (missing.length === 0) return { ...NOTHING, well: [count] };
  const lacking = missing.map((name) => name.replaceAll('_', ' ')).join(', ');
  return { ...NOTHING, warnings: [`${count}; not ${lacking}: the copy says something else instead`] };
}

const TAGS = /\{\{[^}]*\}\}|\{%[^%]*%\}/g;
const QUOTED = /"[^"]*"|'[^']*'/g;

/** Names of fields within the tags of a template, in their order, each once. */
function fieldsAsked(template: string, names: ReadonlySet<string>): readonly string[] {
  const words = (template.match(TAGS) ?? []).flatMap(
    (tag) => tag.replace(QUOTED, '').match(/[\p{L}_][\p{L}\p{N}_]*/gu) ?? [],
  );
  return [...new Set(words.filter((word) => names.has(word)))];
}

function linkChecks({ bodyMarkdown }: StoredMessage): Checks {
  const links = new Set((bodyMarkdown ?? '').match(LINK)).size;
  return links > 1
    ? { ...NOTHING, warnings: [`${String(links)} links: one is clicked more`] }
    : { ...NOTHING, well: [links === 0 ? 'no link' : '1 link'] };
}

/** D10: what every mail carries as soon as there is a secret to sign it with. */
function unsubscribeCheck({ state }: Desk): Checks {
  return state.workspace.web.tokenSecret === null
    ? { ...NOTHING, warnings: ['no unsubscribe link: web.token_secret is not set'] }
    : { ...NOTHING, well: ['unsubscribe present'] };
}

/** D3: what a model wrote has the length that its step asks for. */
function wordCheck({ bodyMarkdown }: StoredMessage, step: StoredStep | null): Checks {
  const words = (bodyMarkdown ?? '').split(/\s+/).filter((word) => word !== '').length;
  const text = countOf(words, 'word');
  if (step === null || step.copy.mode === 'fixed') {
    return words > FIXED_WORDS_MAX
      ? { ...NOTHING, warnings: [`${text}: beyond ${String(FIXED_WORDS_MAX)} few are read`] }
      : { ...NOTHING, plain: [text] };
  }
  const { least, most } = WORDS_OF_LENGTH[step.copy.length];
  const range = `${step.copy.length} is ${String(least)} to ${String(most)}`;
  return words < least || words > most
    ? { ...NOTHING, warnings: [`${text}; ${range}`] }
    : { ...NOTHING, well: [`${text}, ${range}`] };
}

/** Words that come from the lead's notes are named with the age of the notes. */
function notesCheck(of: {
  readonly lead: Lead | null;
  readonly message: StoredMessage;
  readonly now: number;
}): Checks {
  const { lead, message, now } = of;
  const quote = quotedFrom(lead?.notes ?? '', message.bodyMarkdown ?? '');
  const writtenAt = lead?.updatedAt ?? lead?.createdAt ?? null;
  if (quote === null) return NOTHING;
  if (writtenAt === null) return { ...NOTHING, warnings: [`"${quote}" comes from notes that have no date`] };
  const ageMs = Math.max(0, now - writtenAt);
  if (ageMs < DAY_MS) return { ...NOTHING, well: [`"${quote}" comes from the notes of today`] };
  const text = `"${quote}" comes from notes written ${formatSpan(ageMs).replace(/ d$/, ' days')} ago`;
  return ageMs > FRESH_NOTES_MS ? { ...NOTHING, warnings: [text] } : { ...NOTHING, well: [text] };
}
