import type { StepCopy } from '../core/model.ts';

const COLUMNS = 78;
const FOLD = '    ';

/** `<step>.md` for these words, as `parseStepFile` reads it: headers, an empty line, the text. */
export function stepFileText(copy: StepCopy): string {
  const { subject, preheader, mode, length, briefing, continuesThread, bodyMarkdown } = copy;
  const headers = [
    ...(subject === '' ? [] : [`Subject: ${subject}`]),
    ...(preheader === null ? [] : [`Preheader: ${preheader}`]),
    `Mode: ${mode}`,
    `Length: ${length}`,
    ...(briefing === null ? [] : folded(`Briefing: ${briefing}`)),
    ...(continuesThread ? [] : ['Continue: no']),
  ];
  return `${headers.join('\n')}\n\n${bodyMarkdown.trim()}\n`;
}

/** The one header that may go on over several lines. */
function folded(header: string): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of header.split(/\s+/)) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line === '' || longer.length <= COLUMNS) {
      line = longer;
      continue;
    }
    lines.push(line);
    line = `${FOLD}${word}`;
  }
  return [...lines, line];
}
