/**
 * A validator for the part of JSON Schema that our documents use. A keyword that it does not know throws, so that no schema can
 * promise what nobody checks. Beyond the standard it refuses keys that a schema does not name: for readers new keys may appear, but
 * not without a word here.
 */
type Json = Readonly<Record<string, unknown>>;

interface Place {
  readonly root: Json;
  readonly path: string;
}

type Check = (expected: never, value: unknown, place: Place, schema: Json) => readonly string[];

/** What is wrong with `value`, one line for each place; empty when it fits. */
export function problemsOf(schema: unknown, value: unknown): readonly string[] {
  const root = objectAt(schema, 'the schema');
  return problemsAt(root, value, { root, path: '$' });
}

const KEYWORDS: Readonly<Record<string, Check>> = {
  $schema: () => [],
  $defs: () => [],
  title: () => [],
  description: () => [],
  $ref: (reference: string, value, place) => problemsAt(resolve(reference, place.root), value, place),
  type: (types: string | readonly string[], value, { path }) =>
    [types].flat().some((type) => isOfType(type, value))
      ? []
      : [`${path} is ${kindOf(value)}, not ${[types].flat().join(' or ')}`],
  const: (expected: unknown, value, { path }) =>
    value === expected ? [] : [`${path} is ${JSON.stringify(value)}, not ${JSON.stringify(expected)}`],
  enum: (words: readonly unknown[], value, { path }) =>
    words.includes(value) ? [] : [`${path} is ${JSON.stringify(value)}, which is not listed`],
  pattern: (pattern: string, value, { path }) =>
    typeof value !== 'string' || new RegExp(pattern, 'u').test(value)
      ? []
      : [`${path} is "${value}", not ${pattern}`],
  minimum: (least: number, value, { path }) =>
    typeof value !== 'number' || value >= least ? [] : [`${path} is ${value}, under ${least}`],
  maxItems: (most: number, value, { path }) =>
    !Array.isArray(value) || value.length <= most ? [] : [`${path} has ${value.length} items`],
  items: (items: Json, value, { root, path }) =>
    Array.isArray(value)
      ? value.flatMap((item: unknown, index) => problemsAt(items, item, { root, path: `${path}[${index}]` }))
      : [],
  required: (names: readonly string[], value, { path }) =>
    isObject(value)
      ? names.filter((name) => !Object.hasOwn(value, name)).map((name) => `${path}.${name} is missing`)
      : [],
  properties: (properties: Readonly<Record<string, Json>>, value, { root, path }, schema) =>
    !isObject(value)
      ? []
      : Object.entries(value).flatMap(([name, inner]) => {
          const known = properties[name];
          if (known !== undefined) return problemsAt(known, inner, { root, path: `${path}.${name}` });
          return 'additionalProperties' in schema ? [] : [`${path}.${name} is not in the schema`];
        }),
  additionalProperties: (rest: Json, value, { root, path }, schema) =>
    !isObject(value)
      ? []
      : Object.entries(value).flatMap(([name, inner]) =>
          Object.hasOwn(schema['properties'] ?? {}, name)
            ? []
            : problemsAt(rest, inner, { root, path: `${path}.${name}` }),
        ),
  anyOf: (forms: readonly Json[], value, place) => {
    const all = forms.map((form) => problemsAt(form, value, place));
    // The form that fits best is the one that was meant.
    return all.reduce((best, each) => (each.length < best.length ? each : best));
  },
};

function problemsAt(schema: Json, value: unknown, place: Place): readonly string[] {
  return Object.entries(schema).flatMap(([keyword, expected]) => {
    const check = KEYWORDS[keyword];
    if (check === undefined) throw new Error(`the validator does not know the keyword ${keyword}`);
    return check(expected as never, value, place, schema);
  });
}

function resolve(reference: string, root: Json): Json {
  const name = /^#\/\$defs\/(\w+)$/.exec(reference)?.[1] ?? '';
  return objectAt(objectAt(root['$defs'], '$defs')[name], reference);
}

function objectAt(value: unknown, what: string): Json {
  if (!isObject(value)) throw new Error(`${what} is no object`);
  return value;
}

function isOfType(type: string, value: unknown): boolean {
  if (type === 'integer') return Number.isInteger(value);
  return type === kindOf(value);
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function isObject(value: unknown): value is Json {
  return kindOf(value) === 'object';
}
