import { loadDefinitions } from '../../config/definitions.ts';
import { formatIssue, sortIssues } from '../../config/issue.ts';
import { lintDefinitions } from '../../config/lint.ts';
import { inspectConfig, type ConfigInspection } from '../../config/load.ts';
import { formatProblem } from '../../config/sequence-problem.ts';
import { keysSetBy } from '../../config/settings.ts';
import { statePlaceRemark } from '../../config/state-place.ts';
import { judgeConfig, judgeLint } from '../../core/doctor/config.ts';
import { checkDesk, type Finding } from '../../core/doctor/finding.ts';
import { judgeOpenings } from '../../core/doctor/openings.ts';
import { HeadgateError } from '../../core/errors.ts';
import { waitingLeads } from '../../store/checkup.ts';
import { customColumnNames } from '../../store/custom-columns.ts';
import { loadedHolidays } from '../../store/holidays.ts';
import type { Invocation } from '../cli-context.ts';
import { workspaceQuestion } from '../workspace.ts';
import { attempt, withoutConfig, type Checkup } from './checkup.ts';
import type { OpenedState } from './state-checks.ts';

/** What there is of a configuration; `missing` where no workspace was found, `denied` where we may not look. */
export type Inspection =
  | ConfigInspection
  | { readonly kind: 'missing'; readonly lookedAt: readonly string[] }
  | { readonly kind: 'denied'; readonly path: string };

/** Reads the configuration. Throws 78 only for a `-C` that leads nowhere: that is a command line, not a workspace. */
export function inspect(invocation: Invocation): Inspection {
  try {
    return inspectConfig(workspaceQuestion(invocation));
  } catch (error) {
    if (error instanceof HeadgateError && error.code === 'workspace_not_found')
      return { kind: 'missing', lookedAt: error.details };
    if (error instanceof Error && 'code' in error && error.code === 'EACCES')
      return { kind: 'denied', path: 'path' in error ? String(error.path) : 'headgate.toml' };
    throw error;
  }
}

/** Config: what is written there, the sequences, and whether anybody waits for hours that never come. */
export async function configChecks(
  checkup: Checkup,
  inspection: Inspection,
  state: OpenedState,
): Promise<readonly Finding[]> {
  const place = (check: string, title: string) => ({ group: 'config', check, title }) as const;
  const [lint, openings] = await Promise.all([
    attempt(place('sequences', 'sequences'), () => lintCheck(checkup, state)),
    attempt(place('openings', 'openings'), () => openingsCheck(checkup, state)),
  ]);
  return [...judgeInspection(inspection), ...lint, ...openings];
}

function judgeInspection(inspection: Inspection): readonly Finding[] {
  if (inspection.kind === 'missing' || inspection.kind === 'denied') return judgeConfig(inspection);
  const file = inspection.paths.configFile;
  if (inspection.kind === 'invalid')
    return judgeConfig({ kind: 'invalid', file, issues: sortIssues(inspection.issues).map(formatIssue) });
  const { settings, remarks } = inspection.config;
  const place = statePlaceRemark(inspection.paths.stateDir);
  const all = place === null ? remarks : [...remarks, place];
  return judgeConfig({ kind: 'valid', file, keysSet: keysSetBy(settings).length, remarks: all });
}

async function lintCheck({ config, paths }: Checkup, state: OpenedState): Promise<readonly Finding[]> {
  if (config === null || paths === null) return withoutConfig('config', 'sequences');
  const loaded = loadDefinitions(paths.sequencesDir);
  const problems = await lintDefinitions(loaded, {
    customFields: state.kind === 'open' ? customColumnNames(state.db) : [],
    brand: config.brand,
    hours: config.policy.hours,
    hasModel: config.ai !== null,
  });
  const errors = problems.filter(({ severity }) => severity === 'error');
  const worst = errors[0] ?? problems[0];
  const finding = judgeLint({
    sequences: loaded.folderIds.length,
    steps: loaded.definitions.reduce((sum, { steps }) => sum + steps.length, 0),
    errors: errors.length,
    warnings: problems.length - errors.length,
    first: worst === undefined ? null : formatProblem(worst),
  });
  return [finding];
}

function openingsCheck({ config, now }: Checkup, state: OpenedState): readonly Finding[] {
  const title = 'openings of the next 7 days';
  if (config === null) return withoutConfig('config', title);
  if (state.kind !== 'open')
    return [checkDesk('config', 'openings').skipped(title, 'there is no state to look into')];
  const { db } = state;
  return db.read(() =>
    judgeOpenings(waitingLeads(db), { hours: config.policy.hours, holidaysOf: loadedHolidays(db), now }),
  );
}
