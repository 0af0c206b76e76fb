/**
 * A built installation of its own for the acceptance tests: the launchers of the repository over a bundle made from the present
 * sources, whole or without named guards. Never the repository's own dist/, which always has every guard.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const REPOSITORY = join(import.meta.dirname, '../../..');
export const NODE = join(REPOSITORY, 'node_modules/.bin/node');

const made = new Map<string, string>();

/** The root of an installation without these guards (none: the one that is shipped); built once per process. */
export function installation(withoutGuards: readonly string[] = []): string {
  const key = withoutGuards.join(',');
  const known = made.get(key);
  if (known !== undefined) return known;
  const root = mkdtempSync(join(tmpdir(), 'headgate-installation-'));
  for (const folder of ['bin', 'scripts', 'systemd']) mkdirSync(join(root, folder));
  for (const folder of ['bin', 'systemd'])
    for (const file of readdirSync(join(REPOSITORY, folder))) copyInto(root, join(folder, file));
  for (const script of ['launch.sh', 'install.sh']) copyInto(root, join('scripts', script));
  if (existsSync(join(REPOSITORY, 'package.json'))) copyInto(root, 'package.json');
  symlinkSync(join(REPOSITORY, 'node_modules'), join(root, 'node_modules'));
  // What V8 compiled is a third of a short process, and these tests start a thousand. Without guards it runs otherwise than it does when it
  // is kept.
  const how = withoutGuards.length === 0 ? ['--keep-compiled'] : ['--guards-off', key];
  const build = [join(REPOSITORY, 'scripts/build.ts'), '--into', join(root, 'dist'), ...how];
  execFileSync(NODE, build, { stdio: ['ignore', 'ignore', 'inherit'] });
  made.set(key, root);
  return root;
}

/** Removes every installation that this process made. */
export function removeInstallations(): void {
  for (const root of made.values()) rmSync(root, { recursive: true, force: true });
  made.clear();
}

function copyInto(root: string, path: string): void {
  copyFileSync(join(REPOSITORY, path), join(root, path));
}
