import { HeadgateError } from '../../core/errors.ts';

/** A source that cannot be read now; a later run asks it again (75). */
export function sourceError(id: string, what: string): HeadgateError {
  return new HeadgateError(`${id} could not be read: ${what.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim()}`, {
    code: 'source_unreadable',
    exit: 'TEMPFAIL',
    notDone: 'What it had read before is kept; the rest is read by a later run.',
  });
}
