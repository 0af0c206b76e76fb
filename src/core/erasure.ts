/**
 * What stays of a person who was erased: a lead that says nothing, and on the suppression list, in place of the address, a keyed hash
 * of it, so that the same address is never mailed again. Both are known by how they begin: no address has a colon before its @.
 */
export const ERASED_PREFIX = 'erased:';

/** The reason that the suppression list gives for such a hash. */
export const ERASED_REASON = 'erased';

/** What stands in the place of words that had to stay words. */
export const ERASED_WORDS = '(erased)';

/** In the place of an address, on the list and in the send journal. */
export function erasedKey(hash: string): string {
  return `${ERASED_PREFIX}${hash}`;
}

/** Whether this stands for somebody who was erased, and is no address. */
export function isErasedKey(emailKey: string): boolean {
  return emailKey.startsWith(ERASED_PREFIX);
}

/** One line of the file beside the state that a restore does not turn back (A15). */
export type ErasureLine =
  | { readonly kind: 'key'; readonly key: string; readonly at: number }
  | { readonly kind: 'erased'; readonly leadId: string; readonly hash: string; readonly at: number }
  /** A person took the hash off the list again, with a reason. */
  | { readonly kind: 'lifted'; readonly hash: string; readonly at: number };

/** What the lines come to: the last word about each hash counts. */
export interface KnownErasures {
  readonly keys: readonly { readonly key: string; readonly at: number }[];
  readonly erased: readonly { readonly leadId: string; readonly hash: string; readonly at: number }[];
  /** Hashes that may not be mailed. */
  readonly barred: ReadonlySet<string>;
}

/** Reads the lines in the order in which they were written. */
export function knownErasures(lines: Iterable<ErasureLine>): KnownErasures {
  const keys = new Map<string, number>();
  const erased = new Map<string, { leadId: string; hash: string; at: number }>();
  const barred = new Set<string>();
  for (const line of lines) {
    if (line.kind === 'key') keys.set(line.key, keys.get(line.key) ?? line.at);
    else if (line.kind === 'lifted') barred.delete(line.hash);
    else {
      barred.add(line.hash);
      erased.set(line.leadId, { leadId: line.leadId, hash: line.hash, at: line.at });
    }
  }
  return { keys: [...keys].map(([key, at]) => ({ key, at })), erased: [...erased.values()], barred };
}

/** Which of the other lines tell of somebody, or of a key, that these do not know of. What was lifted elsewhere stays barred here. */
export function newsAmong(
  others: readonly ErasureLine[],
  lines: readonly ErasureLine[],
): readonly ErasureLine[] {
  const known = knownErasures(lines);
  const keys = new Set(known.keys.map(({ key }) => key));
  const leadIds = new Set(known.erased.map(({ leadId }) => leadId));
  return others.filter(
    (line) =>
      (line.kind === 'key' && !keys.has(line.key)) || (line.kind === 'erased' && !leadIds.has(line.leadId)),
  );
}
