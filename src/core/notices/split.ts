/**
 * A text in parts of at most `max` UTF-16 units, cut between lines; only a line that is longer by itself is cut inside, never between
 * the halves of a character. Nothing is lost but the line breaks at the cuts. Empty parts are left out.
 */
export function splitAtLines(text: string, max: number): readonly string[] {
  const parts: string[] = [];
  const [first = '', ...lines] = text.split('\n').flatMap((line) => pieces(line, max));
  let part = first;
  for (const line of lines) {
    const longer = `${part}\n${line}`;
    if (longer.length <= max) {
      part = longer;
      continue;
    }
    parts.push(part);
    part = line;
  }
  return [...parts, part].filter((each) => each.trim() !== '');
}

function pieces(line: string, max: number): readonly string[] {
  const found: string[] = [];
  let rest = line;
  // Bounded: every turn takes at least one unit off.
  while (rest.length > max) {
    const isInsidePair = /[\uD800-\uDBFF]/.test(rest.charAt(max - 1));
    const end = isInsidePair && max > 1 ? max - 1 : max;
    found.push(rest.slice(0, end));
    rest = rest.slice(end);
  }
  return [...found, rest];
}
