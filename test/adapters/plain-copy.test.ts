import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';

import { createLiquidRenderer } from '../../src/adapters/liquid-renderer.ts';
import { plainCopyTemplate } from '../../src/adapters/plain-copy.ts';
import type { StepCopy } from '../../src/core/model.ts';
import type { CopyRenderer, TemplateFields } from '../../src/ports.ts';

let renderer: CopyRenderer;
beforeAll(async () => {
  renderer = await createLiquidRenderer();
});

function copyOf(texts: Pick<StepCopy, 'subject' | 'preheader' | 'bodyMarkdown'>): StepCopy {
  return { ...texts, mode: 'fixed', length: 'medium', briefing: null, continuesThread: true };
}

/** What a draft of this copy says, or why there is none. */
function filled(copy: StepCopy, fields: TemplateFields): unknown {
  const result = plainCopyTemplate(copy)?.fill(fields);
  if (result?.kind !== 'filled') return result;
  expect(result.copy.words()).toEqual(result.copy.words());
  expect(result.copy.words().subject).toBe(result.copy.subject);
  return { kind: 'rendered', copy: result.copy.words() };
}

const words = fc.string({
  unit: fc.constantFrom(...Array.from('ab A.1-#>*_&<|"\'\\ é🚀')),
  maxLength: 8,
});
const output = fc
  .tuple(
    fc.constantFrom('first_name', 'company', 'unknown'),
    fc.option(fc.constantFrom('', ' ', 'you', '- x')),
  )
  .map(([name, fallback]) =>
    fallback === null ? `{{ ${name} }}` : `{{ ${name} | default: "${fallback}" }}`,
  );
const text = fc.array(fc.oneof(words, output), { maxLength: 4 }).map((pieces) => pieces.join(''));

test('A17, D3: a draft of plain copy says what the renderer says of it, or fails as it does', () => {
  let drafts = 0;
  fc.assert(
    fc.property(
      fc.record({ subject: text, preheader: fc.option(text), bodyMarkdown: text }),
      fc.record({ first_name: fc.option(words), company: fc.option(words) }),
      (texts, fields) => {
        const copy = copyOf(texts);
        if (plainCopyTemplate(copy) === null) return;
        const expected = renderer.render(copy, fields);
        if (expected.kind === 'rendered') drafts += 1;
        expect(filled(copy, fields)).toEqual(expected);
      },
    ),
    { seed: 1, numRuns: 500 },
  );
  expect(drafts).toBeGreaterThan(50);
});

test('D3: a body of which only empty fields are left makes no draft', () => {
  const copy = copyOf({ subject: 'Hello', preheader: null, bodyMarkdown: '{{ company | default: "" }}\n' });
  expect(filled(copy, { company: null })).toEqual({ kind: 'problem', detail: 'the body is empty' });
});

test.each([
  ['LiquidJS', '{% if company %}x{% endif %}'],
  ['a placeholder of another product', 'Hello {first_name}'],
  ['an output that is not closed', 'Hello {{ first_name'],
  ['an operator for a field', 'Hello {{ contains }}'],
])('D3: copy with %s is left to the renderer', (_, bodyMarkdown) => {
  expect(plainCopyTemplate(copyOf({ subject: 'Hello', preheader: null, bodyMarkdown }))).toBeNull();
  expect(
    plainCopyTemplate(copyOf({ subject: 'Hello', preheader: bodyMarkdown, bodyMarkdown: 'x' })),
  ).toBeNull();
});
