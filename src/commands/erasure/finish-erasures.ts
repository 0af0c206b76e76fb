import { join } from 'node:path';

import { createErasureFile } from '../../adapters/erasure-file.ts';
import { forgetInFiles, type ForgottenFiles } from '../../adapters/person-files.ts';
import type { KnownErasures } from '../../core/erasure.ts';
import type { Lead } from '../../core/model.ts';
import type { StateDatabase } from '../../store/database.ts';
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
import { ALL_LEADS, listLeads } from '../../store/leads.ts';
import { recordAct } from '../audit/record.ts';
import { writeKeepingDoubt, type OperatorState } from '../operator-state.ts';
import { escapeText } from '../output/text.ts';
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
  // Asked anew: who was erased again may have had another id here, which the file must know too.
  const unknownToFile = unfinishedErasuresOf(state)?.unknownToFile ?? [];
  createErasureFile(state.workspace.paths.erasureFile).append(unknownToFile);
  return { erasedAgain, files: cleanFiles(state) };
}

/** The same for a command that shows something else: only what a person must look at is told. */
export function finishErasuresByTheWay(state: OperatorState): FinishedErasures | null {
  const finished = finishErasures(state);
  for (const path of finished?.files.unread ?? [])
    state.invocation.progress(
      `${escapeText(path)} is no CSV any more: nobody who was erased was taken out of it`,
    );
  return finished;
}

/** In one transaction: a state knows all of what the file says, or is asked again. */
function catchUp(state: OperatorState, { known, unknownToState }: UnfinishedErasures): number {
  const { db } = state;
  const keys = erasureKeys(db);
  const newKeys = known.keys.filter(({ key }) => !keys.includes(key));
  if (unknownToState.length === 0 && newKeys.length === 0) return 0;
  return writeKeepingDoubt(state, () => {
    db.overwriteDeleted();
    for (const key of newKeys) addErasureKey(db, key);
    const stillHere = leadsOfHashes(db, unknownToState);
    return unknownToState
      .map((erasure) => eraseAgain(state, { erasure, known, lead: stillHere.get(erasure.hash) ?? null }))
      .filter((isHere) => isHere).length;
  });
}

/** Whether there was somebody to erase. */
function eraseAgain(
  state: OperatorState,
  of: { readonly erasure: Erasure; readonly known: KnownErasures; readonly lead: Lead | null },
): boolean {
  const { db, now } = state;
  const { erasure, known, lead } = of;
  const [key = ''] = known.keys.map((each) => each.key);
  if (lead !== null) {
    eraseLead(db, { lead, hash: erasure.hash, key, now });
    recordAct(state, { kind: 'lead_erased', subject: lead.id, detail: { again: true } });
  }
  if (lead?.id !== erasure.leadId) {
    recordErasure(db, erasure);
    barHash(db, erasure.hash, erasure.at);
  }
  if (!known.barred.has(erasure.hash)) liftHash(db, erasure.hash);
  return lead !== null;
}

/**
 * Who of them this state still holds, by hash. An older state may know an address by another id than the one it was erased by: it was
 * imported again after a restore. So it is the address that counts.
 */
function leadsOfHashes(db: StateDatabase, erasures: readonly Erasure[]): ReadonlyMap<string, Lead> {
  const hashes = new Set(erasures.map(({ hash }) => hash));
  const keys = erasureKeys(db);
  const found = new Map<string, Lead>();
  if (hashes.size === 0) return found;
  for (const lead of listLeads(db, ALL_LEADS)) {
    const hash = keys.map((key) => hashAddress(key, lead.emailKey)).find((each) => hashes.has(each));
    if (hash !== undefined) found.set(hash, lead);
  }
  return found;
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
