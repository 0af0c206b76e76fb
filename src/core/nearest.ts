/** Longer words are no misspelling, and comparing them costs their lengths multiplied. */
const COMPARED_CHARACTERS_MAX = 80;

/**
 * The candidates that were probably meant by a word that is none of them: at most `max`, nearest first, each within a
 * third of the longer word's letters. Compares without case. Empty when nothing is near.
 */
export function nearestWords(word: string, candidates: readonly string[], max: number): readonly string[] {
  const wanted = word.slice(0, COMPARED_CHARACTERS_MAX).toLowerCase();
  return candidates
    .map((candidate) => ({ candidate, distance: editDistance(wanted, candidate.toLowerCase()) }))
    .filter(({ candidate, distance }) => distance <= tolerance(wanted, candidate))
    .sort((left, right) => left.distance - right.distance)
    .slice(0, max)
    .map(({ candidate }) => candidate);
}

/** The candidate that was probably meant; null when nothing is near. Ties go to the earlier one. */
export function nearestWord(word: string, candidates: Iterable<string>): string | null {
  return nearestWords(word, [...candidates], 1)[0] ?? null;
}

/** Letters inserted, removed, replaced or swapped with their neighbour to turn one text into the other. */
export function editDistance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  let beforePrevious = previous;
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const differs = left[row - 1] === right[column - 1] ? 0 : 1;
      const swapped = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      const swap = swapped ? (beforePrevious[column - 2] ?? Infinity) + 1 : Infinity;
      const remove = (previous[column] ?? Infinity) + 1;
      const insert = (current[column - 1] ?? Infinity) + 1;
      const replace = (previous[column - 1] ?? Infinity) + differs;
      current.push(Math.min(remove, insert, replace, swap));
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[right.length] ?? Infinity;
}

/** A word of three letters is never near to everything. */
function tolerance(wanted: string, candidate: string): number {
  return Math.max(1, Math.floor(Math.max(wanted.length, candidate.length) / 3));
}
