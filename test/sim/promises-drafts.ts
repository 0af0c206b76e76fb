import { wallAt, DAY_MS, type Rules } from './rules.ts';
import type { FreshDraft, Row, View } from './view.ts';

/** A promise: what it says, and the sentences in which it was broken by the command just run (none: it was kept). */
export interface Promised {
  readonly name: string;
  readonly broken: (view: View) => readonly string[];
}

/** What may never happen to a draft, each judged for the drafts that the command just made. */
export const DRAFT_PROMISES: readonly Promised[] = [
  {
    name: 'A1 one step per lead and run',
    broken: ({ drafts }) => twice(drafts, (d) => `${d.runId} lead ${d.leadRowId}`),
  },
  { name: 'A2 watermark', broken: eachDraft(brokenWatermark) },
  { name: 'A6 cap per run', broken: brokenRunCap },
  { name: 'A6 cap per day', broken: brokenDayCap },
  { name: 'A6 follow-ups before first steps', broken: brokenOrderOfQueue },
  { name: 'A4 A5 A14 A15 no draft in doubt', broken: brokenDoubt },
  { name: 'A5 nothing approves itself after a doubt', broken: brokenPersonNeeded },
  { name: 'A8 blast radius', broken: brokenBlastRadius },
  {
    name: 'A8 an open hold closes its job',
    broken: ({ drafts, before }) => drafts.filter((d) => before.openHolds.has(d.job)).map(name),
  },
  { name: 'A10 pause', broken: ({ drafts, tick }) => (tick.isStopped ? drafts.map(name) : []) },
  { name: 'A11 operator’s weekdays and holidays', broken: brokenOperatorsDay },
  { name: 'A11 C3 the lead’s hours and windows', broken: eachDraft(brokenHours) },
  { name: 'A16 late steps', broken: eachDraft(brokenLate) },
  { name: 'A17 confirm adds nothing', broken: brokenConfirm },
  {
    name: 'B3 B6 nobody who must not be written to',
    broken: eachDraft((view, d) => excluded(view, d.leadRowId)),
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
      return why === null ? [] : [`${name(draft)}: ${why}`];
    });
}

function name(draft: FreshDraft): string {
  return `${draft.messageId} (${draft.job}, lead ${draft.leadRowId}, step ${draft.stepRowId})`;
}

function twice<T>(list: readonly T[], keyOf: (item: T) => string): readonly string[] {
  const seen = new Set<string>();
  return list.map(keyOf).filter((key) => seen.size === seen.add(key).size);
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

function brokenRunCap({ rules, drafts }: View): readonly string[] {
  const byRun = Map.groupBy(drafts, ({ runId, job }) => `${runId} ${job}`);
  return [...byRun.entries()].flatMap(([run, made]) => {
    const cap = rules.draftsPerRun[made[0]?.job ?? ''] ?? 0;
    return made.length > cap ? [`${run} made ${made.length}, the cap is ${cap}`] : [];
  });
}

function brokenDayCap({ rules, drafts, tick, rows }: View): readonly string[] {
  if (drafts.length === 0) return [];
  const all = rows('SELECT made_at FROM draft_log').map((row) => Number(row['made_at']));
  const today = wallAt(tick.at, rules.operatorZone).isoDate;
  const onDay = all.filter((at) => wallAt(at, rules.operatorZone).isoDate === today).length;
  const inDay = all.filter((at) => at > tick.at - DAY_MS).length;
  return [
    ...(onDay > rules.draftsPerDay ? [`${onDay} drafts on ${today}`] : []),
    ...(inDay > rules.draftsPerDay ? [`${inDay} drafts within 24 h`] : []),
  ];
}

function brokenOrderOfQueue({ drafts, tick, rows }: View): readonly string[] {
  if (tick.command === 'confirm') return [];
  const isFirst = drafts
    .filter(({ kind }) => kind === 'drip')
    .map(({ enrollmentRowId, messageRowId }) => {
      const [row] = rows(
        `SELECT count(*) AS n FROM messages WHERE enrollment_row_id = ? AND row_id <> ? AND state IN ('sent', 'rejected', 'skipped', 'uncertain')`,
        enrollmentRowId,
        messageRowId,
      );
      return Number(row?.['n']) === 0;
    });
  const firstAt = isFirst.indexOf(true);
  return firstAt >= 0 && isFirst.lastIndexOf(false) > firstAt ? ['a first step before a follow-up'] : [];
}

/** The doubts that the state alone shows, judged once more. `confirm` and `--force` lift the first group, nothing the second. */
export function doubtsBefore(
  { before, tick, rules }: Pick<View, 'before' | 'tick' | 'rules'>,
  job: string,
): {
  readonly soft: readonly string[];
  readonly hard: readonly string[];
} {
  const { header } = before;
  const record = before.jobs.get(job);
  const checkpointAt = record?.['checkpoint_at'] ?? null;
  const soft =
    checkpointAt === null
      ? ['no_checkpoint']
      : [
          ...(tick.at - Number(checkpointAt) > rules.coldStartMs ? ['gap'] : []),
          ...(record?.['checkpoint_boot_id'] !== tick.bootId || (record['vetoed_at'] ?? null) !== null
            ? ['first_boot']
            : []),
        ];
  const lastClockAt = Number(header['last_clock_at']);
  const machine: unknown = JSON.parse(String(header['machine_json']));
  const boundTo =
    typeof machine === 'object' && machine !== null && 'machineIdHash' in machine
      ? machine.machineIdHash
      : null;
  const hard = [
    ...(lastClockAt - tick.at > 120_000 || tick.at - lastClockAt > 365 * DAY_MS ? ['clock'] : []),
    ...(boundTo === tick.machineIdHash ? [] : ['machine']),
    ...(header['restored_at'] !== null || Number(header['write_counter']) < before.stampCounter
      ? ['restored']
      : []),
  ];
  return { soft, hard };
}

function brokenDoubt(view: View): readonly string[] {
  const { drafts, tick, before } = view;
  const jobs = [...new Set(drafts.map(({ job }) => job))];
  return jobs.flatMap((job) => {
    const { soft, hard } = doubtsBefore(view, job);
    if (hard.length > 0) return [`${tick.command} made drafts of ${job} over ${hard.join(', ')}`];
    if (tick.forced || (tick.command === 'confirm' && tick.by === 'person')) return [];
    if (tick.command !== 'confirm') return soft.length > 0 ? [`${job} drafted over ${soft.join(', ')}`] : [];
    const isVetoed = (before.jobs.get(job)?.['vetoed_at'] ?? null) !== null;
    const isPlain = soft.length === 1 && soft[0] === 'first_boot' && !isVetoed;
    return isPlain ? [] : [`the timer confirmed ${job} over ${soft.join(', ')}${isVetoed ? ', vetoed' : ''}`];
  });
}

function brokenPersonNeeded({ drafts, before }: View): readonly string[] {
  if (before.header['person_needed_since_at'] === null) return [];
  return drafts.filter(({ approvedBy }) => approvedBy === 'sequence').map(name);
}

/** A8, worked out anew: the mean of the job's last seven operating days with a live run. */
function brokenBlastRadius({ rules, drafts, tick, rows }: View): readonly string[] {
  const today = wallAt(tick.at, rules.operatorZone).isoDate;
  const free = drafts.filter(({ holdCause, state }) => holdCause !== 'blast_radius' && state !== 'reserved');
  return [...new Set(free.map(({ job }) => job))].flatMap((job) => {
    const days = rows(
      'SELECT operator_day AS day FROM job_days WHERE job = ? AND operator_day < ? ORDER BY day DESC',
      job,
      today,
    )
      .map(({ day }) => String(day))
      .filter((day) => isOperatingDay(day, rules))
      .slice(0, 7);
    const volumeOf = (day: string): number =>
      countOf(
        rows(
          'SELECT count(*) AS n FROM draft_log WHERE job = ? AND operator_day = ? AND counts_in_mean = 1',
          job,
          day,
        ),
      );
    const mean = days.length === 0 ? 0 : days.reduce((sum, day) => sum + volumeOf(day), 0) / days.length;
    const released = countOf(
      rows('SELECT count(*) AS n FROM draft_log WHERE job = ? AND released_day = ?', job, today),
    );
    const line = rules.blastRadiusFactor * Math.max(mean, rules.blastRadiusFloor) + released;
    const volume = volumeOf(today);
    return volume > line ? [`${job} made ${volume} today, the line is ${line}`] : [];
  });
}

/** Whether the operator works on a date. */
export function isOperatingDay(isoDate: string, rules: Rules): boolean {
  const weekday = new Date(`${isoDate}T00:00:00Z`).getUTCDay();
  return rules.weekdays.includes(weekday === 0 ? 7 : weekday) && !rules.holidays.includes(isoDate);
}

function brokenOperatorsDay({ rules, drafts, tick }: View): readonly string[] {
  const { isoDate } = wallAt(tick.at, rules.operatorZone);
  return isOperatingDay(isoDate, rules) ? [] : drafts.map((draft) => `${name(draft)} on ${isoDate}`);
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

/** Why a lead's day or a step's window is closed at an instant; null when it is open. `row`: zone, step, sequence. */
export function closedAt(at: number, row: Row, rules: Rules): string | null {
  const zone = String(row['zone']);
  const { weekday, minute } = wallAt(at, zone);
  const clock = `${Math.floor(minute / 60)}:${String(minute % 60).padStart(2, '0')} on weekday ${weekday} in ${zone}`;
  if (!rules.weekdays.includes(weekday)) return clock;
  if (minute < rules.startMinute || minute >= rules.endMinute) return clock;
  const window = windowOf(String(row['step'])) ?? windowOf(String(row['sequence']));
  return window === null || isOpen(at, window, zone) ? null : `outside its window at ${clock}`;
}

interface Window {
  readonly startMinute: number;
  readonly endMinute: number;
  readonly zone: string;
  readonly weekdays: readonly number[];
}

function windowOf(definitionJson: string): Window | null {
  const definition = JSON.parse(definitionJson) as { readonly window: Window | null };
  return definition.window;
}

function isOpen(at: number, window: Window, leadZone: string): boolean {
  const { weekday, minute } = wallAt(at, window.zone === 'lead' ? leadZone : window.zone);
  const isOvernight = window.endMinute < window.startMinute;
  if (window.startMinute === window.endMinute) return true;
  const isWithin = isOvernight
    ? minute >= window.startMinute || minute < window.endMinute
    : minute >= window.startMinute && minute < window.endMinute;
  const openedOn = isOvernight && minute < window.endMinute ? ((weekday + 5) % 7) + 1 : weekday;
  return isWithin && (window.weekdays.length === 0 || window.weekdays.includes(openedOn));
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

/** A17: the saved plan bounds what `confirm` makes: same lead, same step, same words. */
function brokenConfirm({ drafts, tick, rows }: View): readonly string[] {
  if (tick.command !== 'confirm') return [];
  return drafts
    .filter(({ state }) => state !== 'reserved')
    .filter(
      ({ leadRowId, stepRowId, subject, bodyMarkdown, messageRowId }) =>
        rows(
          `SELECT 1 FROM plan_items i JOIN messages m ON m.plan_id = i.plan_id
           WHERE m.row_id = ? AND i.lead_row_id = ? AND i.step_row_id = ? AND i.subject = ? AND i.body_markdown = ?`,
          messageRowId,
          leadRowId,
          stepRowId,
          subject,
          bodyMarkdown,
        ).length === 0,
    )
    .map((draft) => `${name(draft)} was not in the plan`);
}

/** Why a lead must not be written to at all; null when it may. */
export function excluded({ rows, tick }: View, leadRowId: number): string | null {
  const [lead] = rows(
    `SELECT l.*, (SELECT reason FROM suppressions s WHERE s.email_key = l.email_key) AS suppressed FROM leads l WHERE l.row_id = ?`,
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
  const lastSettled = steps.findLastIndex((step, index) => index < own && isSettled(step));
  const between = steps.slice(lastSettled + 1, own).find((step) => step['deleted_at'] === null);
  return between === undefined ? null : `step ${String(between['row_id'])} comes first`;
}

function countOf(rows: readonly Row[]): number {
  return Number(rows[0]?.['n'] ?? 0);
}

function hours(ms: number): string {
  return `${(ms / 3_600_000).toFixed(1)} h`;
}
