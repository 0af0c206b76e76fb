import type { SequenceDefinition, StepDefinition, StoredSequence, Trigger } from '../../src/core/model.ts';
import { definitionHash } from '../../src/core/text-hash.ts';

export const NO_TRIGGER: Trigger = {
  forms: [],
  sources: [],
  platforms: [],
  notesContain: [],
  tags: [],
  where: [],
  catchAll: false,
  priority: 0,
  allowParallel: false,
};

/** A step of fixed words, two days after the one before it. */
export function stepDefinition(id: string, changes: Partial<StepDefinition> = {}): StepDefinition {
  return {
    id,
    timing: { kind: 'after', delay: { unit: 'elapsed', ms: 2 * 86_400_000 } },
    window: null,
    maxLateMs: null,
    thread: 'reply',
    noReplyMs: null,
    renamedFrom: null,
    copy: {
      subject: `Subject of ${id}`,
      preheader: null,
      mode: 'fixed',
      length: 'medium',
      briefing: null,
      continuesThread: true,
      bodyMarkdown: `Body of ${id}\n`,
    },
    ...changes,
  };
}

/** An active drip sequence with these steps. */
export function sequenceDefinition(
  id: string,
  steps: readonly (StepDefinition | string)[],
  changes: Partial<SequenceDefinition> = {},
): SequenceDefinition {
  return {
    id,
    title: id,
    description: null,
    status: 'active',
    kind: 'drip',
    campaign: null,
    approve: 'ask',
    gap: 'planned',
    late: 'ask',
    maxLateMs: null,
    trigger: NO_TRIGGER,
    from: null,
    replyTo: null,
    window: null,
    renamedFrom: null,
    steps: steps.map((step) => (typeof step === 'string' ? stepDefinition(step) : step)),
    ...changes,
  };
}

/** The same as if it had been applied with these row ids; steps get the following ones. */
export function storedSequence(definition: SequenceDefinition, rowId = 1): StoredSequence {
  return {
    ...definition,
    rowId,
    steps: definition.steps.map((step, position) => ({
      ...step,
      rowId: rowId * 100 + position,
      position,
      deletedAt: null,
    })),
    appliedAt: 0,
    definitionHash: definitionHash(definition),
  };
}
