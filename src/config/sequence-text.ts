import type { DefinitionFile } from './sequence-files.ts';
import { problemAt, wholeFile } from './sequence-problem.ts';
import type { DefinitionProblem } from './sequence-problem.ts';

/**
 * The text of a definition file: UTF-8 with or without a byte order mark, every line break as `\n`. Anything else
 * (UTF-16, another 8-bit encoding, NUL and other control characters) is a problem with its line, never a guess.
 */
export function decodeDefinition(source: DefinitionFile): string | DefinitionProblem {
  const { bytes, file } = source;
  if (looksLikeUtf16(bytes)) {
    return problemAt(wholeFile(file), {
      code: 'encoding',
      message: 'the file looks like UTF-16',
      fix: 'save it as UTF-8',
    });
  }
  const text = decodeUtf8(bytes);
  if (text === null) {
    return problemAt(
      { file, line: firstBadLine(bytes), column: 1 },
      { code: 'encoding', message: 'this line is not UTF-8', fix: 'save the file as UTF-8' },
    );
  }
  const lines = text.replaceAll(/\r\n?/g, '\n');
  const control = CONTROL.exec(lines);
  if (control === null) return lines;
  const before = lines.slice(0, control.index).split('\n');
  return problemAt(
    { file, line: before.length, column: (before.at(-1) ?? '').length + 1 },
    {
      code: 'control_character',
      message: `control character U+${control[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`,
      fix: 'remove it',
    },
  );
}

/** Everything but tab and line feed; a lone carriage return has become a line feed. */
const CONTROL = /[^\P{Cc}\t\n]/u;

function looksLikeUtf16(bytes: Buffer): boolean {
  const [first, second] = [bytes[0], bytes[1]];
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
}

/** Null when the bytes are not UTF-8; a byte order mark is dropped. */
function decodeUtf8(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

/** No byte of a character of several bytes is a line feed, so each line can be judged alone. */
function firstBadLine(bytes: Buffer): number {
  let start = 0;
  for (let line = 1; start <= bytes.length; line += 1) {
    const end = bytes.indexOf(0x0a, start);
    if (decodeUtf8(bytes.subarray(start, end === -1 ? bytes.length : end)) === null) return line;
    if (end === -1) break;
    start = end + 1;
  }
  return 1;
}
