export type ProblemSeverity = 'error' | 'warning';

/** One thing that is wrong with a definition file, in the shape of `sequences lint --json`. */
export interface DefinitionProblem {
  /** Path below the workspace: `sequences/website-lead/welcome.md`. */
  readonly file: string;
  /** Both count from 1; null when the whole file or folder is meant. */
  readonly line: number | null;
  readonly column: number | null;
  readonly severity: ProblemSeverity;
  /** Stable, lower-case, snake_case. */
  readonly code: string;
  readonly message: string;
  /** What to change, one sentence; null when the message says it all. */
  readonly fix: string | null;
}

/** A place in a file. */
export interface FilePlace {
  readonly file: string;
  readonly line: number | null;
  readonly column: number | null;
}

export interface Complaint {
  readonly code: string;
  readonly message: string;
  readonly fix?: string | null;
  readonly severity?: ProblemSeverity;
}

/** Puts a complaint at a place; an error unless it says that it is a warning. */
export function problemAt(place: FilePlace, complaint: Complaint): DefinitionProblem {
  return {
    file: place.file,
    line: place.line,
    column: place.column,
    severity: complaint.severity ?? 'error',
    code: complaint.code,
    message: complaint.message,
    fix: complaint.fix ?? null,
  };
}

/** More than this of one file tells nobody anything new, and a file of nothing but errors must not cost minutes. */
export const PROBLEMS_PER_FILE_MAX = 100;

/** Adds a problem to those of its file, up to the limit. */
export function addProblem(
  problems: DefinitionProblem[],
  place: () => FilePlace,
  complaint: Complaint,
): void {
  if (problems.length < PROBLEMS_PER_FILE_MAX) problems.push(problemAt(place(), complaint));
}

/** The whole of a file or folder. */
export function wholeFile(file: string): FilePlace {
  return { file, line: null, column: null };
}

/** In the order in which a reader meets them: by file, then line, then column. */
export function sortProblems(problems: readonly DefinitionProblem[]): readonly DefinitionProblem[] {
  return [...problems].sort(
    (a, b) =>
      compareText(a.file, b.file) ||
      (a.line ?? 0) - (b.line ?? 0) ||
      (a.column ?? 0) - (b.column ?? 0) ||
      compareText(a.code, b.code),
  );
}

/** `sequences/a/b.md:3:1  error  message; fix` */
export function formatProblem(problem: DefinitionProblem): string {
  const position = [problem.file, problem.line, problem.column].filter((part) => part !== null).join(':');
  return `${position}  ${problem.severity}  ${problem.message}${problem.fix === null ? '' : `; ${problem.fix}`}`;
}

export function hasErrors(problems: readonly DefinitionProblem[]): boolean {
  return problems.some((problem) => problem.severity === 'error');
}

/** A value for a message: quoted, without control characters, at most 60 characters. */
export function quoteValue(value: unknown): string {
  // The parser gives whole numbers as bigint, which JSON.stringify refuses.
  const plain = (_key: string, inner: unknown): unknown =>
    typeof inner === 'bigint' ? Number(inner) : inner;
  // Neither has a form in JSON: absent values, and Infinity and NaN, which TOML knows.
  const isPlain = value === undefined || typeof value === 'number';
  const text = isPlain ? String(value) : JSON.stringify(value, plain);
  const characters = [...text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '\u{fffd}')];
  return characters.length <= QUOTED_CHARACTERS_MAX
    ? characters.join('')
    : `${characters.slice(0, QUOTED_CHARACTERS_MAX).join('')}…`;
}

const QUOTED_CHARACTERS_MAX = 60;

/** Not localeCompare: the same order on every machine, and no collation tables on the path of a run. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
