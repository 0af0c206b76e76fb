import { parseDomain } from '../mail-domain.ts';

/** The operator's own list of domains that belong together (B8), and what of it could not be read. */
export interface AllowList {
  /** Each domain's groups, by number. */
  readonly groupsOf: ReadonlyMap<string, readonly number[]>;
  readonly problems: readonly { readonly line: number; readonly what: string }[];
}

export const EMPTY_ALLOW_LIST: AllowList = { groupsOf: new Map(), problems: [] };

/**
 * Reads `attribution.allow`: on each line two or more domains of one company, between them spaces, commas or `=`; `#` begins a comment. Any
 * order, any number of lines a domain. A line that cannot be read is a problem and takes no other with it.
 */
export function parseAllowList(text: string): AllowList {
  const groupsOf = new Map<string, number[]>();
  const problems: { line: number; what: string }[] = [];
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const words = raw
      .replace(/#.*/, '')
      .split(/[\s,=]/)
      .filter((word) => word !== '');
    const line = index + 1;
    const [first, second] = words;
    if (first !== undefined && second === undefined) {
      problems.push({ line, what: `"${first}" stands alone: a line names two domains or more` });
      continue;
    }
    for (const word of words) {
      const parsed = parseDomain(word.replace(/^@/, ''));
      if ('problem' in parsed) problems.push({ line, what: `"${word}": ${parsed.problem}` });
      else groupsOf.set(parsed.domain, [...(groupsOf.get(parsed.domain) ?? []), line]);
    }
  }
  return { groupsOf, problems };
}

/** Whether some line names both. */
export function areListedTogether({ groupsOf }: AllowList, one: string, other: string): boolean {
  const groups = groupsOf.get(one);
  const others = groupsOf.get(other);
  return groups !== undefined && others !== undefined && groups.some((group) => others.includes(group));
}
