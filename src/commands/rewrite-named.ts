import { rewriteFile } from '../adapters/rewritten-file.ts';
import { HeadgateError } from '../core/errors.ts';

/**
 * `rewriteFile` for a file that messages name `file`. Throws HeadgateError `file_not_written` (77) where it throws what the file system says;
 * `done` is what was done before.
 */
export function rewriteNamed(
  file: string,
  of: { readonly path: string; readonly was: Buffer | null; readonly text: string; readonly done: string },
): boolean {
  try {
    return rewriteFile(of.path, of);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new HeadgateError(`${file} cannot be written (${code})`, {
      code: 'file_not_written',
      exit: 'NOPERM',
      notDone: of.done,
      fix: 'Make room, or run it as who owns the file.',
      cause: error,
    });
  }
}
