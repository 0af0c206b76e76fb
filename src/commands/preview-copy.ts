import { HeadgateError } from '../core/errors.ts';
import type { PlannedDraft, RunPlan } from '../core/planner.ts';
import { modelCostsByLead, modelTotals } from '../store/model-calls.ts';
import { asksModel } from './engine/drafting.ts';
import type { Engine } from './engine/engine.ts';
import { previewAsked, type PreviewedCopy } from './engine/model-preview.ts';
import { askingOptions } from './model-drafts.ts';
import { endAsPreview, hasFailedCopy, type Preview } from './run-ends.ts';
import { countOf } from './output/text.ts';
import { keepRestoredDoubt } from './run-ledger.ts';
import type { RunReport } from './run-report.ts';
import { stopReason, type RunSession } from './run-session.ts';

interface WithCopy {
  readonly engine: Engine;
  readonly preview: Preview;
  /** A6: plans so many drafts more, without the model that failed. */
  readonly refill: (places: number) => Promise<RunPlan>;
}

/**
 * `drip|nurture --preview --with-copy`: the preview with the words and verdicts of the model in it, each call taken from the budgets as a live one
 * is, and kept with the plan, so that `confirm` drafts exactly them and asks nobody (A17, F3). Throws what the model throws (69, 78), after the plan
 * of what was complete by then is saved: it was paid for (D4).
 */
export async function endWithCopy(session: RunSession, of: WithCopy): Promise<RunReport> {
  const { preview, engine } = of;
  if (!preview.plan.drafts.some(asksModel)) return endAsPreview(session, preview);
  const db = session.writer();
  // Each call raises the counter that tells a restored state: whoever is killed in between must not have lifted the doubt.
  db.write(() => {
    keepRestoredDoubt(session, db, preview.doubts);
  });
  const asking = await askingOptions(session, { isTimed: false });
  const options = { ...asking, writer: () => session.writer() };
  const seen = await previewAsked({ ...engine, db }, preview.plan, options);
  const more = await filledUp(session, of, seen);
  const plan = { ...preview.plan, drafts: [...seen.drafts, ...more] };
  const totals = modelTotals(db, session.runId);
  const written = { fellAway: seen.fellAway, totals };
  if (seen.ended !== null) return endEarly(session, { ...preview, plan, written }, seen.ended);
  const report = endAsPreview(session, { ...preview, plan, written });
  return { ...report, costs: modelCostsByLead(db, session.runId) };
}

/** A6, F3: who takes the places of those without words, as a live run would have it. */
async function filledUp(
  session: RunSession,
  { preview: { plan }, refill }: WithCopy,
  { drafts, fellAway, ended }: PreviewedCopy,
): Promise<readonly PlannedDraft[]> {
  if (ended !== null || plan.blastRadius.over || stopReason(session.workspace) !== null) return [];
  if (!hasFailedCopy(fellAway)) return [];
  const places = plan.caps.left - drafts.length;
  if (places <= 0) return [];
  const isTaken = new Set(drafts.map(({ candidate }) => candidate.lead.rowId));
  // Nothing is drafted: those that need no model come back with the others, and take their own places.
  const known = drafts.filter(({ copy }) => copy.byModel === undefined).length;
  const more = await refill(places + known);
  return more.drafts.filter(({ candidate }) => !isTaken.has(candidate.lead.rowId)).slice(0, places);
}

/** D4: what is complete was paid for, and waits in its plan. */
function endEarly(session: RunSession, preview: Preview, error: HeadgateError): never {
  const { code, exit, fix, details } = error;
  const { planId } = endAsPreview(session, { ...preview, exit, quiet: null, endedBy: code });
  const { length } = preview.plan.drafts;
  const kept =
    planId === null || length === 0
      ? 'Nothing was drafted.'
      : `Nothing was drafted. ${countOf(length, 'draft')} complete until then: headgate confirm ${planId}`;
  throw new HeadgateError(error.message, {
    ...{ code, exit, details, notDone: kept, runId: session.runId, cause: error },
    ...(fix === undefined ? {} : { fix }),
  });
}
