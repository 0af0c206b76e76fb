import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { renderUnits, type RenderedFile } from '../../src/commands/units/render.ts';
import type { UnitSettings } from '../../src/commands/units/settings.ts';
import { temporaryDirectory } from '../helpers/state.ts';

export const ROOT = join(import.meta.dirname, '../..');

const DEFAULTS: UnitSettings = {
  user: 'headgate',
  prefix: '/opt/headgate',
  config: '/etc/headgate/headgate.toml',
  times: {},
  zone: 'UTC',
  credentials: [],
  configured: {},
};

/** Every file of this version, with the defaults but for what is given. */
export function rendered(settings: Partial<UnitSettings> = {}): readonly RenderedFile[] {
  return renderUnits(ROOT, { ...DEFAULTS, ...settings });
}

/** The units alone, in a folder of this test. */
export function unitFolder(settings: Partial<UnitSettings> = {}): {
  readonly folder: string;
  readonly units: readonly string[];
} {
  const folder = join(temporaryDirectory(), 'units');
  mkdirSync(folder);
  const files = rendered(settings).filter(({ target }) => target.startsWith('/etc/systemd/system/'));
  for (const { name, text } of files) writeFileSync(join(folder, name), text);
  return { folder, units: files.map(({ name }) => name) };
}

/** Null where there is no systemd-analyze. */
export function analyze(cwd: string, args: readonly string[]): string | null {
  const { error, stdout, stderr } = spawnSync('systemd-analyze', ['--no-pager', ...args], {
    cwd,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8', SYSTEMD_COLORS: '0' },
  });
  return error === undefined ? `${stdout}${stderr}`.trim() : null;
}
