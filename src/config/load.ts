import { resolve } from 'node:path';

import type { Policy } from '../core/policy.ts';
import type { AiConfig } from './ai.ts';
import { createAiConfig, crossCheckAi } from './ai.ts';
import type { Brand } from './brand.ts';
import { createBrand } from './brand.ts';
import { BRAND_SCHEMA } from './brand-schema.ts';
import { checkSenderIsSaid } from './check-live.ts';
import { configRemarks, crossCheckBrand, crossCheckConfig } from './cross-checks.ts';
import type { MailConfig, WebConfig } from './channels.ts';
import { createMailConfig, createWebConfig } from './channels.ts';
import { configurationError } from './issue.ts';
import type { ConfigIssue } from './issue.ts';
import type { NotifyConfig } from './notify.ts';
import { createNotifyConfig, crossCheckNotify, notifyRemarks } from './notify.ts';
import type { WorkspacePaths, WorkspaceQuestion } from './paths.ts';
import { findWorkspace } from './paths.ts';
import { createPolicy } from './policy.ts';
import { createRetention, crossCheckRetention } from './retention.ts';
import type { Retention } from './retention.ts';
import { readSettings } from './settings.ts';
import type { Settings } from './settings.ts';
import { CONFIG_SCHEMA } from './schema.ts';
import type { Senders } from './senders.ts';
import { createSenders, crossCheckSenders } from './senders.ts';
import type { SourceConfig } from './sources.ts';
import { createSources, crossCheckSources } from './sources.ts';

/** A whole, valid configuration. Nothing in it is a secret; secrets are resolved when they are needed. */
export interface LoadedConfig {
  /** All that planners and guards read. */
  readonly policy: Policy;
  readonly mail: MailConfig;
  readonly web: WebConfig;
  /** F1: how the operator hears of things. */
  readonly notify: NotifyConfig;
  /** A11: whose public holidays `holidays load` puts into the state; null: those of every lead's country. */
  readonly holidayCountries: readonly string[] | null;
  /** D3: who writes copy for steps with `Mode: ai`; null: nobody. */
  readonly ai: AiConfig | null;
  readonly brand: Brand;
  /** For how long words are kept that nothing needs. */
  readonly retention: Retention;
  /** D6: the mailboxes that mail leaves from. */
  readonly senders: Senders;
  /** E1 to E5: where `sync` reads. */
  readonly sources: readonly SourceConfig[];
  /** B8: the operator's own list of domains that belong together; an absolute path. */
  readonly attributionAllowFile: string | null;
  readonly paths: WorkspacePaths;
  /** Every key of headgate.toml with its value and where it came from (`config show`). */
  readonly settings: Settings;
  /** The same for brand.toml. */
  readonly brandSettings: Settings;
  /** Remarks that stop nothing, one line each. */
  readonly remarks: readonly string[];
}

export type ConfigInspection =
  | { readonly kind: 'valid'; readonly paths: WorkspacePaths; readonly config: LoadedConfig }
  | { readonly kind: 'invalid'; readonly paths: WorkspacePaths; readonly issues: readonly ConfigIssue[] };

/**
 * Finds, reads and validates the configuration: flags over `HEADGATE_*` over the file over the defaults. Throws
 * HeadgateError `workspace_not_found`, `config_missing` or `config_invalid` (78), the last with every issue.
 */
export function loadConfig(question: WorkspaceQuestion): LoadedConfig {
  const inspection = inspectConfig(question);
  if (inspection.kind === 'valid') return inspection.config;
  throw configurationError(inspection.paths.configFile, inspection.issues);
}

/** As loadConfig, but hands back the issues (`config validate`). Still throws when there is no workspace at all. */
export function inspectConfig(question: WorkspaceQuestion): ConfigInspection {
  const paths = findWorkspace(question);
  const brandSettings = readSettings({
    path: paths.brandFile,
    schema: BRAND_SCHEMA,
    environment: null,
    crossCheck: crossCheckBrand,
  });
  const said = brandSettings.issues.length > 0 ? null : createBrand(brandSettings.values);
  const settings = readSettings({
    path: paths.configFile,
    schema: CONFIG_SCHEMA,
    environment: question.environment,
    crossCheck: (values) => [
      ...crossCheckConfig(values),
      ...checkSenderIsSaid(values, said),
      ...crossCheckSenders(values, said?.domains ?? null),
      ...crossCheckSources(values),
      ...crossCheckNotify(values),
      ...crossCheckAi(values),
      ...crossCheckRetention(values),
    ],
  });
  const issues = [...settings.issues, ...brandSettings.issues];
  if (issues.length > 0) return { kind: 'invalid', paths, issues };
  const { values } = settings;
  const policy = createPolicy(values, (key) => settings.sourceOf(key).kind !== 'default');
  const brand = createBrand(brandSettings.values);
  const countries = values.wordOrTexts('holidays.countries');
  const allowFile = values.textOrNull('attribution.allow');
  const config: LoadedConfig = {
    policy,
    mail: createMailConfig(values),
    web: createWebConfig(values),
    notify: createNotifyConfig(values),
    holidayCountries: typeof countries === 'string' ? null : countries,
    ai: createAiConfig(values),
    brand,
    retention: createRetention(values),
    senders: createSenders(values, brand),
    sources: createSources(values),
    attributionAllowFile: allowFile === null ? null : resolve(paths.workspaceDir, allowFile),
    paths,
    settings,
    brandSettings,
    remarks: [...configRemarks(values), ...notifyRemarks(values)],
  };
  return { kind: 'valid', paths, config };
}
