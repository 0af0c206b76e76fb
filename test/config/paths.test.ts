import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { findWorkspace, initialWorkspaceDir } from '../../src/config/paths.ts';
import { HeadgateError } from '../../src/core/errors.ts';
import { folderWith, questionIn } from './workspace.ts';

describe('cli.md 2.7: the workspace is found at', () => {
  const EVERYWHERE = {
    'headgate.toml': '',
    'other/headgate.toml': '',
    'install/state/headgate.toml': '',
    'etc/headgate.toml': '',
  };

  function find(files: Readonly<Record<string, string>>, configFlag: string | null): string {
    const folder = folderWith(files);
    const installation = join(folder, 'install');
    const systemDirectory = join(folder, 'etc');
    const question = questionIn(folder, { configFlag, installation, systemDirectory });
    return findWorkspace(question).configFile.replace(`${folder}/`, '');
  }

  test('-C FILE before everything', () => {
    expect(find(EVERYWHERE, 'other/headgate.toml')).toBe('other/headgate.toml');
  });

  test('-C DIR as the headgate.toml in it', () => {
    expect(find(EVERYWHERE, 'other')).toBe('other/headgate.toml');
    expect(find(EVERYWHERE, './other/')).toBe('other/headgate.toml');
  });

  test('the folder one stands in, then the installation, then the system', () => {
    const { 'headgate.toml': _here, ...rest } = EVERYWHERE;
    const { 'install/state/headgate.toml': _installed, ...system } = rest;
    expect(find(EVERYWHERE, null)).toBe('headgate.toml');
    expect(find(rest, null)).toBe('install/state/headgate.toml');
    expect(find(system, null)).toBe('etc/headgate.toml');
  });

  test('no place at all: the error names every place it looked at', () => {
    const folder = folderWith({});
    const error = catchError(() => findWorkspace(questionIn(folder)));
    expect(error).toMatchObject({ code: 'workspace_not_found', exit: 'CONFIG' });
    expect(error.details[0]).toBe(`looked at ${folder}/headgate.toml`);
    expect(error.fix).toContain('headgate init DIR');
  });

  test.each(['missing.toml', 'empty', '', 'headgate.toml/x'])(
    'hardening 82: -C %j names the path',
    (configFlag) => {
      const folder = folderWith({ 'headgate.toml': '' });
      mkdirSync(join(folder, 'empty'));
      const error = catchError(() => findWorkspace(questionIn(folder, { configFlag })));
      expect(error).toMatchObject({ code: 'config_missing', exit: 'CONFIG' });
      expect(error.message).toContain(folder);
    },
  );
});

describe('cli.md 2.0: init works on', () => {
  test('the folder named, by argument or -C, as a folder or by its headgate.toml', () => {
    const folder = folderWith({ 'headgate.toml': '' });
    expect(initialWorkspaceDir(questionIn(folder), 'mail')).toBe(join(folder, 'mail'));
    expect(initialWorkspaceDir(questionIn(folder, { configFlag: 'mail' }), null)).toBe(join(folder, 'mail'));
    expect(initialWorkspaceDir(questionIn(folder), 'mail/headgate.toml')).toBe(join(folder, 'mail'));
  });

  test('the workspace that other commands would find, else the state/ of the installation', () => {
    const folder = folderWith({ 'headgate.toml': '' });
    expect(initialWorkspaceDir(questionIn(folder), null)).toBe(folder);
    const empty = folderWith({});
    const question = questionIn(empty, { installation: '/opt/headgate' });
    expect(initialWorkspaceDir(question, null)).toBe('/opt/headgate/state');
  });
});

describe('the state is', () => {
  const folder = (): string => folderWith({ 'headgate.toml': '' });

  test('beside headgate.toml', () => {
    const here = folder();
    expect(findWorkspace(questionIn(here))).toMatchObject({
      workspaceDir: here,
      stateDir: here,
      databaseFile: join(here, 'headgate.db'),
      sequencesDir: join(here, 'sequences'),
      stopFile: join(here, 'STOP'),
    });
  });

  test('in $STATE_DIRECTORY under systemd, the first one when there are several', () => {
    const here = folder();
    const environment = { STATE_DIRECTORY: '/var/lib/headgate:/var/lib/other' };
    const paths = findWorkspace(questionIn(here, { environment }));
    expect(paths.databaseFile).toBe('/var/lib/headgate/headgate.db');
    expect(paths.sequencesDir).toBe(join(here, 'sequences'));
  });

  test('in --state before both', () => {
    const here = folder();
    const environment = { STATE_DIRECTORY: '/var/lib/headgate' };
    const paths = findWorkspace(questionIn(here, { environment, stateFlag: 'elsewhere' }));
    expect(paths.stateDir).toBe(join(here, 'elsewhere'));
  });
});

function catchError(act: () => unknown): HeadgateError {
  try {
    act();
  } catch (error) {
    if (error instanceof HeadgateError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
