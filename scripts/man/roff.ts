/** Text as man(7) macros read it; valid for groff and for mandoc, both without a warning. */

const LINE_BYTES_MAX = 76;

const NAMED: Readonly<Record<string, string>> = {
  '\\': '\\e',
  '-': '\\-',
  "'": '\\(aq',
  '`': '\\(ga',
  '^': '\\(ha',
  '~': '\\(ti',
  '"': '\\(dq',
};

/** Running text: hyphens of ordinary words stay hyphens. */
export function escapeRoff(text: string): string {
  return text.replace(/[\\'`^~"]|[^\n -~]|(?<=^|[\s"'([/<=,])-{1,2}(?=\S)/gu, (found) =>
    found.startsWith('-') ? found.replaceAll('-', '\\-') : (NAMED[found] ?? unicode(found)),
  );
}

/** What is typed: every dash is one that can be copied. */
export function escapeTyped(text: string): string {
  return text.replace(/[\\'`^~"-]|[^\n -~]/gu, (found) => NAMED[found] ?? unicode(found));
}

function unicode(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `\\[u${code.toString(16).toUpperCase().padStart(4, '0')}]`;
}

/** Lines of running text, none too long for a checker, and none that looks like a macro. */
export function paragraph(escaped: string): readonly string[] {
  return broken(
    escaped.split(/\s+/).filter((word) => word !== ''),
    '',
  ).map(guarded);
}

/** One line as it is to be shown, kept together over several of the source. */
export function typedLine(text: string): readonly string[] {
  return broken(escapeTyped(text).split(' '), ' \\').map(guarded);
}

function broken(words: readonly string[], end: string): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of words) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && longer.length + end.length > LINE_BYTES_MAX) {
      lines.push(`${line}${end}`);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}

function guarded(line: string): string {
  return /^[.']/.test(line) ? `\\&${line}` : line;
}
