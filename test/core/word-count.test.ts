import { expect, test } from 'vitest';

import { countWords } from '../../src/core/word-count.ts';

test.each([
  ['', 0],
  ['  \n ', 0],
  ['one', 1],
  ['Two  words', 2],
  ['über 20 Wörter', 3],
  ['- a list\n- of * two **bold** — things', 6],
  ['{{ lead.first_name }}', 0],
  ['Hi{{ name }}there', 2],
  ['{% if lead.company %}We{% else %}You{% endif %}', 2],
  ['{{ a\nb }}one', 1],
  ['[our page](https://example.com/a b c) is here', 4],
  ['[one](https://example.com)two', 2],
  ['see <https://example.com/x> now', 2],
  ['a<br class="wide">b', 2],
  ['a < b > c', 2],
  ['5 > 4', 2],
])('D3: of %j a reader sees %i words', (body, words) => {
  expect(countWords(body)).toBe(words);
});
