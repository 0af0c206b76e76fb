import { BRAND_SCHEMA } from './brand-schema.ts';
import { describeType } from './describe-type.ts';
import type { ConfigValue, FileSchema, KeySpec, SectionSpec } from './key-spec.ts';
import { blockName, environmentNameOf, keysOf } from './key-spec.ts';
import { nearestWord } from '../core/nearest.ts';
import { CONFIG_SCHEMA } from './schema.ts';
import { isSecretReference, secretsIn } from './value-reader.ts';

/** A value as one would write it in the file; never a secret, only where it is. */
export function formatValue(value: ConfigValue): string {
  if (value === null) return 'not set';
  const secrets = secretsIn(value);
  if (secrets.length > 0) return `[${secrets.map(formatValue).join(', ')}]`;
  if (Array.isArray(value)) return `[${value.map((element) => JSON.stringify(element)).join(', ')}]`;
  if (!isSecretReference(value)) return JSON.stringify(value);
  switch (value.kind) {
    case 'credential':
      return `{ credential = ${JSON.stringify(value.name)} }`;
    case 'file':
      return `{ file = ${JSON.stringify(value.path)} }`;
    case 'command':
      return `{ command = ${formatValue(value.command)} }`;
    case 'environment':
      return `(in $${value.variable})`;
  }
}

/** The default as the reference shows it. */
export function formatDefault(spec: KeySpec): string {
  const value = spec.required === true ? 'none: required' : formatValue(spec.defaultValue);
  if (spec.defaultNote === undefined) return value;
  return spec.defaultValue === null || formatValue(spec.defaultValue) === '[]'
    ? spec.defaultNote
    : `${value} (${spec.defaultNote})`;
}

export interface Explanation {
  readonly file: string;
  readonly section: SectionSpec;
  readonly keys: readonly KeySpec[];
}

/** What `config explain` was asked: everything, one section, one key; with the nearest word when it is none of them. */
export function findExplanations(
  subject: string | null,
): { readonly found: readonly Explanation[] } | { readonly nearest: string | null } {
  const found: Explanation[] = [];
  const names: string[] = [];
  for (const schema of [CONFIG_SCHEMA, BRAND_SCHEMA]) {
    for (const section of schema.sections) {
      names.push(section.section, ...section.keys.map((spec) => spec.key));
      const keys = section.keys.filter((spec) => isAbout(subject, { section, spec, schema }));
      if (keys.length > 0) found.push({ file: schema.fileName, section, keys });
    }
  }
  return found.length > 0 ? { found } : { nearest: nearestWord(subject ?? '', names) };
}

function isAbout(
  subject: string | null,
  {
    section,
    spec,
    schema,
  }: { readonly section: SectionSpec; readonly spec: KeySpec; readonly schema: FileSchema },
): boolean {
  if (subject === null || subject === schema.fileName || `${subject}.toml` === schema.fileName) return true;
  // `config show` lists the keys of brand.toml as `brand.name`.
  const asked = subject.replaceAll(/\[\[?|\]\]?/g, '').replace(/^brand\./, '');
  const key = spec.key.replace('[]', '');
  const inSection = section.section !== '' && section.section.replace('[]', '') === asked;
  return inSection || key === asked || key.startsWith(`${asked}.`) || environmentNameOf(key) === asked;
}

/** One key as lines of text. */
export function explainKey(spec: KeySpec): readonly string[] {
  const lines = [spec.key.replace('[]', ''), `  ${spec.summary}`, `  accepts  ${describeType(spec.type)}`];
  if (spec.unit !== undefined) lines.push(`  unit     ${spec.unit}`);
  lines.push(`  default  ${formatDefault(spec)}`);
  const laterWords = spec.type.kind === 'choice' ? Object.entries(spec.type.later ?? {}) : [];
  for (const [word, will] of laterWords) lines.push(`  not available yet: "${word}", ${will}`);
  if (spec.later !== undefined) lines.push(`  not available yet: ${spec.later}`);
  return lines;
}

/** `docs/reference/configuration.md`, whole. */
export function renderConfigurationReference(): string {
  return [
    '# Configuration reference',
    '',
    '<!-- Made by scripts/generate-docs.ts from src/config/schema.ts, schema-channels.ts, schema-senders.ts and brand-schema.ts: edit those. -->',
    '',
    ...INTRODUCTION,
    ...[CONFIG_SCHEMA, BRAND_SCHEMA].flatMap(renderFile),
  ].join('\n');
}

const INTRODUCTION = [
  'A workspace is one folder that `headgate init DIR` makes. `headgate.toml` holds the machine and its limits,',
  '`brand.toml` the sender. Both are strict TOML 1.0, UTF-8, at most 1 MiB: a key that is not in this list is refused',
  'with the nearest one that is, and every error of a file is told at once with line and column.',
  '',
  '**Which file.** `-C FILE` (or a folder), else `./headgate.toml`, else `state/headgate.toml` of the installation, else',
  '`/etc/headgate/headgate.toml`. The state is in `--state DIR`, else `$STATE_DIRECTORY`, else beside `headgate.toml`.',
  '',
  '**Which value.** Environment over file over default. `limits.drafts_per_day` is `HEADGATE_LIMITS__DRAFTS_PER_DAY`;',
  'lists are written with commas, an empty variable counts as missing, a misspelt name is refused. Keys of',
  '`brand.toml` and of `[[blocks]]` have no variable. `headgate config show` prints every value with where it came from.',
  '',
  '**Secrets** never stand in the file. Write `{ credential = "name" }` (a systemd credential of the unit),',
  '`{ file = "path" }` (relative to the workspace, not readable by others) or `{ command = ["program", "argument"] }`',
  '(no shell). They are read only when something needs them.',
  '',
  '**Not available yet.** Keys marked so are refused when set: a setting that is accepted and then ignored would be a',
  'guard that is not there.',
  '',
];

function renderFile(schema: FileSchema): readonly string[] {
  return [`## ${schema.fileName}`, '', ...schema.sections.flatMap(renderSection)];
}

function renderSection(section: SectionSpec): readonly string[] {
  const block = blockName(section);
  const heading =
    block !== null ? ` \`[[${block}]]\`` : section.section === '' ? '' : ` \`[${section.section}]\``;
  const later = laterOfAll(section);
  return [
    `### ${section.title}${heading}`,
    '',
    later === null ? section.summary : `${section.summary} **Not available yet:** ${later}.`,
    '',
    '| key | accepts | default | meaning |',
    '| --- | --- | --- | --- |',
    ...section.keys.map((spec) => renderRow(spec, later !== null)),
    '',
  ];
}

/** What all keys of a section wait for together, said once instead of in every row; null when they differ. */
function laterOfAll(section: SectionSpec): string | null {
  const [first] = section.keys;
  const isShared = section.keys.every((spec) => spec.later === first?.later);
  return isShared ? (first?.later ?? null) : null;
}

function renderRow(spec: KeySpec, isLaterTold: boolean): string {
  const unit = spec.unit === undefined ? '' : ` (${spec.unit})`;
  const cells = [
    `\`${spec.key.replace('[]', '')}\``,
    `${describeType(spec.type)}${unit}`,
    renderDefault(spec),
  ];
  const words = spec.type.kind === 'choice' ? Object.keys(spec.type.later ?? {}) : [];
  const later = spec.later ?? words.join(', ');
  const note = isLaterTold || later === '' ? '' : ` **Not available yet:** ${later}.`;
  return `| ${cells.join(' | ')} | ${spec.summary}${note} |`;
}

function renderDefault(spec: KeySpec): string {
  if (spec.required === true) return 'required';
  const text = formatDefault(spec);
  return text === spec.defaultNote || spec.defaultValue === null ? text : `\`${text}\``;
}

/** Every key of every file, for tests that the reference leaves none out. */
export function everyKey(): readonly KeySpec[] {
  return [CONFIG_SCHEMA, BRAND_SCHEMA].flatMap(keysOf);
}
