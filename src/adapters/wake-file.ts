import { writeFileSync } from 'node:fs';

import { isObject } from './http/json.ts';

/**
 * Touches the file that the unit of `listen` watches: whoever was just told something is likely to tap now. Where that is not possible
 * nothing is lost: the next `sync` takes the taps.
 */
export function touchWakeFile(path: string): void {
  try {
    writeFileSync(path, '', { mode: 0o600 });
  } catch (error) {
    const isFileError = error instanceof Error && isObject(error) && typeof error['code'] === 'string';
    if (!isFileError) throw error;
  }
}
