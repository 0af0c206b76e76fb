import { HeadgateError } from '../core/errors.ts';

export type ConfigIssueKind =
  | 'syntax'
  | 'unreadable'
  | 'unknown_key'
  | 'wrong_value'
  | 'missing'
  | 'conflict'
  | 'unavailable'
  | 'literal_secret';

/** One thing that is wrong with a configuration file or an environment variable. */
export interface ConfigIssue {
  readonly kind: ConfigIssueKind;
  /** Path of the file, or `environment`. */
  readonly place: string;
  readonly line: number | null;
  readonly column: number | null;
  /** The key's full name, such as `limits.drafts_per_day`; empty when the whole file is meant. */
  readonly key: string;
  /** What is written there, shortened; null when nothing is, and always null for secrets. */
  readonly got: string | null;
  /** What would be right, as a phrase: "a whole number from 0 to 10000". */
  readonly expected: string;
  /** The right word that is nearest to the wrong one. */
  readonly nearest: string | null;
}

/** One line: `headgate.toml:12:1  limits.max_per_rnu: unknown key; did you mean limits.max_per_run?` */
export function formatIssue(issue: ConfigIssue): string {
  const position = [issue.place, issue.line, issue.column].filter((part) => part !== null).join(':');
  const subject = issue.key === '' ? '' : `${issue.key}: `;
  const nearest = issue.nearest === null ? '' : `; did you mean ${issue.nearest}?`;
  return `${position}  ${subject}${complaintOf(issue)}${nearest}`;
}

/** In the order in which a reader meets them: by place, then line, then column. */
export function sortIssues(issues: readonly ConfigIssue[]): readonly ConfigIssue[] {
  return [...issues].sort(
    (left, right) =>
      left.place.localeCompare(right.place) ||
      (left.line ?? 0) - (right.line ?? 0) ||
      (left.column ?? 0) - (right.column ?? 0),
  );
}

/** The one error that carries every issue of a configuration (78). */
export function configurationError(place: string, issues: readonly ConfigIssue[]): HeadgateError {
  const count = issues.length === 1 ? '1 error' : `${String(issues.length)} errors`;
  const key = issues.find((issue) => issue.key !== '')?.key;
  return new HeadgateError(`${place} has ${count}`, {
    code: 'config_invalid',
    exit: 'CONFIG',
    notDone: 'Nothing was read, drafted or sent.',
    fix: key === undefined ? 'Correct the file, then: headgate config validate' : explainCommand(issues, key),
    details: sortIssues(issues).map(formatIssue),
    permanent: true,
  });
}

function explainCommand(issues: readonly ConfigIssue[], key: string): string {
  const nearest = issues.find((issue) => issue.nearest !== null && issue.kind === 'unknown_key')?.nearest;
  return `Correct the lines above, then: headgate config validate (headgate config explain ${nearest ?? key})`;
}

function complaintOf(issue: ConfigIssue): string {
  const got = issue.got === null ? '' : `got ${issue.got}, `;
  switch (issue.kind) {
    case 'syntax':
    case 'unreadable':
    case 'conflict':
    case 'literal_secret':
      return issue.expected;
    case 'unknown_key':
      return issue.expected === '' ? 'unknown key' : `unknown key; ${issue.expected}`;
    case 'missing':
      return `missing; expected ${issue.expected}`;
    case 'unavailable':
      return `${got}not available yet: ${issue.expected}`;
    case 'wrong_value':
      return `${got}expected ${issue.expected}`;
  }
}
