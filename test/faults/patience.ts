import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The environment of a program that waits a hundred times as fast, and at its end writes into a file how many milliseconds it believes to have lived. */
export function quickClock(lifeFile: string): Readonly<Record<string, string>> {
  const quick = pathToFileURL(join(import.meta.dirname, 'quick-clock.mjs')).href;
  return { NODE_OPTIONS: `--import=${quick}`, HEADGATE_LIFE_FILE: lifeFile };
}

/** TimeoutStartSec= of a unit, in seconds: when systemd kills it. */
export function patienceOf(unit: string): number {
  const text = readFileSync(join(import.meta.dirname, `../../systemd/${unit}.service`), 'utf8');
  const minutes = /^TimeoutStartSec=(\d+)min$/m.exec(text)?.[1];
  if (minutes === undefined) throw new Error(`${unit} has no TimeoutStartSec in minutes`);
  return Number(minutes) * 60;
}
