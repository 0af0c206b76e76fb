/** Paired measurements: machines are noisy, so a figure is the median of ratios of runs that were made side by side. */

export interface Paired {
  /** Medians of each, in the unit measured. */
  readonly ours: number;
  readonly floor: number;
  /** Median of the ratios of the pairs. */
  readonly ratio: number;
  readonly pairs: number;
}

export type Sample = () => number | Promise<number>;

/** Runs both once to warm caches, then `pairs` times side by side, each first by turns. */
export async function paired(pairs: number, ours: Sample, floor: Sample): Promise<Paired> {
  await floor();
  await ours();
  const samples: { readonly ours: number; readonly floor: number }[] = [];
  for (let pair = 0; pair < pairs; pair += 1) {
    if (pair % 2 === 0) {
      const first = await ours();
      samples.push({ ours: first, floor: await floor() });
    } else {
      const first = await floor();
      samples.push({ ours: await ours(), floor: first });
    }
  }
  return {
    ours: median(samples.map((sample) => sample.ours)),
    floor: median(samples.map((sample) => sample.floor)),
    ratio: median(samples.map((sample) => sample.ours / sample.floor)),
    pairs,
  };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = sorted.length / 2;
  const [upper = NaN, lower = upper] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle) - 1]];
  return (upper + lower) / 2;
}
