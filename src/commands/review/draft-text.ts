import { HeadgateError } from '../../core/errors.ts';
import { cleanText, hasControls, headerText } from '../../core/template-text.ts';
import type { HashedCopy } from '../../core/text-hash.ts';

/** RFC 5322, 2.1.1. */
const SUBJECT_BYTES_MAX = 998;
const BODY_CHARACTERS_MAX = 100_000;
const LINE_BREAK = /[\n\r\u0085\u2028\u2029\v\f]/;
/** What would have been filled in, had it been a template: in a draft nothing is filled in any more. */
const TEMPLATE_MARK = /\{\{|\}\}|\{%|%\}/g;

/**
 * The words of an edit, by the rules that fixed copy is held to (D3, D4, hardening 43 to 47): a subject of one visible line, a body
 * that says something, no control characters, and no template marks that were not there before. Line breaks become LF;
 * direction and invisible characters are taken out. Throws `draft_invalid` (65); nothing was changed then.
 */
export function validDraft(words: HashedCopy, before: HashedCopy): HashedCopy {
  const subject = headerLine('subject', words.subject);
  const preheader =
    words.preheader === null ? null : headerLine('preheader', words.preheader, { mayBeEmpty: true });
  const bodyMarkdown = bodyText(words.bodyMarkdown);
  const copy = { subject, preheader: preheader === '' ? null : preheader, bodyMarkdown };
  refuseTemplateMarks(copy, before);
  return copy;
}

function headerLine(name: string, text: string, { mayBeEmpty = false } = {}): string {
  const trimmed = text.trim();
  if (LINE_BREAK.test(trimmed)) throw invalid(`the ${name} has more than one line`);
  if (hasControls(trimmed)) throw invalid(`the ${name} holds control characters`);
  const line = headerText(trimmed);
  if (line === '' && !mayBeEmpty) throw invalid(`the ${name} is empty`);
  const bytes = Buffer.byteLength(line, 'utf8');
  if (bytes <= SUBJECT_BYTES_MAX) return line;
  throw invalid(`the ${name} is ${String(bytes)} bytes long; ${String(SUBJECT_BYTES_MAX)} is the most`);
}

function bodyText(text: string): string {
  const lines = text.replace(/\r\n?/g, '\n');
  if (hasControls(lines)) throw invalid('the text holds control characters');
  const body = trimBlankLines(cleanText(lines));
  if (headerText(body) === '') throw invalid('the text is empty');
  if (body.length <= BODY_CHARACTERS_MAX) return body;
  throw invalid(`the text has ${String(body.length)} characters; ${String(BODY_CHARACTERS_MAX)} is the most`);
}

function refuseTemplateMarks(copy: HashedCopy, before: HashedCopy): void {
  const known = new Set(wholeText(before).match(TEMPLATE_MARK));
  const added = (wholeText(copy).match(TEMPLATE_MARK) ?? []).find((mark) => !known.has(mark));
  if (added === undefined) return;
  throw invalid(
    `"${added}" would be sent as it stands`,
    'Write what the lead shall read; a draft is no template.',
  );
}

function wholeText({ subject, preheader, bodyMarkdown }: HashedCopy): string {
  return [subject, preheader ?? '', bodyMarkdown].join('\n');
}

/** The draft as a file for an editor: a mail-style header block, an empty line, the text. */
export function draftFile(copy: HashedCopy, remarks: readonly string[]): string {
  const preheader = copy.preheader === null ? [] : [`Preheader: ${copy.preheader}`];
  const head = [...remarks.map((remark) => `# ${remark}`), `Subject: ${copy.subject}`, ...preheader];
  return `${head.join('\n')}\n\n${copy.bodyMarkdown.replace(/\n*$/, '\n')}`;
}

const HEADER_LINE = /^(Subject|Preheader)[ \t]*:(.*)$/i;

/**
 * Reads such a file back. Lines that begin with `#` are remarks, in front of the headers only. A file without a Subject, or with
 * another line among its headers, is refused (`draft_invalid`, 65): it is not what was meant to be a mail.
 */
export function parseDraftFile(text: string): HashedCopy {
  const lines = text
    .replace(/^\uFEFF/, '')
    .replace(/\r\n?/g, '\n')
    .split('\n');
  const start = lines.findIndex((line) => !line.startsWith('#'));
  const end = lines.findIndex((line, index) => index >= start && line.trim() === '');
  const headers = readHeaders(lines.slice(Math.max(0, start), end === -1 ? lines.length : end));
  const subject = headers.get('subject');
  if (subject === undefined) throw invalid('the text does not begin with "Subject: …"', FILE_FORM);
  const body = end === -1 ? '' : lines.slice(end + 1).join('\n');
  return { subject, preheader: headers.get('preheader') ?? null, bodyMarkdown: trimBlankLines(body) };
}

const FILE_FORM = 'Begin with "Subject: …", then an empty line, then the text.';

function readHeaders(lines: readonly string[]): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (const line of lines) {
    const match = HEADER_LINE.exec(line);
    if (match === null) throw invalid(`"${line.slice(0, 60)}" is no Subject or Preheader line`, FILE_FORM);
    const name = (match[1] ?? '').toLowerCase();
    if (headers.has(name)) throw invalid(`there is a second ${name} line`, FILE_FORM);
    headers.set(name, (match[2] ?? '').trim());
  }
  return headers;
}

/** Blank lines around a text belong to the file, not to the mail. */
export function trimBlankLines(text: string): string {
  return text.replace(/^(?:[ \t]*\n)+/, '').trimEnd();
}

function invalid(problem: string, fix?: string): HeadgateError {
  return new HeadgateError(problem, {
    code: 'draft_invalid',
    exit: 'DATAERR',
    notDone: 'The draft is as it was.',
    ...(fix === undefined ? {} : { fix }),
  });
}
