/**
 * A text in parts of at most `max` UTF-16 units, cut between lines; only a line that is longer by itself is cut inside, never between
 * the halves of a character. Nothing is lost but the line breaks at the cuts. Empty parts are left out.
 */
export function splitAtLines(text: string, max: number): readonly string[] {
  const parts: string[] = [];
  let part: string | null = null;
  for (const line of text.split('\n').flatMap((each) => pieces(each, max))) {
    const longer: string = part === null ? line : `${part}\n${line}`;
    if (longer.length <= max) {
      part = longer;
      continue;
    }
    if (part !== null) parts.push(part);
    part = line;
  }
  if (part !== null) parts.push(part);
  return parts.filter((each) => each.trim() !== '');
}

function pieces(line: string, max: number): readonly string[] {
  const found: string[] = [];
  let rest = line;
  // Bounded: every turn takes at least one unit off.
  while (rest.length > max) {
    const isInsidePair = /^[\uD800-\uDBFF]$/.test(rest.charAt(max - 1));
    const end = isInsidePair && max > 1 ? max - 1 : max;
    found.push(rest.slice(0, end));
    rest = rest.slice(end);
  }
  return [...found, rest];
}
