import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { HeadgateError } from '../../core/errors.ts';
import type { UnitSettings } from './settings.ts';
import {
  CREDENTIAL_JOBS,
  jobOfUnit,
  SETTINGS_FILE,
  TIMER_JOBS,
  UNIT_FILES,
  type UnitFile,
} from './unit-files.ts';

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
  return UNIT_FILES.map((file) => ({
    name: file.template,
    target: file.target,
    mode: file.mode,
    text: render(file, readTemplate(installation, file.template), settings),
  }));
}

/** The notes of an install: what `units install` and `units diff` take for given next time. */
export function renderSettings(settings: UnitSettings, enabled: readonly string[]): RenderedFile {
  const { user, prefix, config, times, zone, credentials } = settings;
  const notes = { user, prefix, config, times, zone, credentials, enabled: [...enabled].sort() };
  return {
    name: 'units.json',
    target: SETTINGS_FILE,
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
  const job = jobOfUnit(file.template);
  const text = template
    .replaceAll('/opt/headgate/', `${prefix}/`)
    .replaceAll('/etc/headgate/headgate.toml', config)
    .replace(/^(User|Group)=headgate$/gm, `$1=${user}`);
  switch (file.template) {
    case 'headgate.sysusers':
    case 'headgate.tmpfiles':
      // The word alone: not the folders, not the user of the public page.
      return text.replace(/(?<=\s)headgate(?=\s)/g, user);
    case 'headgate.sh':
      return text.replace('runuser -u headgate ', `runuser -u ${user} `);
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

function withCredentials(text: string, job: string | null, { credentials }: UnitSettings): string {
  if (!CREDENTIAL_JOBS.some((each) => each === job)) return text;
  const missing = credentials.filter((name) => !text.includes(`LoadCredential=${name}:`));
  const lines = missing.map((name) => `LoadCredential=${name}:headgate.${name}\n`).join('');
  return text.replace(/(?:^LoadCredential=.*\n)+/m, (known) => known + lines);
}
