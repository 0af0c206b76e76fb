import type { Lead } from '../core/model.ts';
import type { ReadingFrom } from '../ports.ts';
import type { LeadSource } from './lead-source.ts';

/** Where leads come from time and again (E1). */
export interface LeadFeed {
  /**
   * What is new since the cursor, one LeadSource after the other, each there as a whole before it is handed over: no slow work happens
   * while a server keeps a page open for us. Errors as of `FactSource.pages`; one that concerns a single source is that source's to throw.
   */
  batches(from: ReadingFrom): AsyncIterable<LeadBatch>;
  close(): Promise<void>;
}

export interface LeadBatch {
  readonly source: LeadSource;
  /** For rows that name no source of theirs; null leaves them without. */
  readonly defaultSource: string | null;
  /** Where to go on: after this batch, or (`isDone` false) so that it comes again. */
  cursorAfter(isDone: boolean): string;
  /**
   * E2: called once the batch is stored, where the source is told what its leads have become. Returns what could not be told, one
   * sentence each; never throws for what the source does.
   */
  writeBack?(leadsOf: LeadLookup): Promise<readonly string[]>;
}

/** The leads of these keys, by key; whoever is not known is missing. */
export type LeadLookup = (emailKeys: readonly string[]) => ReadonlyMap<string, Lead>;
