import { hash } from 'node:crypto';

import type { SequenceDefinition } from './model.ts';

/** The three texts of a message that an approval is bound to. */
export interface HashedCopy {
  readonly subject: string;
  readonly preheader: string | null;
  readonly bodyMarkdown: string;
}

/**
 * SHA-256 (64 hex digits) of subject, preheader and body. An approval, a button and an edit name it, so that nobody
 * approves words that have changed since (D5, hardening 56). The parts are quoted: moving a word from one part to
 * the next changes the hash.
 */
export function textHash(copy: HashedCopy): string {
  return sha256(JSON.stringify([copy.subject, copy.preheader, copy.bodyMarkdown]));
}

/**
 * SHA-256 of one sequence as defined, words included (C5: words become active by `apply` too). The order of keys in
 * memory does not count; the order of steps does.
 */
export function definitionHash(definition: SequenceDefinition): string {
  return sha256(canonicalJson(definition));
}

/** One hash for a whole set of sequences, whatever order they are listed in (A17: a plan is stale when it moved). */
export function combinedHash(sequences: readonly { readonly id: string; readonly hash: string }[]): string {
  const lines = sequences.map((sequence) => `${sequence.id} ${sequence.hash}`);
  return sha256(lines.sort().join('\n'));
}

/** JSON with the keys of every object in order, so that equal values give equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([left], [right]) => (left < right ? -1 : 1)));
  });
}

/** SHA-256 of a text in UTF-8, as 64 hex digits. */
export function sha256(text: string): string {
  return hash('sha256', text, 'hex');
}
