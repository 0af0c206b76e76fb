/**
 * Text as a terminal shows it. Names, subjects and notes come from strangers: an escape sequence in one must
 * not move the cursor, and a right-to-left override must not turn an address round.
 */

// C0, DEL, C1; bidirectional controls; line and paragraph separator; byte order mark and other invisible
// format characters that could hide a difference between two addresses. Joiners stay: emoji and Persian need them.
const UNSAFE =
  // eslint-disable-next-line no-control-regex -- finding control characters is the purpose
  /[\u0000-\u001F\u007F-\u009F\u00AD\u061C\u180E\u200B\u200E\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]/gu;
const SIMPLE = /^[\u0020-\u02FF]*$/;
const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\u001B': '\\e' };

/** One line that is safe to print: each dangerous character becomes a visible escape (`\e`, `\n`, `\u202e`). */
export function escapeText(text: string): string {
  return text.replace(UNSAFE, escapeCharacter).toWellFormed();
}

/** Several lines that are safe to print: as `escapeText`, but line breaks stay line breaks and tabs spaces. */
export function escapeLines(text: string): readonly string[] {
  return text.split(/\r\n|\r|\n/).map((line) => escapeText(line.replaceAll('\t', '    ')));
}

/** Columns that the text takes on a terminal: 2 for wide characters and emoji, 0 for combining marks. */
export function displayWidth(text: string): number {
  if (SIMPLE.test(text)) return text.length;
  let width = 0;
  for (const cluster of graphemes(text)) width += clusterWidth(cluster);
  return width;
}

/** Cuts to at most `width` columns, never inside a character, and ends in `ellipsis` when something was cut. */
export function truncate(text: string, width: number, ellipsis = '…'): string {
  if (displayWidth(text) <= width) return text;
  const room = width - displayWidth(ellipsis);
  if (room < 0) return '';
  if (SIMPLE.test(text)) return text.slice(0, room) + ellipsis;
  let kept = '';
  let used = 0;
  for (const cluster of graphemes(text)) {
    used += clusterWidth(cluster);
    if (used > room) break;
    kept += cluster;
  }
  return kept + ellipsis;
}

/** Fills up with spaces on the right to `width` columns; longer text is returned as it is. */
export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)));
}

/** Fills up with spaces on the left to `width` columns. */
export function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - displayWidth(text))) + text;
}

const ASCII_SPELLINGS: Readonly<Record<string, string>> = {
  '‘': "'",
  '’': "'",
  '“': '"',
  '”': '"',
  '–': '-',
  '—': '-',
  '…': '~',
  '·': '|',
  '›': '>',
  '\u00A0': ' ',
};

/**
 * The text for a terminal that does not read UTF-8, in as many columns: letters without their marks, `?` for what has no such spelling.
 * There the bytes of a letter such as ě would be control characters.
 */
export function asciiText(text: string): string {
  // eslint-disable-next-line no-control-regex -- colour codes stay
  if (/^[\u0000-\u007F]*$/.test(text)) return text;
  let shown = '';
  for (const cluster of graphemes(text)) {
    const plain = ASCII_SPELLINGS[cluster] ?? cluster.normalize('NFKD').replace(/\p{M}/gu, '');
    const width = clusterWidth(cluster);
    // eslint-disable-next-line no-control-regex -- the range is ASCII
    const isAscii = /^[\u0000-\u007F]+$/.test(plain) && (plain.length === width || cluster === plain);
    shown += isAscii ? plain : '?'.repeat(width);
  }
  return shown;
}

/** `1 lead`, `2 leads`; `plural` for words that do not just take an s. */
export function countOf(count: number, singular: string, plural = `${singular}s`): string {
  return `${String(count)} ${count === 1 ? singular : plural}`;
}

function escapeCharacter(character: string): string {
  const named = NAMED[character];
  if (named !== undefined) return named;
  const code = character.codePointAt(0) ?? 0;
  return code < 0x100
    ? `\\x${code.toString(16).padStart(2, '0')}`
    : `\\u${code.toString(16).padStart(4, '0')}`;
}

let segmenter: Intl.Segmenter | undefined;

/** Made on first use only: Intl costs 20 ms, and an idle run prints nothing but ASCII. */
function* graphemes(text: string): Generator<string> {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  for (const { segment } of segmenter.segment(text)) yield segment;
}

const WIDE =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\u33FF\u3400-\u4DBF\u4E00-\u9FFF\uA000-\uA4CF\uA960-\uA97F\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF01-\uFF60\uFFE0-\uFFE6\u{17000}-\u{18DFF}\u{1B000}-\u{1B2FF}\u{20000}-\u{3FFFD}]/u;

/** Regular expressions over Unicode properties take 0.5 ms to make, so they are made when they are needed. */
function clusterWidth(cluster: string): number {
  if (/^[\p{Mark}\p{Default_Ignorable_Code_Point}]+$/u.test(cluster)) return 0;
  return WIDE.test(cluster) || /\p{Emoji_Presentation}|\uFE0F/u.test(cluster) ? 2 : 1;
}
