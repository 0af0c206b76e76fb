import { beforeAll, describe, expect, test } from 'vitest';

import { loadDomainFacts } from '../../../src/adapters/domain-facts.ts';
import { EMPTY_ALLOW_LIST, parseAllowList } from '../../../src/core/attribution/allow-list.ts';
import type { DomainFacts } from '../../../src/core/attribution/claim.ts';
import { attribute, type Attribution, type CompanyCount } from '../../../src/core/attribution/judge.ts';

let facts: DomainFacts;

beforeAll(async () => {
  facts = await loadDomainFacts({ needsSuffixList: true });
});

interface Claim {
  readonly email: string;
  readonly company?: string;
  readonly domain?: string;
  readonly list?: string;
  readonly others?: readonly CompanyCount[];
}

function judge({ email, company, domain, list, others = [] }: Claim): Attribution {
  return attribute(
    { email, company: company ?? null, companyDomain: domain ?? null },
    { facts, list: list === undefined ? EMPTY_ALLOW_LIST : parseAllowList(list), claimsAt: () => others },
  );
}

const at = (companyDomain: string, leads: number): CompanyCount => ({ companyDomain, leads });

describe('B8 (1): the registrable domain of the address against the company’s', () => {
  test.each([
    ['the same domain', 'a@kestrel.example', 'kestrel.example'],
    ['a subdomain of the company', 'a@mail.eu.kestrel.co.uk', 'kestrel.co.uk'],
    ['a company page on a subdomain', 'a@kestrel.co.uk', 'about.kestrel.co.uk'],
    ['letters beyond ASCII, as A-labels', 'a@post.xn--mller-kva.de', 'xn--mller-kva.de'],
    ['capitals', 'A@KESTREL.example', 'kestrel.example'],
    ['one name in two countries', 'a@airbnb.de', 'airbnb.com'],
    ['one name in two countries, both below .com', 'a@airbnb.com.au', 'airbnb.co.uk'],
    ['a name of five letters in two countries', 'a@ikeas.se', 'ikeas.com'],
  ])('%s: verified', (_, email, domain) => {
    expect(judge({ email, domain })).toMatchObject({ verdict: 'verified', by: 'domains' });
  });

  test.each([
    ['another domain', 'grace@oldmill.example', 'newmill.example'],
    ['a domain that only ends alike', 'a@notkestrel.example', 'kestrel.example'],
    ['two customers of one hosting company', 'a@one.github.io', 'two.github.io'],
    ['a public suffix in common', 'a@one.co.uk', 'two.co.uk'],
    ['a name at an ending that everybody takes', 'a@kestrel.io', 'kestrel.com'],
    ['two sets of initials', 'a@abc.de', 'abc.com'],
    ['a name at an ending that is no country’s', 'a@kestrel.de', 'kestrel.org'],
  ])('%s: nobody is written off, and nobody is taken for verified', (_, email, domain) => {
    expect(judge({ email, domain }).verdict).toBe('unknown');
  });

  test('free mail is no evidence, for or against, at whichever of its hosts', () => {
    for (const email of ['a@gmail.com', 'a@hotmail.co.uk', 'a@web.de', 'a@someone.gmail.com'])
      expect(judge({ email, domain: 'kestrel.example' })).toMatchObject({
        verdict: 'unknown',
        note: expect.stringContaining('free mail') as string,
      });
  });

  test('who claims no company cannot have the wrong one; a mail provider is none', () => {
    expect(judge({ email: 'a@kestrel.example' }).verdict).toBe('not_applicable');
    expect(judge({ email: 'a@kestrel.example', company: '  ' }).verdict).toBe('not_applicable');
    expect(judge({ email: 'a@gmail.com', domain: 'gmail.com' }).verdict).toBe('not_applicable');
  });

  test.each<[Claim, Attribution['verdict'], Attribution['by'], string]>([
    [{ email: 'a@kestrel.example' }, 'not_applicable', 'domains', 'no company is claimed'],
    [
      { email: 'a@co.uk', domain: 'kestrel.co.uk' },
      'unknown',
      'domains',
      "the domain of the address is nobody's",
    ],
    [{ email: 'a@gmail.com', domain: 'kestrel.example' }, 'unknown', 'domains', 'free mail is no evidence'],
    [
      { email: 'a@kestrel.example', company: 'Kestrel' },
      'verified',
      'domains',
      "the address is at a domain of the company's name",
    ],
    [
      { email: 'a@kestrel.example', company: 'Oldmill' },
      'unknown',
      'domains',
      "the domain of the address is not the company's name",
    ],
    [
      { email: 'a@kestrel.example', domain: 'kestrel.example' },
      'verified',
      'domains',
      "the address is at the company's domain",
    ],
    [
      { email: 'a@airbnb.de', domain: 'airbnb.com' },
      'verified',
      'domains',
      "the address is at the company's name in another country",
    ],
    [
      { email: 'a@one.example', domain: 'two.example', list: 'one.example two.example' },
      'verified',
      'list',
      'the two domains are on the list',
    ],
  ])('E4: whoever is asked about %j reads why', (claim, verdict, by, note) => {
    expect(judge(claim)).toEqual({ verdict, by, note });
  });

  test('an address at a host that nobody can register is no evidence', () => {
    expect(judge({ email: 'a@co.uk', domain: 'kestrel.co.uk' }).verdict).toBe('unknown');
  });

  test.each([
    ['Kok & Zonen B.V.', 'kok-zonen.example'],
    ['KESTREL Logistics GmbH', 'kestrellogistics.example'],
    ['Müller AG', 'mueller.example', 'unknown'],
    ['Müller AG', 'muller.example'],
    ['Müller AG', 'xn--mller-kva.de'],
    ['Straße & Söhne', 'strasse-sohne.example'],
    ['Apple Leisure Group', 'apple.com', 'unknown'],
    ['The Co', 'thecompany.example', 'unknown'],
    ['株式会社テスト', 'test.example', 'unknown'],
    ['Kok B.V.', 'kok.example', 'unknown'],
    ['Acme', 'acme.example'],
    ['Kestrel Limited', 'kestrel.example'],
    ['Kestrel s.r.o.', 'kestrel.example'],
    ['The Kestrel and Company', 'kestrel.example'],
    ['Kökka B.V.', 'kokka.example'],
    ['  Kestrel -- Logistics, GmbH. ', 'kestrel-logistics.example'],
    ['« Söhne » & Co', 'sohne.example'],
  ])('a company by name alone: %s at %s', (company, host, verdict = 'verified') => {
    expect(judge({ email: `a@${host}`, company }).verdict).toBe(verdict);
  });
});

describe('B8 (2): the operator’s list, and what other leads teach', () => {
  test('domains of one line belong together, in any order and spelling', () => {
    const list = '# ours\nenvato.com = themeforest.net, Tutsplus.com\nother.example another.example';
    expect(judge({ email: 'a@tutsplus.com', domain: 'envato.com', list })).toMatchObject({
      verdict: 'verified',
      by: 'list',
    });
    expect(judge({ email: 'a@other.example', domain: 'envato.com', list }).verdict).toBe('unknown');
  });

  test('three other leads at the same domain teach that it belongs to the company', () => {
    const claim = { email: 'a@kestrel-mail.example', domain: 'kestrel.example' };
    expect(judge({ ...claim, others: [at('kestrel.example', 4)] })).toMatchObject({
      verdict: 'verified',
      by: 'leads',
      note: expect.stringContaining('3 other leads') as string,
    });
    // The lead itself is one of the three.
    expect(judge({ ...claim, others: [at('kestrel.example', 3)] }).verdict).toBe('unknown');
    expect(
      judge({ ...claim, others: [at('kestrel.example', 4), at('other.example', 1)] }).verdict,
      'three of four others are too few',
    ).toBe('unknown');
    expect(
      judge({ ...claim, others: [at('kestrel.example', 5), at('other.example', 1)] }).verdict,
      'four of five others are enough',
    ).toBe('verified');
  });

  test('a lead at a domain that all others call another company is at the wrong one', () => {
    const claim = { email: 'grace@oldmill.example', domain: 'newmill.example' };
    const own = at('newmill.example', 1);
    expect(judge({ ...claim, others: [own, at('oldmill.example', 3)] })).toMatchObject({
      verdict: 'mismatch',
      by: 'leads',
      note: 'oldmill.example is oldmill.example to the others there, not newmill.example',
    });
    expect(judge({ ...claim, others: [own, at('oldmill.example', 2)] }), 'two teach nothing').toEqual({
      verdict: 'unknown',
      by: 'domains',
      note: 'oldmill.example is not newmill.example',
    });
    expect(
      judge({ ...claim, others: [at('newmill.example', 2), at('oldmill.example', 9)] }).verdict,
      'one other lead says the same',
    ).toBe('unknown');
  });
});

describe('attribution.allow', () => {
  test('without a list no two domains belong together, and nothing is wrong with it', () => {
    expect(EMPTY_ALLOW_LIST).toEqual({ groupsOf: new Map(), problems: [] });
  });

  test('a line that cannot be read is told with its number, and takes no other with it', () => {
    const list = parseAllowList('a.example b.example\nalone.example\nc.example not_a_domain\r\n\n# nothing');
    expect(list.problems).toEqual([
      { line: 2, what: expect.stringContaining('stands alone') as string },
      { line: 3, what: expect.stringContaining('"not_a_domain"') as string },
    ]);
    expect(list.groupsOf.get('a.example')).toEqual([1]);
  });
});
