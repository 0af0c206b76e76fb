import { isOperatingDay } from './openings.ts';
import { draftName, type Promised } from './promised.ts';
import { DAY_MS, wallAt } from './rules.ts';
import type { Row, View } from './view.ts';

/** What one command may never make in all, judged over the drafts that it just made. */
export const RUN_PROMISES: readonly Promised[] = [
  {
    name: 'A1 one step per lead and run',
    broken: ({ drafts }) => twice(drafts, (d) => `${d.runId} lead ${d.leadRowId}`),
  },
  { name: 'A6 cap per run', broken: brokenRunCap },
  { name: 'A6 cap per day', broken: brokenDayCap },
  { name: 'A6 follow-ups before first steps', broken: brokenOrderOfQueue },
  { name: 'A4 A5 A14 A15 no draft in doubt', broken: brokenDoubt },
  { name: 'A5 nothing approves itself after a doubt', broken: brokenPersonNeeded },
  { name: 'A8 blast radius', broken: brokenBlastRadius },
  {
    name: 'A8 an open hold closes its job',
    broken: brokenOpenHold,
  },
  { name: 'A10 pause', broken: ({ drafts, tick }) => (tick.isStopped ? drafts.map(draftName) : []) },
  { name: 'A11 operator’s weekdays and holidays', broken: brokenOperatorsDay },
  { name: 'A17 confirm adds nothing', broken: brokenConfirm },
];

function twice<T>(list: readonly T[], keyOf: (item: T) => string): readonly string[] {
  const seen = new Set<string>();
  return list.map(keyOf).filter((key) => seen.size === seen.add(key).size);
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
  // The places of drafts that a model failed to write go to whoever stood behind them, follow-ups first again.
  if (tick.command === 'confirm' || tick.code === 32 || tick.code === 69) return [];
  const isFirst = drafts
    // What a model has to write comes after all that needs none.
    .filter(({ kind, stepRowId }) => kind === 'drip' && !isModelsWork(rows, stepRowId))
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
  return drafts.filter(({ approvedBy }) => approvedBy === 'sequence').map(draftName);
}

function brokenOpenHold({ rules, drafts, tick, before }: View): readonly string[] {
  return drafts
    .filter(({ job }) => (before.openHolds.get(job) ?? -Infinity) + rules.draftExpiryMs >= tick.at)
    .map(draftName);
}

/** A8, worked out anew: the mean of the job's last seven operating days with a live run. */
function brokenBlastRadius({ rules, drafts, tick, rows }: View): readonly string[] {
  const today = wallAt(tick.at, rules.operatorZone).isoDate;
  // Whatever it is held for, a person has to let it go one by one.
  const free = drafts.filter(({ state }) => state !== 'held' && state !== 'reserved');
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

function brokenOperatorsDay({ rules, drafts, tick }: View): readonly string[] {
  const { isoDate } = wallAt(tick.at, rules.operatorZone);
  return isOperatingDay(isoDate, rules) ? [] : drafts.map((draft) => `${draftName(draft)} on ${isoDate}`);
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
           WHERE m.row_id = ? AND i.lead_row_id = ? AND i.step_row_id = ? AND (? OR i.subject = ? AND i.body_markdown = ?)`,
          messageRowId,
          leadRowId,
          stepRowId,
          // Its words are asked for when the plan is confirmed.
          isModelsWork(rows, stepRowId) ? 1 : 0,
          subject,
          bodyMarkdown,
        ).length === 0,
    )
    .map((draft) => `${draftName(draft)} was not in the plan`);
}

function isModelsWork(rows: View['rows'], stepRowId: number): boolean {
  const [step] = rows(
    `SELECT json_extract(definition_json, '$.copy.mode') AS mode FROM steps WHERE row_id = ?`,
    stepRowId,
  );
  return step?.['mode'] !== 'fixed';
}

function countOf(rows: readonly Row[]): number {
  return Number(rows[0]?.['n'] ?? 0);
}
