import { cleanNotes } from '../../core/clean-text.ts';
import { HeadgateError } from '../../core/errors.ts';
import type { HashedCopy } from '../../core/text-hash.ts';
import { closeDialogs, type ChatDialog } from '../../store/chat-dialogs.ts';
import { addPage } from '../../store/chat-pages.ts';
import { messageById } from '../../store/messages.ts';
import { parseDraftFile, validDraft } from '../review/draft-text.ts';
import { applyEdit, copyOf } from '../review/edit.ts';
import type { Desk } from '../review/desk.ts';
import { react, type Reaction } from './chat-desk.ts';
import { decideDraft, resultText, showDraft, showNewText, touchPagesAbout } from './draft-acts.ts';

/** A message of the chat holds so many, and longer ones come in pieces of just that length: half a mail must not pass for a whole one. */
const MESSAGE_LENGTH_MAX = 4_096;
const REASON_LENGTH_MAX = 500;

/**
 * F2: the words that somebody was asked for. A reason ends the draft; a text becomes the draft's, by the rules of `review edit`, and is shown
 * with its hash, to be approved by another tap. What cannot be a mail changes nothing, and the question stays open.
 */
export function actOnReply(
  desk: Desk,
  { dialog, text }: { readonly dialog: ChatDialog; readonly text: string },
): Reaction {
  if (dialog.kind === 'edit') return edit(desk, dialog, text);
  const reason = cleanNotes(text, REASON_LENGTH_MAX).text.replaceAll(/\s+/g, ' ');
  const draft = { id: dialog.draftId, hash: dialog.hash };
  return decideDraft(
    desk,
    { kind: 'reject', then: 'skip' },
    { draft, reason: reason === '' ? null : reason },
  );
}

function edit(desk: Desk, dialog: ChatDialog, text: string): Reaction {
  const { db, now } = desk.engine;
  const message = messageById(db, dialog.draftId);
  if (message === null) return react('This draft is gone.');
  if (message.textHash !== dialog.hash) {
    closeDialogs(db, dialog.draftId, now);
    return showNewText(desk, message);
  }
  const copy = copyOrProblem(text, copyOf(message));
  if (typeof copy === 'string') return tellProblem(desk, copy, dialog.draftId);
  const decided = applyEdit(desk, message, { copy, reason: null });
  closeDialogs(db, dialog.draftId, now);
  touchPagesAbout(desk, dialog.draftId);
  const answer = resultText(desk, { kind: 'edit' }, decided);
  if (decided.result === 'refused') return tellProblem(desk, answer, dialog.draftId);
  // Shown as it is now, and asked again: an approval is of these words (D5).
  showDraft(desk, decided.message);
  return react(answer, `edit ${dialog.draftId}: ${answer}`);
}

/** The whole draft when it begins with `Subject:`, else the text below the subject. */
function copyOrProblem(text: string, before: HashedCopy): HashedCopy | string {
  if (text.length >= MESSAGE_LENGTH_MAX)
    return 'The chat cuts what is longer than 4,096 characters. Use: headgate review edit';
  try {
    const words = /^\s*subject[ \t]*:/i.test(text)
      ? { ...parseDraftFile(text.trimStart()) }
      : { ...before, bodyMarkdown: text };
    return validDraft(words, before);
  } catch (error) {
    if (!(error instanceof HeadgateError) || error.code !== 'draft_invalid') throw error;
    return `Not changed: ${error.message}. ${error.fix ?? 'Reply again, or stop editing.'}`;
  }
}

/** There is no tap that could be answered: it is said in the chat. */
function tellProblem(desk: Desk, problem: string, draftId: string): Reaction {
  const { db, now } = desk.engine;
  addPage(db, { text: problem, card: { kind: 'plain' }, now });
  return react(problem, `edit ${draftId}: ${problem}`);
}
