/** Where something stands in a TOML text; both count from 1. */
export interface TomlPosition {
  readonly line: number;
  readonly column: number;
}

export interface TomlPlace extends TomlPosition {
  /** The value exactly as written; null for a table header or a table that dotted keys imply. */
  readonly raw: string | null;
}

/**
 * Where the key at a path stands, for messages that name file, line and column. Array indices are segments too
 * (`['source', '0', 'id']`). Null when the path is not in the text.
 */
export type TomlLocator = (path: readonly string[]) => TomlPlace | null;

interface Cursor {
  readonly text: string;
  offset: number;
}

interface FoundPlace {
  readonly offset: number;
  readonly raw: string | null;
}

interface Scan {
  readonly cursor: Cursor;
  readonly places: Map<string, FoundPlace>;
  /** How many `[[name]]` headers each array of tables has had so far. */
  readonly tableCounts: Map<string, number>;
}

/**
 * Indexes a text that the TOML parser has already accepted, so the scan may trust it to be well formed. Only built
 * when a message needs a position: a valid configuration never pays for it.
 */
export function createTomlLocator(text: string): TomlLocator {
  const scan: Scan = { cursor: { text, offset: 0 }, places: new Map(), tableCounts: new Map() };
  let table: readonly string[] = [];
  skipBlank(scan.cursor);
  while (scan.cursor.offset < text.length) {
    if (text[scan.cursor.offset] === '[') table = scanHeader(scan);
    else scanPair(scan, table);
    skipBlank(scan.cursor);
  }
  return (path) => {
    const place = scan.places.get(pathKey(path));
    return place === undefined ? null : { ...positionAt(text, place.offset), raw: place.raw };
  };
}

/** Line and column of a character offset. */
export function positionAt(text: string, offset: number): TomlPosition {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  let line = 1;
  for (let index = before.indexOf('\n'); index !== -1; index = before.indexOf('\n', index + 1)) line += 1;
  return { line, column: offset - lineStart + 1 };
}

/** `[table]` or `[[array of tables]]`; hands back the path that the following pairs belong to. */
function scanHeader(scan: Scan): readonly string[] {
  const { cursor } = scan;
  const start = cursor.offset;
  const isArray = cursor.text.startsWith('[[', start);
  cursor.offset += isArray ? 2 : 1;
  const names = scanKey(cursor, ']').map((segment) => segment.name);
  skipToLineEnd(cursor);
  const path = resolveArrays(scan, names, isArray);
  if (isArray) record(scan, path.slice(0, -1), { offset: start, raw: null });
  for (let length = 1; length <= path.length; length += 1) {
    record(scan, path.slice(0, length), { offset: start, raw: null });
  }
  return path;
}

/** Puts the index of the current element after every name that is an array of tables. */
function resolveArrays(scan: Scan, names: readonly string[], isArray: boolean): readonly string[] {
  const path: string[] = [];
  names.forEach((name, position) => {
    path.push(name);
    const key = pathKey(path);
    const count = scan.tableCounts.get(key) ?? 0;
    if (isArray && position === names.length - 1) {
      scan.tableCounts.set(key, count + 1);
      path.push(String(count));
    } else if (count > 0) {
      path.push(String(count - 1));
    }
  });
  return path;
}

/** `key = value`, alone on its line or inside an inline table. */
function scanPair(scan: Scan, table: readonly string[]): void {
  const { cursor } = scan;
  const segments = scanKey(cursor, '=');
  skipBlank(cursor);
  const names = segments.map((segment) => segment.name);
  const valueStart = cursor.offset;
  skipValue(scan, [...table, ...names]);
  const raw = cursor.text.slice(valueStart, cursor.offset).trimEnd();
  segments.forEach((segment, position) => {
    const isLast = position === segments.length - 1;
    record(scan, [...table, ...names.slice(0, position + 1)], {
      offset: segment.offset,
      raw: isLast ? raw : null,
    });
  });
}

/** Reads `a."b c".d` and the closing character after it. */
function scanKey(cursor: Cursor, closing: string): readonly { name: string; offset: number }[] {
  const segments: { name: string; offset: number }[] = [];
  while (cursor.offset < cursor.text.length) {
    const character = cursor.text[cursor.offset] ?? '';
    if (character === closing) break;
    if (character === '.' || character === ' ' || character === '\t') {
      cursor.offset += 1;
      continue;
    }
    const start = cursor.offset;
    if (character === '"' || character === "'") {
      skipString(cursor);
      const written = cursor.text.slice(start + 1, cursor.offset - 1);
      segments.push({ name: character === '"' ? unescaped(written) : written, offset: start });
    } else {
      skipBare(cursor, /[^\s.=\]]/);
      segments.push({ name: cursor.text.slice(start, cursor.offset), offset: start });
    }
  }
  cursor.offset += 1;
  return segments;
}

const ESCAPE = /\\(?:u([\da-f]{4})|U([\da-f]{8})|x([\da-f]{2})|(.))/gi;
const SHORT_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['b', '\b'],
  ['t', '\t'],
  ['n', '\n'],
  ['f', '\f'],
  ['r', '\r'],
  ['e', '\u001B'],
]);

/** A quoted key as the parser reads it. */
function unescaped(written: string): string {
  if (!written.includes('\\')) return written;
  return written.replace(ESCAPE, (...groups) => character(groups));
}

/** The character that an escape stands for: the whole of it, then its digits in one of three forms, or one letter. */
function character(groups: readonly unknown[]): string {
  const [whole, short, long, byte, letter] = groups.map((group) =>
    typeof group === 'string' ? group : null,
  );
  if (letter !== null && letter !== undefined) return SHORT_ESCAPES.get(letter) ?? letter;
  const code = Number.parseInt(short ?? long ?? byte ?? '', 16);
  return code <= 0x10_ff_ff ? String.fromCodePoint(code) : (whole ?? '');
}

function skipValue(scan: Scan, path: readonly string[]): void {
  const { cursor } = scan;
  const character = cursor.text[cursor.offset];
  if (character === '"' || character === "'") skipString(cursor);
  else if (character === '[') scanArray(scan, path);
  else if (character === '{') scanInlineTable(scan, path);
  else skipBare(cursor, /[^,\]}#\n]/);
}

function scanArray(scan: Scan, path: readonly string[]): void {
  const { cursor } = scan;
  cursor.offset += 1;
  for (let index = 0; cursor.offset < cursor.text.length;) {
    skipBlank(cursor);
    if (cursor.text[cursor.offset] === ']') break;
    if (cursor.text[cursor.offset] === ',') {
      cursor.offset += 1;
      continue;
    }
    const start = cursor.offset;
    const elementPath = [...path, String(index)];
    skipValue(scan, elementPath);
    const raw = cursor.text.slice(start, cursor.offset).trimEnd();
    record(scan, elementPath, { offset: start, raw });
    index += 1;
  }
  cursor.offset += 1;
}

function scanInlineTable(scan: Scan, path: readonly string[]): void {
  const { cursor } = scan;
  cursor.offset += 1;
  while (cursor.offset < cursor.text.length) {
    skipBlank(cursor);
    const character = cursor.text[cursor.offset];
    if (character === '}') break;
    if (character === ',') cursor.offset += 1;
    else scanPair(scan, path);
  }
  cursor.offset += 1;
}

/** Any of the four kinds of string, from its first quote to behind its last. */
function skipString(cursor: Cursor): void {
  const quote = cursor.text[cursor.offset] ?? '"';
  const isMultiLine = cursor.text.startsWith(quote.repeat(3), cursor.offset);
  const delimiter = isMultiLine ? quote.repeat(3) : quote;
  cursor.offset += delimiter.length;
  while (cursor.offset < cursor.text.length && !cursor.text.startsWith(delimiter, cursor.offset)) {
    const isEscape = quote === '"' && cursor.text[cursor.offset] === '\\';
    cursor.offset += isEscape ? 2 : 1;
  }
  cursor.offset += delimiter.length;
  // Up to two quotes may stand directly before the closing three: they belong to the string.
  if (isMultiLine) skipWhile(cursor, quote === '"' ? /"/ : /'/);
}

/** White space, line breaks and comments. */
function skipBlank(cursor: Cursor): void {
  skipWhile(cursor, /\s/);
  while (cursor.text[cursor.offset] === '#') {
    skipToLineEnd(cursor);
    skipWhile(cursor, /\s/);
  }
}

function skipToLineEnd(cursor: Cursor): void {
  const end = cursor.text.indexOf('\n', cursor.offset);
  cursor.offset = end === -1 ? cursor.text.length : end;
}

function skipWhile(cursor: Cursor, pattern: RegExp): void {
  while (cursor.offset < cursor.text.length && pattern.test(cursor.text[cursor.offset] ?? ''))
    cursor.offset += 1;
}

/** Like skipWhile, but always moves on, so that no text whatever can hold the scan in place. */
function skipBare(cursor: Cursor, pattern: RegExp): void {
  const start = cursor.offset;
  skipWhile(cursor, pattern);
  if (cursor.offset === start) cursor.offset += 1;
}

/** The first mention of a table stays; that is where a reader looks for it. */
function record(scan: Scan, path: readonly string[], place: FoundPlace): void {
  const key = pathKey(path);
  if (!scan.places.has(key)) scan.places.set(key, place);
}

function pathKey(path: readonly string[]): string {
  return JSON.stringify(path);
}
