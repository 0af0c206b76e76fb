/** Character references are decoded by the caller's function, since their table belongs to no single layer. */
export interface HtmlOptions {
  readonly decodeReferences: (text: string) => string;
  readonly charactersMax: number;
}

const NAME = /^[a-z][a-z0-9]{0,15}/i;
/** What is between these is never shown. */
const HIDDEN = new Set(['style', 'script', 'head', 'title', 'template']);
const BREAKS = new Set([
  'br',
  'p',
  'div',
  'tr',
  'table',
  'li',
  'ul',
  'ol',
  'h1',
  'h2',
  'h3',
  'h4',
  'h5',
  'h6',
  'hr',
  'pre',
  'blockquote',
  'section',
  'article',
]);
const QUOTE_DEPTH_MAX = 20;
/** More than the slash and the name of a tag. */
const TAG_CHARACTERS_MAX = 20;

/**
 * The text that a reader of the HTML sees, blocks on lines of their own, quoted passages (blockquote) behind `> `. One
 * pass from left to right; a tag that never closes ends the text.
 */
export function htmlToText(html: string, { decodeReferences, charactersMax }: HtmlOptions): string {
  const source = html.slice(0, charactersMax);
  const page: Page = { source, writer: new TextWriter() };
  let at = 0;
  for (let open = source.indexOf('<'); open !== -1; open = source.indexOf('<', at)) {
    page.writer.write(decodeReferences(source.slice(at, open)));
    at = afterTag(page, open);
  }
  page.writer.write(decodeReferences(source.slice(at)));
  return page.writer.text();
}

interface Page {
  readonly source: string;
  readonly writer: TextWriter;
}

/** Handles the tag at `open` and returns where the text goes on. */
function afterTag(page: Page, open: number): number {
  const { source, writer } = page;
  if (source.startsWith('<!--', open)) return endOf(source, '-->', open);
  const inside = source.slice(open + 1, open + TAG_CHARACTERS_MAX);
  const isClosing = inside.startsWith('/');
  const name = NAME.exec(isClosing ? inside.slice(1) : inside)?.[0].toLowerCase() ?? '';
  // "a < b" is no tag.
  if (name === '' && !/^[!?]/.test(inside)) {
    writer.write('<');
    return open + 1;
  }
  const end = endOf(source, '>', open);
  if (HIDDEN.has(name) && !isClosing) return afterHidden(source, name, end);
  if (BREAKS.has(name)) writer.breakLine(name === 'br' || name === 'p');
  if (name === 'blockquote') writer.quote(isClosing ? -1 : 1);
  return end;
}

/** In no copy in lower case: `İ` grows in it, and every place behind it moves. */
function afterHidden(source: string, name: string, from: number): number {
  const closing = new RegExp(`</${name}`, 'gi');
  closing.lastIndex = from;
  return closing.test(source) ? endOf(source, '>', closing.lastIndex) : source.length;
}

/** Where the mark ends; a mark that never comes ends the text. */
function endOf(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from);
  return at === -1 ? text.length : at + mark.length;
}

class TextWriter {
  readonly #lines: string[] = [];
  #line = '';
  #depth = 0;

  write(text: string): void {
    this.#line += text;
  }

  /** Ends a line; an empty one is kept where the writer meant it. */
  breakLine(mayBeEmpty: boolean): void {
    const line = this.#line.replace(/\s+/g, ' ').trim();
    this.#line = '';
    if (line === '' && (!mayBeEmpty || this.#lines.at(-1) === '')) return;
    this.#lines.push(line === '' ? '' : `${'> '.repeat(this.#depth)}${line}`);
  }

  quote(change: 1 | -1): void {
    this.#depth = Math.min(Math.max(this.#depth + change, 0), QUOTE_DEPTH_MAX);
  }

  text(): string {
    this.breakLine(false);
    return this.#lines.join('\n').trim();
  }
}
