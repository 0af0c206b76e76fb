import { describe, expect, test } from 'vitest';

import {
  areListedTogether,
  EMPTY_ALLOW_LIST,
  parseAllowList,
} from '../../../src/core/attribution/allow-list.ts';
import { hostOf, isSameClaim, type AttributionClaim } from '../../../src/core/attribution/claim.ts';
import { claimsNothing } from '../../../src/core/attribution/judge.ts';

const CLAIM: AttributionClaim = {
  email: 'grace@oldmill.example',
  company: 'New Mill',
  companyDomain: 'newmill.example',
};

describe('B8: whether an old verdict still speaks of this lead', () => {
  test('the same claim keeps its verdict', () => {
    expect(isSameClaim({ ...CLAIM }, CLAIM)).toBe(true);
  });

  test.each<[string, AttributionClaim | null]>([
    ['a lead that is gone', null],
    ['another address', { ...CLAIM, email: 'ada@oldmill.example' }],
    ['another name', { ...CLAIM, company: 'Old Mill' }],
    ['a name less', { ...CLAIM, company: null }],
    ['another domain', { ...CLAIM, companyDomain: 'oldmill.example' }],
    ['a domain less', { ...CLAIM, companyDomain: null }],
  ])('%s is judged anew: a mail would go out on a verdict about somebody else', (_, one) => {
    expect(isSameClaim(one, CLAIM)).toBe(false);
  });

  test('the host of an address is what stands behind its last @, in lower case', () => {
    expect(hostOf({ ...CLAIM, email: 'Grace@Mail.OldMill.example' })).toBe('mail.oldmill.example');
  });

  test.each<[boolean, string | null, string | null]>([
    [true, null, null],
    [true, '', null],
    [true, '  ', null],
    [false, 'New Mill', null],
    [false, null, 'newmill.example'],
    [false, '  ', 'newmill.example'],
  ])('nothing to judge is %s for the name %j and the domain %j', (expected, company, companyDomain) => {
    expect(claimsNothing({ ...CLAIM, company, companyDomain })).toBe(expected);
  });
});

describe('B8 (2): attribution.allow', () => {
  test('@ in front of a domain is a habit; an address is no domain, and allows nobody', () => {
    const list = parseAllowList('@a.example, b.example\nann@c.example d.example');
    expect(areListedTogether(list, 'a.example', 'b.example')).toBe(true);
    expect(list.problems).toHaveLength(1);
    expect(list.problems[0]).toMatchObject({
      line: 2,
      what: expect.stringContaining('"ann@c.example"') as string,
    });
    expect(areListedTogether(list, 'annc.example', 'd.example')).toBe(false);
  });

  test('a line with one domain says which one stands alone', () => {
    expect(parseAllowList('# a\n\nalone.example # b').problems).toEqual([
      { line: 3, what: '"alone.example" stands alone: a line names two domains or more' },
    ]);
  });

  test('a domain on two lines belongs to both companies, which stay two', () => {
    const list = parseAllowList('shared.example one.example\nshared.example two.example');
    expect(areListedTogether(list, 'shared.example', 'one.example')).toBe(true);
    expect(areListedTogether(list, 'two.example', 'shared.example')).toBe(true);
    expect(areListedTogether(list, 'one.example', 'two.example')).toBe(false);
  });

  test('who is on no line belongs to nobody, and nothing falls over', () => {
    const list = parseAllowList('a.example b.example');
    expect(areListedTogether(list, 'a.example', 'c.example')).toBe(false);
    expect(areListedTogether(list, 'c.example', 'a.example')).toBe(false);
    expect(areListedTogether(EMPTY_ALLOW_LIST, 'a.example', 'b.example')).toBe(false);
  });
});
