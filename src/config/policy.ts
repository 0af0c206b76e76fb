import { createHash } from 'node:crypto';

import type { Weekday } from '../core/model.ts';
import type { Limits, Policy, WorkingHours } from '../core/policy.ts';
import { canonicalJson } from '../core/text-hash.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../core/time/durations.ts';
import { minuteOfDay } from './check-value.ts';
import { replySourceIds } from './sources.ts';
import type { ValueReader } from './value-reader.ts';

/**
 * What planners and guards may know of the configuration. `isSet` tells whether file or environment name a key:
 * two defaults depend on others.
 */
export function createPolicy(values: ValueReader, isSet: (key: string) => boolean): Policy {
  const live = values.flag('live');
  // An undo of 15 minutes protects people; a mail into the outbox reaches nobody (cli.md 2.0).
  const undoMinutes = live || isSet('limits.undo_minutes') ? values.number('limits.undo_minutes') : 0;
  return {
    live,
    timezone: values.text('timezone'),
    holidays: values.texts('holidays'),
    hours: readHours(values),
    limits: readLimits(values, undoMinutes),
    nurture: {
      coldMs: values.number('nurture.cold_days') * DAY_MS,
      quietMs: values.number('nurture.quiet_days') * DAY_MS,
    },
    attribution: {
      mode: modeOf(values.text('attribution.mode')),
      unknown: values.text('attribution.unknown') === 'wait' ? 'wait' : 'ask',
    },
    allowlist: values.texts('mail.allowlist'),
    replySourceIds: replySourceIds(values),
  };
}

function modeOf(text: string): Policy['attribution']['mode'] {
  return text === 'off' || text === 'model' ? text : 'domains';
}

/** SHA-256 (64 hex digits) of the whole policy: a saved plan is stale when it moved (A17). */
export function policyHash(policy: Policy): string {
  return createHash('sha256').update(canonicalJson(policy), 'utf8').digest('hex');
}

function readHours(values: ValueReader): WorkingHours {
  return {
    weekdays: values.numbers('hours.weekdays').map(toWeekday),
    startMinute: minute(values.text('hours.start'), 'start'),
    endMinute: minute(values.text('hours.end'), 'end'),
  };
}

function readLimits(values: ValueReader, undoMinutes: number): Limits {
  const limit = (name: string): number => values.number(`limits.${name}`);
  return {
    draftsPerRunDrip: limit('drafts_per_run_drip'),
    draftsPerRunNurture: limit('drafts_per_run_nurture'),
    draftsPerDay: limit('drafts_per_day'),
    sendsPerRun: limit('sends_per_run'),
    sendsPerDay: limit('sends_per_day'),
    watermarkMs: limit('watermark_hours') * HOUR_MS,
    coldStartMs: limit('cold_start_hours') * HOUR_MS,
    blastRadiusFactor: limit('blast_radius_factor'),
    blastRadiusFloor: limit('blast_radius_floor'),
    undoMs: undoMinutes * MINUTE_MS,
    draftExpiryMs: limit('draft_expiry_days') * DAY_MS,
    maxLateMs: limit('max_late_days') * DAY_MS,
    replyAgeMs: limit('reply_age_hours') * HOUR_MS,
    bootConfirmMs: limit('boot_confirm_minutes') * MINUTE_MS,
    nurtureMaxPerLead: limit('nurture_max_per_lead'),
  };
}

const WEEKDAYS: readonly Weekday[] = [1, 2, 3, 4, 5, 6, 7];

function toWeekday(number: number): Weekday {
  const weekday = WEEKDAYS.find((candidate) => candidate === number);
  if (weekday === undefined) throw new Error(`${String(number)} passed validation but is no weekday`);
  return weekday;
}

function minute(text: string, role: 'start' | 'end'): number {
  const value = minuteOfDay(text, role);
  if (value === null) throw new Error(`"${text}" passed validation but is no time of day`);
  return value;
}
