/** One thing that was classified: what the label says, and what the classifier says. */
export interface Sample {
  readonly name: string;
  readonly expected: string;
  readonly actual: string;
  /** What decided: a rule of the tables, or the first sign. */
  readonly rule: string;
  readonly note: string;
}

/** One line for each class that is expected or was said: name, precision, recall, counts; a class nobody expected has no recall. */
export function scoreLines(samples: readonly Sample[]): readonly string[] {
  const names = [...new Set(samples.flatMap(({ expected, actual }) => [expected, actual]))].sort();
  const width = Math.max(...names.map((name) => name.length), 0);
  return names.map((name) => {
    const labelled = samples.filter(({ expected }) => expected === name).length;
    const said = samples.filter(({ actual }) => actual === name).length;
    const right = samples.filter(({ expected, actual }) => expected === name && actual === name).length;
    const counts = `labelled ${labelled}  said ${said}  right ${right}`;
    return `${name.padEnd(width)}  precision ${share(right, said)}  recall ${share(right, labelled)}  ${counts}`;
  });
}

function share(part: number, whole: number): string {
  return whole === 0 ? '     -' : `${((100 * part) / whole).toFixed(1).padStart(5)}%`;
}

/** One line for each rule that decided: how often it was right, how often wrong, and its name; the most used first. */
export function ruleLines(samples: readonly Sample[]): readonly string[] {
  const byRule = Map.groupBy(samples, ({ rule, actual }) => `${actual}  ${rule}`);
  return [...byRule]
    .sort(([, one], [, other]) => other.length - one.length)
    .map(([rule, decided]) => {
      const right = decided.filter(({ expected, actual }) => expected === actual).length;
      return `right ${right}  wrong ${decided.length - right}  ${rule}`;
    });
}
