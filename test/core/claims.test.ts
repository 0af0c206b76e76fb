import { describe, expect, test } from 'vitest';

import { claimsOf, factUses } from '../../src/core/claims.ts';

const FACTS = [
  ['company', 'Kestrel Logistics'],
  ['notes', 'Two people, 12 hours every week, since 2021. See https://kestrel.example/ops'],
] as const;

function claims(draft: string, stepCopy = ''): readonly string[] {
  return claimsOf(draft, { facts: FACTS, stepCopy }).map(
    ({ kind, text, source }) => `${kind} ${text}: ${source ?? 'nowhere'}`,
  );
}

describe('D5: what a draft says that a person would look up', () => {
  test('each number, link and address once, with where it comes from', () => {
    expect(claims('12 hours, 12 hours, €1,200 saved. https://kestrel.example/ops or ann@x.example.')).toEqual(
      [
        'link https://kestrel.example/ops: notes',
        'address ann@x.example: nowhere',
        'number 12: notes',
        'number €1,200: nowhere',
      ],
    );
  });

  test('a number that is only a part of another one is found nowhere', () => {
    expect(claims('2 weeks, 20 years, 202 cases')).toEqual([
      'number 2: nowhere',
      'number 20: nowhere',
      'number 202: nowhere',
    ]);
  });

  test('what the step says in every mail is the step’s', () => {
    expect(
      claims('30 minutes, https://example.com/audit.', 'In 30 minutes: https://example.com/audit'),
    ).toEqual(['link https://example.com/audit: the step', 'number 30: the step']);
  });

  test('digits within links and addresses are no numbers, and words without digits are nothing', () => {
    expect(claims('Hi, see https://x.example/2026/7 and a1@b2.example')).toEqual([
      'link https://x.example/2026/7: nowhere',
      'address a1@b2.example: nowhere',
    ]);
    expect(claims('Two lines are plenty.')).toEqual([]);
  });

  test('a text of nothing but digits costs no more than a screen', () => {
    const draft = Array.from({ length: 5_000 }, (_, index) => String(index)).join(' ');
    expect(claims(draft)).toHaveLength(30);
  });
});

test('a fact is in the draft whatever its case; one or two letters would be anywhere', () => {
  const facts = [...FACTS, ['country', 'DE'], ['region', 'Bavaria']] as const;
  expect(
    factUses('How things run at KESTREL logistics, indeed', facts).map(({ isInDraft }) => isInDraft),
  ).toEqual([true, false, false, false]);
});
