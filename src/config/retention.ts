import { DAY_MS } from '../core/time/durations.ts';
import type { CrossIssue } from './cross-checks.ts';
import type { SectionSpec } from './key-spec.ts';
import type { ValueReader } from './value-reader.ts';

/** For how long what nobody needs any more is kept, in milliseconds; null: as long as the state. */
export interface Retention {
  /** Words of mails whose enrollment has ended. */
  readonly textsMs: number | null;
  /** What servers and people said: details of events and attempts, notices. */
  readonly eventsMs: number | null;
  /** Runs, saved plans and verdicts. */
  readonly runsMs: number | null;
}

const DAYS_MAX = 36_500;

export const RETENTION: SectionSpec = {
  section: 'retention',
  title: 'Retention',
  summary:
    'For how long words are kept once nothing needs them. `backup` forgets what is older, some thousands a night, before it makes its copy. 0 keeps them as long as the state. What guards and limits count by is never removed.',
  keys: [
    {
      key: 'retention.texts_days',
      type: { kind: 'integer', minimum: 0, maximum: DAYS_MAX },
      defaultValue: 0,
      unit: 'days',
      summary:
        'Subjects, bodies and the exact bytes of mails, from when they were sent or ended, of enrollments that have ended; and files in outbox/. 0, or at least 30.',
    },
    {
      key: 'retention.events_days',
      type: { kind: 'integer', minimum: 0, maximum: DAYS_MAX },
      defaultValue: 0,
      unit: 'days',
      summary:
        'What an answer, a bounce or a server said, and notices to you that were delivered. That it happened, and when, stays. 0, or at least 30.',
    },
    {
      key: 'retention.runs_days',
      type: { kind: 'integer', minimum: 0, maximum: DAYS_MAX },
      defaultValue: 0,
      unit: 'days',
      summary:
        'Runs with their counts, saved plans with their words, and why a lead was held back. 0, or at least 60: the report looks back eight weeks.',
    },
  ],
};

/** The report's eight weeks, and a few days for who is away. */
const RUNS_DAYS_MIN = 60;
/** A late answer is read beside the mail that it answers. */
const WORDS_DAYS_MIN = 30;

export function createRetention(values: ValueReader): Retention {
  const ms = (key: string): number | null => {
    const days = values.number(`retention.${key}`);
    return days === 0 ? null : days * DAY_MS;
  };
  return { textsMs: ms('texts_days'), eventsMs: ms('events_days'), runsMs: ms('runs_days') };
}

/** Nothing may be forgotten while a guard, a limit or a page still reads it. */
export function crossCheckRetention(values: ValueReader): readonly CrossIssue[] {
  const days = (keys: readonly string[]): number => Math.max(...keys.map((key) => values.number(key)));
  const guards = [
    'limits.draft_expiry_days',
    'limits.max_late_days',
    'nurture.cold_days',
    'nurture.quiet_days',
  ];
  return [
    ...checkLeast(values, { key: 'retention.texts_days', least: WORDS_DAYS_MIN, guards }),
    ...checkLeast(values, { key: 'retention.events_days', least: WORDS_DAYS_MIN, guards }),
    ...checkLeast(values, { key: 'retention.runs_days', least: RUNS_DAYS_MIN, guards }),
  ];

  function checkLeast(
    of: ValueReader,
    {
      key,
      least,
      guards: read,
    }: { readonly key: string; readonly least: number; readonly guards: readonly string[] },
  ): readonly CrossIssue[] {
    const asked = of.number(key);
    const needed = Math.max(least, days(read));
    if (asked === 0 || asked >= needed) return [];
    const longest = read.find((each) => of.number(each) === needed);
    const expected = `0 to keep them, or at least ${String(needed)}${longest === undefined ? '' : ` (${longest})`}`;
    return [
      { kind: 'conflict', key, expected, involves: [key, ...(longest === undefined ? [] : [longest])] },
    ];
  }
}
