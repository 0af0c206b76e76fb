import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { NODE, REPOSITORY } from '../acceptance/rig/installation.ts';

/** True where Debian's tools are. */
export const HAS_DPKG = spawnSync('dpkg-deb', ['--version']).error === undefined;

/** `npm run test:deb`: everything, on a clean system; else what takes seconds. */
export const IS_WHOLE = process.env['HEADGATE_DEB'] === 'whole';

/** Builds the package of the present sources, uncompressed, and returns its path. */
export function buildPackage(
  folder: string,
  options: {
    readonly version?: string;
    readonly environment?: Readonly<Record<string, string>>;
    readonly mask?: string;
  } = {},
): string {
  const { version = '0.1.0', environment = {}, mask = '022' } = options;
  const args = ['--version', version, '--compression', 'none', '--out', folder];
  const script = join(REPOSITORY, 'scripts/build-deb.ts');
  return execFileSync('sh', ['-c', 'umask "$0" && exec "$@"', mask, NODE, script, ...args], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  }).trim();
}
