import { describe, expect, test } from 'vitest';

import {
  formatClock,
  formatDateTime,
  formatDay,
  formatDueDay,
  formatRelative,
  formatSpan,
  zoneLabel,
} from '../../../src/commands/output/time.ts';

const NOW = Date.UTC(2026, 1, 18, 9, 3, 20);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

test('a moment is told in full, in UTC and on the wall of a zone', () => {
  expect(formatDateTime(NOW)).toBe('Wed 18 Feb 2026 09:03 UTC');
  expect(formatDateTime(NOW, 'Europe/Berlin')).toBe('Wed 18 Feb 2026 10:03 Berlin');
  expect(formatDateTime(NOW, 'Pacific/Auckland')).toBe('Wed 18 Feb 2026 22:03 Auckland');
  expect(formatDay(Date.UTC(2026, 11, 31, 23), 'Asia/Tokyo')).toBe('Fri 1 Jan');
  expect(formatClock(NOW, 'Asia/Kolkata')).toBe('14:33');
  expect(zoneLabel('America/New_York')).toBe('New York');
});

describe('distances from now', () => {
  test.each([
    [0, 'just now'],
    [-30_000, 'just now'],
    [30_000, 'in under 1 m'],
    [-17 * MINUTE, '17 m ago'],
    [43 * MINUTE, 'in 43 m'],
    [-(2 * HOUR + 47 * MINUTE), '2 h 47 m ago'],
    [-6 * HOUR, '6 h ago'],
    [-2 * DAY, '2 d ago'],
    [-90 * DAY, '3 months ago'],
  ])('%i ms is %s', (distanceMs, text) => {
    expect(formatRelative(NOW + distanceMs, NOW)).toBe(text);
  });

  test('due days are days of the zone’s calendar, not of 24 hours', () => {
    expect(formatDueDay(NOW - 9 * HOUR, NOW)).toBe('today');
    expect(formatDueDay(NOW - 10 * HOUR, NOW)).toBe('1 d ago');
    expect(formatDueDay(NOW + 15 * HOUR, NOW)).toBe('tomorrow');
    expect(formatDueDay(NOW + 15 * HOUR, NOW, 'America/Los_Angeles')).toBe('today');
    expect(formatDueDay(NOW + 4 * DAY, NOW)).toBe('in 4 d');
  });
});

test.each([
  [412, '0.4 s'],
  [4_100, '4.1 s'],
  [59_999, '60.0 s'],
  [17 * MINUTE, '17 m'],
  [HOUR, '1 h'],
  [3 * DAY + 5 * HOUR, '3 d'],
])('a span of %i ms is %s', (ms, text) => {
  expect(formatSpan(ms)).toBe(text);
});
