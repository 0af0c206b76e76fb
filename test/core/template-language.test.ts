import { expect, test } from 'vitest';

import { TEMPLATE_FILTERS, TEMPLATE_TAGS } from '../../src/core/template-language.ts';

test.each([
  ...['include', 'render', 'layout', 'block', 'capture', 'echo', 'for', 'tablerow', 'raw', 'liquid'],
  ...['increment', 'decrement', 'cycle'],
])('A17, D3: copy has no tag %s, which reads files, escapes twice or keeps count', (tag) => {
  expect(TEMPLATE_TAGS).not.toContain(tag);
});

test.each([
  'date',
  'sample',
  'plus',
  'times',
  'divided_by',
  'raw',
  'escape',
  'newline_to_br',
  'json',
  'where_exp',
])('A17, D3: copy has no filter %s: a preview is what a run does', (filter) => {
  expect(TEMPLATE_FILTERS).not.toContain(filter);
});

test('D3: every filter is one word and named once, and copy can do what its writers need', () => {
  expect(new Set(TEMPLATE_FILTERS).size).toBe(TEMPLATE_FILTERS.length);
  for (const filter of TEMPLATE_FILTERS) expect(filter).toMatch(/^[a-z_]+$/);
  expect(TEMPLATE_FILTERS).toEqual(expect.arrayContaining(['default', 'capitalize', 'truncate', 'join']));
});

test.each([
  ['if', 'a line for those whose company is known'],
  ['unless', 'a line for the others'],
  ['case', 'a line for each country'],
  ['assign', 'a value that is used twice'],
  ['comment', 'a note for whoever edits next'],
  ['#', 'a note in one line'],
])('D3: copy keeps the tag %s: %s', (tag) => {
  expect(TEMPLATE_TAGS).toContain(tag);
});
