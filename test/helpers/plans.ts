import type { Candidate } from '../../src/core/candidate.ts';
import type { CapsLeft } from '../../src/core/guards/caps.ts';
import { planRun, writtenCopy, type PlannerInput, type RunPlan } from '../../src/core/planner.ts';
import { candidate, guardContext, type CandidateParts } from './candidates.ts';

export const COPY = writtenCopy({ subject: 'A subject', preheader: null, bodyMarkdown: 'A body' });
export const CAPS: CapsLeft = { perRun: 5, perDay: 10, usedToday: 0, left: 5, bindingReason: 'cap_run' };
const VOLUME = { madeToday: 0, recentDays: [], releasedToday: 0, factor: 3, floor: 4 };

/** The plan of a drip of five a run over these candidates, all of whose words can be written. */
export function plan(candidates: Iterable<Candidate>, changes: Partial<PlannerInput> = {}): RunPlan {
  return planRun({
    job: 'drip',
    candidates,
    context: guardContext(),
    caps: CAPS,
    volume: VOLUME,
    queueLength: 0,
    writeCopy: () => ({
      kind: 'rendered',
      copy: COPY,
    }),
    ...changes,
  });
}

/** So many leads in the order of their row ids, each with a due step. */
export function leads(count: number, parts: CandidateParts = {}): Candidate[] {
  return Array.from({ length: count }, (_, index) =>
    candidate({
      ...parts,
      lead: { rowId: index + 1, id: `l-${String(index)}`, ...parts.lead },
      enrollment: { rowId: index + 1, ...parts.enrollment },
    }),
  );
}
