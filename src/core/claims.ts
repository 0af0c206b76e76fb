/** One thing that a draft says and that a person would look up before approving it. */
export interface Claim {
  readonly kind: 'link' | 'address' | 'number';
  readonly text: string;
  /** The fact of the lead that says it, or `the step`; null: it stands in this draft alone. */
  readonly source: string | null;
}

/** One thing that is known of the lead, and whether the draft uses it word for word. */
export interface FactUse {
  readonly name: string;
  readonly value: string;
  readonly isInDraft: boolean;
}

export interface ClaimSources {
  /** The lead's own fields that are filled. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  /** What the sequence's step says in every mail, and what is known of the sender. */
  readonly stepCopy: string;
}

const LINK = /https?:\/\/[^\s<>()[\]"']+/g;
const ADDRESS = /[^\s<>()[\]"',;:]+@[^\s<>()[\]"',;:]+\.[a-z]{2,}/gi;
/** A number with its sign or unit: 30, 12.5 %, €1,200, 2026. */
const NUMBER = /[€$£]\s?\d[\d.,]*|\d[\d.,]*(?:\s?[%€])?/g;
const CLAIMS_MAX = 30;

/**
 * What in a draft can be looked up, each once, with where it comes from (D5, the review page): links and addresses as written,
 * numbers with their unit. A number is found where the same digits stand by themselves.
 */
export function claimsOf(draft: string, { facts, stepCopy }: ClaimSources): readonly Claim[] {
  const links = matches(draft, LINK).map(trimEnd);
  const withoutLinks = draft.replace(LINK, ' ');
  const addresses = matches(withoutLinks, ADDRESS).map(trimEnd);
  const numbers = matches(withoutLinks.replace(ADDRESS, ' '), NUMBER).map(trimEnd);
  const sourceOf = (text: string): string | null =>
    facts.find(([, value]) => holds(value, text))?.[0] ?? (holds(stepCopy, text) ? 'the step' : null);
  const claim =
    (kind: Claim['kind']) =>
    (text: string): Claim => ({ kind, text, source: sourceOf(text) });
  return [
    ...links.map(claim('link')),
    ...addresses.map(claim('address')),
    ...numbers.map(claim('number')),
  ].slice(0, CLAIMS_MAX);
}

/** The facts with whether the draft uses them; a value of one or two characters would be found anywhere. */
export function factUses(draft: string, facts: ClaimSources['facts']): readonly FactUse[] {
  return facts.map(([name, value]) => ({
    name,
    value,
    isInDraft: value.length > 2 && draft.toLowerCase().includes(value.toLowerCase()),
  }));
}

function matches(text: string, pattern: RegExp): readonly string[] {
  return [...new Set(text.match(pattern))];
}

/** Punctuation behind it belongs to the sentence. */
function trimEnd(text: string): string {
  return text.replace(/[.,;:!?]+$/, '');
}

/** Whether a text holds another one that is not a part of a longer number or word. */
function holds(text: string, part: string): boolean {
  let at = text.indexOf(part);
  while (at !== -1) {
    const before = text.charAt(at - 1);
    const after = text.slice(at + part.length, at + part.length + 2);
    if (!/[\p{L}\p{N}]/u.test(before) && !/^(?:[\p{L}\p{N}]|[.,]\d)/u.test(after)) return true;
    at = text.indexOf(part, at + 1);
  }
  return false;
}
