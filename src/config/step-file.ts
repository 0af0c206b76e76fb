import type { CopyLength, CopyMode, StepCopy } from '../core/model.ts';
import { nearestWord } from '../core/nearest.ts';
import { addProblem, hasErrors, quoteValue } from './sequence-problem.ts';
import type { Complaint, DefinitionProblem } from './sequence-problem.ts';

/** A text of a step file with the place of its first character, so that lint can point into it. */
export interface PlacedText {
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

/** Where the words of a step stand in its file. */
export interface StepPlaces {
  readonly file: string;
  readonly subject: PlacedText;
  readonly preheader: PlacedText | null;
  readonly mode: PlacedText | null;
  readonly length: PlacedText | null;
  /** Lines as they stand in the file, joined by line breaks, so that places in it are exact. */
  readonly briefing: PlacedText | null;
  readonly body: PlacedText;
}

export interface ParsedStep {
  /** Null when the file has an error. */
  readonly copy: StepCopy | null;
  readonly places: StepPlaces;
  readonly problems: readonly DefinitionProblem[];
}

/** The headers of a step file, in the order in which they are written. */
export const HEADERS = ['Subject', 'Preheader', 'Mode', 'Length', 'Briefing', 'Continue'] as const;
type HeaderName = (typeof HEADERS)[number];

const MODES: readonly CopyMode[] = ['fixed', 'ai', 'assist'];
const LENGTHS: readonly CopyLength[] = ['short', 'medium', 'long'];
const LINE_CHARACTERS_MAX = 500;
const BRIEFING_CHARACTERS_MAX = 8_000;
/** Ten times a long letter. What judges a body may take time that grows with its square. */
const BODY_CHARACTERS_MAX = 50_000;

const HEADER_LINE = /^([A-Za-z][A-Za-z-]*)[ \t]*:(.*)$/s;
/** The gap in which the writer model's text goes. */
const MODEL_GAP = /\{\{-?\s*ai\s*(?:\||-?\}\})/;
/** What could break or disguise a header line (hardening 43 to 45). */
const NOT_FOR_HEADERS = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

interface Header extends PlacedText {
  /** The value with folded lines joined by one space. */
  readonly value: string;
}

interface Reading {
  readonly file: string;
  readonly headers: Map<HeaderName, Header>;
  readonly problems: DefinitionProblem[];
}

/**
 * Reads `<step>.md`: a mail-style header block, an empty line, a Markdown body. A header's value is everything behind
 * the first colon of its line, trimmed, with no quoting and no escapes, so that any subject can be typed as it is.
 * Only a Briefing may go on over following lines, each beginning with white space. Header names have no case.
 *
 * Defaults: `Mode` is `ai` when the body has a `{{ ai }}` gap, else `fixed`; `Length` medium; `Continue` yes. Without a `Subject`, which
 * only a reply may lack, `copy.subject` is empty: its mail bears the subject of what it answers.
 * `source.text` is one file with `\n` line breaks; `source.file` is how messages name it.
 */
export function parseStepFile(source: { readonly file: string; readonly text: string }): ParsedStep {
  const lines = source.text.split('\n');
  const end = lines.findIndex((line) => line.trim() === '');
  const headerLines = end === -1 ? lines : lines.slice(0, end);
  const reading: Reading = { file: source.file, headers: new Map(), problems: [] };
  readHeaders(headerLines, reading);
  const body = bodyOf(lines, end === -1 ? lines.length : end);
  const copy = buildCopy(reading, body);
  return {
    copy: hasErrors(reading.problems) ? null : copy,
    places: {
      file: source.file,
      subject: reading.headers.get('Subject') ?? { text: '', line: 1, column: 1 },
      preheader: reading.headers.get('Preheader') ?? null,
      mode: reading.headers.get('Mode') ?? null,
      length: reading.headers.get('Length') ?? null,
      briefing: reading.headers.get('Briefing') ?? null,
      body,
    },
    problems: reading.problems,
  };
}

function readHeaders(lines: readonly string[], reading: Reading): void {
  if (lines.length === 0 || lines[0]?.trim() === '---') {
    complain(
      reading,
      { line: 1, column: 1 },
      {
        code: 'no_headers',
        message: 'the file does not begin with its headers',
        fix: 'begin with "Subject: …" on the first line, then an empty line, then the text; no "---" lines',
      },
    );
    return;
  }
  let open: HeaderName | null = null;
  for (const [index, line] of lines.entries()) {
    open = /^[ \t]/.test(line)
      ? foldLine(reading, open, { line, index })
      : readHeaderLine(reading, line, index);
  }
}

/** A line that begins with white space goes on the header above it. */
function foldLine(
  reading: Reading,
  open: HeaderName | null,
  next: { readonly line: string; readonly index: number },
): HeaderName | null {
  const header = open === null ? undefined : reading.headers.get(open);
  if (open !== 'Briefing' || header === undefined) {
    complain(
      reading,
      { line: next.index + 1, column: 1 },
      {
        code: 'header_fold',
        message: 'this line begins with white space, as if it went on the line above',
        fix: 'only a Briefing may go on over several lines; put an empty line before the text',
      },
    );
    return null;
  }
  reading.headers.set(open, {
    ...header,
    text: `${header.text}\n${next.line}`,
    value: `${header.value} ${next.line.trim()}`.trim(),
  });
  return open;
}

function readHeaderLine(reading: Reading, line: string, index: number): HeaderName | null {
  const place = { line: index + 1, column: 1 };
  const match = HEADER_LINE.exec(line);
  if (match === null) {
    complain(reading, place, {
      code: 'header_line',
      message: `${quoteValue(line)} is no header line`,
      fix: 'a header is "Name: value"; put an empty line between the headers and the text',
    });
    return null;
  }
  const written = match[1] ?? '';
  const name = HEADERS.find((known) => known.toLowerCase() === written.toLowerCase());
  if (name === undefined || reading.headers.has(name)) {
    complain(reading, place, name === undefined ? unknownHeader(written) : doubleHeader(name));
    return null;
  }
  const value = match[2] ?? '';
  const column = line.length - value.trimStart().length + 1;
  reading.headers.set(name, { value: value.trim(), text: value.trim(), line: place.line, column });
  return name;
}

function unknownHeader(written: string): Complaint {
  const nearest = nearestWord(written, HEADERS);
  const known = `the headers are ${HEADERS.join(', ')}; an empty line ends them`;
  return {
    code: 'unknown_header',
    message: `unknown header ${quoteValue(written)}`,
    fix: nearest === null ? known : `did you mean ${nearest}?`,
  };
}

function doubleHeader(name: HeaderName): Complaint {
  return { code: 'duplicate_header', message: `a second ${name}`, fix: 'keep one of them' };
}

function buildCopy(reading: Reading, body: PlacedText): StepCopy {
  const subject = readLine(reading, 'Subject');
  judgeBody(reading, body);
  const hasGap = MODEL_GAP.test(body.text);
  return {
    subject: subject ?? '',
    preheader: readLine(reading, 'Preheader'),
    mode: readChoice(reading, 'Mode', MODES) ?? (hasGap ? 'ai' : 'fixed'),
    length: readChoice(reading, 'Length', LENGTHS) ?? 'medium',
    briefing: readBriefing(reading),
    continuesThread: readChoice(reading, 'Continue', ['yes', 'no']) !== 'no',
    bodyMarkdown: body.text,
  };
}

function judgeBody(reading: Reading, body: PlacedText): void {
  if (body.text === '') {
    complain(reading, body, {
      code: 'empty_body',
      message: 'the step has no text',
      fix: 'put an empty line behind the headers and the text below it',
    });
  }
  if (body.text.length > BODY_CHARACTERS_MAX) {
    const message = `${body.text.length} characters of text, the limit is ${BODY_CHARACTERS_MAX}`;
    complain(reading, body, { code: 'too_long', message, fix: 'a step is one email' });
  }
}

function readLine(reading: Reading, name: HeaderName): string | null {
  const header = reading.headers.get(name);
  if (header === undefined) return null;
  if (
    header.value !== '' &&
    header.value.length <= LINE_CHARACTERS_MAX &&
    !NOT_FOR_HEADERS.test(header.value)
  ) {
    return header.value;
  }
  complain(reading, header, {
    code: 'header_value',
    message: `${name} must be 1 to ${LINE_CHARACTERS_MAX} characters without control or direction characters`,
  });
  return null;
}

function readBriefing(reading: Reading): string | null {
  const header = reading.headers.get('Briefing');
  if (header === undefined) return null;
  if (header.value !== '' && header.value.length <= BRIEFING_CHARACTERS_MAX) return header.value;
  const message = `Briefing must be 1 to ${BRIEFING_CHARACTERS_MAX} characters`;
  complain(reading, header, { code: 'header_value', message });
  return null;
}

function readChoice<T extends string>(reading: Reading, name: HeaderName, choices: readonly T[]): T | null {
  const header = reading.headers.get(name);
  if (header === undefined) return null;
  const choice = choices.find((candidate) => candidate === header.value.toLowerCase());
  if (choice !== undefined) return choice;
  const nearest = nearestWord(header.value, choices);
  complain(reading, header, {
    code: 'header_value',
    message: `${name} is ${quoteValue(header.value)}, expected one of ${choices.join(', ')}`,
    fix: nearest === null ? null : `did you mean ${nearest}?`,
  });
  return null;
}

/** What follows the empty line, without empty lines around it. */
function bodyOf(lines: readonly string[], end: number): PlacedText {
  const isText = (line: string): boolean => line.trim() !== '';
  const first = lines.findIndex((line, index) => index > end && isText(line));
  if (first === -1) return { text: '', line: Math.min(end + 1, lines.length), column: 1 };
  return { text: lines.slice(first).join('\n').trimEnd(), line: first + 1, column: 1 };
}

function complain(reading: Reading, at: Pick<PlacedText, 'line' | 'column'>, complaint: Complaint): void {
  addProblem(reading.problems, () => ({ file: reading.file, line: at.line, column: at.column }), complaint);
}
