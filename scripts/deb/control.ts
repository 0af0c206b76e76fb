import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { ENABLED_UNITS, isUnit } from '../../src/commands/units/unit-files.ts';
import { ROOT, type Target } from './target.ts';
import { filesIn, packagedFiles, write } from './tree.ts';

export const MAINTAINER = 'Headgate contributors <maintainers@headgate.example>';

/**
 * Node 26 is linked against libatomic, which no other package of a small server brings; systemd 252 is the first that searches the
 * folders of credentials; deb-systemd-helper enables what is new and keeps what a person disabled.
 */
const DEPENDS = [
  'libatomic1',
  'libc6 (>= 2.34)',
  'libgcc-s1',
  'libstdc++6 (>= 8)',
  'systemd (>= 252)',
  'init-system-helpers (>= 1.54)',
];

const DESCRIPTION = `drip and nurture email engine that cannot flood
 Headgate sends sequences of single emails to leads from systemd timers. One
 step per lead per run, a pause of a day between two, caps, working hours and
 a look by a person before anything leaves. After a reboot, an outage or a
 restore it shows what it would do and waits.
 .
 It brings the Node.js that it runs on. Until "headgate go-live" every mail
 lands in a folder as a file.`;

/** Goes on through an upgrade: strangers opt out at any moment. */
const PUBLIC_PAGE = 'headgate-unsub.';
const SCRIPTS = ['postinst', 'prerm', 'postrm'];

/** DEBIAN/: control, md5sums and what dpkg runs (Debian Policy 5.3, 6). */
export function writeControl(target: Target): void {
  const folder = join(target.tree, 'DEBIAN');
  const files = filesIn(target.tree);
  const kibibytes = files.reduce(
    (sum, path) => sum + Math.ceil(statSync(join(target.tree, path)).size / 1024),
    0,
  );
  const sums = files.map((path) => `${md5(join(target.tree, path))}  ${path}\n`);
  const fields = [
    'Package: headgate',
    `Version: ${target.version}`,
    `Architecture: ${target.architecture}`,
    `Maintainer: ${MAINTAINER}`,
    `Installed-Size: ${String(kibibytes)}`,
    `Depends: ${DEPENDS.join(', ')}`,
    'Recommends: ca-certificates',
    'Section: mail',
    'Priority: optional',
    `Description: ${DESCRIPTION}`,
  ];
  write(join(folder, 'control'), `${fields.join('\n')}\n`);
  write(join(folder, 'md5sums'), sums.join(''));
  for (const script of SCRIPTS) write(join(folder, script), maintainerScript(script), 0o755);
}

/** A script of packaging/deb/ with the units of this version in it. */
export function maintainerScript(name: string): string {
  const units = packagedFiles()
    .map((file) => file.name)
    .filter(isUnit);
  const triggers = ENABLED_UNITS.filter((unit) => !unit.startsWith(PUBLIC_PAGE));
  const services = units.filter(
    (unit) => unit.endsWith('.service') && !unit.includes('@') && !unit.startsWith(PUBLIC_PAGE),
  );
  return readFileSync(join(ROOT, 'packaging/deb', name), 'utf8')
    .replace('@ENABLED@', ENABLED_UNITS.join(' '))
    .replace('@TRIGGERS@', triggers.join(' '))
    .replace('@SERVICES@', services.join(' '))
    .replace('@UNITS@', units.join(' '));
}

function md5(path: string): string {
  return createHash('md5').update(readFileSync(path)).digest('hex');
}
