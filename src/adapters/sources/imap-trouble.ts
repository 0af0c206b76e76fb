import { HeadgateError } from '../../core/errors.ts';
import { sourceError } from './source-error.ts';

/** What went wrong with a mailbox: a log-in that is refused stays refused (69), all else may go better later (75). */
export function imapTrouble({ id }: { readonly id: string }, error: unknown): Error {
  if (error instanceof HeadgateError) return error;
  if (typeof error === 'string') return sourceError(id, error);
  if (!(error instanceof Error)) return new Error(`${id} failed with no error`, { cause: error });
  // A mistake of ours is ours to mend, and is told as one.
  if (error instanceof TypeError || error instanceof RangeError) return error;
  const words = wordsOf(error);
  if (!('authenticationFailed' in error) || error.authenticationFailed !== true)
    return sourceError(id, words);
  return new HeadgateError(`${id} refuses the log-in: ${words}`, {
    code: 'source_refused',
    exit: 'UNAVAILABLE',
    notDone: 'No answer was read from it, and until one reading succeeds nothing is sent.',
    fix: `Look at user and password of the source ${id}.`,
    permanent: true,
  });
}

function wordsOf(error: Error): string {
  const said =
    'responseText' in error && typeof error.responseText === 'string' ? error.responseText : error.message;
  const code = 'code' in error && typeof error.code === 'string' ? ` (${error.code})` : '';
  return `${said.slice(0, 200)}${code}`;
}
