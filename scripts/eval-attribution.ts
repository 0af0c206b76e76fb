/**
 * Scores the attribution gate on domains that are known to belong to one company: `npm run eval:attribution -- FILE`, a JSON list of groups
 * `{"shared": [domain…]}` and `{"from": [domain…], "to": [domain…]}`. Every pair of a group is "same company", and as many pairs drawn across
 * groups are "different". Prints precision and recall of each tier, and the share that no model is needed for.
 *
 * The second tier learns from leads: it is scored as an operator would meet it, with other leads of the same group already stored.
 */
import { readFileSync } from 'node:fs';

import { loadDomainFacts } from '../src/adapters/domain-facts.ts';
import { EMPTY_ALLOW_LIST } from '../src/core/attribution/allow-list.ts';
import type { DomainFacts } from '../src/core/attribution/claim.ts';
import { attribute, type CompanyCount } from '../src/core/attribution/judge.ts';
import type { AttributionVerdict } from '../src/core/model.ts';

interface Group {
  readonly shared?: readonly string[];
  readonly from?: readonly string[];
  readonly to?: readonly string[];
}

/** An address at `email` that claims the company at `company`. */
interface Pair {
  readonly email: string;
  readonly company: string;
  readonly isSame: boolean;
}

/** Other leads of a company whose domains a real address book would hold. */
const OTHER_LEADS = 4;

const [file] = process.argv.slice(2);
if (file === undefined) {
  console.error('Usage: npm run eval:attribution -- FILE');
  process.exit(64);
}
const groups = JSON.parse(readFileSync(file, 'utf8')) as readonly Group[];
const pairs = pairsOf(groups);
const facts = await loadDomainFacts({ needsSuffixList: true });
console.log(
  `${String(groups.length)} groups, ${String(pairs.length)} pairs, half of them of different companies\n`,
);
print('tier 1, domains alone', (pair) => verdictOf(facts, pair, []));
print('tier 2, at its best: colleagues known, and all of them right', (pair) =>
  verdictOf(facts, pair, knownLeads(pair)),
);

function pairsOf(all: readonly Group[]): readonly Pair[] {
  const same = all.flatMap(({ shared = [], from = [], to = [] }): Pair[] => [
    ...shared.flatMap((email) =>
      shared.filter((company) => company !== email).map((company) => ({ email, company, isSame: true })),
    ),
    ...from.flatMap((email) => to.map((company) => ({ email, company, isSame: true }))),
  ]);
  // Across groups in a fixed order, so that two runs score the same.
  const domains = all.map(({ shared = [], from = [], to = [] }) => [...shared, ...from, ...to]);
  const different = same.map((_, index): Pair => {
    const one = domains[index % domains.length] ?? [];
    const other = domains[(index * 7 + 1 + Math.floor(index / domains.length)) % domains.length] ?? [];
    const email = one[index % one.length] ?? '';
    const company = (other === one ? (domains[(index + 1) % domains.length] ?? []) : other)[0] ?? '';
    return { email, company, isSame: false };
  });
  return [...same, ...different];
}

function verdictOf(
  known: DomainFacts,
  { email, company }: Pair,
  others: readonly CompanyCount[],
): AttributionVerdict {
  const claim = { email: `someone@${email}`, company: null, companyDomain: company };
  return attribute(claim, { facts: known, list: EMPTY_ALLOW_LIST, claimsAt: () => [own(company), ...others] })
    .verdict;
}

function own(company: string): CompanyCount {
  return { companyDomain: facts.registered(company)?.domain ?? company, leads: 1 };
}

/** Colleagues at the same address domain, all of them of the company that the domain belongs to. */
function knownLeads({ email, company, isSame }: Pair): readonly CompanyCount[] {
  const belongsTo = isSame ? company : email;
  return [{ ...own(belongsTo), leads: OTHER_LEADS }];
}

function print(tier: string, judge: (pair: Pair) => AttributionVerdict): void {
  const judged = pairs.map((pair) => ({ pair, verdict: judge(pair) }));
  const count = (verdict: AttributionVerdict, isSame?: boolean): number =>
    judged.filter((each) => each.verdict === verdict && (isSame ?? each.pair.isSame) === each.pair.isSame)
      .length;
  const settled = pairs.length - count('unknown');
  console.log(tier);
  console.log(line('verified', { right: count('verified', true), said: count('verified') }));
  console.log(line('mismatch', { right: count('mismatch', false), said: count('mismatch') }));
  console.log(
    `  settled without a model ${percent(settled, pairs.length)} (${String(settled)} of ${String(pairs.length)})\n`,
  );
}

function line(name: string, { right, said }: { readonly right: number; readonly said: number }): string {
  // Half of the pairs are of one company, half of two.
  const wanted = pairs.length / 2;
  const figures = `precision ${percent(right, said)} recall ${percent(right, wanted)}`;
  return `  ${name.padEnd(9)} ${figures} (${String(right)} right of ${String(said)} said and ${String(wanted)} wanted)`;
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '    –' : `${((100 * part) / whole).toFixed(1).padStart(5)} %`;
}
