/** What says on every generated page where an edit belongs. */
export function generatedNote(sources: string): string {
  return `<!-- Made by scripts/generate-docs.ts from ${sources}: edit those. -->`;
}

/** A Markdown table; no lines for no rows. A bar in a cell stays a bar. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  if (rows.length === 0) return [];
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line), ''];
}

/** Text in back quotes. */
export function code(text: string): string {
  return `\`${text}\``;
}

/** Several words in back quotes, with commas. */
export function codes(words: readonly string[]): string {
  return words.map(code).join(', ');
}

/** A block of lines in a fence. `sh` blocks are run by the tests of the documentation, `text` blocks are not. */
export function fence(language: 'text' | 'toml' | 'json', lines: readonly string[]): readonly string[] {
  return [`\`\`\`${language}`, ...lines, '```', ''];
}

/** A summary such as `make a workspace` as a sentence. */
export function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** The anchor that a heading gets where Markdown is rendered. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]+/gu, '')
    .replaceAll(' ', '-');
}
