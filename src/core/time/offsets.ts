import type { Instant } from '../model.ts';

/** A stretch of time in which a zone's clock keeps one distance to UTC. */
export interface OffsetSpan {
  readonly fromAt: Instant;
  /** Exclusive. */
  readonly untilAt: Instant;
  /** Local time minus UTC. */
  readonly offsetMs: number;
}

/** A wall clock is at most this far from UTC, the date line included. */
const WALL_DISTANCE_MAX_MS = 24 * 3_600_000;
const SPANS_PER_ZONE_MAX = 512;
const ZONES_MAX = 1_024;

const UTC_SPAN: OffsetSpan = { fromAt: -Infinity, untilAt: Infinity, offsetMs: 0 };

/**
 * A zone changes its offset a few times a year at most, so one question to Temporal answers for months: what follows is
 * arithmetic. The memo holds nothing but what Temporal would answer again.
 */
const spansByZone = new Map<string, OffsetSpan[]>();

/**
 * The span of constant offset that holds an instant. UTC never touches Temporal (an idle run stays cheap).
 * Throws RangeError for a zone that `isZone` refuses: zones are checked where they enter.
 */
export function offsetSpanAt(zone: string, instant: Instant): OffsetSpan {
  if (zone === 'UTC') return UTC_SPAN;
  const spans = spansByZone.get(zone) ?? rememberZone(zone);
  for (const span of spans) {
    if (instant >= span.fromAt && instant < span.untilAt) return span;
  }
  const span = askTemporal(zone, instant);
  if (spans.length >= SPANS_PER_ZONE_MAX) spans.length = 0;
  spans.push(span);
  return span;
}

/**
 * The instant at which a zone's wall clock shows `wallMs` (milliseconds since 1970-01-01T00:00 on that wall).
 * A time that occurs twice is the first occurrence; a time that is jumped over is the first instant after the jump
 * (hardening 93 and 94).
 */
export function instantOfWall(zone: string, wallMs: number): Instant {
  let span = offsetSpanAt(zone, wallMs - WALL_DISTANCE_MAX_MS);
  while (wallMs - span.offsetMs >= span.untilAt) span = offsetSpanAt(zone, span.untilAt);
  return Math.max(wallMs - span.offsetMs, span.fromAt);
}

function rememberZone(zone: string): OffsetSpan[] {
  if (spansByZone.size >= ZONES_MAX) spansByZone.clear();
  const spans: OffsetSpan[] = [];
  spansByZone.set(zone, spans);
  return spans;
}

function askTemporal(zone: string, instant: Instant): OffsetSpan {
  const local = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone);
  // A transition belongs to the span that it opens, and "previous" looks strictly before.
  const opened = local.add({ nanoseconds: 1 }).getTimeZoneTransition('previous');
  const closed = local.getTimeZoneTransition('next');
  return {
    fromAt: opened?.epochMilliseconds ?? -Infinity,
    untilAt: closed?.epochMilliseconds ?? Infinity,
    offsetMs: local.offsetNanoseconds / 1_000_000,
  };
}
