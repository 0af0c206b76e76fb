import type { DomainFacts } from '../../core/attribution/claim.ts';
import { EMPTY_ALLOW_LIST, type AllowList } from '../../core/attribution/allow-list.ts';
import { companyKey } from '../../core/attribution/company-name.ts';
import { attribute, type CompanyCount, type Evidence } from '../../core/attribution/judge.ts';
import type { Job } from '../../core/model.ts';
import { claimOf, claimsAtDomain, hasUnjudgedDue, type ClaimCount } from '../../store/attribution.ts';
import type { Engine } from './engine.ts';
import { changesWhatIsDue } from './live-run.ts';
import type { AttributeLead } from './planning.ts';

/**
 * B8: the gate before a new lead's first draft, as the planner asks it; undefined while it is off. What it knows of domains is loaded only
 * for a run that has somebody to judge. Throws as `readAllowList` does.
 */
export async function attributionGate(
  engine: Engine,
  of: {
    readonly job: Job;
    readonly allowFile: string | null;
    /** Whether a model may be asked about what domains leave open. */
    readonly hasModel: boolean;
  },
): Promise<AttributeLead> {
  const { db, policy, now } = engine;
  if (policy.attribution.mode === 'off') return undefined;
  const mayMeetSomebody = hasUnjudgedDue(db, of.job, now) || changesWhatIsDue(engine, of.job);
  if (!mayMeetSomebody) return () => null;
  const asksModel = policy.attribution.mode === 'model' && of.hasModel;
  const { facts, list } = await domainKnowledge(of.allowFile);
  const evidence: Evidence = {
    facts,
    list,
    claimsAt: (domain) => companiesOf(claimsAtDomain(db, domain), facts, domain),
  };
  return ({ lead }) => {
    const claim = claimOf(db, lead.rowId);
    if (claim === null) return null;
    const attribution = attribute(claim, evidence);
    return attribution.verdict === 'unknown' && asksModel ? claim : attribution;
  };
}

/** The public lists of domains and the operator's own. */
export async function domainKnowledge(
  allowFile: string | null,
): Promise<{ readonly facts: DomainFacts; readonly list: AllowList }> {
  const { loadDomainFacts } = await import('../../adapters/domain-facts.ts');
  if (allowFile === null) return { facts: await loadDomainFacts(), list: EMPTY_ALLOW_LIST };
  const { readAllowList } = await import('../../adapters/allow-list-file.ts');
  return { list: readAllowList(allowFile), facts: await loadDomainFacts() };
}

/** Claims as evidence: those at the domain itself, companies by their registered domain and the key of their name. */
export function companiesOf(
  counts: Iterable<ClaimCount>,
  facts: DomainFacts,
  domain: string,
): readonly CompanyCount[] {
  const companies: CompanyCount[] = [];
  for (const { host, company, companyDomain, leads } of counts) {
    if (facts.registered(host)?.domain !== domain) continue;
    companies.push(companyCount({ company, companyDomain, leads }, facts));
  }
  return companies;
}

/** One claim as evidence. */
export function companyCount(
  { company, companyDomain, leads }: Omit<ClaimCount, 'host'>,
  facts: DomainFacts,
): CompanyCount {
  return {
    companyDomain: companyDomain === null ? null : (facts.registered(companyDomain)?.domain ?? null),
    companyKey: company === null ? '' : companyKey(company),
    leads,
  };
}
