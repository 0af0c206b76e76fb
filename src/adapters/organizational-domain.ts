/** The domain that somebody registered, by the public suffix list: `example.co.uk` of `mail.example.co.uk`; the name itself where there is none. */
export async function organizationalDomain(domain: string): Promise<string> {
  const { getDomain } = await import('tldts');
  return getDomain(domain, { allowPrivateDomains: true }) ?? domain;
}
