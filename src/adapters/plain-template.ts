import { escapeMarkdown } from '../core/markdown-escape.ts';
import { cleanText, templateValue } from '../core/template-text.ts';
import type { TemplateFields } from '../ports.ts';
import { BLANK_VALUE, blankProblem, TEMPLATE_CHARACTERS_MAX, TemplateProblem } from './copy-texts.ts';
import type { TemplatePart } from './copy-texts.ts';

/** A piece of a template that needs no engine: text as it stands, or one field with at most a literal to fall back on. */
export type PlainPart = { readonly text: string } | PlainOutput;

export interface PlainOutput {
  readonly field: string;
  readonly fallback: string | undefined;
}

const OUTPUT = /\{\{\s*([A-Za-z_]\w*)\s*(?:\|\s*default:\s*(?:"([^"\\{}]*)"|'([^'\\{}]*)')\s*)?\}\}/g;
/** Literals and operators of Liquid, which no field can be called. */
const WORDS_OF_LIQUID: ReadonlySet<string> = new Set(
  'true false nil null empty blank and or not contains'.split(' '),
);

/**
 * The pieces of a template in which nothing stands but text, `{{ field }}` and `{{ field | default: "words" }}`, as nearly all copy is
 * written; null for any other. LiquidJS takes ten times as long over them, which is a sixth of a run that drafts thousands.
 */
export function plainParts(template: string): readonly PlainPart[] | null {
  if (template.length > TEMPLATE_CHARACTERS_MAX) return null;
  const parts: PlainPart[] = [];
  let from = 0;
  for (const match of template.matchAll(OUTPUT)) {
    const [whole, field = '', double, single] = match;
    if (WORDS_OF_LIQUID.has(field)) return null;
    parts.push({ text: template.slice(from, match.index) }, { field, fallback: double ?? single });
    from = match.index + whole.length;
  }
  parts.push({ text: template.slice(from) });
  return parts.some((part) => 'text' in part && /\{\{|\}\}|\{%|%\}/.test(part.text)) ? null : parts;
}

/**
 * What the outputs of a plain template write for these fields, in their order: all that a rendering has of its own. Throws
 * TemplateProblem for an empty field without a default (D3).
 */
export function plainOutputs(
  parts: readonly PlainPart[],
  fields: TemplateFields,
  part: TemplatePart,
): readonly string[] {
  // Exactly as long as it must be: thousands of these are kept, and an array that was grown has room to spare.
  return parts.filter(isOutput).map((output) => {
    const text = outputOf(output, fields);
    // Header lines are cleaned whole, after rendering.
    return part === 'body' ? escapeMarkdown(cleanText(text)) : text;
  });
}

function isOutput(part: PlainPart): part is PlainOutput {
  return 'field' in part;
}

/** Text and outputs together, by turns as the template has them. */
export function joinPlain(parts: readonly PlainPart[], outputs: readonly string[]): string {
  let text = '';
  let next = 0;
  for (const part of parts) {
    if ('text' in part) text += part.text;
    else text += outputs[next++] ?? '';
  }
  return text;
}

function outputOf({ field, fallback }: PlainOutput, fields: TemplateFields): string {
  const isKnown = Object.hasOwn(fields, field);
  const value = isKnown ? templateValue(fields[field]) : null;
  if (value !== null) return value;
  if (fallback === undefined) throw new TemplateProblem(blankProblem(field, isKnown));
  if (fallback !== '' && fallback.trim() === '') throw new TemplateProblem(BLANK_VALUE);
  return fallback;
}
