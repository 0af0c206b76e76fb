import type { Template } from 'liquidjs';

import type { StepCopy } from '../core/model.ts';
import { templateValue } from '../core/template-text.ts';
import type { CopyRenderer, RenderResult, TemplateFields } from '../ports.ts';
import { blankProblem, bodyText, defectOfText, preheaderLine, subjectLine } from './copy-texts.ts';
import { TemplateProblem, type TemplatePart } from './copy-texts.ts';
import { createEngine, type LiquidEngine, type LiquidModule } from './liquid-engine.ts';
import { joinPlain, plainOutputs, plainParts, type PlainPart } from './plain-template.ts';

/** A workspace has a few hundred steps; more distinct texts than this means that something makes them up. */
const CACHED_TEMPLATES_MAX = 5_000;

/** What lint asks of one text: the fields that it names, and why it can never be rendered. */
export interface TemplateInspection {
  /** Field names in the order in which they first appear, each once. */
  readonly fields: readonly string[];
  readonly problem: string | null;
}

export interface TemplateInspector {
  inspect(text: string, part: TemplatePart): TemplateInspection;
}

type ParsedTemplate =
  | {
      readonly kind: 'parsed';
      readonly templates: Template[];
      readonly fields: readonly string[];
      /** The same template, if it needs no engine. */
      readonly plain: readonly PlainPart[] | null;
    }
  | { readonly kind: 'defect'; readonly detail: string };

/**
 * The renderer of fixed copy: LiquidJS, strict, without a file system, bounded (D3, hardening 41 to 53).
 *
 * A field is **empty** when it is missing, null, or holds nothing that a reader could see. An empty field makes a
 * problem as soon as its value is used: in an output, or as the argument of a filter. It makes none where the
 * template says what happens: behind `default` (`default: ""` says nothing on purpose), and in the conditions of
 * `if`, `unless` and `case`, where it is false. An output that comes out empty for another reason is a problem too.
 * Values are text: they are never expanded again, and their Markdown is escaped in the body.
 *
 * Importing LiquidJS is the slow part and happens here once; `render` is synchronous and keeps parsed templates.
 */
export async function createLiquidRenderer(): Promise<CopyRenderer & TemplateInspector> {
  const library = await import('liquidjs');
  const texts = {
    subject: new TemplateTexts(library, 'subject'),
    preheader: new TemplateTexts(library, 'preheader'),
    body: new TemplateTexts(library, 'body'),
  };
  return {
    render: (copy, fields) => renderCopy(copy, fields, texts),
    inspect: (text, part) => texts[part].inspect(text),
  };
}

function renderCopy(
  copy: StepCopy,
  fields: TemplateFields,
  texts: Readonly<Record<TemplatePart, TemplateTexts>>,
): RenderResult {
  try {
    return {
      kind: 'rendered',
      copy: {
        subject: subjectLine(texts.subject.render(copy.subject, fields)),
        preheader:
          copy.preheader === null ? null : preheaderLine(texts.preheader.render(copy.preheader, fields)),
        bodyMarkdown: bodyText(texts.body.render(copy.bodyMarkdown, fields)),
      },
    };
  } catch (error) {
    if (error instanceof TemplateProblem) return { kind: 'problem', detail: error.message };
    throw error;
  }
}

/** The parsed templates of one kind of text. */
class TemplateTexts {
  readonly #library: LiquidModule;
  readonly #engine: LiquidEngine;
  readonly #part: TemplatePart;
  readonly #parsed = new Map<string, ParsedTemplate>();

  constructor(library: LiquidModule, part: TemplatePart) {
    this.#library = library;
    this.#engine = createEngine(library, part);
    this.#part = part;
  }

  inspect(text: string): TemplateInspection {
    const parsed = this.#parse(text);
    if (parsed.kind === 'defect') return { fields: [], problem: parsed.detail };
    return { fields: parsed.fields, problem: null };
  }

  /** Throws TemplateProblem. */
  render(text: string, fields: TemplateFields): string {
    const parsed = this.#parse(text);
    if (parsed.kind === 'defect') throw new TemplateProblem(`the ${this.#part} template: ${parsed.detail}`);
    const { plain } = parsed;
    if (plain !== null) return joinPlain(plain, plainOutputs(plain, fields, this.#part));
    const scope = this.#scope(parsed.fields, fields);
    try {
      return String(this.#engine.liquid.renderSync(parsed.templates, scope));
    } catch (error) {
      throw this.#asProblem(error);
    }
  }

  /** Only what the template names, so that no lookup can meet anything else (hardening 48). */
  #scope(names: readonly string[], fields: TemplateFields): Record<string, unknown> {
    const scope = emptyScope();
    for (const name of names) {
      const known = Object.hasOwn(fields, name);
      const value = known ? templateValue(fields[name]) : null;
      scope[name] = value ?? this.#engine.makeBlank(blankProblem(name, known));
    }
    return scope;
  }

  #parse(text: string): ParsedTemplate {
    const known = this.#parsed.get(text);
    if (known !== undefined) return known;
    if (this.#parsed.size >= CACHED_TEMPLATES_MAX) this.#parsed.clear();
    const parsed = this.#parseAfresh(text);
    this.#parsed.set(text, parsed);
    return parsed;
  }

  #parseAfresh(text: string): ParsedTemplate {
    const defect = defectOfText(text, this.#part);
    if (defect !== null) return { kind: 'defect', detail: defect };
    try {
      const templates = this.#engine.liquid.parse(text);
      const fields = this.#engine.liquid.globalVariablesSync(templates);
      return { kind: 'parsed', templates, fields, plain: plainParts(text) };
    } catch (error) {
      return { kind: 'defect', detail: this.#asProblem(error).message };
    }
  }

  /** Only LiquidJS's own errors say something of the template; anything else is a bug and goes on. */
  #asProblem(error: unknown): TemplateProblem {
    if (!this.#library.LiquidError.is(error)) throw error;
    const original: unknown = error.originalError;
    if (original instanceof TemplateProblem) return original;
    return new TemplateProblem(error.message.split('\n')[0] ?? error.message, { cause: error });
  }
}

/** Without a prototype: a template that names `constructor` meets what we put there or nothing. */
function emptyScope(): Record<string, unknown> {
  return Object.create(null) as Record<string, unknown>;
}
