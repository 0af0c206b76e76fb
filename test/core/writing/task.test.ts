import { expect, test } from 'vitest';

import { excerptOf } from '../../../src/core/writing/task.ts';

/** D3: a model sees the beginning of the mail before, and of that no half a word. */
test.each([
  ['a short text whole', 'Hi Priya, shall we talk?', 'Hi Priya, shall we talk?'],
  ['on one line', '  Hi,\n\n\tshall we\r\n talk? \n', 'Hi, shall we talk?'],
  ['nothing of nothing', ' \n', ''],
  ['240 characters whole', `${'a'.repeat(238)} b`, `${'a'.repeat(238)} b`],
  ['241 without the word that does not fit', `${'a'.repeat(238)} bc`, 'a'.repeat(238)],
  ['a word of 300 letters, cut', 'a'.repeat(300), 'a'.repeat(240)],
  ['240 emoji, none of them halved', '😀'.repeat(241), '😀'.repeat(240)],
])('D3: the excerpt shows %s', (_, text, excerpt) => {
  expect(excerptOf(text)).toBe(excerpt);
});
