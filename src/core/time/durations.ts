import type { Delay } from '../model.ts';

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
/** A day of elapsed time (C2): never a calendar day. */
export const DAY_MS = 24 * HOUR_MS;

/** The longest delay that can be written. */
export const DELAY_DAYS_MAX = 366;

/** Why a text is no delay, with the accepted forms; one sentence, the text already shortened and quoted. */
export interface DelayProblem {
  readonly problem: string;
}

const ELAPSED = /^(0|[1-9]\d{0,5})(m|h|d)$/;
const WORKING_DAYS = /^(0|[1-9]\d{0,2}) working days?$/;
const QUOTED_CHARACTERS_MAX = 40;

/**
 * Reads a step's delay (C2): "90m", "6h", "2d" are elapsed time, "2 working days" are days of the lead.
 * Anything else, a sign, a fraction, a missing unit and more than 366 days are problems, never a guess.
 */
export function parseDelay(text: string): Delay | DelayProblem {
  const workingDays = WORKING_DAYS.exec(text);
  if (workingDays !== null) {
    const days = Number(workingDays[1]);
    return days > DELAY_DAYS_MAX ? tooLong(text) : { unit: 'working_days', days };
  }
  const ms = elapsedMs(text);
  if (ms === null) {
    return { problem: `${quoted(text)} is no delay: write "90m", "6h", "2d" or "2 working days"` };
  }
  return ms > DELAY_DAYS_MAX * DAY_MS ? tooLong(text) : { unit: 'elapsed', ms };
}

/** Reads a span of elapsed time such as `max_late = "7d"` or `no_reply = "3d"`, in milliseconds. */
export function parseDurationMs(text: string): number | DelayProblem {
  const ms = elapsedMs(text);
  if (ms === null) return { problem: `${quoted(text)} is no duration: write "90m", "6h" or "7d"` };
  return ms > DELAY_DAYS_MAX * DAY_MS ? tooLong(text) : ms;
}

/** Writes a delay the way `parseDelay` reads it. */
export function formatDelay(delay: Delay): string {
  if (delay.unit === 'elapsed') return formatDurationMs(delay.ms);
  return delay.days === 1 ? '1 working day' : `${delay.days} working days`;
}

/** Writes milliseconds in the largest unit that fits exactly: "2d", "36h", "90m"; "45s" where minutes do not. */
export function formatDurationMs(ms: number): string {
  if (ms % DAY_MS === 0) return `${ms / DAY_MS}d`;
  if (ms % HOUR_MS === 0) return `${ms / HOUR_MS}h`;
  if (ms % MINUTE_MS === 0) return `${ms / MINUTE_MS}m`;
  return `${ms / SECOND_MS}s`;
}

function elapsedMs(text: string): number | null {
  const parts = ELAPSED.exec(text);
  if (parts === null) return null;
  const unitMs = parts[2] === 'm' ? MINUTE_MS : parts[2] === 'h' ? HOUR_MS : DAY_MS;
  return Number(parts[1]) * unitMs;
}

function tooLong(text: string): DelayProblem {
  return { problem: `${quoted(text)} is longer than ${DELAY_DAYS_MAX} days` };
}

function quoted(text: string): string {
  const characters = [...text];
  if (characters.length <= QUOTED_CHARACTERS_MAX) return JSON.stringify(text);
  return `${JSON.stringify(characters.slice(0, QUOTED_CHARACTERS_MAX).join(''))}…`;
}
