import { afterEach, beforeEach, expect, test, vi } from 'vitest';

/** What was remembered belongs to a module: each test begins with none. */
const fresh = async () => {
  vi.resetModules();
  return {
    ...(await import('../../../src/core/time/calendar.ts')),
    ...(await import('../../../src/core/time/offsets.ts')),
    ...(await import('../../../src/core/time/zone.ts')),
  };
};

beforeEach(() => {
  vi.restoreAllMocks();
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const asked = () => vi.spyOn(Temporal.Instant, 'fromEpochMilliseconds');

test('P2: a tick formats each date once, and the memory of it stays small', async () => {
  const { isoDateOf } = await fresh();
  const formatted = vi.spyOn(Date.prototype, 'toISOString');
  for (const day of [0, 1, 0, 1]) isoDateOf(day);
  expect(formatted).toHaveBeenCalledTimes(2);
  for (let day = 0; day < 4_096; day += 1) isoDateOf(day);
  expect(isoDateOf(0)).toBe('1970-01-01');
  expect(formatted).toHaveBeenCalledTimes(4_096);
  isoDateOf(4_096);
  expect(isoDateOf(0)).toBe('1970-01-01');
  expect(formatted).toHaveBeenCalledTimes(4_098);
});

test('P2: an import asks for each name of a zone once, and the memory of it stays small', async () => {
  const { canonicalZone } = await fresh();
  const questions = asked();
  for (const name of ['Europe/Berlin', 'Nowhere/One', 'Europe/Berlin', 'Nowhere/One']) canonicalZone(name);
  expect(questions).toHaveBeenCalledTimes(2);
  for (let name = 2; name < 2_048; name += 1) canonicalZone(`Nowhere/N${String(name)}`);
  expect(canonicalZone('Europe/Berlin')).toBe('Europe/Berlin');
  expect(questions).toHaveBeenCalledTimes(2_048);
  canonicalZone('Nowhere/Last');
  expect(canonicalZone('Europe/Berlin')).toBe('Europe/Berlin');
  expect(questions).toHaveBeenCalledTimes(2_050);
});

test('P2: one question answers for all the time between two changes of a clock', async () => {
  const { offsetSpanAt } = await fresh();
  const questions = asked();
  const summer = offsetSpanAt('Europe/Berlin', Date.UTC(2026, 5, 1));
  const winter = offsetSpanAt('Europe/Berlin', Date.UTC(2026, 11, 1));
  const oslo = offsetSpanAt('Europe/Oslo', Date.UTC(2026, 5, 1));
  expect([summer.offsetMs, winter.offsetMs, oslo.offsetMs]).toEqual([7_200_000, 3_600_000, 7_200_000]);
  expect(offsetSpanAt('Europe/Berlin', summer.fromAt)).toBe(summer);
  expect(offsetSpanAt('Europe/Berlin', summer.untilAt - 1)).toBe(summer);
  expect(offsetSpanAt('Europe/Berlin', summer.untilAt)).toBe(winter);
  expect(offsetSpanAt('Europe/Oslo', Date.UTC(2026, 6, 1))).toBe(oslo);
  expect(questions).toHaveBeenCalledTimes(3);
});

test('P2: what is remembered of a zone, and of how many, stays small', async () => {
  const { offsetSpanAt } = await fresh();
  const questions = asked();
  const half = (index: number): number => Date.UTC(1990 + Math.floor(index / 2), index % 2 === 0 ? 0 : 6, 15);
  for (let index = 0; index < 512; index += 1) offsetSpanAt('Europe/Berlin', half(index));
  expect(questions).toHaveBeenCalledTimes(512);
  offsetSpanAt('Europe/Berlin', half(0));
  expect(questions).toHaveBeenCalledTimes(512);
  offsetSpanAt('Europe/Berlin', half(512));
  offsetSpanAt('Europe/Berlin', half(0));
  expect(questions).toHaveBeenCalledTimes(514);
  // Each spelling of a name is remembered by itself.
  const spelling = (bits: number): string =>
    Array.from('etcgmt', (letter, at) => ((bits >> at) & 1 ? letter.toUpperCase() : letter)).join('');
  const names = Array.from({ length: 64 }, (_, bits) => spelling(bits)).flatMap((letters) =>
    Array.from(
      { length: 24 },
      (_, hours) =>
        `${letters.slice(0, 3)}/${letters.slice(3)}${hours < 12 ? '+' : '-'}${String((hours % 12) + 1)}`,
    ),
  );
  for (const name of names.slice(0, 1_023)) offsetSpanAt(name, 0);
  offsetSpanAt('Europe/Berlin', half(0));
  expect(questions).toHaveBeenCalledTimes(514 + 1_023);
  offsetSpanAt('Europe/Oslo', 0);
  offsetSpanAt('Europe/Berlin', half(0));
  expect(questions).toHaveBeenCalledTimes(514 + 1_025);
});

test('P2: an operator in UTC never loads what zones need, and without it no name is called wrong', async () => {
  const { canonicalZone, offsetSpanAt } = await fresh();
  vi.stubGlobal('Temporal', undefined);
  expect(canonicalZone('UTC')).toBe('UTC');
  expect(offsetSpanAt('UTC', 5)).toEqual({ fromAt: -Infinity, untilAt: Infinity, offsetMs: 0 });
  expect(() => canonicalZone('Europe/Paris')).toThrow(TypeError);
});
