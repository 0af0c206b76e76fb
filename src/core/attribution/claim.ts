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

/** Where the address is. */
export function hostOf({ email }: AttributionClaim): string {
  return email.slice(email.lastIndexOf('@') + 1).toLowerCase();
}
