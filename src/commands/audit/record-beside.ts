import { createStampFile } from '../../adapters/stamp-file.ts';
import type { WorkspacePaths } from '../../config/paths.ts';
import { HeadgateError } from '../../core/errors.ts';
import { openState } from '../../store/database.ts';
import type { Invocation } from '../cli-context.ts';
import { writeKeepingDoubt } from '../operator-state.ts';
import { recordAct, type PersonAct } from './record.ts';

/**
 * A13: records what a person did beside the state: the stop, a credential. Afterwards, since a state that cannot be written must stand in
 * the way of neither. Null when it was recorded, else why not, in a sentence for whoever did it.
 */
export function recordBeside(
  invocation: Invocation,
  { databaseFile, stampFile }: Pick<WorkspacePaths, 'databaseFile' | 'stampFile'>,
  act: PersonAct,
): string | null {
  try {
    const db = openState({ file: databaseFile, mode: 'write' });
    try {
      const now = invocation.context.clock.now();
      const state = { invocation, db, now, stampFile: createStampFile(stampFile) };
      writeKeepingDoubt(state, () => recordAct(state, act));
      return null;
    } finally {
      db.close();
    }
  } catch (error) {
    if (!(error instanceof HeadgateError)) throw error;
    return `It is done, but the audit trail does not know of it: ${error.message}`;
  }
}
