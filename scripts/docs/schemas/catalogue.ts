import { SIGNAL_EXITS } from '../../../src/commands/root/exit-table.ts';
import { COMMANDS } from '../../../src/commands/registry.ts';
import { EXIT_CODES } from '../../../src/core/exits.ts';
import { AUDIT_SHAPES } from './audit.ts';
import { CARE_SHAPES } from './care.ts';
import { DEFINITIONS } from './common.ts';
import { LEAD_SHAPES } from './leads.ts';
import { REVIEW_SHAPES } from './review.ts';
import { ROOT_SHAPES } from './root.ts';
import { RUN_SHAPES } from './runs.ts';
import { SEQUENCE_SHAPES } from './sequences.ts';
import { SIMULATE_SHAPES } from './simulate.ts';
import { listOf, nullable, objectOf, oneOf, text, type Shape, type Shapes } from './shapes.ts';

/** What a document holds beside `schema` and `exit` when a command got to its end, by the name in `schema`. */
const DOCUMENTS: Shapes = {
  ...RUN_SHAPES,
  ...SIMULATE_SHAPES,
  ...REVIEW_SHAPES,
  ...LEAD_SHAPES,
  ...SEQUENCE_SHAPES,
  ...CARE_SHAPES,
  ...AUDIT_SHAPES,
  ...ROOT_SHAPES,
};

const EXIT_NAMES = [...Object.keys(EXIT_CODES), ...Object.keys(SIGNAL_EXITS)];
const CODES = [...Object.values(EXIT_CODES), ...Object.values(SIGNAL_EXITS)];

const EXIT_DEFINITION: Shape = objectOf({
  code: { enum: CODES },
  name: oneOf(EXIT_NAMES),
  message: nullable(text),
  fix: nullable(text),
});

const EXIT: Shape = { $ref: '#/$defs/exit' };

/** What every document has in common when a command could not do its work. `error` is absent when a signal ended it. */
const FAILURE: Shape = objectOf(
  { items: { type: 'array', maxItems: 0 }, exit: EXIT },
  { error: objectOf({ code: text, details: listOf(text), not_done: nullable(text) }) },
);

/** A whole schema: a shape with a name and what it refers to. */
export interface RootShape extends Shape {
  readonly $schema: string;
  readonly title: string;
  readonly $defs: Shapes;
}

/** Of a command line that named no command: it can only fail. */
const ERROR = 'headgate.error/1';

/** The names in `schema`, every one that a command or the root can print. */
export const SCHEMA_NAMES: readonly string[] = [...Object.keys(DOCUMENTS), ERROR];

/** `headgate.review-plan/1` is in `review-plan.schema.json`. */
export function schemaFileName(name: string): string {
  return `${name.replace(/^headgate\./, '').replace(/\/\d+$/, '')}.schema.json`;
}

/** One whole JSON Schema: what the document holds when the command got to its end, or the form of a failure. */
export function schemaOf(name: string): RootShape {
  const document = DOCUMENTS[name];
  const commands = COMMANDS.filter(({ schema }) => schema === name).map(({ path }) => `headgate ${path}`);
  const forms = [...(document === undefined ? [] : [withExit(document)]), FAILURE];
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: name,
    description: descriptionOf(commands),
    anyOf: forms.map((form) => withName(name, form)),
    $defs: { exit: EXIT_DEFINITION, ...DEFINITIONS },
  };
}

function descriptionOf(commands: readonly string[]): string {
  const from = commands.length === 0 ? 'headgate itself' : commands.join(', ');
  return `${from}, with --json. Keys are never removed within this version; new ones may appear. The last form is a failure.`;
}

function withExit(document: Shape): Shape {
  return {
    ...document,
    required: [...(document.required ?? []), 'exit'],
    properties: { ...document.properties, exit: EXIT },
  };
}

function withName(name: string, shape: Shape): Shape {
  return {
    ...shape,
    required: ['schema', ...(shape.required ?? [])],
    properties: { schema: { const: name }, ...shape.properties },
  };
}
