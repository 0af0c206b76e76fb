import type { OptOutSpool, SpooledAct } from '../../adapters/spool.ts';
import type { Lead } from '../../core/model.ts';
import { cancelLeadEnrollments } from '../../store/enrollments.ts';
import { leadById } from '../../store/leads.ts';
import { enqueueNotice } from '../../store/notices.ts';
import { refreshNurtureDue } from '../../store/nurture-queue.ts';
import { hasActInStory, optedOutOnPageAt, setOptedOutOnPage } from '../../store/opt-outs.ts';
import { addTimeline } from '../../store/timeline.ts';
import type { Engine } from '../engine/engine.ts';

/** How many acts one transaction takes. */
const BATCH_ACTS = 500;
/** So many that a folder which somebody fills on purpose ends a run late, and does not keep it for ever. */
const BATCHES_MAX = 2_000;

/**
 * Takes what readers decided on the unsubscribe page into the state (B6, D10), in the order in which it happened, and puts the files
 * away. The folder is read inside each transaction: two runs that fold at once find the same acts, and the second one does nothing.
 * Throws `spool_not_readable` (77), and what the file system throws when the files cannot be put away: an opt-out that is folded and
 * still lies there would bar its lead for good. Returns how many it took.
 */
export function foldOptOuts(engine: Engine, spool: OptOutSpool): number {
  let taken = 0;
  for (let batch = 0; batch < BATCHES_MAX; batch += 1) {
    const files = engine.db.write(() => {
      const acts = spool.acts().slice(0, BATCH_ACTS);
      applyActs(engine, acts);
      return acts.map(({ file }) => file);
    });
    spool.putAway(files);
    taken += files.length;
    if (files.length < BATCH_ACTS) break;
  }
  return taken;
}

/** What these acts do, in the caller's transaction; each once, however often it is read. */
export function applyActs(engine: Engine, acts: readonly SpooledAct[]): void {
  for (const act of acts) {
    const lead = leadById(engine.db, act.leadId);
    if (lead === null) tellUnknown(engine, act);
    else if (!hasActInStory(engine.db, lead.rowId, act.file)) apply(engine, lead, act);
  }
}

function apply(engine: Engine, lead: Lead, act: SpooledAct): void {
  const { db, now, policy } = engine;
  if (act.act === 'stop') stop(engine, lead, act);
  else undo(engine, lead, act);
  refreshNurtureDue(db, lead.rowId, { policy, now });
}

/** Whoever had opted out before, by whatever way, has done so still: the page's undo must not end what the page did not make. */
function stop(engine: Engine, lead: Lead, act: SpooledAct): void {
  const { db, now } = engine;
  if (!lead.optedOut) setOptedOutOnPage(db, { leadRowId: lead.rowId, at: act.at, now });
  const again = lead.optedOut ? '; had opted out before' : '';
  tell(engine, lead, {
    act,
    kind: 'opted_out',
    text: `asked for no more email on the unsubscribe page${again}`,
  });
  cancelLeadEnrollments(db, lead.rowId, { reason: 'opted_out', now });
}

/** Nobody is enrolled again by it (B6). */
function undo(engine: Engine, lead: Lead, act: SpooledAct): void {
  const { db, now } = engine;
  const pageAt = lead.optedOut ? optedOutOnPageAt(db, lead.rowId) : null;
  if (pageAt === null || pageAt > act.at) {
    const why = lead.optedOut ? 'the opt-out was not made there' : 'there was none';
    tell(engine, lead, {
      act,
      kind: 'undo',
      text: `pressed "That was a mistake" on the unsubscribe page; ${why}`,
    });
    return;
  }
  setOptedOutOnPage(db, { leadRowId: lead.rowId, at: null, now });
  tell(engine, lead, { act, kind: 'opted_in', text: 'took the opt-out back on the unsubscribe page' });
}

function tell(
  { db, now }: Engine,
  lead: Lead,
  { act, kind, text }: { readonly act: SpooledAct; readonly kind: string; readonly text: string },
): void {
  // The page's clock is this machine's; a story must not run ahead of the run that tells it.
  addTimeline(db, { leadRowId: lead.rowId, at: Math.min(act.at, now), kind, text, ref: act.file });
}

/** The link was ours, so the lead was too: in another state, or before it was erased. */
function tellUnknown({ db, now }: Engine, { leadId, act, file }: SpooledAct): void {
  if (act !== 'stop') return;
  enqueueNotice(db, {
    kind: 'opt_out_unknown',
    job: null,
    dedupeKey: `opt_out_unknown ${leadId}`,
    text: `${leadId} asked for no more email, and this state does not know that lead. The note is kept: unsub.d/folded/${file}`,
    runId: null,
    now,
    repeatAfterMs: Infinity,
  });
}
