import { editDistance, nearestWords } from '../core/nearest.ts';

export { editDistance };

/** The candidate that was probably meant; null when nothing is near. Ties go to the earlier one. */
export function nearestWord(word: string, candidates: Iterable<string>): string | null {
  return nearestWords(word, [...candidates], 1)[0] ?? null;
}
