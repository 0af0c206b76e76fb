/** What `doctor` looks at, in the order in which it tells (F7). */
export const GROUPS = ['config', 'state', 'clock', 'mail', 'sources', 'people', 'ai', 'systemd'] as const;
export type Group = (typeof GROUPS)[number];

/** `skipped` is not passed: nobody looked, and the detail says why. */
export const VERDICTS = ['pass', 'warn', 'problem', 'skipped'] as const;
export type Verdict = (typeof VERDICTS)[number];

interface About {
  readonly group: Group;
  /** Stable, lower-case, snake_case: what was looked at. Several findings share one where there are several of it. */
  readonly check: string;
  /** What is so, in a few words: `headgate.toml is valid`. */
  readonly title: string;
  /** The facts behind it, one line without secrets and without any lead's data. */
  readonly detail: string;
}

/** What one check came to. Whatever is wrong has exactly one line that can be typed. */
export type Finding = About &
  (
    | { readonly verdict: 'pass' | 'skipped'; readonly fix: null }
    | { readonly verdict: 'warn' | 'problem'; readonly fix: string }
  );

/** Makes the findings of one check. */
export interface CheckDesk {
  pass(title: string, detail: string): Finding;
  skipped(title: string, why: string): Finding;
  warn(title: string, detail: string, fix: string): Finding;
  problem(title: string, detail: string, fix: string): Finding;
}

/** A desk for one check of a group. */
export function checkDesk(group: Group, check: string): CheckDesk {
  return {
    pass: (title, detail) => ({ group, check, verdict: 'pass', title, detail, fix: null }),
    skipped: (title, detail) => ({ group, check, verdict: 'skipped', title, detail, fix: null }),
    warn: (title, detail, fix) => ({ group, check, verdict: 'warn', title, detail, fix }),
    problem: (title, detail, fix) => ({ group, check, verdict: 'problem', title, detail, fix }),
  };
}

export type VerdictCounts = Readonly<Record<Verdict, number>>;

/** How many findings there are of each verdict. */
export function countVerdicts(findings: readonly Finding[]): VerdictCounts {
  const counts = { pass: 0, warn: 0, problem: 0, skipped: 0 };
  for (const { verdict } of findings) counts[verdict] += 1;
  return counts;
}

/** `3 sequences`, `1 sequence`. */
export function count(number: number, singular: string, plural = `${singular}s`): string {
  return `${String(number)} ${number === 1 ? singular : plural}`;
}
