import type { HashedCopy } from '../../core/text-hash.ts';
import type { StoredMessage } from '../../store/messages.ts';
import { NO_DETAILS } from './changes.ts';
import { decide, type Decided } from './decide.ts';
import type { Desk } from './desk.ts';
import { trimBlankLines } from './draft-text.ts';

/** The words of a message; empty where it never got any. */
export function copyOf({ subject, preheader, bodyMarkdown }: StoredMessage): HashedCopy {
  return { subject: subject ?? '', preheader, bodyMarkdown: bodyMarkdown ?? '' };
}

/**
 * Gives a draft other words, already valid, unless its text is no longer the one that was edited. The same words again change
 * nothing: an approval stays.
 */
export function applyEdit(
  desk: Desk,
  message: StoredMessage,
  { copy, reason }: { readonly copy: HashedCopy; readonly reason: string | null },
): Decided {
  if (isSame(copy, copyOf(message))) {
    return {
      message,
      from: message.state,
      result: 'unchanged',
      refusal: null,
      detail: 'the words are the same',
    };
  }
  const details = { ...NO_DETAILS, copy, reason };
  const [decided] = decide(
    desk,
    { kind: 'edit' },
    { seen: [{ message, expectHash: message.textHash }], details },
  );
  if (decided === undefined) throw new Error('An edit that decided nothing');
  return decided;
}

function isSame(one: HashedCopy, other: HashedCopy): boolean {
  return (
    one.subject === other.subject &&
    one.preheader === other.preheader &&
    trimBlankLines(one.bodyMarkdown) === trimBlankLines(other.bodyMarkdown)
  );
}
