/** RFC 5321 4.5.3.1.1. */
const LOCAL_CHARACTERS_MAX = 64;
/** RFC 5321 4.5.3.1.3. */
const ADDRESS_CHARACTERS_MAX = 254;
/** A text that is nothing but @ must not cost a window for each. */
const ATS_MAX = 2_000;

/** What ends before an @, without the quotes and dots that a sentence puts in front of an address. */
const LOCAL_PART = /[A-Za-z0-9!#$%&*+/=?^_`{|}~-][A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]*$/;
const DOMAIN = /^(?:[A-Za-z0-9][A-Za-z0-9-]{0,62}\.){1,12}[A-Za-z][A-Za-z0-9-]{1,62}/;

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
    const address = addressOf(
      text.slice(Math.max(from, at - LOCAL_CHARACTERS_MAX), at),
      text.slice(at + 1, at + ADDRESS_CHARACTERS_MAX),
    );
    if (address !== null) found.add(address);
    from = at + 1;
    ats += 1;
  }
  return [...found];
}

/** The address between what stands before an @ and what stands after it, both cut to what an address may have. */
function addressOf(before: string, after: string): string | null {
  const local = LOCAL_PART.exec(before);
  const domain = DOMAIN.exec(after);
  if (local === null || domain === null) return null;
  const address = `${local[0]}@${domain[0]}`.toLowerCase();
  return address.length <= ADDRESS_CHARACTERS_MAX ? address : null;
}

/**
 * The address of a report field: `rfc822; <a@b.example>`, `utf-8; a@b.example` (RFC 3464 2.3.2, RFC 6533), or the bare
 * address that some programs write. Null for a local name and for anything longer than an address may be.
 */
export function addressOfField(value: string): string | null {
  const address = value.slice(value.indexOf(';') + 1);
  return addressesIn(address.slice(0, 600), 1)[0] ?? null;
}
