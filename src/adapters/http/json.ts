/** An object of a JSON answer; null for everything else: a page of HTML, half an answer, a list. */
export function objectOf(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    // A server in between answers with what it likes; the caller says what that means.
    return null;
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A field that holds a text of a sane length; null for everything else. */
export function textField(of: Readonly<Record<string, unknown>> | null, name: string): string | null {
  const value = of !== null && Object.hasOwn(of, name) ? of[name] : undefined;
  return typeof value === 'string' && value !== '' && value.length <= 1_000 ? value : null;
}
