/** JSON Schema, draft 2020-12, as far as our documents need it. What is not listed here the tests' validator refuses. */
export interface Shape {
  readonly $ref?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly const?: string | number | boolean;
  readonly enum?: readonly (string | number | null)[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Shape;
  readonly items?: Shape;
  readonly maxItems?: number;
  readonly anyOf?: readonly Shape[];
}

export type Shapes = Readonly<Record<string, Shape>>;

export const text: Shape = { type: 'string' };
export const flag: Shape = { type: 'boolean' };
export const number: Shape = { type: 'number' };
export const count: Shape = { type: 'integer', minimum: 0 };
export const integer: Shape = { type: 'integer' };
/** Whatever JSON can hold. */
export const anything: Shape = {};
/** ISO 8601 in UTC. */
export const instant: Shape = {
  type: 'string',
  pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{3})?Z$',
};
export const day: Shape = { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}$' };

/** One of these words and nothing else. */
export function oneOf(words: readonly string[]): Shape {
  return { enum: words };
}

/** The shape, or null for "there is none". */
export function nullable(shape: Shape): Shape {
  if (shape.enum !== undefined) return { ...shape, enum: [...shape.enum, null] };
  if (typeof shape.type === 'string') return { ...shape, type: [shape.type, 'null'] };
  return { anyOf: [shape, { type: 'null' }] };
}

export function listOf(items: Shape): Shape {
  return { type: 'array', items };
}

/** Names of the data's own, each with a value of this shape. */
export function mapOf(values: Shape): Shape {
  return { type: 'object', additionalProperties: values };
}

/** An object with these keys; further ones may appear. `optional` keys are not always there. */
export function objectOf(properties: Shapes, optional: Shapes = {}): Shape {
  return { type: 'object', required: Object.keys(properties), properties: { ...properties, ...optional } };
}

/** The public id of a thing: `m-` and 16 characters. */
export function idOf(prefix: 'l' | 'm' | 'e' | 'p' | 'r'): Shape {
  return { type: 'string', pattern: `^${prefix}-[a-z2-7]{16}$` };
}

/** With a remark for whoever reads the schema. */
export function described(shape: Shape, description: string): Shape {
  return { description, ...shape };
}
