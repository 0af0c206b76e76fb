/**
 * The canonical form of a `sequence.toml`: no indentation, keys of a block with their `=` below each other, one empty line before each table
 * and never two, no white space at the end of a line, one line break at the end. Values and comments stay as they are, byte for byte, and so does
 * the order of everything; a comment behind a value keeps its column where there is room. `text` is valid TOML with `\n` line breaks.
 */
export function formatToml(text: string): string {
  const statements = aligned(statementsOf(text));
  const lines: string[] = [];
  for (const statement of statements) {
    if (statement.kind === 'blank') {
      if (lines.length > 0 && lines.at(-1) !== '') lines.push('');
      continue;
    }
    if (statement.kind === 'table') openRoom(lines);
    lines.push(lineOf(statement));
  }
  while (lines.at(-1) === '') lines.pop();
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

type Statement =
  | { readonly kind: 'blank' }
  | { readonly kind: 'comment'; readonly comment: string }
  | ({ readonly kind: 'table'; readonly head: string } & Trailing)
  /** `value` may go on over several lines. */
  | ({ readonly kind: 'pair'; readonly key: string; readonly value: string } & Trailing);

interface Trailing {
  /** From its `#` on; empty when there is none. */
  readonly comment: string;
  /** Where its `#` stands in its line. */
  readonly column: number;
}

/** The comment lines right above a table belong to it: the empty line stands before them. */
function openRoom(lines: string[]): void {
  let at = lines.length;
  while (lines[at - 1]?.startsWith('#') === true) at -= 1;
  if (at > 0 && lines[at - 1] !== '') lines.splice(at, 0, '');
}

function lineOf(statement: Exclude<Statement, { readonly kind: 'blank' }>): string {
  if (statement.kind === 'comment') return statement.comment;
  const { comment, column } = statement;
  const code = statement.kind === 'table' ? statement.head : `${statement.key} = ${statement.value}`;
  if (comment === '') return code;
  const width = code.length - (code.lastIndexOf('\n') + 1);
  return `${code}${' '.repeat(Math.max(GAP, column - width))}${comment}`;
}

const GAP = 2;

/** Pads the keys of each run of pairs; comment lines between them do not end it, as what is commented out is one of them. */
function aligned(statements: readonly Statement[]): readonly Statement[] {
  const widths: number[] = [];
  let block: number[] = [];
  const close = (): void => {
    const width = Math.max(0, ...block.map((index) => keyLength(statements[index])));
    for (const index of block) widths[index] = width;
    block = [];
  };
  statements.forEach(({ kind }, index) => {
    if (kind === 'pair') block.push(index);
    if (kind === 'blank' || kind === 'table') close();
  });
  close();
  return statements.map((statement, index) =>
    statement.kind === 'pair' ? { ...statement, key: statement.key.padEnd(widths[index] ?? 0) } : statement,
  );
}

function keyLength(statement: Statement | undefined): number {
  return statement?.kind === 'pair' ? statement.key.length : 0;
}

function statementsOf(text: string): readonly Statement[] {
  const statements: Statement[] = [];
  let offset = 0;
  while (offset < text.length) {
    const end = endOfStatement(text, offset);
    statements.push(statementOf(text.slice(offset, end.at), end.commentAt - offset));
    offset = end.at + 1;
  }
  return statements;
}

/** `commentAt` is where the comment begins in the statement; its length when there is none. */
function statementOf(source: string, commentAt: number): Statement {
  const code = source.slice(0, commentAt).trim();
  const comment = source.slice(commentAt);
  const column = commentAt - (source.lastIndexOf('\n', commentAt - 1) + 1);
  if (code === '') return comment === '' ? { kind: 'blank' } : { kind: 'comment', comment };
  if (code.startsWith('[')) return { kind: 'table', head: tableHead(code), comment, column };
  const equals = equalsAt(code);
  const key = code.slice(0, equals).trim();
  return { kind: 'pair', key, value: code.slice(equals + 1).trim(), comment, column };
}

/** `[ send ]` is `[send]`; a name in quotes stays as it is. */
function tableHead(code: string): string {
  return /["']/.test(code) ? code : code.replaceAll(/[ \t]+/g, '');
}

/** The first `=` that is not inside a quoted key. */
function equalsAt(code: string): number {
  let at = 0;
  while (at < code.length && code[at] !== '=') {
    const character = code[at];
    at = character === '"' || character === "'" ? endOfString(code, at) : at + 1;
  }
  return at;
}

/** Where the statement that begins at `from` ends: at a line break outside of strings and brackets, or at the end. */
function endOfStatement(text: string, from: number): { readonly at: number; readonly commentAt: number } {
  let depth = 0;
  let at = from;
  while (at < text.length) {
    const character = text[at] ?? '';
    if (character === '"' || character === "'") {
      at = endOfString(text, at);
      continue;
    }
    if (character === '#') {
      const lineEnd = lineEndAt(text, at);
      if (depth === 0) return { at: lineEnd, commentAt: at };
      at = lineEnd;
      continue;
    }
    if (character === '[' || character === '{') depth += 1;
    if (character === ']' || character === '}') depth -= 1;
    if (character === '\n' && depth <= 0) break;
    at += 1;
  }
  return { at, commentAt: at };
}

function lineEndAt(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end;
}

/** Behind the last quote of the string that begins here; valid TOML has one. */
function endOfString(text: string, from: number): number {
  const quote = text[from] ?? '"';
  const triple = quote.repeat(3);
  const isLong = text.startsWith(triple, from);
  const closing = isLong ? triple : quote;
  let at = from + closing.length;
  while (at < text.length && !text.startsWith(closing, at)) at += quote === '"' && text[at] === '\\' ? 2 : 1;
  at += closing.length;
  // Up to two quotes may stand directly before the closing three: they belong to the string.
  while (isLong && text[at] === quote) at += 1;
  return Math.min(at, text.length);
}
