import type { Promised } from './promised.ts';
import type { Row, View } from './view.ts';

/** What holds of the whole state after every command, killed ones included. */
export const STATE_PROMISES: readonly Promised[] = [
  { name: 'A7 one message per lead waits', broken: (view) => found(view, TWO_WAITING) },
  {
    name: 'D1 nothing is delivered twice',
    broken: (view) => [...found(view, TWO_ACCEPTED), ...found(view, CLAIMED_AFTER)],
  },
  { name: 'D1 an end is an end', broken: brokenEnds },
  { name: 'D4 no half draft outlives the next run', broken: brokenReservations },
  { name: 'B5 every live enrollment has a next step', broken: (view) => found(view, LOST_ENROLLMENTS) },
  { name: 'B6 an ended enrollment leaves no draft behind', broken: (view) => found(view, ORPHANED_DRAFTS) },
  { name: 'B7 no cold lead is forgotten', broken: brokenNurtureQueue },
  { name: 'A2 the watermark is the last draft', broken: (view) => found(view, WRONG_WATERMARKS) },
  { name: 'A6 every draft is counted once', broken: (view) => found(view, WRONG_LOGS) },
  { name: 'B7 follow-ups are counted', broken: (view) => found(view, WRONG_FOLLOW_UPS) },
  { name: 'counts of enrollments', broken: (view) => found(view, WRONG_COUNTS) },
  { name: 'A9 checkpoints', broken: brokenCheckpoints },
  { name: 'A15 the stamp is never ahead', broken: brokenStamp },
];

const WAITING = `('reserved', 'pending_approval', 'approved', 'sending', 'uncertain', 'held')`;

const TWO_WAITING = `
  SELECT lead_row_id AS lead, group_concat(id || ' ' || state) AS messages FROM messages
  WHERE state IN ${WAITING} GROUP BY lead_row_id HAVING count(*) > 1`;

const TWO_ACCEPTED = `
  SELECT message_row_id AS message, count(*) AS accepted FROM attempts WHERE event = 'accepted'
  GROUP BY message_row_id HAVING count(*) > 1`;

const CLAIMED_AFTER = `
  SELECT c.message_row_id AS message, o.event FROM attempts c JOIN attempts o ON o.message_row_id = c.message_row_id
  WHERE c.event = 'claimed' AND o.event = 'accepted' AND c.row_id > o.row_id`;

const LOST_ENROLLMENTS = `
  SELECT e.id, e.status, e.next_step_row_id AS step, e.next_due_at, s.deleted_at FROM enrollments e
  LEFT JOIN steps s ON s.row_id = e.next_step_row_id AND s.sequence_row_id = e.sequence_row_id
  WHERE (e.status IN ('pending', 'active')
      AND (s.row_id IS NULL OR s.deleted_at IS NOT NULL OR e.next_due_at IS NULL OR e.due_at IS NULL OR e.next_due_at < e.due_at)
      AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.enrollment_row_id = e.row_id AND m.state IN ('sending', 'uncertain')))
    OR (e.status NOT IN ('pending', 'active') AND (e.next_step_row_id IS NOT NULL OR e.ended_at IS NULL))`;

const ORPHANED_DRAFTS = `
  SELECT m.id, m.state, e.status FROM messages m JOIN enrollments e ON e.row_id = m.enrollment_row_id
  WHERE e.status NOT IN ('pending', 'active') AND m.state IN ('reserved', 'pending_approval', 'approved', 'held')`;

const WRONG_WATERMARKS = `
  SELECT l.row_id AS lead, l.watermark_at, g.made_at FROM leads l
  LEFT JOIN (SELECT lead_row_id, max(made_at) AS made_at FROM draft_log GROUP BY lead_row_id) g ON g.lead_row_id = l.row_id
  WHERE l.watermark_at IS NOT g.made_at`;

// A step that was passed over unwritten is a message without drafts.
const WRONG_LOGS = `
  SELECT m.id, m.state, m.revision, count(g.row_id) AS logged FROM messages m LEFT JOIN draft_log g ON g.message_row_id = m.row_id
  GROUP BY m.row_id HAVING count(g.row_id) <> m.revision AND NOT (m.state = 'skipped' AND count(g.row_id) = 0)`;

const WRONG_FOLLOW_UPS = `
  SELECT l.row_id AS lead, l.nurture_count, count(e.row_id) AS enrollments FROM leads l
  LEFT JOIN enrollments e ON e.lead_row_id = l.row_id AND e.kind = 'nurture'
  GROUP BY l.row_id HAVING count(e.row_id) <> l.nurture_count`;

const WRONG_COUNTS = `
  SELECT coalesce(c.sequence_row_id, e.sequence_row_id) AS sequence, coalesce(c.status, e.status) AS status, c.count, e.n
  FROM (SELECT * FROM enrollment_counts WHERE count <> 0) c
  FULL JOIN (SELECT sequence_row_id, status, count(*) AS n FROM enrollments GROUP BY 1, 2) e
    ON e.sequence_row_id = c.sequence_row_id AND e.status = c.status
  WHERE c.count IS NOT e.n`;

const FORGOTTEN_COLD = `
  SELECT l.row_id AS lead, l.stage, l.nurture_count FROM leads l
  WHERE l.nurture_due_at IS NULL AND l.stage IN ('new', 'contacted', 'proposal') AND l.status <> 'unqualified'
    AND l.opted_out = 0 AND l.do_not_contact = 0 AND l.spam = 0 AND l.nurture_count < ?
    AND NOT EXISTS (SELECT 1 FROM suppressions s WHERE s.email_key = l.email_key)
    AND NOT EXISTS (SELECT 1 FROM enrollments e WHERE e.lead_row_id = l.row_id AND e.status IN ('pending', 'active'))`;

function found({ rows }: View, sql: string): readonly string[] {
  return rows(sql).map(sentence);
}

function brokenNurtureQueue({ rows, rules }: View): readonly string[] {
  return rows(FORGOTTEN_COLD, rules.nurtureMax).map(sentence);
}

const FINAL_STATES = ['sent', 'rejected', 'failed', 'skipped', 'cancelled'];

function brokenEnds(view: View): readonly string[] {
  const states = new Map(
    view.rows('SELECT id, state FROM messages').map(({ id, state }) => [String(id), String(state)]),
  );
  return [...view.before.messageStates.entries()]
    .filter(([, state]) => FINAL_STATES.includes(state))
    .filter(
      ([id, state]) => states.get(id) !== state && !isPutRight(view, { id, was: state, is: states.get(id) }),
    )
    .map(([id, state]) => `${id} was ${state} and is ${states.get(id) ?? 'gone'}`);
}

/** What an older state did not know is put right: it left, or may have, whatever that state made of it since, and no person has said otherwise. */
function isPutRight(
  { before, tick, journalOf, rows }: View,
  { id, was, is }: { readonly id: string; readonly was: string; readonly is: string | undefined },
): boolean {
  const { restored_at: restoredAt, write_counter: counter } = before.header;
  const isOlder = restoredAt !== null || before.stampCounter > Number(counter);
  if (!isOlder || was === 'sent' || !['adopt', 'sync'].includes(tick.command)) return false;
  if (is !== undefined) return mayHaveLeft(journalOf(id), is);
  // The same step of the same enrollment left under another id, in days that this state never saw.
  const [other] = rows(
    'SELECT id, state FROM messages WHERE row_id = ?',
    before.messageRowIds.get(id) ?? null,
  );
  return other !== undefined && mayHaveLeft(journalOf(String(other['id'])), String(other['state']));
}

function mayHaveLeft(events: readonly string[], state: string): boolean {
  const since = events.slice(events.lastIndexOf('settled_not_sent') + 1);
  const signs = state === 'sent' ? ['claimed', 'accepted', 'settled_sent'] : ['claimed', 'unknown'];
  return ['sent', 'uncertain'].includes(state) && since.some((event) => signs.includes(event));
}

/** Only the run that was killed may leave one; the job's next live run has undone it. */
function brokenReservations({ tick, rows }: View): readonly string[] {
  const isLive = [0, 31, 32].includes(tick.code) && !tick.isKilled && tick.by === 'timer';
  if (!isLive || !['drip', 'nurture'].includes(tick.command)) return [];
  return rows(`SELECT id, state FROM messages WHERE state = 'reserved' AND job = ?`, tick.command).map(
    sentence,
  );
}

const STILL_CODES = [30, 33, 34];

function brokenCheckpoints({ before, tick, rows }: View): readonly string[] {
  // Send's 30 has moved what it doubted to held; a 33 of `confirm` may be that of one job only.
  if (!STILL_CODES.includes(tick.code) || !['drip', 'nurture'].includes(tick.command)) return [];
  return rows('SELECT job, checkpoint_at FROM jobs')
    .filter(({ job, checkpoint_at: at }) => at !== (before.jobs.get(String(job))?.['checkpoint_at'] ?? null))
    .map(({ job }) => `${tick.command} ended ${tick.code} and moved the checkpoint of ${String(job)}`);
}

function brokenStamp({ stampCounter, before, rows }: View): readonly string[] {
  // Of a restored state it is, until somebody adopts it: that is what it is for.
  if (before.stampCounter > Number(before.header['write_counter'])) return [];
  const counter = Number(rows('SELECT write_counter FROM state_header')[0]?.['write_counter']);
  return stampCounter > counter ? [`the stamp says ${stampCounter}, the state ${counter}`] : [];
}

function sentence(row: Row): string {
  return Object.entries(row)
    .map(([key, value]) => `${key} ${String(value)}`)
    .join(', ');
}
