/** What a lead claims: an address, and a company by name, by domain, by both or by neither. */
export interface AttributionClaim {
  readonly email: string;
  readonly company: string | null;
  /** As stored: lower case, A-labels. */
  readonly companyDomain: string | null;
}

/** Whether a verdict on the one is a verdict on the other; null: the lead is gone. */
export function isSameClaim(one: AttributionClaim | null, other: AttributionClaim): boolean {
  return (
    one !== null &&
    one.email === other.email &&
    one.company === other.company &&
    one.companyDomain === other.companyDomain
  );
}

/** The domains of a claim, reduced to what somebody registered. */
export interface ClaimedDomains {
  /** Of the address; null for one that nobody can register, such as a host of an intranet. */
  readonly email: RegisteredDomain | null;
  readonly isFreeMail: boolean;
  /** Of the company; null when none is claimed, or one that belongs to a mail provider and to no company. */
  readonly company: RegisteredDomain | null;
}

/** `shop.airbnb.co.uk` is `airbnb.co.uk`, whose name is `airbnb` and whose ending is `co.uk`. */
export interface RegisteredDomain {
  readonly domain: string;
  readonly name: string;
  readonly ending: string;
}

/** What the outside world knows of domains: the public suffix list, and the list of free mail providers. */
export interface DomainFacts {
  /** Null for what nobody can register: a public suffix alone, an address of the network, a name without a dot. */
  registered(host: string): RegisteredDomain | null;
  isFreeMail(domain: string): boolean;
}

/** Reads the domains of a claim. Subdomains and letters beyond ASCII make no difference (B8). */
export function claimedDomains(claim: AttributionClaim, facts: DomainFacts): ClaimedDomains {
  const host = claim.email.slice(claim.email.lastIndexOf('@') + 1).toLowerCase();
  const email = facts.registered(host);
  const company = claim.companyDomain === null ? null : facts.registered(claim.companyDomain);
  return {
    email,
    // A provider may give each of its users a subdomain, so that the whole host counts as well.
    isFreeMail: facts.isFreeMail(host) || (email !== null && facts.isFreeMail(email.domain)),
    company: company === null || facts.isFreeMail(company.domain) ? null : company,
  };
}
