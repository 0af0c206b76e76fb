/** What the DNS had to say to one question. */
export type Lookup<Answer> =
  | { readonly kind: 'found'; readonly records: readonly Answer[] }
  /** The name is not there, or has no record of this kind. */
  | { readonly kind: 'none' }
  /** Nobody answered, or with an error: nothing is known. */
  | { readonly kind: 'failed'; readonly words: string };

/** The TXT records that begin with a version tag, such as `v=spf1`, each whole. */
export function taggedRecords(lookup: Lookup<string>, version: string): readonly string[] {
  if (lookup.kind !== 'found') return [];
  const tag = new RegExp(`^\\s*${version}(?:[\\s;]|$)`, 'i');
  return lookup.records.filter((record) => tag.test(record));
}

/** `v=DKIM1; k=rsa; p=…` as its tags, names in lower case; of a name that comes twice the first (RFC 6376, 3.2). */
export function tagsOf(record: string): ReadonlyMap<string, string> {
  const tags = new Map<string, string>();
  for (const part of record.split(';')) {
    const at = part.indexOf('=');
    const name = part.slice(0, Math.max(at, 0)).trim().toLowerCase();
    if (name !== '' && !tags.has(name)) tags.set(name, part.slice(at + 1).trim());
  }
  return tags;
}

/** Where a domain's own name servers, and not only a cache, can be asked. */
export function askDns(kind: 'TXT' | 'MX', name: string): string {
  return `dig +short ${kind} ${name}`;
}
