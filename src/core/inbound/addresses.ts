/** RFC 5321 4.5.3.1.3. */
const ADDRESS_CHARACTERS_MAX = 254;
/** A text that is nothing but @ must not cost a window for each. */
const ATS_MAX = 2_000;

/** Each repetition is bounded, so that a megabyte without an @ costs a bounded number of steps per character. */
const ADDRESS =
  /[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})\.){1,12}[A-Za-z][A-Za-z0-9-]{1,62}/g;

/** The addresses in a text in order of appearance, in lower case, each once, at most `max`. */
export function addressesIn(text: string, max: number): readonly string[] {
  const found = new Set<string>();
  let from = 0;
  let ats = 0;
  // Jumping from @ to @ keeps a text of a million letters without one linear.
  for (
    let at = text.indexOf('@');
    at !== -1 && found.size < max && ats < ATS_MAX;
    at = text.indexOf('@', from)
  ) {
    const start = Math.max(from, at - 64);
    const match = addressAround(text.slice(start, at + ADDRESS_CHARACTERS_MAX), at - start);
    if (match !== null) found.add(match);
    from = at + 1;
    ats += 1;
  }
  return [...found];
}

/** The address whose @ stands at `at`. One that begins later may be cut off by the window's end, and has its own turn. */
function addressAround(window: string, at: number): string | null {
  ADDRESS.lastIndex = 0;
  const match = ADDRESS.exec(window);
  if (match === null || match.index > at) return null;
  const address = match[0].toLowerCase().replace(/^['.]+/, '');
  return address.length <= ADDRESS_CHARACTERS_MAX ? address : null;
}

/**
 * The address of a report field: `rfc822; <a@b.example>`, `utf-8; a@b.example` (RFC 3464 2.3.2, RFC 6533), or the bare
 * address that some programs write. Null for a local name and for anything longer than an address may be.
 */
export function addressOfField(value: string): string | null {
  const semicolon = value.indexOf(';');
  const address = semicolon === -1 ? value : value.slice(semicolon + 1);
  return addressesIn(address.slice(0, 600), 1)[0] ?? null;
}
