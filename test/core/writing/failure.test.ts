import { describe, expect, test } from 'vitest';

import { judgeFault } from '../../../src/core/writing/failure.ts';

describe('D4: what a fault of a model means for the run', () => {
  test.each([
    [401, 'fatal'],
    [402, 'fatal'],
    [403, 'fatal'],
    [404, 'misconfigured'],
    [405, 'misconfigured'],
    [400, 'item'],
    [406, 'item'],
    [413, 'item'],
    [422, 'item'],
    [499, 'item'],
    [408, 'passing'],
    [409, 'passing'],
    [425, 'passing'],
    [429, 'passing'],
    [500, 'passing'],
    [503, 'passing'],
    [529, 'passing'],
    [200, 'passing'],
    [302, 'passing'],
    [399, 'passing'],
  ] as const)('status %i is %s', (status, kind) => {
    expect(judgeFault({ status, text: 'Something went wrong' })).toEqual({
      kind,
      words: `Something went wrong (HTTP ${String(status)})`,
    });
  });

  test('no answer at all may be over in a moment, and has no status to show', () => {
    expect(judgeFault({ status: null, text: 'socket hang up' })).toEqual({
      kind: 'passing',
      words: 'socket hang up',
    });
  });

  test.each([
    [429, '{"error":{"code":"insufficient_quota"}}', 'insufficient_quota (HTTP 429)'],
    [400, 'You exceeded your current quota', 'exceeded your current quota (HTTP 400)'],
    [200, '<h1>402 Payment Required</h1>', 'Payment Required (HTTP 200)'],
    [404, 'invalid api key', 'invalid api key (HTTP 404)'],
    [null, 'invalid_api_key', 'invalid_api_key'],
  ])('no money, key or quota ends the run in status %s too', (status, text, words) => {
    expect(judgeFault({ status, text })).toEqual({ kind: 'fatal', words });
  });
});

describe('hardening 146: what an operator reads of a fault', () => {
  const shown = (text: string): string => judgeFault({ status: null, text }).words;

  test.each([
    ['the message out of JSON', '{"error": {"message" : "Too long", "type": "x"}}', 'Too long'],
    ['a message without spaces in its JSON', '{"message":"Too long"}', 'Too long'],
    ['a message with a quotation in it', '{"message":"Not \\"b\\" at all"}', 'Not \\"b\\" at all'],
    ['the text of a page', '<html><h1>Bad\n\n gateway</h1></html>', 'Bad gateway'],
    ['a page without a space in it', '<h1>Bad</h1><p>gateway</p>', 'Bad gateway'],
    ['a text that is neither', '  upstream   error ', 'upstream error'],
    ['an empty body', '', 'no words'],
    ['an empty page', '<br/>', 'no words'],
    ['an empty message', '{"message":""}', '{"message":""}'],
  ])('%s', (_, text, words) => {
    expect(shown(text)).toBe(words);
  });

  test.each([
    ['Wrong key sk-proj-12**34.', 'Wrong key …'],
    ['Wrong key rk-abcd, pk-abcd and sess-abcd!', 'Wrong key …, … and …!'],
    ['Wrong key: key-1234', 'Wrong key: …'],
    [`Token ${'a1_-'.repeat(8)} is unknown`, 'Token … is unknown'],
    [`Token ${'-_1a'.repeat(8)} is unknown`, 'Token … is unknown'],
    [`Token ${'a1'.repeat(60)} is unknown`, 'Token … is unknown'],
  ])('D4: nothing that may be a key is shown: %s', (text, words) => {
    expect(shown(text)).toBe(words);
  });

  test('the name of a model is no key', () => {
    expect(shown('No model writer-1, try sk-1 or desk-lamps')).toBe(
      'No model writer-1, try sk-1 or desk-lamps',
    );
  });

  test('a whole page of words is cut', () => {
    expect(shown('two words '.repeat(100))).toBe('two words '.repeat(20));
    expect(shown(`{"message":"${'a b '.repeat(99)}"}`)).toHaveLength(200);
  });
});
