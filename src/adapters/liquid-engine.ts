import type * as LiquidNamespace from 'liquidjs';
import type { Liquid } from 'liquidjs';

import { escapeMarkdown } from '../core/markdown-escape.ts';
import { TEMPLATE_FILTERS, TEMPLATE_TAGS } from '../core/template-language.ts';
import { cleanText } from '../core/template-text.ts';
import { BLANK_VALUE, TEMPLATE_CHARACTERS_MAX, TemplateProblem, type TemplatePart } from './copy-texts.ts';

/** What liquidjs offers; loaded lazily, so it is passed around instead of imported. */
export type LiquidModule = typeof LiquidNamespace;

/** Far above what a mail needs: brakes against a template that grows without end. */
const MEMORY_LIMIT_UNITS = 1_000_000;
const RENDER_LIMIT_MS = 5_000;

/** A field without a value, or nothing said on purpose (`default: ""`): false in conditions, nothing to `default`. */
export interface Blank {
  /** Why an output of it makes no draft; null when the template itself asked for nothing. */
  readonly problem: string | null;
}

export interface LiquidEngine {
  readonly liquid: Liquid;
  /** The stand-in for a field that is missing or empty. */
  makeBlank(problem: string | null): Blank;
}

interface BlankKind {
  make(problem: string | null): Blank;
  is(value: unknown): value is Blank;
}

type LibraryFilter = Extract<LiquidModule['filters'][string], (...parameters: never[]) => unknown>;

/**
 * A strict engine for one kind of text: only the tags and filters of the template language, unknown fields fail, and
 * there is no file system.
 */
export function createEngine(library: LiquidModule, part: TemplatePart): LiquidEngine {
  const blanks = blankKind(library);
  const liquid = new library.Liquid({
    strictVariables: true,
    strictFilters: true,
    ownPropertyOnly: true,
    relativeReference: false,
    templates: {},
    locale: 'en-US',
    parseLimit: TEMPLATE_CHARACTERS_MAX,
    memoryLimit: MEMORY_LIMIT_UNITS,
    renderLimit: RENDER_LIMIT_MS,
    outputEscape: (value: unknown) => outputText(value, part, blanks),
  });
  for (const name of Object.keys(liquid.tags)) {
    if (!TEMPLATE_TAGS.includes(name)) Reflect.deleteProperty(liquid.tags, name);
  }
  for (const name of Object.keys(liquid.filters)) {
    if (!TEMPLATE_FILTERS.includes(name)) liquid.unregisterFilter(name);
  }
  for (const [name, filter] of Object.entries(liquid.filters)) {
    if (typeof filter === 'function') liquid.registerFilter(name, passingBlanks(filter, blanks));
  }
  liquid.registerFilter('default', (value: unknown, fallback: unknown) => orElse(value, fallback, blanks));
  return {
    liquid,
    makeBlank: (problem) => blanks.make(problem),
  };
}

function blankKind(library: LiquidModule): BlankKind {
  class BlankDrop extends library.Drop implements Blank {
    readonly problem: string | null;
    constructor(problem: string | null) {
      super();
      this.problem = problem;
    }
    /** What conditions and comparisons see: nil. */
    override valueOf(): null {
      return null;
    }
    /** `company.size` of an empty company is 0; nothing else can be asked of a text. */
    override liquidMethodMissing(key: string | number): unknown {
      return key === 'size' ? 0 : undefined;
    }
  }
  return {
    make: (problem) => new BlankDrop(problem),
    is: (value): value is Blank => value instanceof BlankDrop,
  };
}

/**
 * A blank stays blank through every filter, so that a `default` behind it still sees it; as an argument it cannot be
 * used at all (`{{ "Hi " | append: first_name }}` must not become "Hi ").
 */
function passingBlanks(filter: LibraryFilter, blanks: BlankKind): LibraryFilter {
  return function (value: unknown, ...parameters: unknown[]): unknown {
    if (blanks.is(value)) return value;
    for (const parameter of parameters.flat()) {
      if (blanks.is(parameter) && parameter.problem !== null) throw new TemplateProblem(parameter.problem);
    }
    return filter.call(
      this,
      value,
      ...parameters.map((parameter) => (blanks.is(parameter) ? '' : parameter)),
    );
  };
}

/** `default`: the one way to say what stands in for an empty field. `default: ""` says nothing, on purpose. */
function orElse(value: unknown, fallback: unknown, blanks: BlankKind): unknown {
  if (!isNothing(value) && !blanks.is(value)) return value;
  if (fallback === undefined) return value;
  return fallback === '' ? blanks.make(null) : fallback;
}

function isNothing(value: unknown): boolean {
  if (typeof value === 'string') return value.trim() === '';
  return (
    value === null || value === undefined || value === false || (Array.isArray(value) && value.length === 0)
  );
}

/** What an output writes. Never the words undefined, null, NaN or [object Object] (hardening 49). */
function outputText(value: unknown, part: TemplatePart, blanks: BlankKind): string {
  if (blanks.is(value)) {
    if (value.problem !== null) throw new TemplateProblem(value.problem);
    return '';
  }
  if (isNothing(value)) throw new TemplateProblem(BLANK_VALUE);
  const text = typeof value === 'number' && Number.isFinite(value) ? String(value) : value;
  if (typeof text !== 'string')
    throw new TemplateProblem('a value is a list or no text; join it or use a default');
  // Header lines are cleaned whole, after rendering.
  return part === 'body' ? escapeMarkdown(cleanText(text)) : text;
}
