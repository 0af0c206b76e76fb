import { foldLetters } from '../phrases.ts';
import type { RefusalReason } from '../verdict.ts';
import type { PhraseGroup } from './phrase-group.ts';

/** A thing and what is said of it: servers join the same two in endless ways ("mailbox kim@… was not found here"). */
export interface WordPairs {
  readonly reason: RefusalReason;
  /** Standard, programs or vendors that use these words. */
  readonly source: string;
  /** Nouns; as regular expressions, without capturing groups. */
  readonly things: readonly string[];
  /** What follows the thing within half a line and the same sentence. */
  readonly after: readonly string[];
  /** What stands in front of the thing, with at most two words between: `no such local user`. */
  readonly before: readonly string[];
  readonly gap: keyof typeof GAPS;
}

/**
 * Not over the end of a sentence; and, where the pair condemns an address, nor over a colon, because what stands behind
 * one may be said of something else. What lets an address live may be read more freely.
 */
const GAPS = {
  tight: String.raw`:? ?(?:[^.:;!?]|\.(?! )){0,40}?`,
  loose: String.raw`(?:[^.;!?]|\.(?! )){0,60}?`,
};
/** A word begins, or the tail of one that is denied: "doesn't exist". */
const START = "(?:(?<![a-z])|(?=n't))";
/** No preposition: "invalid message for the user" is said of the message. */
const WORD = String.raw`(?!(?:for|from|in|to|of|by|on|at|with|and|than) )[\p{L}-]{1,20}(?:\.[\p{L}-]{1,20}){0,3}`;
const WORDS = `(?:${WORD} ){0,2}`;

/**
 * A row of the tables in this folder, as one expression each way. Both gaps are bounded, so that the work is linear in
 * the length of the text. Latin words begin where a word begins; in other scripts there is no telling.
 */
export function pairs({ reason, source, things, after, before, gap }: WordPairs): PhraseGroup {
  const thing = `(?<![a-z])(?<thing>${alternatives(things)})(?![a-z])`;
  const patterns = [
    after.length === 0 ? null : `${thing}${GAPS[gap]}${START}(?<said>${alternatives(after)})(?![a-z])`,
    before.length === 0 ? null : `${START}(?<said>${alternatives(before)}) ?${WORDS}${thing}`,
  ];
  return {
    reason,
    source,
    phrases: [],
    patterns: patterns.filter((pattern) => pattern !== null).map((pattern) => new RegExp(pattern, 'u')),
    isPrecise: false,
  };
}

function alternatives(fragments: readonly string[]): string {
  return fragments.map(foldLetters).join('|');
}
