/**
 * The program beside this file, `program.cjs`, compiled with what V8 kept of an idle run, `program.cache`: functions that
 * every run needs are then neither parsed nor compiled, which is a fifth of an idle start. (Node's own compile cache keeps
 * only what was compiled before the first line ran.) Bundled into the small file that the launchers start.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Script } from 'node:vm';

/** Both files begin with the build they belong to: V8 itself compares nothing of a source but its length. */
export const BUILD_ID_LENGTH = 32;
const COMMENT_LENGTH = '/*'.length;

/** What the program is, as an expression. */
export type Run = (require: NodeJS.Require, directory: string) => void;

export interface Program {
  readonly script: Script;
  readonly buildId: string;
  /** Runs it, once. */
  run(require: NodeJS.Require): void;
}

/** Compiles the program in `directory`; null when there is no cache of this very build. */
export function cachedProgram(directory: string): Program | null {
  const cache = readIfThere(join(directory, 'program.cache'));
  return cache === null ? null : compileProgram(directory, cache);
}

/** The same with the given cache, or without any. `name` is what it is called in stack traces. */
export function compileProgram(
  directory: string,
  cache: Buffer | null,
  name = join(directory, 'program.cjs'),
): Program | null {
  const file = join(directory, 'program.cjs');
  // ASCII, so that it stays one byte a character.
  const source = readFileSync(file, 'latin1');
  const buildId = source.slice(COMMENT_LENGTH, COMMENT_LENGTH + BUILD_ID_LENGTH);
  if (cache !== null && cache.toString('latin1', 0, BUILD_ID_LENGTH) !== buildId) return null;
  const script = new Script(source, {
    filename: name,
    ...(cache === null ? {} : { cachedData: cache.subarray(BUILD_ID_LENGTH) }),
  });
  return {
    script,
    buildId,
    run(require) {
      // The value of a script has no type; scripts/pack.ts wrote this one.
      const run = script.runInThisContext() as Run;
      run(require, directory);
    },
  };
}

function readIfThere(file: string): Buffer | null {
  try {
    return readFileSync(file);
  } catch {
    // Without it the program starts slower, and that is all.
    return null;
  }
}
