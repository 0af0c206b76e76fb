import { relative } from 'node:path';

import type { ConfigValue } from '../config/key-spec.ts';
import { noteOf } from '../config/notes.ts';
import { formatValue } from '../config/reference.ts';
import type { Settings, ValueSource } from '../config/settings.ts';
import { isSecretReference, secretsIn } from '../config/value-reader.ts';
import type { Invocation, Outcome } from './cli-context.ts';
import { renderTable } from './output/table.ts';
import { openWorkspace } from './workspace.ts';

interface Row {
  readonly key: string;
  readonly value: ConfigValue;
  readonly source: ValueSource;
  readonly note: string | null;
}

/** `config show`: every value in force with where it came from (cli.md 1). Of a secret, only where it is. */
export function run(invocation: Invocation): Promise<Outcome> {
  const { paths, settings, brandSettings, policy } = openWorkspace(invocation);
  const rows = [
    ...rowsOf(settings, '').map((row) => ({ ...row, note: noteOf(row, policy) })),
    ...rowsOf(brandSettings, 'brand.'),
  ];
  return Promise.resolve({
    exit: 'OK',
    document: { config_file: paths.configFile, state_dir: paths.stateDir, items: rows.map(itemOf) },
    human: (terminal) => [
      ...renderTable(terminal, rows, [
        { header: 'key', cell: (row) => row.key, minWidth: 30 },
        {
          header: 'value',
          cell: ({ value, note }) => (note === null ? formatValue(value) : `${formatValue(value)} (${note})`),
          raw: ({ value }) => formatValue(value),
        },
        { header: 'from', cell: ({ source }) => sourceText(source, paths.workspaceDir) },
      ]),
      ...(terminal.isTty ? ['', terminal.dim(`${paths.configFile}, state in ${paths.stateDir}`)] : []),
    ],
  });
}

function rowsOf(settings: Settings, prefix: string): readonly Row[] {
  return [...settings.all].map(([key, value]) => ({
    key: `${prefix}${key}`,
    value,
    source: settings.sourceOf(key),
    note: null,
  }));
}

function sourceText(source: ValueSource, workspaceDir: string): string {
  switch (source.kind) {
    case 'default':
      return 'default';
    case 'environment':
      return `$${source.variable}`;
    case 'file':
      return [relative(workspaceDir, source.file), source.line].filter((part) => part !== null).join(':');
  }
}

function itemOf({ key, value, source, note }: Row): Readonly<Record<string, unknown>> {
  return {
    key,
    value: isSecretReference(value) || secretsIn(value).length > 0 ? formatValue(value) : value,
    source: source.kind,
    file: source.kind === 'file' ? source.file : null,
    line: source.kind === 'file' ? source.line : null,
    variable: source.kind === 'environment' ? source.variable : null,
    note,
  };
}
