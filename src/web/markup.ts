import { escapeHtml } from '../core/html-escape.ts';

/** HTML that is safe to send: every word of it that came from elsewhere has been escaped. Only `html` makes one. */
export class Markup {
  readonly #text: string;

  private constructor(text: string) {
    this.#text = text;
  }

  /** The one way to make one, kept here so that no page can declare a text to be safe. */
  static of(strings: readonly string[], parts: readonly Part[]): Markup {
    return new Markup(strings.map((text, index) => text + textOf(parts[index] ?? null)).join(''));
  }

  toString(): string {
    return this.#text;
  }
}

/** What may stand between the words of a template: text is escaped, nothing (null, false) leaves nothing. */
export type Part = Markup | string | number | null | false | readonly Part[];

/**
 * A piece of a page: html`<p>${text}</p>`. Text that is put in is escaped for elements and for attributes in double quotes
 * (hardening 42); it must never be put anywhere else, such as into an address without its scheme.
 */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return Markup.of(strings, parts);
}

function textOf(part: Part): string {
  if (part === null || part === false) return '';
  if (part instanceof Markup) return part.toString();
  if (typeof part === 'string') return escapeHtml(part);
  if (typeof part === 'number') return String(part);
  return part.map(textOf).join('');
}
