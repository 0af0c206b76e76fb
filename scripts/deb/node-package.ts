import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { nodeArchitecture, ROOT, type Architecture } from './target.ts';

/**
 * The folder of the pinned Node for this architecture: the installed one, or for another machine than this one the package of the lock
 * file, fetched by npm into `scratch` and compared with the hash in there. Throws when it is not what was pinned.
 */
export function nodePackage(architecture: Architecture, scratch: string): string {
  const name = `node-linux-${nodeArchitecture(architecture)}`;
  const installed = join(ROOT, 'node_modules', name);
  if (existsSync(join(installed, 'bin/node'))) return installed;
  const { version, integrity } = pinned(name);
  const folder = join(scratch, name);
  mkdirSync(folder, { recursive: true });
  const file = execFileSync('npm', ['pack', `${name}@${version}`, '--silent'], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  }).trim();
  const hash = createHash('sha512')
    .update(readFileSync(join(folder, file)))
    .digest('base64');
  if (integrity !== `sha512-${hash}`) throw new Error(`${file} is not the one of package-lock.json`);
  execFileSync('tar', ['-xzf', file, 'package/bin/node', 'package/LICENSE', 'package/package.json'], {
    cwd: folder,
  });
  return join(folder, 'package');
}

function pinned(name: string): { readonly version: string; readonly integrity: string } {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, { readonly version: string; readonly integrity: string }>>;
  };
  const entry = lock.packages[`node_modules/${name}`];
  if (entry === undefined) throw new Error(`package-lock.json pins no ${name}`);
  return entry;
}
