import type { DomainFacts } from '../../core/attribution/claim.ts';
import { EMPTY_ALLOW_LIST } from '../../core/attribution/allow-list.ts';
import {
  attribute,
  claimsNothing,
  NOTHING_CLAIMED,
  type CompanyCount,
  type Evidence,
} from '../../core/attribution/judge.ts';
import type { Job } from '../../core/model.ts';
import { claimCounts, unjudgedDue } from '../../store/attribution.ts';
import type { StateDatabase } from '../../store/database.ts';
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
  // What is loaded once for a whole rehearsal costs less than asking at each of its runs whether it is needed.
  const met = engine.isRehearsed ? EVERYTHING_MET : unjudgedDue(db, of.job, now);
  // What a run finds in order first may make others due.
  const mayMeetOthers = changesWhatIsDue(engine, of.job);
  if (!met.hasAny && !mayMeetOthers) return ({ lead }) => (claimsNothing(lead) ? NOTHING_CLAIMED : null);
  const asksModel = policy.attribution.mode === 'model' && of.hasModel;
  const { allowFile } = of;
  const evidence = await evidenceOf(db, { allowFile, needsSuffixList: met.needsSuffixList || mayMeetOthers });
  return ({ lead }) => {
    const { email, company, companyDomain } = lead;
    const claim = { email, company, companyDomain };
    const attribution = attribute(claim, evidence);
    return attribution.verdict === 'unknown' && asksModel ? claim : attribution;
  };
}

const EVERYTHING_MET = { hasAny: true, needsSuffixList: true };

/**
 * What is known of domains: the public lists, the operator's own, and, read once when the first lead asks for it, what other leads claim.
 * Throws as `readAllowList` does.
 */
export async function evidenceOf(
  db: StateDatabase,
  { allowFile, needsSuffixList }: { readonly allowFile: string | null; readonly needsSuffixList: boolean },
): Promise<Evidence> {
  const { loadDomainFacts } = await import('../../adapters/domain-facts.ts');
  const list =
    allowFile === null
      ? EMPTY_ALLOW_LIST
      : (await import('../../adapters/allow-list-file.ts')).readAllowList(allowFile);
  const facts = await loadDomainFacts({ needsSuffixList });
  let byDomain: ReadonlyMap<string, readonly CompanyCount[]> | null = null;
  return { facts, list, claimsAt: (domain) => (byDomain ??= claimsByDomain(db, facts)).get(domain) ?? [] };
}

/** Hosts and companies by their registered domains. */
function claimsByDomain(db: StateDatabase, facts: DomainFacts): ReadonlyMap<string, readonly CompanyCount[]> {
  const byDomain = new Map<string, CompanyCount[]>();
  for (const { host, companyDomain, leads } of claimCounts(db)) {
    const domain = facts.registered(host)?.domain;
    const company = facts.registered(companyDomain)?.domain;
    if (domain === undefined || company === undefined || facts.isFreeMail(domain)) continue;
    const counts = byDomain.get(domain) ?? [];
    byDomain.set(domain, added(counts, { companyDomain: company, leads }));
  }
  return byDomain;
}

function added(counts: readonly CompanyCount[], more: CompanyCount): CompanyCount[] {
  const known = counts.find(({ companyDomain }) => companyDomain === more.companyDomain);
  if (known === undefined) return [...counts, more];
  return counts.map((each) => (each === known ? { ...each, leads: each.leads + more.leads } : each));
}
