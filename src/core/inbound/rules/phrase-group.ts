import { foldPhrases } from '../phrases.ts';
import type { RefusalReason } from '../verdict.ts';

/** Words that mean one reason; where they come from stands beside them. */
export interface PhraseGroup {
  readonly reason: RefusalReason;
  /** Standard, programs or vendors that use these words. */
  readonly source: string;
  /** As `hasPhrase` reads them. */
  readonly phrases: readonly string[];
  /** Of a group of word pairs, asked of folded words; they name what they found `thing` and `said`. */
  readonly patterns: readonly RegExp[];
  /** Words that no filter uses: they count without a status and whatever step they answer. */
  readonly isPrecise: boolean;
}

/** A row of the tables in this folder. */
export function group(reason: RefusalReason, source: string, phrases: readonly string[]): PhraseGroup {
  return { reason, source, phrases: foldPhrases(phrases), patterns: [], isPrecise: false };
}

/** A row of words that no filter uses. */
export function precise(reason: RefusalReason, source: string, phrases: readonly string[]): PhraseGroup {
  return { ...group(reason, source, phrases), isPrecise: true };
}
