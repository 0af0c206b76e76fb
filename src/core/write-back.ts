/** What a source of leads may be told of them (E2). */
export const WRITTEN_FACTS = ['status', 'stage', 'opted_out', 'bounced', 'last_contact_at'] as const;
export type WrittenFact = (typeof WRITTEN_FACTS)[number];

/** `status=Mail status`: which field of the table holds what we know. */
export interface WriteBackField {
  readonly fact: WrittenFact;
  readonly field: string;
}
