import { readFileSync } from 'node:fs';

import type { Instant } from '../../core/model.ts';
import { replaceFile } from '../durable-file.ts';
import { isObject, objectOf } from '../http/json.ts';

/**
 * What was told while there was no state to remember it, in a small file beside the one that is gone: a timer of ten minutes must not
 * ring all night. Whoever cannot read or write it tells once more.
 */
export interface ToldFile {
  toldAt(key: string): Instant | null;
  note(key: string, at: Instant): void;
}

const KEYS_MAX = 50;

export function createToldFile(path: string): ToldFile {
  const read = (): Readonly<Record<string, unknown>> => {
    try {
      return objectOf(readFileSync(path, 'utf8')) ?? {};
    } catch (error) {
      if (!isFileError(error)) throw error;
      return {};
    }
  };
  return {
    toldAt(key) {
      const told = read();
      const at = Object.hasOwn(told, key) ? told[key] : undefined;
      return typeof at === 'number' ? at : null;
    },
    note(key, at) {
      const kept = Object.entries(read()).filter(([other]) => other !== key);
      const told = Object.fromEntries([...kept.slice(1 - KEYS_MAX), [key, at]]);
      try {
        replaceFile(path, `${JSON.stringify(told)}\n`);
      } catch (error) {
        // No folder, no room, no right: told again is better than not told.
        if (!isFileError(error)) throw error;
      }
    },
  };
}

function isFileError(error: unknown): boolean {
  return error instanceof Error && isObject(error) && typeof error['code'] === 'string';
}
