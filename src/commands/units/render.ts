import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { encryptedName } from '../../config/credential-store.ts';
import { HeadgateError } from '../../core/errors.ts';
import type { UnitSettings } from './settings.ts';
import { layoutOf, LOCAL_UNIT_FOLDER } from './layout.ts';
import { CREDENTIAL_JOBS, isUnit, TIMER_JOBS, unitFilesOf, type UnitFile } from './unit-files.ts';

/** One file as it is to stand on the machine. */
export interface RenderedFile {
  /** `headgate-drip.service`, or for what is no unit the name of its template. */
  readonly name: string;
  readonly target: string;
  readonly mode: number;
  readonly text: string;
}

/**
 * Every file with these settings in it. The templates in `systemd/` are whole files with the defaults of `/opt/headgate`, so that they
 * can be read, verified and packed as they are. Throws 78 when the installation is not whole.
 */
export function renderUnits(installation: string, settings: UnitSettings): readonly RenderedFile[] {
  return unitFilesOf(layoutOf(settings.prefix)).map((file) => ({
    name: file.template,
    target: file.target,
    mode: file.mode,
    text: render(file, readTemplate(installation, file.template), settings),
  }));
}

/**
 * The same for a machine: where a package brought the units, one that is to differ from the package's stands in /etc and wins over it,
 * and so does one that stands there already. `root` is the folder of another system, or empty.
 */
export function placeUnits(
  installation: string,
  settings: UnitSettings,
  root: string,
): readonly RenderedFile[] {
  const files = renderUnits(installation, settings);
  if (!layoutOf(settings.prefix).isPackaged) return files;
  const shipped = renderUnits(installation, { ...settings, ...AS_SHIPPED });
  return files.map((file, index) => {
    const local = `${LOCAL_UNIT_FOLDER}/${file.name}`;
    const isLocal = file.text !== shipped[index]?.text || exists(`${root}${local}`);
    return isUnit(file.name) && isLocal ? { ...file, target: local } : file;
  });
}

/** What a package is built with. */
export const AS_SHIPPED: Pick<UnitSettings, 'times' | 'zone' | 'credentials' | 'configured'> = {
  times: {},
  zone: 'UTC',
  credentials: [],
  configured: {},
};

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** The notes of an install: what `units install` and `units diff` take for given next time. */
export function renderSettings(settings: UnitSettings, enabled: readonly string[]): RenderedFile {
  const { user, prefix, config, times, zone, credentials, configured } = settings;
  const notes = { user, prefix, config, times, zone, credentials, configured, enabled: [...enabled].sort() };
  return {
    name: 'units.json',
    target: layoutOf(prefix).settingsFile,
    mode: 0o644,
    text: `${JSON.stringify(notes, null, 2)}\n`,
  };
}

function readTemplate(installation: string, name: string): string {
  const path = join(installation, 'systemd', name);
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new HeadgateError(`this installation is not whole: ${path} cannot be read`, {
      code: 'template_missing',
      exit: 'CONFIG',
      notDone: 'No unit was touched.',
      fix: 'Install Headgate anew; the state is not touched by that.',
      cause: error,
    });
  }
}

function render(file: UnitFile, template: string, settings: UnitSettings): string {
  const { user, prefix, config, times, zone } = settings;
  const job = /^headgate-([a-z]+)@?\./.exec(file.template)?.[1] ?? '';
  const text = template
    .replaceAll('/opt/headgate/', `${prefix}/`)
    .replaceAll('/usr/local/lib/headgate/alert', layoutOf(prefix).alertFile)
    .replaceAll('/etc/headgate/headgate.toml', config)
    .replace(/^((?:Socket)?(?:User|Group))=headgate$/gm, `$1=${user}`);
  switch (file.template) {
    case 'headgate.sysusers':
    case 'headgate.tmpfiles':
      // The word alone: not the folders, not the user of the public page.
      return text.replace(/(?<=\s)headgate(?=\s)/g, user);
    case 'headgate.sh':
      return text
        .replaceAll('runuser -u headgate ', `runuser -u ${user} `)
        .replace('chown -R headgate ', `chown -R ${user} `);
    default: {
      const timed = TIMER_JOBS.find((each) => each === job);
      const spec = timed && (times[timed] ?? (timed === 'digest' ? `*-*-* 07:00:00 ${zone}` : undefined));
      return withCredentials(withTime(text, file, spec), job, settings);
    }
  }
}

function withTime(text: string, { template }: UnitFile, spec: string | undefined): string {
  if (spec === undefined || !template.endsWith('.timer')) return text;
  return text.replace(/^OnCalendar=.*$/m, `OnCalendar=${spec}`);
}

/** A service that loads none yet is given its lines after what it may use. */
function withCredentials(text: string, job: string, settings: UnitSettings): string {
  if (!/^\[Service\]$/m.test(text)) return text;
  const further = CREDENTIAL_JOBS.some((each) => each === job) ? settings.credentials : [];
  const names = new Set([...further, ...(settings.configured[job] ?? [])]);
  const missing = [...names].filter((name) => !text.includes(`LoadCredential=${name}:`)).sort();
  const lines = missing.map(credentialLines).join('');
  const known = /(?:^LoadCredential(?:Encrypted)?=.*\n)+/m;
  return known.test(text)
    ? text.replace(known, (before) => before + lines)
    : text.replace(/^LogRateLimitIntervalSec=.*\n/m, (before) => before + lines);
}

/** As `secrets set` stores it: in plain, and encrypted. */
function credentialLines(name: string): string {
  const encrypted = encryptedName(name);
  return `LoadCredential=${name}:headgate.${name}\nLoadCredentialEncrypted=${encrypted}:headgate.${encrypted}\n`;
}
