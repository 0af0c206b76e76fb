import type { CrossIssue } from './cross-checks.ts';
import type { ValueReader } from './value-reader.ts';

/** One [[source]] block, complete for its kind. */
export interface CsvSourceConfig {
  readonly kind: 'csv';
  readonly id: string;
  /** As written: relative to the folder of headgate.toml. */
  readonly path: string;
  /** For leads whose row names no source. */
  readonly leadSource: string | null;
}

export type SourceConfig = CsvSourceConfig;

/** In the order of the file. Checked before: ids are distinct, each block has what its kind needs. */
export function createSources(values: ValueReader): readonly SourceConfig[] {
  return values.blocks('source').map((block) => ({
    kind: 'csv',
    id: block.text('id'),
    path: block.text('path'),
    leadSource: block.textOrNull('lead_source'),
  }));
}

/** By kind: the keys that it needs, and those that it may have beside `id` and `kind`. */
const KEYS_OF_KIND: Readonly<
  Record<string, { readonly needs: readonly string[]; readonly takes: readonly string[] }>
> = {
  csv: { needs: ['path'], takes: ['lead_source'] },
};
const ALL_KEYS = [
  ...new Set(Object.values(KEYS_OF_KIND).flatMap(({ needs, takes }) => [...needs, ...takes])),
];

/** A key that its kind needs is missing; one that another kind reads would be there and do nothing. */
export function crossCheckSources(values: ValueReader): readonly CrossIssue[] {
  return values.blocks('source').flatMap((block, index) => {
    const kind = block.textOrNull('kind');
    const keys = kind === null ? undefined : KEYS_OF_KIND[kind];
    if (kind === null || keys === undefined) return [];
    const keyOf = (name: string): string => `source[${String(index)}].${name}`;
    const issue = (name: string, of: Pick<CrossIssue, 'kind' | 'expected'>): CrossIssue => ({
      ...of,
      key: keyOf(name),
      involves: [keyOf('kind'), keyOf(name)],
    });
    const missing = keys.needs.filter((name) => !block.isSet(name));
    const idle = ALL_KEYS.filter((name) => !keys.needs.includes(name) && !keys.takes.includes(name));
    return [
      ...missing.map((name) =>
        issue(name, { kind: 'missing', expected: `a source of kind "${kind}" needs it` }),
      ),
      ...idle
        .filter((name) => block.isSet(name))
        .map((name) =>
          issue(name, { kind: 'conflict', expected: `a source of kind "${kind}" does not read it` }),
        ),
    ];
  });
}
