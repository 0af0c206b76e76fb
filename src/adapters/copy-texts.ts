import { LINE_START_MARK, settleLineStarts } from '../core/markdown-escape.ts';
import { hasControls, headerText } from '../core/template-text.ts';

/** The three texts of a step. Subject and preheader are header lines, the body is Markdown. */
export type TemplatePart = 'subject' | 'preheader' | 'body';

/** Why a template makes no draft; the message is what the operator reads (D3). */
export class TemplateProblem extends Error {}

/** Far above what a mail needs: a brake against a template that never ends. */
export const TEMPLATE_CHARACTERS_MAX = 200_000;

/** RFC 5322, 2.1.1. */
const SUBJECT_BYTES_MAX = 998;

/** A rendered subject as a header line; throws TemplateProblem when it is empty or too long. */
export function subjectLine(rendered: string): string {
  const subject = headerText(rendered);
  if (subject === '') throw new TemplateProblem('the subject is empty');
  const bytes = Buffer.byteLength(subject, 'utf8');
  if (bytes > SUBJECT_BYTES_MAX) {
    throw new TemplateProblem(`the subject is ${bytes} bytes long; ${SUBJECT_BYTES_MAX} is the most`);
  }
  return subject;
}

/** A rendered preheader as a header line; null when it says nothing. */
export function preheaderLine(rendered: string): string | null {
  return headerText(rendered) || null;
}

/** A rendered body as Markdown; throws TemplateProblem when it is empty. */
export function bodyText(rendered: string): string {
  const body = settleLineStarts(rendered);
  if (body.trim() === '') throw new TemplateProblem('the body is empty');
  return body;
}

/** Why an output of this field, where it has no value and no default, makes no draft. */
export function blankProblem(field: string, isKnown: boolean): string {
  return `${field} is ${isKnown ? 'empty' : 'missing'} and has no default`;
}

export const BLANK_VALUE = 'a value came out empty and has no default';

const OUTPUTS_AND_TAGS = /\{\{.*?\}\}|\{%.*?%\}/gs;
const LEFT_OVER = /\{\{|\}\}|\{%|%\}/;
/** Looked for first: the class of letters takes long to make. */
const LONE_BRACE = /(?<![{%])\{(?!\{)/;
/** `{first_name}`, `{ First Name }`: what other products write; also inside a quoted default. */
const OTHER_PLACEHOLDER = /(?<![{%])\{\s*\p{L}[\p{L}\p{N}_ .-]*\}(?!\})/u;

/** No brace of a template ever leaves (hardening 47); the braces of a lead's value are its own text. */
export function defectOfText(text: string, part: TemplatePart): string | null {
  if (text.includes(LINE_START_MARK) || hasControls(text)) return 'it holds control characters';
  if (part !== 'body' && /[\n\r\u0085\u2028\u2029]/.test(text)) return 'it has more than one line';
  const leftOver = LEFT_OVER.exec(text.replace(OUTPUTS_AND_TAGS, ''));
  if (leftOver !== null) return `"${leftOver[0]}" is left over: an output or tag is not closed or not opened`;
  const placeholder = LONE_BRACE.test(text) ? OTHER_PLACEHOLDER.exec(text) : null;
  if (placeholder === null) return null;
  return `${placeholder[0]} is no field: write {{ ${placeholder[0].slice(1, -1).trim().toLowerCase().replace(/\W+/g, '_')} }}`;
}
