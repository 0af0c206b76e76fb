import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { MAINTAINER } from './control.ts';
import { nodePackage } from './node-package.ts';
import { ROOT, type Target } from './target.ts';
import { compress, write } from './tree.ts';

/** /usr/share/doc/headgate: copyright, changelogs and how to begin (Debian Policy 12). */
export function writeDocuments(target: Target, scratch: string): void {
  const folder = join(target.tree, 'usr/share/doc/headgate');
  write(join(folder, 'copyright'), copyright(target, scratch));
  const entry = [
    `headgate (${target.version}) stable; urgency=medium`,
    '',
    '  * See CHANGELOG.md.gz for what changed for the people who run it.',
    '',
    ` -- ${MAINTAINER}  ${rfc5322(target.epochSeconds)}`,
  ];
  write(join(folder, 'changelog'), `${entry.join('\n')}\n`);
  write(join(folder, 'CHANGELOG.md'), readFileSync(join(ROOT, 'CHANGELOG.md')));
  for (const file of ['changelog', 'CHANGELOG.md']) compress(join(folder, file));
  const overrides = join(target.tree, 'usr/share/lintian/overrides/headgate');
  mkdirSync(join(overrides, '..'), { recursive: true });
  copyFileSync(join(ROOT, 'packaging/deb/lintian-overrides'), overrides);
}

/** `Sun, 22 Nov 2026 05:20:17 +0000`. */
function rfc5322(epochSeconds: number): string {
  return new Date(epochSeconds * 1000).toUTCString().replace('GMT', '+0000');
}

interface LockedPackage {
  readonly version?: string;
  readonly license?: string;
  readonly dev?: boolean;
}

/** Our licence, and that of everything that the package brings: what is bundled into the program, Node and better-sqlite3. */
function copyright(target: Target, scratch: string): string {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, LockedPackage>>;
  };
  const brought = Object.entries(lock.packages).filter(([path, { dev }]) => path !== '' && dev !== true);
  const parts = brought
    .filter(([path]) => !path.includes('node-linux-'))
    .map(([path, { version = '', license = '' }]) => licenceOf(join(ROOT, path), { path, version, license }));
  const node = readFileSync(join(nodePackage(target.architecture, scratch), 'LICENSE'), 'utf8');
  return [
    `Headgate\n\n${readFileSync(join(ROOT, 'LICENSE'), 'utf8')}`,
    `Node.js, in /usr/lib/headgate/node_modules/node-linux-*\n\n${node}`,
    ...parts,
  ].join(`\n${'-'.repeat(72)}\n\n`);
}

function licenceOf(
  folder: string,
  { path, version, license }: { readonly path: string; readonly version: string; readonly license: string },
): string {
  const name = path.replace(/^.*node_modules\//, '');
  const head = `${name} ${version}, ${license}\n`;
  if (license === 'Apache-2.0') return `${head}\nThe text is in /usr/share/common-licenses/Apache-2.0.\n`;
  const file = existsSync(folder) ? readdirSync(folder).find((each) => /^licen[cs]e/i.test(each)) : undefined;
  return file === undefined ? head : `${head}\n${readFileSync(join(folder, file), 'utf8')}`;
}
