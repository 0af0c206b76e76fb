import { accessSync, constants } from 'node:fs';

import { isSystemdRunning, runTool } from '../../adapters/service-manager.ts';
import { HeadgateError } from '../../core/errors.ts';
import type { Invocation } from '../cli-context.ts';
import type { UnitSettings } from './settings.ts';

/** Folders that the units do not see: ProtectHome= and PrivateTmp=. */
const HIDDEN = /^\/(?:home|root|run\/user|tmp|var\/tmp)\//;

/** Throws 77 without root and 78 where systemd does not run: what every change of this machine needs. */
export function requireHost(invocation: Invocation): void {
  if (process.getuid?.() !== 0) {
    throw new HeadgateError(`only root may change the units of this machine`, {
      code: 'root_needed',
      exit: 'NOPERM',
      notDone: 'Nothing was changed.',
      fix: `sudo ${invocation.context.installation}/bin/headgate ${invocation.path}   (units print and units diff need no root)`,
    });
  }
  if (isSystemdRunning()) return;
  throw new HeadgateError('systemd does not run this machine', {
    code: 'systemd_missing',
    exit: 'CONFIG',
    notDone: 'Nothing was changed.',
    fix: 'To write the units into another system: --root DIR. By hand or in cron, bin/drip and the others need no unit.',
  });
}

/** Throws 78 for an installation that the units could not start: then every one of them would fail, from the first minute. */
export function requireStartable({ prefix }: UnitSettings): void {
  const program = `${prefix}/bin/drip`;
  if (HIDDEN.test(`${prefix}/`)) throw unstartable(prefix, 'units see neither homes nor temporary folders');
  try {
    accessSync(program, constants.X_OK);
  } catch (error) {
    throw unstartable(prefix, `${program} cannot be started`, error);
  }
}

function unstartable(prefix: string, why: string, cause?: unknown): HeadgateError {
  return new HeadgateError(`the units cannot start an installation in ${prefix}: ${why}`, {
    code: 'prefix_unusable',
    exit: 'CONFIG',
    notDone: 'Nothing was changed.',
    fix: 'Move it to /opt/headgate, and run units install from there; or name it with --prefix DIR.',
    cause,
  });
}

/** Runs a tool of systemd that has to succeed. Throws 78 with what it said. */
export function mustRun(tool: string, args: readonly string[]): void {
  const answer = runTool(tool, args);
  if (answer?.isDone === true) return;
  throw new HeadgateError(`${tool} ${args.join(' ')} failed`, {
    code: 'systemd_refused',
    exit: 'CONFIG',
    details: (answer?.text ?? 'it is not installed').split('\n').slice(0, 10),
    notDone: 'The units are written; what comes after that was not done.',
    fix: 'Put right what it says, then the same command again: it goes on where it stopped.',
  });
}
