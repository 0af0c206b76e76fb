import { HEADERS } from './step-file.ts';

const FOLD = '    ';
/** Headers whose value is one of a few words. */
const CHOICES: readonly string[] = ['Mode', 'Length', 'Continue'];

/**
 * The canonical form of `<step>.md`: headers by their names in their order, one space behind the colon, lines of a Briefing indented by four
 * spaces, one empty line, the body byte for byte, one line break at the end. `text` has parsed without an error and has `\n` line breaks.
 */
export function formatStep(text: string): string {
  const lines = text.split('\n');
  const end = lines.findIndex((line) => line.trim() === '');
  const headers = headersOf(lines.slice(0, end));
  const first = lines.findIndex((line, index) => index > end && line.trim() !== '');
  const body = lines.slice(first).join('\n').trimEnd();
  const ordered = HEADERS.flatMap((name) => headers.get(name) ?? []);
  return `${ordered.join('\n')}\n\n${body}\n`;
}

/** The lines of each header, in their canonical form. */
function headersOf(lines: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const headers = new Map<string, readonly string[]>();
  let open = '';
  for (const line of lines) {
    if (/^[ \t]/.test(line)) {
      headers.set(open, [...(headers.get(open) ?? []), `${FOLD}${line.trim()}`]);
      continue;
    }
    const colon = line.indexOf(':');
    const written = line.slice(0, colon).trim().toLowerCase();
    open = HEADERS.find((name) => name.toLowerCase() === written) ?? written;
    const value = line.slice(colon + 1).trim();
    headers.set(open, [`${open}: ${CHOICES.includes(open) ? value.toLowerCase() : value}`.trimEnd()]);
  }
  return headers;
}
