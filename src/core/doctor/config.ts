import { checkDesk, count, type Finding } from './finding.ts';

/** What reading headgate.toml, brand.toml and the environment came to. */
export type ConfigFacts =
  | {
      readonly kind: 'valid';
      readonly file: string;
      readonly keysSet: number;
      readonly remarks: readonly string[];
    }
  | { readonly kind: 'invalid'; readonly file: string; readonly issues: readonly string[] }
  | { readonly kind: 'missing'; readonly lookedAt: readonly string[] }
  /** It may be there; who runs this may not look. */
  | { readonly kind: 'denied'; readonly path: string };

/** F7: the configuration is there and right; what is remarked stops nothing. */
export function judgeConfig(facts: ConfigFacts): Finding[] {
  const desk = checkDesk('config', 'headgate_toml');
  switch (facts.kind) {
    case 'missing':
      return [
        desk.problem(
          'there is no workspace',
          facts.lookedAt.join(', '),
          'headgate init DIR   or name one with -C DIR',
        ),
      ];
    case 'denied':
      return [
        desk.problem(
          'the workspace cannot be read',
          `${facts.path}: permission denied`,
          'sudo headgate doctor   or as the owner of the workspace',
        ),
      ];
    case 'invalid': {
      const [first = ''] = facts.issues;
      const title = `the configuration has ${count(facts.issues.length, 'error')}`;
      return [desk.problem(title, first, 'headgate config validate')];
    }
    case 'valid':
      return [
        desk.pass('headgate.toml is valid', `${count(facts.keysSet, 'key')}, 0 unknown`),
        ...facts.remarks.map((remark) =>
          checkDesk('config', 'remark').warn(
            'headgate.toml could be meant otherwise',
            remark,
            'headgate config validate',
          ),
        ),
      ];
  }
}

export interface LintFacts {
  readonly sequences: number;
  readonly steps: number;
  readonly errors: number;
  readonly warnings: number;
  /** The first of them, with its place; null when there is none. */
  readonly first: string | null;
}

/** Files of sequences, as `sequences lint` judges them. */
export function judgeLint({ sequences, steps, errors, warnings, first }: LintFacts): Finding {
  const desk = checkDesk('config', 'sequences');
  const what = `${count(sequences, 'sequence')}, ${count(steps, 'step')}`;
  const fix = 'headgate sequences lint';
  if (errors > 0) return desk.problem(`${what}, ${count(errors, 'lint error')}`, first ?? '', fix);
  if (warnings > 0) return desk.warn(`${what}, ${count(warnings, 'lint warning')}`, first ?? '', fix);
  if (sequences === 0)
    return desk.warn('there are no sequences', 'nobody is ever written to', 'headgate sequences new ID');
  return desk.pass(`${what}, 0 lint errors`, fix);
}
