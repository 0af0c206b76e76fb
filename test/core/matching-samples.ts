import type { MatchableSequence, MatchContext } from '../../src/core/matching.ts';
import type { LeadFields, Trigger } from '../../src/core/model.ts';

/** A lead that nothing excludes. */
export function sampleLead(fields: Partial<LeadFields> = {}): LeadFields {
  return {
    email: 'maren@vogt.example',
    emailKey: 'maren@vogt.example',
    firstName: 'Maren',
    lastName: null,
    company: null,
    companyDomain: null,
    country: null,
    region: null,
    timezone: null,
    stage: 'new',
    status: 'new',
    source: null,
    sourceFormId: null,
    platform: null,
    tags: [],
    notes: null,
    createdAt: null,
    updatedAt: null,
    lastContactAt: null,
    optedOut: false,
    doNotContact: false,
    spam: false,
    custom: {},
    ...fields,
  };
}

/** An active drip sequence with one live step. */
export function sampleSequence(
  id: string,
  trigger: Partial<Trigger> = {},
  rest: Partial<MatchableSequence> = {},
): MatchableSequence {
  return {
    // Stable and different for different ids, which is all that matching needs.
    rowId: [...id].reduce((sum, character) => sum * 31 + character.charCodeAt(0), 7),
    id,
    kind: 'drip',
    status: 'active',
    steps: [{ deletedAt: null }],
    ...rest,
    trigger: {
      forms: [],
      sources: [],
      platforms: [],
      notesContain: [],
      tags: [],
      where: [],
      catchAll: false,
      priority: 0,
      allowParallel: false,
      ...trigger,
    },
  };
}

/** A lead that is in no sequence and on no list. */
export const UNKNOWN_LEAD: MatchContext = { suppressedReason: null, live: [] };
