import type { AttributionVerdict } from '../model.ts';
import { areListedTogether, type AllowList } from './allow-list.ts';
import { claimedDomains, type AttributionClaim, type DomainFacts, type RegisteredDomain } from './claim.ts';
import { isNamedAfter } from './company-name.ts';

/** Who found it: the domains themselves, the operator's list, other leads, a model, the lead's own word, or the operator. */
export type AttributionSource = 'domains' | 'list' | 'leads' | 'model' | 'lead' | 'operator';

export interface Attribution {
  readonly verdict: AttributionVerdict;
  readonly by: AttributionSource;
  /** One phrase that says what was found. */
  readonly note: string;
}

/** How many leads with an address at one domain belong to which company, as they claim. */
export interface CompanyCount {
  /** The registered domain that they name. */
  readonly companyDomain: string;
  readonly leads: number;
}

export interface Evidence {
  readonly facts: DomainFacts;
  readonly list: AllowList;
  /** What all leads at this registered domain claim, the one that is judged included; asked only when nothing simpler decides. */
  readonly claimsAt: (emailDomain: string) => readonly CompanyCount[];
}

/** Fewer leads than this teach nothing: two may be one person's mistake made twice. */
export const LEADS_TO_LEARN_FROM = 3;
/** Of the leads at a domain so many must agree. */
const SHARE_TO_LEARN_FROM = 0.8;

/**
 * B8, all that needs no model: (1) the registrable domain of the address against the company's, (2) the operator's list and what other
 * leads teach. `unknown` is what a model may still decide. A mismatch is said only where other leads show whose the address is: being told
 * of one domain too few must cost nobody a lead.
 */
export function attribute(claim: AttributionClaim, evidence: Evidence): Attribution {
  if (claimsNothing(claim)) return NOTHING_CLAIMED;
  const { email, isFreeMail, company } = claimedDomains(claim, evidence.facts);
  const name = claim.company?.trim() ?? '';
  if (company === null && name === '') return NOTHING_CLAIMED;
  if (email === null) return found('unknown', 'domains', "the domain of the address is nobody's");
  if (isFreeMail) return found('unknown', 'domains', `${email.domain} is free mail, which is no evidence`);
  if (company === null) {
    return isNamedAfter(email.name, name)
      ? found('verified', 'domains', `${email.domain} bears the company's name`)
      : found('unknown', 'domains', `${email.domain} does not bear the company's name`);
  }
  const same = sameCompany(email, company);
  if (same !== null) return found('verified', 'domains', same);
  if (areListedTogether(evidence.list, email.domain, company.domain))
    return found('verified', 'list', `${email.domain} and ${company.domain} are on the list`);
  return learned({ email, company }, evidence.claimsAt(email.domain));
}

/** Whether there is nothing to judge: no knowledge of domains is needed for these. */
export function claimsNothing({ company, companyDomain }: AttributionClaim): boolean {
  return companyDomain === null && (company?.trim() ?? '') === '';
}

/** The verdict on a lead that claims no company. */
export const NOTHING_CLAIMED: Attribution = {
  verdict: 'not_applicable',
  by: 'domains',
  note: 'no company is claimed',
};

function sameCompany(email: RegisteredDomain, company: RegisteredDomain): string | null {
  if (email.domain === company.domain) return `the address is at ${company.domain}`;
  if (!isSameNameAbroad(email, company)) return null;
  return `${email.domain} and ${company.domain} are one name in two countries`;
}

/** Endings of countries that everybody registers, so that the same name there says nothing. */
const ENDINGS_OF_ANYBODY: ReadonlySet<string> = new Set(
  'ac ag ai am bz cc cd co fm gg gl im io is la li ly me ms nu pw sc sh so st sx tk to tv vc vu ws xyz'.split(
    ' ',
  ),
);
/** Shorter ones are initials, which many share. */
const SHARED_NAME_MIN = 5;

/** `airbnb.de` and `airbnb.com`: at least one ending belongs to a country, and none to whoever comes first. */
function isSameNameAbroad(one: RegisteredDomain, other: RegisteredDomain): boolean {
  if (one.name !== other.name || one.name.length < SHARED_NAME_MIN) return false;
  const endings = [one.ending, other.ending];
  if (endings.some((ending) => ENDINGS_OF_ANYBODY.has(ending))) return false;
  const foreign = endings.filter((ending) => ending !== 'com');
  return foreign.every((ending) => /(?:^|\.)[a-z]{2}$/.test(ending));
}

/** B8 (2): what the other leads at the same domain say they belong to. */
function learned(
  { email, company }: { readonly email: RegisteredDomain; readonly company: RegisteredDomain },
  counts: readonly CompanyCount[],
): Attribution {
  // The lead itself is among them, and is no evidence for itself.
  const others = Math.max(0, sumOf(counts) - 1);
  const agreeing = sumOf(counts.filter(({ companyDomain }) => companyDomain === company.domain)) - 1;
  if (teaches(agreeing, others))
    return found(
      'verified',
      'leads',
      `${String(agreeing)} other leads at ${email.domain} belong to ${company.domain}`,
    );
  const owner = agreeing > 0 ? null : ownerOf(counts, others);
  return owner === null
    ? found('unknown', 'domains', `${email.domain} is not ${company.domain}`)
    : found('mismatch', 'leads', `${email.domain} is ${owner} to the others there, not ${company.domain}`);
}

function ownerOf(counts: readonly CompanyCount[], others: number): string | null {
  return counts.find(({ leads }) => teaches(leads, others))?.companyDomain ?? null;
}

function teaches(leads: number, others: number): boolean {
  return leads >= LEADS_TO_LEARN_FROM && leads >= others * SHARE_TO_LEARN_FROM;
}

function sumOf(counts: readonly CompanyCount[]): number {
  return counts.reduce((sum, { leads }) => sum + leads, 0);
}

function found(verdict: AttributionVerdict, by: AttributionSource, note: string): Attribution {
  return { verdict, by, note };
}
