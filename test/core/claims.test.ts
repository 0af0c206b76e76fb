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

  test('a number of which the lead’s fact has only the beginning is found nowhere', () => {
    const facts = [['notes', 'It takes 12.5 hours, 30 of them at night.']] as const;
    const found = claimsOf('12 hours, 12.5 hours and 30', { facts, stepCopy: '' });
    expect(found.map(({ text, source }) => [text, source])).toEqual([
      ['12', null],
      ['12.5', 'notes'],
      ['30', 'notes'],
    ]);
  });

  test('a number at the end of a fact’s sentence is found', () => {
    const facts = [['notes', 'We were 12. Now 30, soon 50.']] as const;
    const found = claimsOf('12, 30 and 50', { facts, stepCopy: '' });
    expect(found.map(({ source }) => source)).toEqual(['notes', 'notes', 'notes']);
  });

  test('with the sign or unit that belongs to it, with a space or without', () => {
    expect(
      claims('5%, 6 %, 7€, 8 €, $9, £ 10 and http://x.example').map((line) => line.split(':')[0]),
    ).toEqual([
      ...['link http', 'number 5%', 'number 6 %', 'number 7€', 'number 8 €', 'number $9', 'number £ 10'],
    ]);
  });

  test('the marks behind it are the sentence’s, however many', () => {
    expect(claims('Have you seen https://kestrel.example/ops?!')).toEqual([
      'link https://kestrel.example/ops: notes',
    ]);
  });

  test('what stood on both sides of a link or an address is not read as one number', () => {
    expect(claims('3,ann@x.example,5')).toEqual([
      'address ann@x.example: nowhere',
      'number 3: nowhere',
      'number 5: nowhere',
    ]);
    expect(claims('€https://x.example/price 5 seats')).toEqual([
      'link https://x.example/price: nowhere',
      'number 5: nowhere',
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
