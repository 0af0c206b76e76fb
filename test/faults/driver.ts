import { elapsedMs } from '../../src/adapters/clock.ts';
import type { FaultKind, Point, Verdict, World } from './kind.ts';
import { PROMISES, type PromiseName } from './promises.ts';

/** What came of one kind of fault. */
export interface Tally {
  readonly kind: string;
  /** Points at which the fault struck. */
  readonly tried: number;
  readonly broken: Readonly<Record<PromiseName, number>>;
  /** How the bad runs ended, and how often. */
  readonly ends: Readonly<Record<string, number>>;
  /** The first of what was broken, in words. */
  readonly stories: readonly string[];
  readonly missing: string | null;
  readonly seconds: number;
}

/** Every command line is a process or several, so a few at once use both processors well. */
const AT_ONCE = 4;
const STORIES_MAX = 40;

/** Tries the points of one kind, all or an even share of them, several at once. */
export async function tryKind(world: World, kind: FaultKind, size: 'few' | 'most'): Promise<Tally> {
  const missing = kind.missing?.(world) ?? null;
  const startedAt = elapsedMs();
  const points = missing === null ? chosen(await kind.points(world), kind[size] ?? Infinity) : [];
  const verdicts: { readonly point: Point; readonly verdict: Verdict }[] = [];
  const rest = points.values();
  const worker = async (): Promise<void> => {
    for (const point of rest) verdicts.push({ point, verdict: await point.tryIt() });
  };
  await Promise.all(Array.from({ length: kind.atOnce ?? AT_ONCE }, worker));
  const struck = verdicts.filter(({ verdict }) => verdict.isStruck);
  return {
    kind: kind.name,
    tried: struck.length,
    broken: countsOf(struck.map(({ verdict }) => verdict)),
    ends: endsOf(struck.map(({ verdict }) => verdict)),
    stories: storiesOf(struck),
    missing,
    seconds: Math.round((elapsedMs() - startedAt) / 1_000),
  };
}

function chosen(points: readonly Point[], count: number): readonly Point[] {
  return [...new Set([...points.filter(({ hasBroken }) => hasBroken), ...evenShare(points, count)])];
}

/** The same ones every time, from all of the list. */
export function evenShare<T>(all: readonly T[], count: number): readonly T[] {
  if (all.length <= count) return all;
  const step = all.length / count;
  return Array.from({ length: count }, (_, index) => all[Math.floor((index + 0.5) * step)]!);
}

function countsOf(verdicts: readonly Verdict[]): Record<PromiseName, number> {
  const broken = (name: PromiseName): number =>
    verdicts.filter(({ breaches }) => breaches.some(({ promise }) => promise === name)).length;
  return Object.fromEntries(PROMISES.map((name) => [name, broken(name)])) as Record<PromiseName, number>;
}

function endsOf(verdicts: readonly Verdict[]): Readonly<Record<string, number>> {
  const ends: Record<string, number> = {};
  for (const { end } of verdicts) ends[end] = (ends[end] ?? 0) + 1;
  return ends;
}

function storiesOf(
  struck: readonly { readonly point: Point; readonly verdict: Verdict }[],
): readonly string[] {
  return struck
    .flatMap(({ point, verdict }) =>
      verdict.breaches.map(({ promise, what }) => `[${promise}] ${point.name}: ${what}`),
    )
    .slice(0, STORIES_MAX);
}
