import { describe, expect, test } from 'vitest';

import { group, precise } from '../../../src/core/inbound/rules/phrase-group.ts';

describe('E4: a row of the tables can be written as people write it', () => {
  test('its phrases are folded as the words of a refusal are, gaps kept, and it is asked no patterns', () => {
    expect(group('moved', 'RFC 5321 3.4', ['Compte  Fermé', 'déménagé … Adresse'])).toEqual({
      reason: 'moved',
      source: 'RFC 5321 3.4',
      phrases: ['compte ferme', 'demenage…adresse'],
      patterns: [],
      isPrecise: false,
    });
  });

  test('words that no filter uses differ in that alone', () => {
    expect(precise('no_such_user', 'Exchange', ['RecipientNotFound'])).toEqual({
      reason: 'no_such_user',
      source: 'Exchange',
      phrases: ['recipientnotfound'],
      patterns: [],
      isPrecise: true,
    });
  });
});
