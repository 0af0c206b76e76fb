import type { Liquid, StaticAnalysis } from 'liquidjs';

import { TEMPLATE_FILTERS, TEMPLATE_TAGS } from '../core/template-language.ts';
import { matchesOf, placeAt, placeOfRow } from './lint-text.ts';
import type { LintedText } from './lint-text.ts';
import { nearestWord } from '../core/nearest.ts';
import { problemAt, PROBLEMS_PER_FILE_MAX, quoteValue } from './sequence-problem.ts';
import type { DefinitionProblem } from './sequence-problem.ts';

export interface TemplateRule {
  /** Every name that may stand in a template. */
  readonly fields: ReadonlySet<string>;
  /** The ones that some lead may lack; they are warned of when nothing stands in for them. */
  readonly maybeEmpty: ReadonlySet<string>;
  /** True where `{{ ai }}` is filled by a model. */
  readonly hasModel: boolean;
}

export type TemplateLinter = (text: LintedText, rule: TemplateRule) => readonly DefinitionProblem[];

/** As the renderer: a template longer than this is refused rather than parsed. */
const PARSE_LIMIT_CHARACTERS = 200_000;

/**
 * Judges templates without a lead (hardening 47, 48): syntax, tags and filters that copy may not use, unknown fields,
 * other products' placeholders, braces left over; and warns of fields that may be empty. What passes here renders, as
 * long as the lead has the fields. Loads LiquidJS, which is the slow part, once.
 */
export async function createTemplateLinter(): Promise<TemplateLinter> {
  const library = await import('liquidjs');
  const liquid = new library.Liquid({
    strictVariables: true,
    strictFilters: true,
    ownPropertyOnly: true,
    relativeReference: false,
    templates: {},
    parseLimit: PARSE_LIMIT_CHARACTERS,
  });
  for (const name of Object.keys(liquid.tags)) {
    if (!TEMPLATE_TAGS.includes(name)) Reflect.deleteProperty(liquid.tags, name);
  }
  for (const name of Object.keys(liquid.filters)) {
    if (!TEMPLATE_FILTERS.includes(name)) liquid.unregisterFilter(name);
  }
  return (text, rule) => {
    const broken = [...placeholders(text, rule), ...leftOvers(text)];
    if (broken.length > 0) return broken.slice(0, PROBLEMS_PER_FILE_MAX);
    const parsed = analyse(liquid, text, (error) => library.LiquidError.is(error));
    if (!('globals' in parsed)) return [parsed];
    return [...wrongFields(text, parsed, rule), ...emptyFields(text, rule)].slice(0, PROBLEMS_PER_FILE_MAX);
  };
}

/** None reaches over the opening of the next: one that was never closed is named where it stands. */
const OUTPUTS_AND_TAGS = /\{\{(?:(?!\{[{%]).)*?\}\}|\{%(?:(?!\{[{%]).)*?%\}/gs;
const LEFT_OVER = /\{\{|\}\}|\{%|%\}/g;
/** `{first_name}`, `{ First Name }`: what other products write. */
const OTHER_PLACEHOLDER = /(?<![{%])\{\s*\p{L}[\p{L}\p{N}_ .-]*\}(?!\})/gu;

function placeholders(text: LintedText, rule: TemplateRule): readonly DefinitionProblem[] {
  return matchesOf(text.text, OTHER_PLACEHOLDER).map((match) => {
    const written = match[0]
      .slice(1, -1)
      .trim()
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}]+/gu, '_');
    const field = rule.fields.has(written) ? written : nearestWord(written, rule.fields);
    return problemAt(placeAt(text, match.index), {
      code: 'single_braces',
      message: `${match[0]} would be sent as it stands`,
      fix: field === null ? 'a field is written {{ first_name }}' : `did you mean {{ ${field} }}?`,
    });
  });
}

function leftOvers(text: LintedText): readonly DefinitionProblem[] {
  const rest = text.text.replace(OUTPUTS_AND_TAGS, (match) => ' '.repeat(match.length));
  return matchesOf(rest, LEFT_OVER).map((match) =>
    problemAt(placeAt(text, match.index), {
      code: 'template_syntax',
      message: `${match[0]} is left over: an output or a tag is not closed or not opened`,
      fix: 'write {{ field }} or {% tag %}, both ends',
    }),
  );
}

function analyse(
  liquid: Liquid,
  text: LintedText,
  isLiquidError: (error: unknown) => boolean,
): StaticAnalysis | DefinitionProblem {
  try {
    return liquid.analyzeSync(liquid.parse(text.text), { partials: false });
  } catch (error) {
    if (!(error instanceof Error) || !isLiquidError(error)) throw error;
    const message = error.message.split('\n')[0] ?? error.message;
    const position = /, line:(\d+), col:(\d+)$/.exec(message);
    const place =
      position === null
        ? placeAt(text, 0)
        : placeOfRow(text, { row: Number(position[1]), column: Number(position[2]) });
    const said = position === null ? message : message.slice(0, position.index);
    return problemAt(place, {
      code: 'template_syntax',
      message: `template: ${said}`,
      fix: fixOfSyntax(said),
    });
  }
}

function fixOfSyntax(message: string): string | null {
  const tag = /^tag "(.*)" not found$/.exec(message)?.[1];
  const filter = /^undefined filter: (.*)$/.exec(message)?.[1];
  if (tag === undefined && filter === undefined) return null;
  const known = tag === undefined ? TEMPLATE_FILTERS : TEMPLATE_TAGS;
  const nearest = nearestWord(tag ?? filter ?? '', known);
  return nearest === null ? `known are ${known.join(', ')}` : `did you mean ${nearest}?`;
}

function wrongFields(
  text: LintedText,
  analysis: StaticAnalysis,
  rule: TemplateRule,
): readonly DefinitionProblem[] {
  return Object.entries(analysis.globals).flatMap(([name, variables]) =>
    variables.flatMap((variable) => {
      const place = placeOfRow(text, { row: variable.location.row, column: variable.location.col });
      if (name === 'ai' && rule.hasModel) return [];
      if (!rule.fields.has(name)) return [problemAt(place, unknownField(name, rule.fields))];
      const part = variable.segments[1];
      if (part === undefined || part === 'size') return [];
      return [
        problemAt(place, {
          code: 'field_part',
          message: `${quoteValue(name)} is a text and has no part ${quoteValue(String(part))}`,
          fix: `write {{ ${name} }}`,
        }),
      ];
    }),
  );
}

function unknownField(name: string, fields: ReadonlySet<string>) {
  if (name === 'ai') {
    return {
      code: 'unknown_field',
      message: '{{ ai }} is filled by a model, which does not write this text',
      fix: 'it can stand in the body of a step with Mode: ai or assist only',
    };
  }
  const nearest = nearestWord(name, fields);
  return {
    code: 'unknown_field',
    message: `no lead has a field ${quoteValue(name)}`,
    fix:
      nearest === null
        ? 'use a column of the lead file; a further column is known once leads with it are imported'
        : `did you mean {{ ${nearest} }}?`,
  };
}

const OUTPUT = /\{\{-?\s*([\p{L}_][\p{L}\p{N}_]*)\s*(\|.*?)?-?\}\}/gsu;
const CONDITION = /\{%-?\s*(?:if|elsif|unless|case)\b(.*?)%\}/gs;

/** D3: a field that is empty and has nothing to stand in for it makes no draft; one warning per field and text. */
function emptyFields(text: LintedText, rule: TemplateRule): readonly DefinitionProblem[] {
  const conditions = matchesOf(text.text, CONDITION).map((match) => match[1] ?? '');
  const warned = new Set<string>();
  return matchesOf(text.text, OUTPUT).flatMap((match) => {
    const name = match[1] ?? '';
    const hasDefault = /\|\s*default\s*:/.test(match[2] ?? '');
    const isAsked = conditions.some((condition) => new RegExp(`\\b${name}\\b`, 'u').test(condition));
    if (hasDefault || isAsked || warned.has(name) || !rule.maybeEmpty.has(name)) return [];
    warned.add(name);
    return [
      problemAt(placeAt(text, match.index), {
        severity: 'warning',
        code: 'may_be_empty',
        message: `a lead without ${name} gets no draft`,
        fix: `write {{ ${name} | default: "…" }}, or leave it so on purpose`,
      }),
    ];
  });
}
