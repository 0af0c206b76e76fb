import { messageById, type StoredMessage } from '../../store/messages.ts';
import type { HashedCopy } from '../../core/text-hash.ts';
import { isUnsent } from '../../core/review-rules.ts';
import { pageAnswer } from '../../web/private/answer.ts';
import { editPage } from '../../web/private/edit-page.ts';
import type { EditView } from '../../web/private/views.ts';
import type { Answer } from '../../web/http/answer.ts';
import { escapeText } from '../output/text.ts';
import { validDraft } from '../review/draft-text.ts';
import { applyEdit, copyOf } from '../review/edit.ts';
import { asInvalid, problem, push, tell } from './acts.ts';
import { frameView } from './frame-view.ts';
import type { Answered } from './memory.ts';
import type { Visit } from './visit.ts';

/** The form with the words of a draft; null where there are none to edit. */
export function editForm(visit: Visit, id: string): Answer | null {
  const message = messageById(visit.state.db, id);
  if (message === null || !isUnsent(message.state)) return null;
  return formPage(visit, message, { words: copyOf(message), status: 200, problem: null, changedTo: null });
}

/**
 * Keeps the words that were typed, unless the draft is no longer the one that was edited or they cannot be sent: then the form comes
 * back with all that was typed, and the draft is as it was.
 */
export function keepEdit(visit: Visit, id: string): Answered | Answer {
  const { form } = visit.request;
  const message = messageById(visit.state.db, id);
  if (message === null) return problem('/', 'There is no such message.');
  if (!isUnsent(message.state)) return problem(`/m/${id}`, 'Not edited: it can no longer be changed.');
  const words = typedWords(form);
  const before = copyOf(message);
  if (form.get('hash') !== message.textHash)
    return formPage(visit, message, {
      words,
      status: 409,
      problem: { text: 'Not kept: the text changed while you typed.', details: [] },
      changedTo: { subject: escapeText(before.subject), body: before.bodyMarkdown },
    });
  let copy: HashedCopy;
  try {
    copy = validDraft(words, before);
  } catch (error) {
    const { message: text, fix } = asInvalid(error);
    const details = fix === undefined ? [] : [fix];
    return formPage(visit, message, {
      words,
      status: 422,
      problem: { text: `Not kept: ${text}.`, details },
      changedTo: null,
    });
  }
  const decided = applyEdit(visit.desk, message, { copy, reason: null });
  if (decided.result === 'done')
    push(
      visit,
      { kind: 'edited', id, before },
      `Edited ${escapeText(message.leadName ?? message.leadEmail)}`,
    );
  return { location: `/m/${id}`, told: tell(visit, { kind: 'edit' }, [decided]) };
}

/** Browsers send line breaks as CR LF. */
function typedWords(form: URLSearchParams): HashedCopy {
  const text = (name: string): string => (form.get(name) ?? '').replaceAll('\r\n', '\n');
  const preheader = text('preheader');
  return {
    subject: text('subject'),
    preheader: preheader.trim() === '' ? null : preheader,
    bodyMarkdown: text('body'),
  };
}

function formPage(
  visit: Visit,
  message: StoredMessage,
  of: { words: HashedCopy; status: number } & Pick<EditView, 'problem' | 'changedTo'>,
): Answer {
  const { words, status, problem: trouble, changedTo } = of;
  const view: EditView = {
    id: message.id,
    hash: message.textHash ?? '',
    state: message.state,
    name: escapeText(message.leadName ?? message.leadEmail),
    subject: words.subject,
    preheader: words.preheader ?? '',
    body: words.bodyMarkdown,
    problem: trouble,
    changedTo,
  };
  return pageAnswer(status, editPage(frameView(visit, 'queue'), view));
}
