import type { AuditEntry } from '../../../src/core/audit/entry.ts';

/** Who may stand as the actor: where a person decided and the name they have there, or a run. */
const ACTOR = /^(?:(?:terminal|web):[\w.@+-]{1,64}|chat:\d{1,20}|run:r-[a-z2-7]{16})$/;
/** Public ids, which are random, and the ids of sequences. */
const SUBJECT = /^(?:[lmprs]-[a-z0-9]{1,20}|[a-z0-9][a-z0-9-]{0,63})$/;
/** A hash, a public id, or a word of a closed list or of the configuration: never a space, an @ or a capital of a name. */
const WORD = /^(?:[0-9a-f]{64}|[a-z]-[a-z0-9]{1,20}|[a-z0-9][a-z0-9_.:-]{0,63}|[A-Z]{2})$/;

/** ADR 17: whatever stands in these entries that is neither an id, a hash, a number nor a word of a closed list. */
export function unfitFor(entries: readonly AuditEntry[]): readonly string[] {
  return entries.flatMap(({ kind, actor, subject, detail }) => [
    ...(ACTOR.test(actor) ? [] : [`${kind}: actor ${actor}`]),
    ...(subject === null || SUBJECT.test(subject) ? [] : [`${kind}: subject ${subject}`]),
    ...Object.entries(JSON.parse(detail) as Readonly<Record<string, unknown>>)
      .flatMap(([name, value]) => [name, ...(Array.isArray(value) ? (value as unknown[]) : [value])])
      .filter((value) => typeof value === 'string' && !WORD.test(value))
      .map((value) => `${kind}: ${String(value)}`),
  ]);
}
