/** Character references are decoded by the caller's function, since their table belongs to no single layer. */
export interface HtmlOptions {
  readonly decodeReferences: (text: string) => string;
  readonly charactersMax: number;
}

const NAME = /^\/?([a-z][a-z0-9]{0,15})/i;
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

/**
 * The text that a reader of the HTML sees, blocks on lines of their own, quoted passages (blockquote) behind `> `. One
 * pass from left to right; a tag that never closes ends the text.
 */
export function htmlToText(html: string, { decodeReferences, charactersMax }: HtmlOptions): string {
  const source = html.slice(0, charactersMax);
  const page: Page = { source, lowerCase: source.toLowerCase(), writer: new TextWriter() };
  let at = 0;
  while (at < source.length) {
    const open = source.indexOf('<', at);
    page.writer.write(decodeReferences(source.slice(at, open === -1 ? source.length : open)));
    if (open === -1) break;
    at = afterTag(page, open);
  }
  return page.writer.text();
}

interface Page {
  readonly source: string;
  /** Made once: names of tags are found without case. */
  readonly lowerCase: string;
  readonly writer: TextWriter;
}

/** Handles the tag at `open` and returns where the text goes on. */
function afterTag(page: Page, open: number): number {
  const { source, writer } = page;
  if (source.startsWith('<!--', open)) return endOf(source, '-->', open);
  const inside = source.slice(open + 1, open + 40);
  const name = NAME.exec(inside)?.[1]?.toLowerCase();
  // "a < b" is no tag.
  if (name === undefined && !/^[!?]/.test(inside)) {
    writer.write('<');
    return open + 1;
  }
  const end = endOf(source, '>', open);
  if (name === undefined) return end;
  if (HIDDEN.has(name) && !inside.startsWith('/'))
    return endOf(source, '>', endOf(page.lowerCase, `</${name}`, end));
  if (BREAKS.has(name)) writer.breakLine(name === 'br' || name === 'p');
  if (name === 'blockquote') writer.quote(inside.startsWith('/') ? -1 : 1);
  return end;
}

/** Where the mark ends; a mark that never comes ends the text. */
function endOf(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from);
  return at === -1 ? text.length : at + mark.length;
}

class TextWriter {
  readonly #lines: string[] = [];
  #pieces: string[] = [];
  #depth = 0;

  write(text: string): void {
    if (text !== '') this.#pieces.push(text);
  }

  /** Ends a line; an empty one is kept where the writer meant it. */
  breakLine(mayBeEmpty: boolean): void {
    const line = this.#pieces.join('').replace(/\s+/g, ' ').trim();
    this.#pieces = [];
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
