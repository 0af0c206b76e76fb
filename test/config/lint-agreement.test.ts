import { describe, expect, it } from 'vitest';

import { createLiquidRenderer } from '../../src/adapters/liquid-renderer.ts';
import { createTemplateLinter } from '../../src/config/lint-template.ts';
import { KNOWN_FIELD_NAMES } from '../../src/core/template-fields.ts';

const FIELDS = new Set(KNOWN_FIELD_NAMES);

/** Lint and the renderer judge templates apart; copy that passes the one must not fail the other. */
describe('A17: lint and renderer agree on what a template is', async () => {
  const renderer = await createLiquidRenderer();
  const lint = await createTemplateLinter();

  function lintAccepts(text: string): boolean {
    const rule = { fields: FIELDS, maybeEmpty: new Set<string>(), hasModel: false };
    return lint({ file: 'one.md', text, line: 1, column: 1 }, rule).length === 0;
  }

  function rendererAccepts(text: string): boolean {
    const { problem, fields } = renderer.inspect(text, 'body');
    return problem === null && fields.every((field) => FIELDS.has(field));
  }

  const filters = [
    ...[
      'default: "x"',
      'upcase',
      'downcase',
      'capitalize',
      'strip',
      'lstrip',
      'rstrip',
      'squish',
      'strip_html',
    ],
    ...[
      'append: "x"',
      'prepend: "x"',
      'remove: "x"',
      'remove_first: "x"',
      'remove_last: "x"',
      'replace: "x", "y"',
    ],
    ...[
      'replace_first: "x", "y"',
      'replace_last: "x", "y"',
      'truncate: 5',
      'truncatewords: 5',
      'slice: 0, 5',
    ],
    ...[
      'split: ","',
      'split: "," | join: "-"',
      'first',
      'last',
      'size',
      'reverse',
      'uniq',
      'compact',
      'url_encode',
    ],
    ...['array_to_sentence_string', 'number_of_words', 'normalize_whitespace', 'strip_newlines', 'slugify'],
    ...[
      'escape',
      'escape_once',
      'newline_to_br',
      'raw',
      'json',
      'jsonify',
      'inspect',
      'date: "%Y"',
      'sample',
      'plus: 1',
    ],
    ...[
      'minus: 1',
      'times: 2',
      'divided_by: 2',
      'modulo: 2',
      'round',
      'abs',
      'ceil',
      'sort',
      'map: "x"',
      'where: "x"',
    ],
    ...[
      'concat: tags',
      'push: "x"',
      'shift',
      'sum',
      'base64_encode',
      'sha256',
      'url_decode',
      'to_integer',
      'find: "x"',
    ],
  ];

  it.each(filters)('filter %s', (filter) => {
    const text = `{{ company | ${filter} }}`;
    expect(lintAccepts(text)).toBe(rendererAccepts(text));
  });

  it.each([
    '{% if company %}a{% elsif notes contains "x" %}b{% else %}c{% endif %}',
    '{% unless company == "x" %}a{% endunless %}',
    '{% case country %}{% when "DE" %}a{% else %}b{% endcase %}',
    '{% assign x = company | upcase %}{{ x }}',
    '{% comment %}{{ nothing }}{% endcomment %}',
    '{% # note %}',
    '{% for x in tags %}{{ x }}{% endfor %}',
    '{% capture x %}a{% endcapture %}',
    '{% raw %}{{ x }}{% endraw %}',
    '{% include "x" %}',
    '{% render "x" %}',
    '{% layout "x" %}',
    '{% block x %}{% endblock %}',
    '{% tablerow x in tags %}{% endtablerow %}',
    '{% increment x %}',
    '{% cycle "a", "b" %}',
    '{% echo company %}',
    '{% liquid assign x = 1 %}',
    '{% break %}',
    '{% nothing %}',
    '{{ company }}',
    '{{- company -}}',
    '{{ "text" }}',
    '{{ 5 }}',
    '{{ company.size }}',
    '{{ }}',
    '{{ first name }}',
    '{{ {{ company }} }}',
    '{{ 7*7 }}',
    '{{ company',
    '{{ company }',
    'company }}',
    '{% if company %}',
    '{company}',
    '{ First Name }',
    '{{ company | default: "{name}" }}',
    'a set {1, 2} and {"a": 1} and {}',
    '{% if company %}{first_name}{% endif %}',
    '{{ __proto__ }}',
    '{{ constructor }}',
    '{{ nothing | default: "x" }}',
  ])('%s', (text) => {
    expect(lintAccepts(text)).toBe(rendererAccepts(text));
  });
});
