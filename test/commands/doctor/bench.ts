import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'vitest';

import type { Finding, Group } from '../../../src/core/doctor/finding.ts';
import { SCHEMA_FOLDER } from '../../../scripts/docs/pages.ts';
import { schemaFileName } from '../../../scripts/docs/schemas/catalogue.ts';
import { problemsOf } from '../../docs/json-schema.ts';
import { runCli, type CliOptions, type CliResult } from '../../helpers/cli.ts';
import { desk, type Desk } from '../desk.ts';

const ROOT = join(import.meta.dirname, '../../..');
const SCHEMA: unknown = JSON.parse(
  readFileSync(join(ROOT, SCHEMA_FOLDER, schemaFileName('headgate.doctor/1')), 'utf8'),
);

/** A workspace with a state, and the doctor for it. */
export interface DoctorBench extends Desk {
  /** What stands in headgate.toml below the time zone. */
  configure(lines: readonly string[], more?: { readonly top?: readonly string[] }): void;
  write(name: string, text: string, mode?: number): string;
  /** The findings of one group, from the document, which is held against its schema. */
  findings(group: Group, words?: readonly string[], options?: CliOptions): Promise<readonly Finding[]>;
  doctor(words: readonly string[], options?: CliOptions): Promise<CliResult>;
}

export interface DoctorDocument {
  readonly items: readonly Finding[];
  readonly counts: Readonly<Record<string, number>>;
  readonly exit: { readonly code: number; readonly name: string };
}

const OPEN_HOURS = ['[hours]', 'weekdays = [1, 2, 3, 4, 5, 6, 7]', 'start = "00:00"', 'end = "24:00"'];

export function doctorBench(): DoctorBench {
  const bench = desk();
  const outside = { cwd: bench.directory, clock: bench.clock, random: bench.random, machine: bench.machine };
  const doctor: DoctorBench['doctor'] = (words, options = {}) =>
    runCli(['doctor', ...words], { ...outside, ...options });
  const made: DoctorBench = {
    ...bench,
    doctor,
    configure(lines, { top = [] } = {}) {
      const web = lines.includes('[web]') ? [] : ['[web]', 'token_secret = { file = "secret" }'];
      const text = ['timezone = "UTC"', ...top, ...OPEN_HOURS, ...web, ...lines, ''].join('\n');
      writeFileSync(join(bench.directory, 'headgate.toml'), text);
    },
    write(name, text, mode = 0o600) {
      const path = join(bench.directory, name);
      writeFileSync(path, text, { mode });
      return path;
    },
    async findings(group, words = [], options = {}) {
      const result = await doctor(['--only', group, ...words, '--json'], options);
      const document = documentOf(result);
      return document.items;
    },
  };
  made.configure([]);
  return made;
}

/** The document of one call, after it was held against its schema and its own counts. */
export function documentOf(result: CliResult): DoctorDocument {
  const document = result.json() as DoctorDocument;
  expect(problemsOf(SCHEMA, document), result.stdout).toEqual([]);
  expect(document.exit.code).toBe(result.code);
  expect(document.exit.name).toBe((document.counts['problem'] ?? 0) > 0 ? 'CONFIG' : 'OK');
  for (const { verdict, fix, title } of document.items) {
    const isWrong = verdict === 'warn' || verdict === 'problem';
    expect(fix !== null, `${title} has ${isWrong ? 'no' : 'a'} fix`).toBe(isWrong);
    if (fix !== null) expect(fix.split('\n'), title).toHaveLength(1);
  }
  return document;
}

/** The findings of one check. */
export function of(findings: readonly Finding[], check: string): readonly Finding[] {
  return findings.filter((finding) => finding.check === check);
}
