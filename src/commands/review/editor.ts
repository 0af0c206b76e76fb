import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { HeadgateError } from '../../core/errors.ts';
import type { StoredMessage } from '../../store/messages.ts';
import type { CliContext } from '../cli-context.ts';
import type { HashedCopy } from '../../core/text-hash.ts';
import { draftFile, parseDraftFile, validDraft } from './draft-text.ts';

/**
 * Opens `$VISUAL`, `$EDITOR` or vi on the draft and returns its words, valid. The file is for this user alone and goes afterwards;
 * only when the words cannot be used does it stay, named in the error, so that no typing is lost. Throws `editor_failed` (77) and
 * `draft_invalid` (65).
 */
export function editInEditor(context: CliContext, message: StoredMessage, before: HashedCopy): HashedCopy {
  const directory = mkdtempSync(join(tmpdir(), 'headgate-draft-'));
  const file = join(directory, `${message.id}.md`);
  writeFileSync(file, draftFile(before, remarks(message)), { mode: 0o600 });
  runEditor(context, file);
  const copy = readBack(file, before);
  rmSync(directory, { recursive: true, force: true });
  return copy;
}

function remarks(message: StoredMessage): readonly string[] {
  return [
    `${message.id}  to ${message.leadEmail}  ${message.sequenceId} › ${message.stepId}`,
    'Lines that begin with # up here are left out. Save an unchanged file to change nothing.',
  ];
}

function runEditor({ io: { env } }: CliContext, file: string): void {
  const editor = [env['VISUAL'], env['EDITOR']].find((name) => (name ?? '').trim() !== '') ?? 'vi';
  // By the shell, as git does it: an editor may be a command line (`code --wait`).
  const { status, error } = spawnSync('/bin/sh', ['-c', `${editor} "$1"`, 'sh', file], { stdio: 'inherit' });
  if (error === undefined && status === 0) return;
  throw new HeadgateError(`the editor failed: ${editor}`, {
    code: 'editor_failed',
    exit: 'NOPERM',
    notDone: 'The draft is as it was.',
    fix: `Set $EDITOR, or: headgate review edit ID --text FILE   (the draft is in ${file})`,
    ...(error === undefined ? {} : { cause: error }),
  });
}

function readBack(file: string, before: HashedCopy): HashedCopy {
  try {
    return validDraft(parseDraftFile(readFileSync(file, 'utf8')), before);
  } catch (error) {
    if (!(error instanceof HeadgateError)) throw error;
    throw new HeadgateError(error.message, {
      code: error.code,
      exit: error.exit,
      notDone: `The draft is as it was. What you wrote is in ${file}`,
      ...(error.fix === undefined ? {} : { fix: error.fix }),
    });
  }
}
