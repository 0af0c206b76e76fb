/** One wrong word in what the claim path says in SQL, and what it would cost somebody if no test noticed. */
export interface SqlMutant {
  /** In `src/store`. */
  readonly file: string;
  /** Occurs once in that file. */
  readonly from: string;
  readonly to: string;
  readonly costs: string;
}

type Rows = readonly (readonly [from: string, to: string, costs: string])[];

/** The mutants of one file. */
export const of = (file: string, rows: Rows): readonly SqlMutant[] =>
  rows.map(([from, to, costs]) => ({ file, from, to, costs }));

/** The text of the file with this one change. Throws where the fragment is not there, or not the only one: the table is behind the source. */
export function mutated({ file, from, to }: SqlMutant, text: string): string {
  const parts = text.split(from);
  if (parts.length === 2) return parts.join(to);
  throw new Error(`${file} has ${String(parts.length - 1)} of: ${from}`);
}
