import { AT_THE_DOOR } from './door.ts';
import { DRAFTS } from './drafts.ts';
import { ENROLLMENTS } from './enrollments.ts';
import type { SqlMutant } from './mutant.ts';
import { SENDERS } from './senders.ts';

/** Known by their places: a run of the tests is told which one it is. */
export const SQL_MUTANTS: readonly SqlMutant[] = [...AT_THE_DOOR, ...SENDERS, ...DRAFTS, ...ENROLLMENTS];
