import { join } from 'node:path';

import { createErasureFile } from '../../adapters/erasure-file.ts';
import { forgetInFiles, type ForgottenFiles } from '../../adapters/person-files.ts';
import { isErasedKey } from '../../core/erasure.ts';
import { eraseLead } from '../../store/erase-lead.ts';
import {
  addErasureKey,
  barHash,
  erasureKeys,
  hashAddress,
  liftHash,
  markCleaned,
  messageIdsOfLead,
  recordErasure,
  unfinishedErasures,
  type Erasure,
} from '../../store/erasures.ts';
import { leadById } from '../../store/leads.ts';
import { writeKeepingDoubt, type OperatorState } from '../operator-state.ts';
import { unfinishedErasuresOf, type UnfinishedErasures } from './unfinished.ts';

/** What finishing found to do. */
export interface FinishedErasures {
  /** Leads that this state still had: it is older than their erasure. */
  readonly erasedAgain: number;
  readonly files: ForgottenFiles;
}

/**
 * Finishes what an erasure that was broken off left, and repeats those that an older state does not know (A15): the state first, then the
 * file beside it, then the other files, each whole before the next begins. Null when there was nothing to do. The caller holds the locks
 * of all outbound jobs.
 */
export function finishErasures(state: OperatorState): FinishedErasures | null {
  const unfinished = unfinishedErasuresOf(state);
  if (unfinished === null) return null;
  const erasedAgain = catchUp(state, unfinished);
  createErasureFile(state.workspace.paths.erasureFile).append(unfinished.unknownToFile);
  return { erasedAgain, files: cleanFiles(state) };
}

/** In one transaction: a state knows all of what the file says, or is asked again. */
function catchUp(state: OperatorState, { known, unknownToState }: UnfinishedErasures): number {
  const { db, now } = state;
  const keys = erasureKeys(db);
  const newKeys = known.keys.filter(({ key }) => !keys.includes(key));
  if (unknownToState.length === 0 && newKeys.length === 0) return 0;
  return writeKeepingDoubt(state, () => {
    db.overwriteDeleted();
    for (const key of newKeys) addErasureKey(db, key);
    return unknownToState.filter((erasure) => eraseAgain(erasure)).length;
  });

  function eraseAgain(erasure: Erasure): boolean {
    const lead = leadById(db, erasure.leadId);
    const isHere = lead !== null && !isErasedKey(lead.emailKey);
    const [key = ''] = known.keys.map((each) => each.key);
    if (isHere) eraseLead(db, { lead, hash: erasure.hash, key, now });
    else {
      recordErasure(db, erasure);
      barHash(db, erasure.hash, erasure.at);
    }
    if (!known.barred.has(erasure.hash)) liftHash(db, erasure.hash);
    return isHere;
  }
}

/** By hashes alone: after a crash nothing else is known of whom to look for. */
function cleanFiles(state: OperatorState): ForgottenFiles {
  const { db, now, workspace } = state;
  const { stateDir, outboxDir, rejectsDir, reportDir } = workspace.paths;
  const people = unfinishedErasures(db);
  const keys = erasureKeys(db);
  const hashes = new Set(people.map(({ hash }) => hash));
  const files = forgetInFiles(
    { stateDir, outboxDir, rejectsDir, reportFile: join(reportDir, 'index.html') },
    {
      hashOf: (emailKey) =>
        keys.map((key) => hashAddress(key, emailKey)).find((hash) => hashes.has(hash)) ?? null,
      messageIds: new Set(people.flatMap(({ leadId }) => messageIdsOfLead(db, leadId))),
    },
  );
  writeKeepingDoubt(state, () => {
    markCleaned(
      db,
      people.map(({ leadId }) => leadId),
      now,
    );
  });
  return files;
}
