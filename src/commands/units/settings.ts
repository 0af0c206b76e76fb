import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { runTool } from '../../adapters/service-manager.ts';
import { loadConfig } from '../../config/load.ts';
import { findWorkspace } from '../../config/paths.ts';
import { HeadgateError } from '../../core/errors.ts';
import type { Invocation } from '../cli-context.ts';
import { listOption, textOption, usageError } from '../options.ts';
import { workspaceQuestion } from '../workspace.ts';
import { configuredCredentials, type CredentialsByJob } from './configured-credentials.ts';
import { layoutOf, type Layout } from './layout.ts';
import { TIMER_JOBS, type TimerJob } from './unit-files.ts';

/** What an operator may choose about the units (cli.md 2.2). */
export interface UnitSettings {
  readonly user: string;
  /** The installation: the folder that holds `bin/`. Absolute. */
  readonly prefix: string;
  /** The headgate.toml that the jobs read. Absolute. */
  readonly config: string;
  /** OnCalendar= of a job, where it is not the one of the template. */
  readonly times: Readonly<Partial<Record<TimerJob, string>>>;
  /** The operator's zone, in which the digest comes. */
  readonly zone: string;
  /** Names of credentials that sync and send load beyond those of the templates and of the configuration. */
  readonly credentials: readonly string[];
  /** The credentials that the configuration names. */
  readonly configured: CredentialsByJob;
}

const DEFAULT_USER = 'headgate';
const DEFAULT_CONFIG = '/etc/headgate/headgate.toml';
/** Where the units keep the state. */
export const STATE_DIR = '/var/lib/headgate';
/** useradd(8), as systemd wants it too. */
const USER = /^[a-z_][a-z0-9_-]{0,30}$/;
/** Nothing that a unit file or a shell would read as anything but itself. */
const PATH = /^(?:\/[\w.+-]+)+$/;
const CALENDAR = /^[\w *:/.,~+-]{1,200}$/;
const CREDENTIAL = /^[\w.-]{1,100}$/;

/**
 * The answers of flags, else those of the last `units install`, else the defaults. Throws 64 for what no unit file can say, 78 for a
 * `-C` that is not there or notes of an install that cannot be read. `root` is the folder of another system, or empty.
 */
export function unitSettings(invocation: Invocation, root: string): UnitSettings {
  const { global, context } = invocation;
  if (global.state !== null && global.state !== STATE_DIR) {
    throw usageError(`the units keep the state in ${STATE_DIR}, so --state has no place here`);
  }
  const prefix = checked('--prefix', textOption(invocation, 'prefix') ?? context.installation, PATH);
  const known = installedSettings(layoutOf(prefix), root);
  const named = global.config === null ? null : findWorkspace(workspaceQuestion(invocation)).configFile;
  const config = checked('-C', named ?? known?.config ?? DEFAULT_CONFIG, PATH);
  const configuration = configurationOf(invocation, `${root}${config}`);
  const settings = {
    user: checked('--user', textOption(invocation, 'user') ?? known?.user ?? DEFAULT_USER, USER),
    prefix: textOption(invocation, 'prefix') ?? known?.prefix ?? prefix,
    config,
    times: { ...known?.times, ...timesOf(invocation) },
    zone: configuration?.zone ?? known?.zone ?? 'UTC',
    configured: configuration?.credentials ?? known?.configured ?? {},
    credentials: [...new Set([...(known?.credentials ?? []), ...credentialsOf(invocation)])].sort(),
  };
  refuseForPackage(settings);
  return settings;
}

/** What a package settles when it is built and installed, its user and folders, no answer changes. */
function refuseForPackage({ user, prefix, config }: UnitSettings): void {
  if (!layoutOf(prefix).isPackaged) return;
  if (user !== DEFAULT_USER) throw usageError(`the units of the package run as ${DEFAULT_USER}`);
  if (config !== DEFAULT_CONFIG) throw usageError(`the units of the package read ${DEFAULT_CONFIG}`);
}

/** `--root DIR`: the folder of another system, such as an image that is being built; empty for this one. */
export function rootOf(invocation: Invocation): string {
  const root = textOption(invocation, 'root');
  return root === null ? '' : resolve(invocation.context.cwd, root);
}

/** Null where the configuration is not there yet, wrong, or not for this user to read. */
function configurationOf(
  invocation: Invocation,
  configFlag: string,
): { readonly zone: string; readonly credentials: CredentialsByJob } | null {
  if (!existsSync(configFlag)) return null;
  try {
    const { policy, settings } = loadConfig({
      ...workspaceQuestion(invocation),
      configFlag,
      stateFlag: null,
    });
    // One zone with two names; the units are shipped with the shorter one.
    const zone = policy.timezone === 'Etc/UTC' ? 'UTC' : policy.timezone;
    return { zone, credentials: configuredCredentials(settings) };
  } catch (error) {
    if (error instanceof HeadgateError || isRefused(error)) return null;
    throw error;
  }
}

function isRefused(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EACCES';
}

function timesOf(invocation: Invocation): Partial<Record<TimerJob, string>> {
  const times: Partial<Record<TimerJob, string>> = {};
  for (const job of TIMER_JOBS) {
    const spec = textOption(invocation, job);
    if (spec !== null) times[job] = calendarSpec(job, spec);
  }
  return times;
}

function calendarSpec(job: TimerJob, spec: string): string {
  const answer = CALENDAR.test(spec) ? runTool('systemd-analyze', ['calendar', '--', spec]) : null;
  if (CALENDAR.test(spec) && answer?.isDone !== false) return spec;
  throw usageError(
    `--${job} takes a calendar expression, not "${spec}"`,
    `headgate units print headgate-${job}.timer --${job} '*-*-* *:03:00 UTC'   (see man systemd.time)`,
  );
}

function credentialsOf(invocation: Invocation): readonly string[] {
  return listOption(invocation, 'credential').map((name) => checked('--credential', name, CREDENTIAL));
}

function checked(flag: string, value: string, pattern: RegExp): string {
  if (pattern.test(value) && !value.split('/').includes('..')) return value;
  throw usageError(
    `${flag} cannot be "${value}": a unit file takes plain letters, digits, ".", "_", "+" and "-"`,
  );
}

/** What the last `units install` was told; null where there was none. */
export function installedSettings(
  layout: Layout,
  root: string,
): (UnitSettings & { readonly enabled: readonly string[] }) | null {
  const path = `${root}${layout.settingsFile}`;
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  const notes = parsed(text);
  if (notes !== null) return notes;
  throw new HeadgateError(`${path} is damaged`, {
    code: 'unit_settings_damaged',
    exit: 'CONFIG',
    notDone: 'No unit was touched.',
    fix: `rm ${path}, then headgate units install with the flags that you want`,
  });
}

function parsed(text: string): (UnitSettings & { readonly enabled: readonly string[] }) | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isRecord(value) || !isRecord(value['times'])) return null;
  const { user, prefix, config, zone, credentials, enabled } = value;
  if (typeof user !== 'string' || typeof prefix !== 'string') return null;
  if (typeof config !== 'string' || typeof zone !== 'string') return null;
  if (!isTextList(credentials) || !isTextList(enabled)) return null;
  const times: Partial<Record<TimerJob, string>> = {};
  for (const job of TIMER_JOBS) {
    const spec = value['times'][job];
    if (typeof spec === 'string') times[job] = spec;
  }
  return {
    user,
    prefix,
    config,
    times,
    zone,
    credentials,
    configured: credentialsByJob(value['configured']),
    enabled,
  };
}

function credentialsByJob(value: unknown): CredentialsByJob {
  if (!isRecord(value)) return {};
  const entries = Object.entries(value).flatMap(([job, names]) =>
    isTextList(names) ? [[job, names] as const] : [],
  );
  return Object.fromEntries(entries);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
