import { closedAt } from './openings.ts';
import { draftName, type Promised } from './promised.ts';
import type { FreshDraft, Row, View } from './view.ts';

/** What may never happen to a lead, judged for each draft that the command just made. */
export const DRAFT_PROMISES: readonly Promised[] = [
  { name: 'A2 watermark', broken: eachDraft(brokenWatermark) },
  { name: 'A11 C3 the lead’s hours and windows', broken: eachDraft(brokenHours) },
  { name: 'A16 late steps', broken: eachDraft(brokenLate) },
  {
    name: 'B3 B6 nobody who must not be written to',
    broken: eachDraft((view, { leadRowId }) => excluded(view, leadRowId)),
  },
  { name: 'B7 nurture', broken: eachDraft(brokenNurture) },
  { name: 'B8 attribution', broken: eachDraft(brokenAttribution) },
  { name: 'B9 paused sequences', broken: eachDraft(brokenPausedSequence) },
  { name: 'C2 due', broken: eachDraft(brokenDue) },
  { name: 'C5 steps in order', broken: eachDraft(brokenOrderOfSteps) },
];

type DraftRule = (view: View, draft: FreshDraft) => string | null;

function eachDraft(rule: DraftRule): Promised['broken'] {
  return (view) =>
    view.drafts.flatMap((draft) => {
      const why = rule(view, draft);
      return why === null ? [] : [`${draftName(draft)}: ${why}`];
    });
}

function brokenWatermark({ rules, rows }: View, draft: FreshDraft): string | null {
  const [other] = rows(
    `SELECT max(g.made_at) AS at FROM draft_log g WHERE g.lead_row_id = ? AND NOT (g.message_row_id = ? AND g.revision = ?)`,
    draft.leadRowId,
    draft.messageRowId,
    draft.revision,
  );
  const last = other?.['at'] ?? null;
  if (last === null || draft.madeAt - Number(last) >= rules.watermarkMs) return null;
  return `${hours(draft.madeAt - Number(last))} after the draft before it`;
}

function brokenHours({ rules, tick, rows }: View, { leadRowId, stepRowId }: FreshDraft): string | null {
  const [row] = rows(
    `SELECT l.zone, s.definition_json AS step, q.definition_json AS sequence FROM leads l, steps s JOIN sequences q ON q.row_id = s.sequence_row_id
     WHERE l.row_id = ? AND s.row_id = ?`,
    leadRowId,
    stepRowId,
  );
  return row === undefined ? 'nothing is known of it' : closedAt(tick.at, row, rules);
}

/** A16: a step that slept through a silence goes by what its sequence says. */
function brokenLate({ rules, before, tick, rows }: View, draft: FreshDraft): string | null {
  if (draft.kind !== 'drip') return null;
  const [row] = rows(
    `SELECT e.due_at, json_extract(q.definition_json, '$.late') AS late FROM enrollments e JOIN sequences q ON q.row_id = e.sequence_row_id
     WHERE e.row_id = ?`,
    draft.enrollmentRowId,
  );
  const dueAt = row?.['due_at'] ?? null;
  if (dueAt === null) return null;
  const presentAt = Number(before.jobs.get(draft.job)?.['present_at'] ?? 0);
  const silences = [
    { startedAt: presentAt, endedAt: tick.at },
    ...rows('SELECT started_at, ended_at FROM silences WHERE job = ?', draft.job).map((silence) => ({
      startedAt: Number(silence['started_at']),
      endedAt: Number(silence['ended_at']),
    })),
  ];
  const isLate = silences.some(
    ({ startedAt, endedAt }) => startedAt < Number(dueAt) && endedAt > Number(dueAt) + rules.maxLateMs,
  );
  if (!isLate) return null;
  if (row?.['late'] !== 'ask') return `late, and its sequence says ${String(row?.['late'])}`;
  return draft.approvedBy === 'sequence' ? 'late, and no person was asked' : null;
}

/** Why a lead must not be written to at all; null when it may. A list that it was put on at `listedAt` or later says nothing. */
export function excluded(
  { rows, tick }: View,
  leadRowId: number,
  listedAt = Number.MAX_SAFE_INTEGER,
): string | null {
  const [lead] = rows(
    `SELECT l.*, (SELECT reason FROM suppressions s WHERE s.email_key = l.email_key AND s.added_at < ?) AS suppressed
     FROM leads l WHERE l.row_id = ?`,
    listedAt,
    leadRowId,
  );
  if (lead === undefined) return 'the lead is gone';
  if (lead['suppressed'] !== null) return 'suppressed';
  if (lead['opted_out'] === 1) return 'opted out';
  if (lead['do_not_contact'] === 1) return 'do not contact';
  if (lead['spam'] === 1) return 'spam';
  if (lead['stage'] === 'customer' || lead['stage'] === 'disqualified') return `stage ${lead['stage']}`;
  if (lead['status'] === 'unqualified') return 'unqualified';
  return Number(lead['held_until'] ?? 0) > tick.at ? 'on hold' : null;
}

function brokenNurture({ rules, tick, rows }: View, draft: FreshDraft): string | null {
  if (draft.kind !== 'nurture') return null;
  const [lead] = rows(
    `SELECT l.stage, l.nurture_count,
       (SELECT count(*) FROM enrollments e WHERE e.lead_row_id = l.row_id AND e.status IN ('pending', 'active') AND e.row_id <> ?) AS in_flight,
       (SELECT count(*) FROM enrollments e WHERE e.lead_row_id = l.row_id AND e.kind = 'nurture') AS follow_ups,
       coalesce(l.last_contact_at, l.updated_at, l.created_at, l.imported_at) AS cold_since,
       (SELECT max(max(g.made_at, coalesce(m.sent_at, 0), CASE m.state WHEN 'rejected' THEN m.ended_at ELSE 0 END))
          FROM messages m JOIN draft_log g ON g.message_row_id = m.row_id
          WHERE m.lead_row_id = l.row_id AND m.row_id <> ?) AS last_message
     FROM leads l WHERE l.row_id = ?`,
    draft.enrollmentRowId,
    draft.messageRowId,
    draft.leadRowId,
  );
  if (lead === undefined) return 'the lead is gone';
  if (!['new', 'contacted', 'proposal'].includes(String(lead['stage'])))
    return `stage ${String(lead['stage'])}`;
  if (Number(lead['follow_ups']) > rules.nurtureMax) return `follow-up number ${String(lead['follow_ups'])}`;
  if (Number(lead['in_flight']) > 0) return 'in flight';
  // A revision of a follow-up passed these when the follow-up was made.
  if (draft.revision > 1) return null;
  if (Number(lead['cold_since']) + rules.coldMs > tick.at) return 'not cold yet';
  return Number(lead['last_message'] ?? 0) + rules.quietMs > tick.at ? 'within the quiet days' : null;
}

function brokenAttribution({ rows }: View, draft: FreshDraft): string | null {
  const [lead] = rows('SELECT attribution FROM leads WHERE row_id = ?', draft.leadRowId);
  return lead?.['attribution'] === 'mismatch' ? 'the address is of another company' : null;
}

function brokenPausedSequence({ rows }: View, draft: FreshDraft): string | null {
  const [sequence] = rows('SELECT id, status FROM sequences WHERE row_id = ?', draft.sequenceRowId);
  return sequence?.['status'] === 'active'
    ? null
    : `${String(sequence?.['id'])} is ${String(sequence?.['status'])}`;
}

function brokenDue({ tick, rows }: View, draft: FreshDraft): string | null {
  const [enrollment] = rows(
    'SELECT due_at, next_due_at, retry_at FROM enrollments WHERE row_id = ?',
    draft.enrollmentRowId,
  );
  const dueAt = Math.max(
    Number(enrollment?.['due_at'] ?? 0),
    Number(enrollment?.['next_due_at'] ?? 0),
    Number(enrollment?.['retry_at'] ?? 0),
  );
  return dueAt > tick.at ? `due in ${hours(dueAt - tick.at)}` : null;
}

/** C5: the first live step behind the last one delivered or passed over, and none twice. */
function brokenOrderOfSteps({ rows }: View, draft: FreshDraft): string | null {
  if (draft.kind !== 'drip') return null;
  const steps = rows(
    `SELECT s.row_id, s.position, s.deleted_at, m.state FROM steps s
     LEFT JOIN messages m ON m.step_row_id = s.row_id AND m.enrollment_row_id = ?
     WHERE s.sequence_row_id = ? ORDER BY s.position, s.deleted_at IS NULL`,
    draft.enrollmentRowId,
    draft.sequenceRowId,
  );
  const own = steps.findIndex((step) => step['row_id'] === draft.stepRowId);
  const isSettled = ({ state }: Row): boolean =>
    ['sent', 'uncertain', 'rejected', 'skipped'].includes(String(state));
  const later = steps.slice(own + 1).find(isSettled);
  if (later !== undefined)
    return `step ${String(later['row_id'])} behind it is ${String(later['state'])} already`;
  // D11: expired or discarded, the same step is due again; one put in front of it since comes too late for this lead.
  if (draft.revision > 1) return null;
  const lastSettled = steps.findLastIndex((step, index) => index < own && isSettled(step));
  const between = steps.slice(lastSettled + 1, own).find((step) => step['deleted_at'] === null);
  return between === undefined ? null : `step ${String(between['row_id'])} comes first`;
}

function hours(ms: number): string {
  return `${(ms / 3_600_000).toFixed(1)} h`;
}
