import { describe, expect, test } from 'vitest';

import {
  ERASED_PREFIX,
  ERASED_REASON,
  ERASED_WORDS,
  erasedKey,
  isErasedKey,
  knownErasures,
  newsAmong,
  type ErasureLine,
} from '../../src/core/erasure.ts';

const key = (name: string, at: number): ErasureLine => ({ kind: 'key', key: name, at });
const erased = (leadId: string, hash: string, at: number): ErasureLine => ({
  kind: 'erased',
  leadId,
  hash,
  at,
});
const lifted = (hash: string, at: number): ErasureLine => ({ kind: 'lifted', hash, at });

describe('A15, B10: whoever was erased is never mailed again, whatever state is put back', () => {
  test('what stands for them is known from any address', () => {
    expect(erasedKey('abc')).toBe('erased:abc');
    expect(isErasedKey(erasedKey('abc'))).toBe(true);
    expect([isErasedKey('erased@example.com'), isErasedKey('anna@erased:abc'), isErasedKey('')]).toEqual([
      false,
      false,
      false,
    ]);
  });

  test('what a state, an export or a backup of years ago says of them is still understood', () => {
    expect([ERASED_PREFIX, ERASED_REASON, ERASED_WORDS]).toEqual(['erased:', 'erased', '(erased)']);
  });

  test('the last word about a hash counts, the first moment of a key, and the last of a person', () => {
    const lines = [
      ...[key('one', 1), key('two', 2), key('one', 3)],
      ...[erased('l-anna', 'h-anna', 4), erased('l-bert', 'h-bert', 5)],
      ...[lifted('h-anna', 6), lifted('h-bert', 7), erased('l-bert', 'h-bert', 8)],
    ];
    expect(knownErasures(lines)).toEqual({
      keys: [
        { key: 'one', at: 1 },
        { key: 'two', at: 2 },
      ],
      erased: [
        { leadId: 'l-anna', hash: 'h-anna', at: 4 },
        { leadId: 'l-bert', hash: 'h-bert', at: 8 },
      ],
      barred: new Set(['h-bert']),
    });
    expect(knownErasures([])).toEqual({ keys: [], erased: [], barred: new Set() });
  });

  test('news are keys and people that nobody here knew of; nothing that was lifted elsewhere is lifted here', () => {
    const here = [key('one', 1), erased('l-anna', 'h-anna', 2)];
    const news = [key('two', 3), erased('l-bert', 'h-bert', 4)];
    const others = [key('one', 9), erased('l-anna', 'h-anna', 9), ...news, lifted('h-anna', 9)];
    expect(newsAmong(others, here)).toEqual(news);
    expect(newsAmong(here, others)).toEqual([]);
  });
});
