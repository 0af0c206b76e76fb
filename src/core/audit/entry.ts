import type { Instant } from '../model.ts';
import { sha256 } from '../text-hash.ts';
import type { AuditKind } from './kinds.ts';

/** Values that a detail may hold: numbers, words from closed lists, random public ids and hashes. Never an address, a name or a text. */
export type AuditDetail = Readonly<
  Record<string, string | number | boolean | null | readonly string[] | readonly number[]>
>;

/** Something that is to be recorded. */
export interface AuditAct {
  readonly at: Instant;
  readonly kind: AuditKind;
  /** Who did it, see `personActor` and `runActor`. */
  readonly actor: string;
  /** Public id of what it was done to (`m-…`, `l-…`, `p-…`, `r-…`, `s-…`), or the id of a sequence; null for none. */
  readonly subject: string | null;
  readonly detail: AuditDetail;
}

/** One link of the chain, as it is stored. */
export interface AuditEntry {
  /** 1 for the first; the next one has the next, but for a `restored` entry, which leaves out what is gone. */
  readonly number: number;
  readonly at: Instant;
  /** A word of AUDIT_KINDS, or of a later version's. */
  readonly kind: string;
  readonly actor: string;
  readonly subject: string | null;
  /** Canonical JSON: keys in order, no spaces. */
  readonly detail: string;
  readonly previousHash: string;
  readonly hash: string;
}

/** The newest entry: whoever knows it outside of the state can tell whether one was changed, removed or left out since. */
export interface AuditHead {
  readonly number: number;
  readonly hash: string;
}

/** What the first entry follows. */
export const BEFORE_THE_FIRST: AuditHead = { number: 0, hash: '0'.repeat(64) };

/** The entry that follows `head`; `number` only for a `restored` entry, which goes on behind what is gone. */
export function nextEntry(head: AuditHead, act: AuditAct, number = head.number + 1): AuditEntry {
  const { at, kind, actor, subject } = act;
  const detail = JSON.stringify(act.detail, Object.keys(act.detail).sort());
  const fields = {
    number,
    at,
    kind,
    actor,
    subject,
    detail,
    previousHash: head.hash,
  };
  return { ...fields, hash: entryHash(fields) };
}

/** SHA-256 (64 hex digits) of `auditPreimage`. */
export function entryHash(entry: Omit<AuditEntry, 'hash'>): string {
  return sha256(auditPreimage(entry));
}

/**
 * The text, in UTF-8, that an entry's hash is made of: a JSON array without spaces,
 * `["<previous hash>",<number>,<at>,"<kind>","<actor>",<subject or null>,"<detail>"]`; the detail is the text that is stored.
 */
export function auditPreimage(entry: Omit<AuditEntry, 'hash'>): string {
  const { previousHash, number, at, kind, actor, subject, detail } = entry;
  return JSON.stringify([previousHash, number, at, kind, actor, subject, detail]);
}

/** The first digits of a hash, for people to compare. */
export function shortHash({ hash }: Pick<AuditHead, 'hash'>): string {
  return hash.slice(0, 12);
}

/** Where a person decides. */
export type AuditDoor = 'terminal' | 'web' | 'chat';

const NAME_LENGTH_MAX = 64;

/** `terminal:tom`, `web:tom`, `chat:4711`: the operator's user name, or the number that the chat knows them by. */
export function personActor(door: AuditDoor, name: string): string {
  return `${door}:${name.replace(/[^\w.@+-]/gu, '_').slice(0, NAME_LENGTH_MAX)}`;
}

/** `run:r-…`: the program in its own name, in that run. */
export function runActor(runId: string): string {
  return `run:${runId}`;
}
