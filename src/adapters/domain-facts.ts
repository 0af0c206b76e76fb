import { domainToUnicode } from 'node:url';

import type { DomainFacts, RegisteredDomain } from '../core/attribution/claim.ts';
import { freeMailLookup } from './free-mail-list.ts';

/**
 * What is known of domains, loaded when a lead is to be judged and never by an idle run: the list of free mail providers, and, with
 * `needsSuffixList`, the public suffix list of tldts, its private part included (two customers of one hosting company are two). Without it
 * a host of two labels is what somebody registered, any other is nobody's, and 8 MB stay on the disk.
 */
export async function loadDomainFacts({
  needsSuffixList,
}: {
  readonly needsSuffixList: boolean;
}): Promise<DomainFacts> {
  return {
    registered: needsSuffixList ? await suffixListReader() : registeredOfTwoLabels,
    isFreeMail: freeMailLookup(),
  };
}

async function suffixListReader(): Promise<DomainFacts['registered']> {
  const { parse } = await import('tldts');
  return (host) => {
    const found = parse(host, { allowPrivateDomains: true, validateHostname: false });
    const { domain, domainWithoutSuffix: name, publicSuffix: ending } = found;
    return domain === null || name === null || ending === null ? null : withName({ domain, name, ending });
  };
}

function registeredOfTwoLabels(host: string): RegisteredDomain | null {
  const [name = '', ending = '', ...more] = host.split('.');
  return name === '' || ending === '' || more.length > 0 ? null : withName({ domain: host, name, ending });
}

/** The name in letters, since that is how a company writes it. */
function withName({ domain, name, ending }: RegisteredDomain): RegisteredDomain {
  const letters = name.startsWith('xn--') ? domainToUnicode(name) : name;
  return { domain, name: letters === '' ? name : letters, ending };
}
