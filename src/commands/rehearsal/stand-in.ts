import type { PlannedDraft } from '../../core/planner.ts';
import { applyWritten, asksModel, type Applied, type DraftedItem } from '../engine/drafting.ts';
import type { HeldBack } from '../../core/planner.ts';
import type { RehearsalSeat } from './seat.ts';

/**
 * In the place of a model, which is never asked: a step that it would write is drafted with its own words and its gap shown; whom it
 * would judge stays unknown, and goes the way that the configuration names for those (B8).
 */
export const standIn: RehearsalSeat['standIn'] = (engine, { plan, options, done }) => {
  const drafted: DraftedItem[] = [];
  const fellAway: HeldBack[] = [];
  for (const draft of plan.drafts) {
    if (!asksModel(draft)) continue;
    if (draft.claim !== undefined && engine.policy.attribution.unknown !== 'ask') {
      fellAway.push(unjudged(draft));
      continue;
    }
    const askReason = draft.askReason ?? (draft.claim === undefined ? null : 'attribution_unknown');
    const made: Applied = applyWritten(engine, {
      plan,
      draft: { ...draft, askReason },
      words: draft.copy.words(),
      byModel: null,
      messageId: options.random.publicId('m'),
      done: done + drafted.length,
      options,
    });
    drafted.push(...made.drafted);
    fellAway.push(...made.fellAway);
  }
  return { drafted, fellAway };
};

function unjudged({ candidate }: PlannedDraft): HeldBack {
  return { candidate, reason: 'attribution_unknown', until: null, detail: 'a model would judge it' };
}
