import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { HeadgateError } from '../core/errors.ts';
import { isUnsent } from '../core/review-rules.ts';
import type { HashedCopy } from '../core/text-hash.ts';
import type { StoredMessage } from '../store/messages.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { withState } from './operator-state.ts';
import { argument, textOption, usageError } from './options.ts';
import { editInEditor } from './review/editor.ts';
import { parseDraftFile, validDraft } from './review/draft-text.ts';
import { openDesk } from './review/desk.ts';
import { applyEdit, copyOf } from './review/edit.ts';
import { findMessage } from './review/find.ts';
import { typedReason } from './review/reason.ts';
import { reportDecision } from './review/decision-report.ts';

/**
 * `review edit ID`: other words for one draft, from a file, from flags, or from an editor at a terminal. An approval is taken back
 * (D5), the hash is new, the timeline says who changed what.
 */
export function run(invocation: Invocation): Promise<Outcome> {
  return withState(invocation, 'write', async (state) => {
    const message = findMessage(state.db, argument(invocation, 0) ?? '');
    // Nobody should write words that cannot be kept; the decision below says why.
    const copy = isUnsent(message.state) ? await newCopy(invocation, message) : NO_WORDS;
    // An editor may have been open for an hour: the desk is opened after it.
    const desk = openDesk({ ...state, now: invocation.context.clock.now() });
    const decided = applyEdit(desk, message, { copy, reason: typedReason(invocation) });
    return reportDecision(desk, { kind: 'edit' }, [decided]);
  });
}

const NO_WORDS: HashedCopy = { subject: '', preheader: null, bodyMarkdown: '' };

async function newCopy(invocation: Invocation, message: StoredMessage): Promise<HashedCopy> {
  const before = copyOf(message);
  const file = textOption(invocation, 'text');
  const subject = textOption(invocation, 'subject');
  const body = textOption(invocation, 'body');
  if (file !== null && (subject !== null || body !== null)) {
    throw usageError('--text holds the whole draft', 'Give --text alone, or --subject and --body.');
  }
  if (file !== null) return validDraft(parseDraftFile(await readText(invocation, file)), before);
  if (subject !== null || body !== null) {
    const bodyMarkdown = body === null ? before.bodyMarkdown : await readText(invocation, body);
    return validDraft({ ...before, subject: subject ?? before.subject, bodyMarkdown }, before);
  }
  if (invocation.global.input && !invocation.global.json)
    return editInEditor(invocation.context, message, before);
  throw usageError(
    'there is no terminal to edit on',
    `headgate review edit ${message.id} --text FILE   or   --subject TEXT --body FILE|-`,
  );
}

/** A file, or standard input for `-`. Throws `file_not_readable` (77). */
async function readText({ context }: Invocation, path: string): Promise<string> {
  if (path === '-') return context.io.stdin.readAll();
  const file = resolve(context.cwd, path);
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new HeadgateError(`${file} cannot be read`, {
      code: 'file_not_readable',
      exit: 'NOPERM',
      notDone: 'The draft is as it was.',
      cause: error,
    });
  }
}
