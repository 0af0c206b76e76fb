/**
 * What Headgate promises, asked of the database in SQL of the test's own: nothing here uses the program's code, its queues or its
 * counts. Every check returns the broken cases in words; none is the good answer.
 */
import { DAY_MS, type Box } from '../rig/box.ts';
import type { Limits } from './workspace-files.ts';

export interface Broken {
  readonly promise: string;
  readonly detail: string;
}

export interface Expected {
  /** Null where the caps changed on the way: then `capOf` in the story looks after them. */
  readonly limits: Limits | null;
  readonly holidays: readonly string[];
}

interface Check {
  readonly promise: string;
  readonly find: (box: Box, expected: Expected) => readonly string[];
}

/** A draft that a discarded or expired one replaced keeps its line in this log: every draft ever made is here. */
const DRAFTS = `
  SELECT d.row_id, d.made_at, d.run_id, d.job, d.operator_day, d.lead_row_id AS lead, l.email, l.zone, m.enrollment_row_id AS enrollment,
    s.position, s.id AS step, q.id AS sequence
  FROM draft_log d JOIN messages m ON m.row_id = d.message_row_id JOIN leads l ON l.row_id = d.lead_row_id
    JOIN steps s ON s.row_id = m.step_row_id JOIN sequences q ON q.row_id = s.sequence_row_id`;

const CHECKS: readonly Check[] = [
  {
    promise: 'A1 one step per lead per run',
    find: (box) =>
      box
        .rows<{ email: string; run_id: string; count: number }>(
          `SELECT email, run_id, count(*) AS count FROM (${DRAFTS}) GROUP BY lead, run_id HAVING count(*) > 1`,
        )
        .map(({ email, run_id, count }) => `${email} got ${count} drafts in ${run_id}`),
  },
  {
    promise: 'A2 no lead twice within 24 h',
    find: (box) =>
      box
        .rows<{ email: string; made_at: number; gap: number | null }>(
          `SELECT email, made_at, made_at - lag(made_at) OVER (PARTITION BY lead ORDER BY made_at, row_id) AS gap FROM (${DRAFTS})`,
        )
        .filter(({ gap }) => gap !== null && gap < DAY_MS)
        .map(({ email, made_at, gap }) => `${email} again after ${hours(gap ?? 0)} at ${iso(made_at)}`),
  },
  {
    promise: 'A2 no lead is sent two mails within 24 h',
    find: (box) =>
      box
        .rows<{ email: string; sent_at: number; gap: number | null }>(
          `SELECT l.email, m.sent_at, m.sent_at - lag(m.sent_at) OVER (PARTITION BY m.lead_row_id ORDER BY m.sent_at) AS gap
           FROM messages m JOIN leads l ON l.row_id = m.lead_row_id WHERE m.sent_at IS NOT NULL`,
        )
        .filter(({ gap }) => gap !== null && gap < DAY_MS)
        .map(({ email, sent_at, gap }) => `${email} again after ${hours(gap ?? 0)} at ${iso(sent_at)}`),
  },
  {
    promise: 'A1 steps in order, none twice, none left out',
    find: (box) =>
      box
        .rows<{ email: string; sequence: string; steps: string }>(
          `SELECT l.email, q.id AS sequence, group_concat(m.position, ' ') AS steps
           FROM (SELECT m.enrollment_row_id, m.lead_row_id, s.position, s.sequence_row_id FROM messages m JOIN steps s ON s.row_id = m.step_row_id
                 ORDER BY m.enrollment_row_id, m.reserved_at, m.row_id) m
             JOIN leads l ON l.row_id = m.lead_row_id JOIN sequences q ON q.row_id = m.sequence_row_id
           WHERE q.kind = 'drip' GROUP BY m.enrollment_row_id`,
        )
        .filter(({ steps }) => steps.split(' ').some((position, index) => Number(position) !== index))
        .map(({ email, sequence, steps }) => `${email} in ${sequence}: positions ${steps}`),
  },
  {
    promise: 'C2 no step before the one before it left, and its delay is over',
    find: (box) =>
      box
        .rows<{ email: string; step: string }>(
          `SELECT l.email, s.id AS step FROM messages m JOIN steps s ON s.row_id = m.step_row_id JOIN leads l ON l.row_id = m.lead_row_id
             JOIN sequences q ON q.row_id = s.sequence_row_id AND q.kind = 'drip'
             JOIN steps ps ON ps.sequence_row_id = s.sequence_row_id AND ps.position = s.position - 1
             LEFT JOIN messages p ON p.enrollment_row_id = m.enrollment_row_id AND p.step_row_id = ps.row_id
           WHERE p.row_id IS NULL OR coalesce(p.sent_at, p.ended_at) IS NULL
             OR m.reserved_at < coalesce(p.sent_at, p.ended_at) + json_extract(s.definition_json, '$.timing.delay.ms')`,
        )
        .map(({ email, step }) => `${email}: ${step} came too early`),
  },
  {
    promise: 'A11 no draft outside the lead’s hours',
    find: (box) =>
      box.rows<Timed>(`SELECT email, zone, made_at AS at FROM (${DRAFTS})`).flatMap(outsideHours),
  },
  {
    promise: 'A11 no mail outside the lead’s hours',
    find: (box) =>
      box
        .rows<Timed>(
          'SELECT l.email, l.zone, m.sent_at AS at FROM messages m JOIN leads l ON l.row_id = m.lead_row_id WHERE m.sent_at IS NOT NULL',
        )
        .flatMap(outsideHours),
  },
  {
    promise: 'C3 no draft outside the sequence’s window',
    find: (box) =>
      box
        .rows<Timed>(`SELECT email, zone, made_at AS at FROM (${DRAFTS}) WHERE sequence = 'window'`)
        .filter(({ at, zone }) => {
          const { weekday, minute } = local(at, zone);
          return minute < 600 || minute >= 900 || !['Tue', 'Wed', 'Thu'].includes(weekday);
        })
        .map(({ email, at, zone }) => `${email} at ${iso(at)} (${zone})`),
  },
  {
    promise: 'A11 nothing on the operator’s weekend or holiday',
    find: (box, { holidays }) =>
      box
        .rows<{ email: string; at: number }>(
          `SELECT email, made_at AS at FROM (${DRAFTS})
           UNION ALL SELECT l.email, m.sent_at FROM messages m JOIN leads l ON l.row_id = m.lead_row_id WHERE m.sent_at IS NOT NULL`,
        )
        .filter(({ at }) => isClosedDay(at, holidays))
        .map(({ email, at }) => `${email} at ${iso(at)}`),
  },
  {
    promise: 'A6 never above the cap of a run',
    find: (box, { limits }) =>
      limits === null
        ? []
        : box
            .rows<{ run_id: string; job: string; count: number }>(
              `SELECT run_id, job, count(*) AS count FROM draft_log GROUP BY run_id`,
            )
            .filter(
              ({ job, count }) =>
                count > (job === 'drip' ? limits.draftsPerRunDrip : limits.draftsPerRunNurture),
            )
            .map(({ run_id, job, count }) => `${job} ${run_id} made ${count}`),
  },
  {
    promise: 'A6 never above the cap of a day, by the calendar',
    find: (box, { limits }) =>
      limits === null
        ? []
        : box
            .rows<{ operator_day: string; count: number }>(
              'SELECT operator_day, count(*) AS count FROM draft_log GROUP BY operator_day HAVING count(*) > ?',
              limits.draftsPerDay,
            )
            .map(({ operator_day, count }) => `${count} on ${operator_day}`),
  },
  {
    promise: 'A6 never above the cap of a day, over any 24 h',
    find: (box, { limits }) =>
      limits === null
        ? []
        : box
            .rows<{ made_at: number; count: number }>(
              `SELECT made_at, count(*) OVER (ORDER BY made_at RANGE BETWEEN ${DAY_MS - 1} PRECEDING AND CURRENT ROW) AS count FROM draft_log`,
            )
            .filter(({ count }) => count > limits.draftsPerDay)
            .map(({ made_at, count }) => `${count} in the 24 h to ${iso(made_at)}`),
  },
  {
    promise: 'A6 never above the caps of send',
    find: (box, { limits }) => {
      if (limits === null) return [];
      const sent = `SELECT m.row_id, a.at, a.run_id FROM messages m JOIN attempts a ON a.message_row_id = m.row_id AND a.event = 'accepted'`;
      const perRun = box
        .rows<{ run_id: string; count: number }>(
          `SELECT run_id, count(*) AS count FROM (${sent}) GROUP BY run_id`,
        )
        .filter(({ count }) => count > limits.sendsPerRun)
        .map(({ run_id, count }) => `${run_id} sent ${count}`);
      const perDay = box
        .rows<{ at: number; count: number }>(
          `SELECT at, count(*) OVER (ORDER BY at RANGE BETWEEN ${DAY_MS - 1} PRECEDING AND CURRENT ROW) AS count FROM (${sent})`,
        )
        .filter(({ count }) => count > limits.sendsPerDay)
        .map(({ at, count }) => `${count} in the 24 h to ${iso(at)}`);
      return [...perRun, ...perDay];
    },
  },
  {
    promise: 'A7 no second draft while one waits',
    find: (box) =>
      box
        .rows<{ email: string; count: number }>(
          `SELECT l.email, count(*) AS count FROM messages m JOIN leads l ON l.row_id = m.lead_row_id
           WHERE m.state IN ('reserved', 'pending_approval', 'approved', 'sending', 'uncertain', 'held') GROUP BY m.lead_row_id HAVING count(*) > 1`,
        )
        .map(({ email, count }) => `${email} has ${count} at once`),
  },
  {
    promise: 'D1 one delivery of one message, and one file for it',
    find: (box) =>
      box
        .rows<{ id: string; count: number }>(
          `SELECT m.id, count(*) AS count FROM attempts a JOIN messages m ON m.row_id = a.message_row_id
           WHERE a.event IN ('accepted', 'unknown') GROUP BY m.row_id HAVING count(*) > 1`,
        )
        .map(({ id, count }) => `${id} left ${count} times`),
  },
  {
    promise: 'A6 follow-ups go before first steps in every run',
    find: (box) =>
      box
        .rows<{ run_id: string; email: string }>(
          `SELECT d.run_id, d.email FROM (${DRAFTS}) d JOIN (SELECT run_id, min(row_id) AS first FROM (${DRAFTS}) WHERE position = 0 AND job = 'drip' GROUP BY run_id) f
             ON f.run_id = d.run_id WHERE d.job = 'drip' AND d.position > 0 AND d.row_id > f.first`,
        )
        .map(({ run_id, email }) => `${email} came after a first step in ${run_id}`),
  },
  {
    promise: 'nothing is left half done',
    find: (box) =>
      box
        .rows<{ id: string; state: string }>(
          "SELECT id, state FROM messages WHERE state IN ('reserved', 'sending')",
        )
        .map(({ id, state }) => `${id} is ${state} between two runs`),
  },
];

/** Everything that is broken now, the most telling case of each promise first. */
export function brokenPromises(box: Box, expected: Expected): readonly Broken[] {
  return CHECKS.flatMap(({ promise, find }) => {
    const found = find(box, expected);
    const [first] = found;
    return first === undefined
      ? []
      : [{ promise, detail: `${first}${found.length > 1 ? ` and ${found.length - 1} more` : ''}` }];
  });
}

export const PROMISE_NAMES: readonly string[] = CHECKS.map(({ promise }) => promise);

interface Timed {
  readonly email: string;
  readonly zone: string;
  readonly at: number;
}

function outsideHours({ email, zone, at }: Timed): readonly string[] {
  const { weekday, minute } = local(at, zone);
  const isOpen = minute >= 540 && minute < 1020 && weekday !== 'Sat' && weekday !== 'Sun';
  return isOpen ? [] : [`${email} at ${iso(at)}, there ${weekday} ${clock(minute)} (${zone})`];
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** The wall clock of a zone by the platform's own calendar, which the program does not use. */
function local(at: number, zone: string): { readonly weekday: string; readonly minute: number } {
  let format = formats.get(zone);
  if (format === undefined) {
    const options = {
      timeZone: zone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    } as const;
    format = new Intl.DateTimeFormat('en-GB', options);
    formats.set(zone, format);
  }
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
  return {
    weekday: parts.get('weekday') ?? '',
    minute: Number(parts.get('hour')) * 60 + Number(parts.get('minute')),
  };
}

/** The operator's zone in this story is UTC. */
function isClosedDay(at: number, holidays: readonly string[]): boolean {
  const day = new Date(at);
  return [0, 6].includes(day.getUTCDay()) || holidays.includes(day.toISOString().slice(0, 10));
}

function clock(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

function hours(ms: number): string {
  return `${(ms / 3_600_000).toFixed(1)} h`;
}
