/**
 * The candidate that was probably meant: fewest edits (Levenshtein, transpositions count one), and not more than a
 * third of the word. Compares without case. Null when nothing is near; ties go to the earlier candidate.
 */
export function nearestWord(word: string, candidates: Iterable<string>): string | null {
  return nearestWords(word, candidates, 1)[0] ?? null;
}

/** Up to `count` near candidates, nearest first; the same measure as nearestWord. */
export function nearestWords(word: string, candidates: Iterable<string>, count: number): readonly string[] {
  const wanted = word.slice(0, MAX_COMPARED_LENGTH).toLowerCase();
  const found: { candidate: string; distance: number }[] = [];
  for (const candidate of candidates) {
    const distance = editDistance(wanted, candidate.slice(0, MAX_COMPARED_LENGTH).toLowerCase());
    const allowed = Math.max(1, Math.floor(Math.max(wanted.length, candidate.length) / 3));
    if (distance <= allowed) found.push({ candidate, distance });
  }
  found.sort((left, right) => left.distance - right.distance);
  return found.slice(0, count).map((entry) => entry.candidate);
}

/** Longer words are no misspelling, and comparing them costs their lengths multiplied. */
const MAX_COMPARED_LENGTH = 80;

/** Insertions, deletions, substitutions and swaps of neighbours that turn one word into the other. */
export function editDistance(left: string, right: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const isSame = left[row - 1] === right[column - 1];
      let cost = Math.min(
        at(previous, column) + 1,
        at(current, column - 1) + 1,
        at(previous, column - 1) + (isSame ? 0 : 1),
      );
      const isSwap = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      if (isSwap && row > 1 && column > 1) cost = Math.min(cost, at(beforePrevious, column - 2) + 1);
      current.push(cost);
    }
    beforePrevious = previous;
    previous = current;
  }
  return at(previous, right.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
