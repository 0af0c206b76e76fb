import type { Policy } from '../../src/core/policy.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** The defaults of cli.md's keys, with hours that are always open so that a due time is what the delay says. */
export function openHoursPolicy(changes: Partial<Policy> = {}): Policy {
  return {
    live: false,
    timezone: 'UTC',
    holidays: [],
    hours: { weekdays: [1, 2, 3, 4, 5, 6, 7], startMinute: 0, endMinute: 1440 },
    limits: {
      draftsPerRunDrip: 5,
      draftsPerRunNurture: 5,
      draftsPerDay: 10,
      sendsPerRun: 10,
      sendsPerDay: 50,
      watermarkMs: DAY_MS,
      coldStartMs: 36 * HOUR_MS,
      blastRadiusFactor: 3,
      blastRadiusFloor: 4,
      undoMs: 0,
      draftExpiryMs: 7 * DAY_MS,
      maxLateMs: 7 * DAY_MS,
      replyAgeMs: 6 * HOUR_MS,
      bootConfirmMs: 600_000,
      nurtureMaxPerLead: 3,
    },
    nurture: { coldMs: 3 * DAY_MS, quietMs: 7 * DAY_MS },
    attribution: { mode: 'off', unknown: 'ask' },
    allowlist: [],
    replySourceIds: [],
    ...changes,
  };
}
