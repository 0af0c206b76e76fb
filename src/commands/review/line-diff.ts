/** One line of a comparison: in both, only in the first text, only in the second. */
export interface DiffLine {
  readonly mark: ' ' | '-' | '+';
  readonly text: string;
}

const LINES_MAX = 500;

/**
 * Compares two texts line by line (longest common subsequence). Null for texts too long to be compared at a desk: 500 lines each.
 */
export function diffLines(before: string, after: string): readonly DiffLine[] | null {
  const old = before.split('\n');
  const now = after.split('\n');
  if (old.length > LINES_MAX || now.length > LINES_MAX) return null;
  const common = commonLengths(old, now);
  const lines: DiffLine[] = [];
  let left = 0;
  let right = 0;
  while (left < old.length || right < now.length) {
    const oldLine = old[left];
    const newLine = now[right];
    if (oldLine !== undefined && oldLine === newLine) {
      lines.push({ mark: ' ', text: oldLine });
      left += 1;
      right += 1;
    } else if (newLine === undefined || (oldLine !== undefined && isLonger(common, left, right))) {
      lines.push({ mark: '-', text: oldLine ?? '' });
      left += 1;
    } else {
      lines.push({ mark: '+', text: newLine });
      right += 1;
    }
  }
  return lines;
}

/** Whether leaving out the old line keeps at least as much in common as leaving out the new one. */
function isLonger(common: readonly (readonly number[])[], left: number, right: number): boolean {
  return (common[left + 1]?.[right] ?? 0) >= (common[left]?.[right + 1] ?? 0);
}

/** Length of what the rests of both texts have in common, from every pair of places. */
function commonLengths(old: readonly string[], now: readonly string[]): readonly (readonly number[])[] {
  const table: number[][] = Array.from({ length: old.length + 1 }, () =>
    new Array<number>(now.length + 1).fill(0),
  );
  for (let left = old.length - 1; left >= 0; left -= 1) {
    const row = table[left] ?? [];
    const below = table[left + 1] ?? [];
    for (let right = now.length - 1; right >= 0; right -= 1) {
      row[right] =
        old[left] === now[right]
          ? (below[right + 1] ?? 0) + 1
          : Math.max(below[right] ?? 0, row[right + 1] ?? 0);
    }
  }
  return table;
}
