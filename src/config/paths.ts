import { statSync } from 'node:fs';
import { basename, delimiter, dirname, join, resolve } from 'node:path';

import { HeadgateError } from '../core/errors.ts';
import type { Environment } from './environment.ts';

const CONFIG_FILE_NAME = 'headgate.toml';
export const SYSTEM_DIRECTORY = '/etc/headgate';

/** Where every file of a workspace is; all absolute (cli.md 2.0). */
export interface WorkspacePaths {
  /** The folder of headgate.toml; relative paths in the configuration start here. */
  readonly workspaceDir: string;
  readonly configFile: string;
  readonly brandFile: string;
  readonly brandVoiceFile: string;
  readonly sequencesDir: string;
  readonly campaignsDir: string;
  readonly stateDir: string;
  readonly databaseFile: string;
  readonly stampFile: string;
  readonly sendJournalFile: string;
  /** Who was erased: hashes, which a restore does not turn back (A15). */
  readonly erasureFile: string;
  /** Rows that an import refused. */
  readonly rejectsDir: string;
  readonly locksDir: string;
  readonly outboxDir: string;
  readonly reportDir: string;
  readonly backupDir: string;
  readonly unsubscribeSpoolDir: string;
  readonly hookSpoolDir: string;
  /** The kill switch (A10). */
  readonly stopFile: string;
  /** F2: touched when the chat was told something that can be tapped; the unit of `listen` watches it. */
  readonly listenFile: string;
}

/** What decides where the workspace is. */
export interface WorkspaceQuestion {
  /** `-C, --config` as typed: a file, or a folder that holds headgate.toml. */
  readonly configFlag: string | null;
  /** `--state` as typed. */
  readonly stateFlag: string | null;
  readonly environment: Environment;
  /** Absolute. */
  readonly cwd: string;
  /** Absolute path of the folder that holds `bin/`, `dist/` and the default `state/`. */
  readonly installation: string;
  /** `/etc/headgate` unless a test says otherwise. */
  readonly systemDirectory?: string;
}

/**
 * Finds the workspace: `-C`, else `./headgate.toml`, else the repository's `state/headgate.toml`, else
 * `/etc/headgate/headgate.toml` (cli.md 2.7). Throws `config_missing` naming the path for a `-C` that is not there
 * (hardening 82) and `workspace_not_found` naming all places looked at; both 78.
 */
export function findWorkspace(question: WorkspaceQuestion): WorkspacePaths {
  const configFile = question.configFlag === null ? searchConfigFile(question) : flaggedConfigFile(question);
  const workspaceDir = dirname(configFile);
  return workspacePaths({ workspaceDir, configFile, stateDir: stateDirectory(question) ?? workspaceDir });
}

/** The paths of a workspace whose folders are known. */
export function workspacePaths(place: {
  readonly workspaceDir: string;
  readonly stateDir: string;
  readonly configFile?: string;
}): WorkspacePaths {
  const { workspaceDir, stateDir } = place;
  return {
    workspaceDir,
    configFile: place.configFile ?? join(workspaceDir, CONFIG_FILE_NAME),
    brandFile: join(workspaceDir, 'brand.toml'),
    brandVoiceFile: join(workspaceDir, 'brand.md'),
    sequencesDir: join(workspaceDir, 'sequences'),
    campaignsDir: join(workspaceDir, 'campaigns'),
    stateDir,
    databaseFile: join(stateDir, 'headgate.db'),
    stampFile: join(stateDir, 'stamp.json'),
    sendJournalFile: join(stateDir, 'send-journal.jsonl'),
    erasureFile: join(stateDir, 'erasures.jsonl'),
    rejectsDir: join(stateDir, 'rejects'),
    locksDir: join(stateDir, 'locks'),
    outboxDir: join(stateDir, 'outbox'),
    reportDir: join(stateDir, 'report'),
    backupDir: join(stateDir, 'backup'),
    unsubscribeSpoolDir: join(stateDir, 'unsub.d'),
    hookSpoolDir: join(stateDir, 'hooks.d'),
    stopFile: join(stateDir, 'STOP'),
    listenFile: join(stateDir, 'listen'),
  };
}

/** `--state`, else the first folder of `$STATE_DIRECTORY` (systemd.exec(5) may list several); null for neither. */
export function stateDirectory(
  question: Omit<WorkspaceQuestion, 'configFlag' | 'installation'>,
): string | null {
  const fromUnit = (question.environment['STATE_DIRECTORY'] ?? '').split(delimiter)[0] ?? '';
  const directory = question.stateFlag ?? fromUnit;
  return directory === '' ? null : resolve(question.cwd, directory);
}

function flaggedConfigFile(question: WorkspaceQuestion): string {
  const path = resolve(question.cwd, question.configFlag ?? '');
  const stat = statSync(path, { throwIfNoEntry: false });
  const file = stat?.isDirectory() === true ? join(path, CONFIG_FILE_NAME) : path;
  if (question.configFlag !== '' && (file === path ? stat !== undefined : exists(file))) return file;
  throw new HeadgateError(`there is no configuration at ${file}`, {
    code: 'config_missing',
    exit: 'CONFIG',
    notDone: 'Nothing was read, drafted or sent.',
    fix: 'Give -C the path of a headgate.toml, or make a workspace: headgate init DIR',
    permanent: true,
  });
}

function searchConfigFile(question: WorkspaceQuestion): string {
  const candidates = candidatesOf(question);
  const found = candidates.find(exists);
  if (found !== undefined) return found;
  throw new HeadgateError('there is no workspace here', {
    code: 'workspace_not_found',
    exit: 'CONFIG',
    notDone: 'Nothing was read, drafted or sent.',
    fix: 'Make one with `headgate init DIR`, go into its folder, or name it with -C DIR.',
    details: [...new Set(candidates)].map((candidate) => `looked at ${candidate}`),
    permanent: true,
  });
}

/**
 * The folder that `init` works on: the one named, by argument or `-C`; else that of the workspace which every other
 * command would find; else the installation's own `state/`.
 */
export function initialWorkspaceDir(question: WorkspaceQuestion, directory: string | null): string {
  const named = directory ?? question.configFlag;
  if (named === null) {
    const found = candidatesOf(question).find(exists);
    return found === undefined ? join(question.installation, 'state') : dirname(found);
  }
  const path = resolve(question.cwd, named);
  return basename(path) === CONFIG_FILE_NAME ? dirname(path) : path;
}

function candidatesOf(question: WorkspaceQuestion): readonly string[] {
  return [
    join(question.cwd, CONFIG_FILE_NAME),
    join(question.installation, 'state', CONFIG_FILE_NAME),
    join(question.systemDirectory ?? SYSTEM_DIRECTORY, CONFIG_FILE_NAME),
  ];
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
