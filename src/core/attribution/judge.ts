import type { AttributionVerdict } from '../model.ts';
import { areListedTogether, type AllowList } from './allow-list.ts';
import { hostOf, type AttributionClaim, type DomainFacts, type RegisteredDomain } from './claim.ts';
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
const LEADS_TO_LEARN_FROM = 3;
/** Of the leads at a domain so many must agree. */
const SHARE_TO_LEARN_FROM = 0.8;

/**
 * B8, all that needs no model: (1) the registrable domain of the address against the company's, (2) the operator's list and what other
 * leads teach. `unknown` is what a model may still decide. A mismatch is said only where other leads show whose the address is: being told
 * of one domain too few must cost nobody a lead.
 */
export function attribute(claim: AttributionClaim, evidence: Evidence): Attribution {
  const { facts, list, claimsAt } = evidence;
  const host = hostOf(claim);
  const email = facts.registered(host);
  const company = companyOf(claim, facts);
  const name = claim.company?.trim() ?? '';
  if (company === null && name === '') return NOTHING_CLAIMED;
  if (email === null) return UNREGISTERED;
  // A provider may give each of its users a subdomain, so that the whole host counts as well.
  const isFreeMail = (): boolean => facts.isFreeMail(email.domain) || facts.isFreeMail(host);
  if (company === null) {
    if (!isNamedAfter(email.name, name)) return NOT_NAMED_AFTER;
    return isFreeMail() ? FREE_MAIL : NAMED_AFTER;
  }
  if (isFreeMail()) return FREE_MAIL;
  if (email.domain === company.domain) return AT_COMPANY;
  if (isSameNameAbroad(email, company)) return SAME_NAME_ABROAD;
  if (areListedTogether(list, email.domain, company.domain)) return LISTED;
  return learned({ email, company }, claimsAt(email.domain));
}

/** Null when none is claimed by its domain, or one that belongs to a mail provider and to no company. */
function companyOf({ companyDomain }: AttributionClaim, facts: DomainFacts): RegisteredDomain | null {
  const company = companyDomain === null ? null : facts.registered(companyDomain);
  return company === null || facts.isFreeMail(company.domain) ? null : company;
}

/** Whether there is nothing to judge: no knowledge of domains is needed for these. */
export function claimsNothing({ company, companyDomain }: AttributionClaim): boolean {
  return companyDomain === null && (company?.trim() ?? '') === '';
}

/** The verdict on a lead that claims no company. */
export const NOTHING_CLAIMED = found('not_applicable', 'domains', 'no company is claimed');

// One object each: a run of ten thousand keeps as many of them (P7).
const UNREGISTERED = found('unknown', 'domains', "the domain of the address is nobody's");
const FREE_MAIL = found('unknown', 'domains', 'free mail is no evidence');
const NAMED_AFTER = found('verified', 'domains', "the address is at a domain of the company's name");
const NOT_NAMED_AFTER = found('unknown', 'domains', "the domain of the address is not the company's name");
const AT_COMPANY = found('verified', 'domains', "the address is at the company's domain");
const SAME_NAME_ABROAD = found(
  'verified',
  'domains',
  "the address is at the company's name in another country",
);
const LISTED = found('verified', 'list', 'the two domains are on the list');

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
