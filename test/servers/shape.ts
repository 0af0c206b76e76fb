/** Reads what a client sent as a server that trusts nobody would: a fault as text, or null. */
export type Shape = (value: unknown) => string | null;

export const text =
  (most = 1_000_000): Shape =>
  (value) =>
    typeof value === 'string' && value !== '' && value.length <= most ? null : 'must be a text';

export const texts =
  (most: number): Shape =>
  (value) =>
    typeof value === 'string' ||
    (isList(value) && value.length <= most && value.every((each) => typeof each === 'string'))
      ? null
      : `must be a text or at most ${String(most)} of them`;

export const textMap: Shape = (value) =>
  isObject(value) && Object.values(value).every((each) => typeof each === 'string')
    ? null
    : 'must be an object of texts';

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

/** The first field that is unknown or misshapen. */
export function faultOf(
  body: Readonly<Record<string, unknown>>,
  shapes: Readonly<Record<string, Shape>>,
): string | null {
  for (const [name, value] of Object.entries(body)) {
    const shape = Object.hasOwn(shapes, name) ? shapes[name] : undefined;
    if (shape === undefined) return `unknown field ${name}`;
    const fault = shape(value);
    if (fault !== null) return `${name} ${fault}`;
  }
  return null;
}

export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    // Not JSON at all: the caller refuses it as the provider would.
    return undefined;
  }
}
