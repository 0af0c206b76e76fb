/**
 * Lead values inside a Markdown body: text, never markup (hardening 42, 46). A CommonMark renderer gives the
 * literal characters back, and names such as O'Brien, "Kok & Zonen" or 3.5 stay readable in a terminal.
 *
 * Two steps, because whether `-`, `#` or `1.` is active depends on where the value lands: `escapeMarkdown` escapes
 * what is active anywhere and marks where each of its lines begins; `settleLineStarts` then looks at the finished
 * text, escapes what would open a block there, and removes the marks.
 */

/** Neither a value nor a template may hold this control character, so it cannot be confused with their text. */
export const LINE_START_MARK = '\u0001';

const MARKS = new RegExp(LINE_START_MARK, 'g');
/** Active wherever they stand; an ampersand only where it begins an entity. */
const ANYWHERE = /[\\`*[\]<>]|&(?=#?\w{1,32};)/g;
/** Inside a word an underscore opens no emphasis (CommonMark 0.31, 6.2), and addresses stay readable. */
const UNDERSCORE = /(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu;
/** Quote and list prefixes after which a block may still begin. */
const CONTAINER_PREFIX = /^(?:[ \t]|>|[-+*][ \t]|\d{1,9}[.)][ \t])*$/;
/** Headings, bullets, fences, and lines that make a rule, a heading of the line above, or a table. */
const BLOCK_START = /^(?:#{1,6}(?:[ \t]|$)|[-+](?:[ \t]|$)|~~~|[-=:|][-=:| \t]*$)/;
const ORDERED_ITEM = /^\d{1,9}(?=[.)](?:[ \t]|$))/;

/**
 * Takes clean text (line breaks as `\n`, no control characters) and returns Markdown of the same meaning with a mark
 * at every line's start. A line break inside the value becomes a hard break; a blank line stays one.
 */
export function escapeMarkdown(text: string): string {
  const inlines = text.replace(ANYWHERE, '\\$&');
  // Looked for first: the classes of letters take long to make, and no name has an underscore.
  const escaped = inlines.includes('_') ? inlines.replace(UNDERSCORE, '\\_') : inlines;
  if (!escaped.includes('\n')) return LINE_START_MARK + escaped;
  const lines = escaped.split('\n').map((line) => line.trim());
  return lines
    .map((line, index) => (line === '' ? '' : LINE_START_MARK + line + hardBreak(lines[index + 1])))
    .join('\n');
}

/** Escapes what would open a block at a mark, and removes all marks. */
export function settleLineStarts(text: string): string {
  let settled = '';
  let from = 0;
  // Line by line where there is a mark; most lines of most copy have none.
  for (let mark = text.indexOf(LINE_START_MARK); mark !== -1; mark = text.indexOf(LINE_START_MARK, from)) {
    const start = text.lastIndexOf('\n', mark) + 1;
    const lineBreak = text.indexOf('\n', mark);
    const end = lineBreak === -1 ? text.length : lineBreak;
    settled += text.slice(from, start) + settleLine(text.slice(start, end));
    from = end;
  }
  return settled + text.slice(from);
}

function hardBreak(nextLine: string | undefined): string {
  return nextLine === undefined || nextLine === '' ? '' : '  ';
}

function settleLine(marked: string): string {
  let line = marked.replace(MARKS, '');
  // From right to left, so that an inserted backslash moves no place that is still to be judged.
  for (const place of placesOfMarks(marked).reverse()) {
    if (!CONTAINER_PREFIX.test(line.slice(0, place))) continue;
    const offset = activeOffset(line.slice(place));
    if (offset !== null) line = `${line.slice(0, place + offset)}\\${line.slice(place + offset)}`;
  }
  return line;
}

/** Where the marks stand, counted in the line without marks. */
function placesOfMarks(marked: string): number[] {
  const places: number[] = [];
  for (let at = marked.indexOf(LINE_START_MARK); at !== -1; at = marked.indexOf(LINE_START_MARK, at + 1)) {
    places.push(at - places.length);
  }
  return places;
}

/** Which character of the rest of a line makes it a block; null when none does. */
function activeOffset(rest: string): number | null {
  if (BLOCK_START.test(rest)) return 0;
  return ORDERED_ITEM.exec(rest)?.[0].length ?? null;
}
