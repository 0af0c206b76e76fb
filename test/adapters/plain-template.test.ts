import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';

import { createLiquidRenderer } from '../../src/adapters/liquid-renderer.ts';
import { plainParts } from '../../src/adapters/plain-template.ts';
import type { CopyRenderer, RenderResult } from '../../src/ports.ts';

let renderer: CopyRenderer;
beforeAll(async () => {
  renderer = await createLiquidRenderer();
});

/** Says nothing, and is a tag: with it LiquidJS has to render the template. */
const FOR_THE_ENGINE = '{% comment %}.{% endcomment %}';

function render(template: string, fields: Readonly<Record<string, string | null>>): RenderResult {
  const subject = template.replaceAll('\n', ' ');
  const rest = {
    preheader: null,
    mode: 'fixed',
    length: 'medium',
    briefing: null,
    continuesThread: true,
  } as const;
  return renderer.render({ ...rest, subject, bodyMarkdown: template }, fields);
}

const words = fc.string({ unit: fc.constantFrom(...Array.from('ab A.1-#>*_&<|"\'\\\n é🚀')), maxLength: 12 });
const field = fc.constantFrom('first_name', 'company', 'region', 'unknown');
const output = fc
  .tuple(field, fc.option(fc.constantFrom('', 'there', 'a *b* &amp;', '- x')), fc.constantFrom('', ' ', '\n'))
  .map(([name, fallback, space]) =>
    fallback === null ? `{{${space}${name} }}` : `{{ ${name}${space}| default: "${fallback}"${space}}}`,
  );

test('D3: text, fields and literal defaults come out as LiquidJS writes them, problems included', () => {
  let plain = 0;
  fc.assert(
    fc.property(
      fc.array(fc.oneof(words, output), { maxLength: 8 }),
      fc.record({ first_name: fc.option(words), company: fc.option(words), region: fc.option(words) }),
      (pieces, fields) => {
        const template = `x${pieces.join('')}`;
        if (plainParts(template) !== null) plain += 1;
        expect(render(template, fields)).toEqual(render(`${template}${FOR_THE_ENGINE}`, fields));
      },
    ),
    { seed: 1, numRuns: 500 },
  );
  expect(plain).toBeGreaterThan(400);
});

test.each([
  '{% if company %}x{% endif %}',
  '{{ company | upcase }}',
  '{{ company.size }}',
  '{{ company | default: region }}',
  '{{ company | default: "a\\"b" }}',
  '{{ company | default: "x" | upcase }}',
  '{{- company }}',
  '{{ nil }}',
  '{{ 5 }}',
  '{{ "words" }}',
  '{{ company',
])('D3: %s is left to LiquidJS', (template) => {
  expect(plainParts(`a ${template} b`)).toBeNull();
});
