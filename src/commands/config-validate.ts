import { formatIssue, sortIssues } from '../config/issue.ts';
import type { ConfigIssue } from '../config/issue.ts';
import { inspectConfig } from '../config/load.ts';
import type { ConfigInspection } from '../config/load.ts';
import { keysSetBy } from '../config/settings.ts';
import { statePlaceRemark } from '../config/state-place.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { escapeText, countOf } from './output/text.ts';
import { workspaceQuestion } from './workspace.ts';

/**
 * `config validate`: every error of headgate.toml, brand.toml and the environment at once, each with its place and
 * the nearest right key (hardening 75 to 86). Ends 78 when there is one. Changes nothing, opens no state.
 */
export function run(invocation: Invocation): Promise<Outcome> {
  const inspection = inspectConfig(workspaceQuestion(invocation));
  const remarks = remarksOf(inspection);
  return Promise.resolve(
    inspection.kind === 'valid' ? valid(inspection, remarks) : invalid(inspection, remarks),
  );
}

function remarksOf(inspection: ConfigInspection): readonly string[] {
  const place = statePlaceRemark(inspection.paths.stateDir);
  const remarks = inspection.kind === 'valid' ? inspection.config.remarks : [];
  return place === null ? remarks : [...remarks, place];
}

function valid(
  { config, paths }: Extract<ConfigInspection, { kind: 'valid' }>,
  remarks: readonly string[],
): Outcome {
  const keys = keysSetBy(config.settings);
  return {
    exit: 'OK',
    document: { config_file: paths.configFile, keys_set: keys.length, items: remarks.map(remarkItem) },
    human: (terminal) => [
      `${terminal.symbols.ok} ${escapeText(paths.configFile)} is valid: ${countOf(keys.length, 'key')} set, 0 errors`,
      ...remarks.map((remark) => terminal.yellow(`${terminal.symbols.warning} ${escapeText(remark)}`)),
    ],
  };
}

function invalid(
  { issues, paths }: Extract<ConfigInspection, { kind: 'invalid' }>,
  remarks: readonly string[],
): Outcome {
  const sorted = sortIssues(issues);
  const message = `${paths.configFile} has ${countOf(issues.length, 'error')}`;
  const fix = 'Correct the lines above; headgate config explain KEY tells what a key takes.';
  return {
    exit: 'CONFIG',
    document: {
      config_file: paths.configFile,
      items: [...sorted.map(issueItem), ...remarks.map(remarkItem)],
    },
    human: (terminal) => [
      ...sorted.map((issue) => `${terminal.red(terminal.symbols.problem)} ${escapeText(formatIssue(issue))}`),
      ...remarks.map((remark) => terminal.yellow(`${terminal.symbols.warning} ${escapeText(remark)}`)),
      `${escapeText(message)}. ${fix}`,
    ],
    message,
    fix,
  };
}

function issueItem(issue: ConfigIssue): Readonly<Record<string, unknown>> {
  return {
    file: issue.place,
    line: issue.line,
    column: issue.column,
    severity: 'error',
    code: issue.kind,
    key: issue.key,
    got: issue.got,
    message: formatIssue(issue),
    fix: issue.nearest,
  };
}

function remarkItem(remark: string): Readonly<Record<string, unknown>> {
  return {
    file: null,
    line: null,
    column: null,
    severity: 'warning',
    code: 'remark',
    message: remark,
    fix: null,
  };
}
