import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';

import { createLiquidRenderer } from '../../src/adapters/liquid-renderer.ts';
import type { StepCopy } from '../../src/core/model.ts';
import type { RenderResult, TemplateFields } from '../../src/ports.ts';

let renderer: Awaited<ReturnType<typeof createLiquidRenderer>>;
beforeAll(async () => {
  renderer = await createLiquidRenderer();
});

const COPY: StepCopy = {
  subject: 'For {{ company }}',
  preheader: null,
  mode: 'fixed',
  length: 'medium',
  briefing: null,
  continuesThread: true,
  bodyMarkdown: 'Hi {{ first_name | default: "there" }},\n\nTom\n',
};
const FIELDS: TemplateFields = {
  first_name: 'Priya',
  last_name: null,
  company: 'Kestrel',
  region: '',
  email: 'p@k.example',
};

function render(copy: Partial<StepCopy>, fields: TemplateFields = FIELDS): RenderResult {
  return renderer.render({ ...COPY, ...copy }, fields);
}

function body(bodyMarkdown: string, fields: TemplateFields = FIELDS): string {
  const result = render({ subject: 'Hello', bodyMarkdown }, fields);
  return result.kind === 'rendered' ? result.copy.bodyMarkdown : `PROBLEM ${result.detail}`;
}

function subject(text: string, fields: TemplateFields = FIELDS): string {
  const result = render({ subject: text }, fields);
  return result.kind === 'rendered' ? result.copy.subject : `PROBLEM ${result.detail}`;
}

describe('D3: a field without a value', () => {
  it.each([
    ['{{ last_name }}', 'last_name is empty and has no default'],
    ['{{ region | upcase }}', 'region is empty and has no default'],
    ['{{ job_title }}', 'job_title is missing and has no default'],
    ['{{ "Hi " | append: last_name }}', 'last_name is empty and has no default'],
    ['{{ last_name | default: region }}', 'region is empty and has no default'],
    ['{% assign x = last_name %}{{ x }}', 'last_name is empty and has no default'],
    ['{% if company %}{{ region }}{% endif %}', 'region is empty and has no default'],
    ['{{ company | remove: "Kestrel" }}', 'a value came out empty and has no default'],
  ])('%s makes no draft and says why', (template, detail) => {
    expect(body(template)).toBe(`PROBLEM ${detail}`);
  });

  it.each([
    ['{{ last_name | default: "friend" }}', 'friend'],
    ['{{ region | strip | capitalize | default: "home" }}', 'home'],
    ['{{ job_title | default: first_name }}', 'Priya'],
    ['Hi {{ first_name }}{{ last_name | prepend: " " | default: "" }}.', 'Hi Priya.'],
    ['a{% if region %} in {{ region }}{% endif %}', 'a'],
    ['a{% unless region %} anywhere{% endunless %}', 'a anywhere'],
    ['{% if last_name == blank %}none{% endif %}', 'none'],
    ['{% if last_name.size > 3 or company contains "Kes" %}yes{% endif %}', 'yes'],
    ['{% case region %}{% when "Bavaria" %}B{% else %}other{% endcase %}', 'other'],
  ])('%s says itself what stands there instead', (template, expected) => {
    expect(body(template)).toBe(expected);
  });

  it('judges subject and preheader like the body', () => {
    expect(render({ subject: '{{ region }}' })).toEqual({
      kind: 'problem',
      detail: 'region is empty and has no default',
    });
    expect(render({ preheader: '{{ region }}' }).kind).toBe('problem');
    expect(render({ preheader: '{{ region | default: "" }}' })).toMatchObject({ copy: { preheader: null } });
  });

  it('never sends undefined, null, NaN or [object Object] as words (hardening 49)', () => {
    for (const word of ['undefined', 'null', 'NaN', '[object Object]']) {
      expect(body('{{ company }}', { company: word })).toContain('PROBLEM');
    }
    expect(body('{{ company | split: "e" }}')).toContain('PROBLEM');
    expect(body('{{ nil }}')).toContain('PROBLEM');
  });
});

describe('values are text', () => {
  it('inserts Liquid in a value literally and never expands it again (hardening 46)', () => {
    expect(body('{{ company }}', { company: '{{7*7}} {% if x %} {unsubscribe_url}' })).toBe(
      '{{7\\*7}} {% if x %} {unsubscribe_url}',
    );
    expect(subject('{{ company }}', { company: '{{unsubscribe_url}}' })).toBe('{{unsubscribe_url}}');
  });

  it('keeps markup in a value literal in the body, and as it is in the subject (hardening 41, 42)', () => {
    const company = '<script>[x](javascript:1)';
    expect(body('{{ company }}', { company })).toBe('\\<script\\>\\[x\\](javascript:1)');
    expect(subject('{{ company }}', { company })).toBe(company);
    expect(body('{{ company }}', { company: "O'Brien; DROP TABLE" })).toBe("O'Brien; DROP TABLE");
  });

  it('lets no line break, control or direction character reach a header (hardening 43 to 45)', () => {
    const company = 'A\r\nBcc: x@y.z\u2028B\u0085\u202eC\u0000\u200b';
    expect(subject('For {{ company }}', { company })).toBe('For A Bcc: x@y.z B C');
    const result = render({ preheader: '{{ company }}', bodyMarkdown: 'x' }, { company });
    expect(result).toMatchObject({ copy: { preheader: 'A Bcc: x@y.z B C' } });
    expect(subject('{{ "a\\r\\nBcc: b" }}')).not.toMatch(/[\r\n]/);
    expect(subject('a\r\nBcc: b')).toContain('PROBLEM');
  });

  it('names its own lead in every body, whatever was rendered before (hardening 62)', () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[A-Za-z]{1,12}$/), { minLength: 1, maxLength: 20 }),
        (names) => {
          for (const name of names)
            expect(body('Hi {{ first_name }}', { first_name: `${name}x` })).toBe(`Hi ${name}x`);
        },
      ),
      { seed: 7, numRuns: 50 },
    );
  });

  it('writes any value without a control character, a line break in a header, or an open bracket in the body', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (company) => {
        const result = render({ bodyMarkdown: 'x {{ company }}' }, { company });
        if (result.kind === 'problem') return;
        expect(result.copy.subject).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
        expect(result.copy.bodyMarkdown).not.toMatch(/(?<!\\)(?:\\\\)*[<>[\]`*]/);
      }),
      { seed: 11, numRuns: 300 },
    );
  });
});

describe('a template that can never be right', () => {
  it.each([
    '{{ first_name',
    'first_name }}',
    '{first_name}',
    'Hi {First Name},',
    '{{ first_name | default: "{first_name}" }}',
    '{{{ first_name }}}',
    '{% if company %}x',
    '{{ company | nope }}',
    '{{ company | raw }}',
    '{{ "now" | date: "%Y" }}',
    '{{ company | times: 2 }}',
    '{% include "x" %}',
    '{% render "x" %}',
    '{% layout "x" %}',
    '{% for x in (1..9999999) %}{{ x }}{% endfor %}',
    '{% capture x %}{{ company }}{% endcapture %}{{ x }}',
    '{% echo company %}',
    'a\u0001b',
  ])('%s makes a problem instead of a draft (hardening 47)', (template) => {
    expect(body(template)).toContain('PROBLEM');
    expect(renderer.inspect(template, 'body').problem).not.toBeNull();
  });

  it.each([
    '{{__proto__}}',
    '{{constructor}}',
    '{{ company.constructor }}',
    "{{ constructor.constructor('return 1')() }}",
    '{{ toString }}',
    '{{ company["__proto__"] }}',
  ])('%s reaches no prototype (hardening 48)', (template) => {
    expect(body(template)).toContain('PROBLEM');
  });

  it('makes no draft of an empty subject or body, or of a subject that no header can hold (hardening 50, 52)', () => {
    expect(subject(' ')).toBe('PROBLEM the subject is empty');
    expect(body(' \n\n ')).toBe('PROBLEM the body is empty');
    expect(subject('ü'.repeat(500))).toBe('PROBLEM the subject is 1000 bytes long; 998 is the most');
    expect(subject('🙂'.repeat(200))).toBe('🙂'.repeat(200));
  });

  it('is bounded in what it may build', () => {
    const doubling = `{% assign x = "ab" %}${'{% assign x = x | append: x %}'.repeat(40)}{{ x }}`;
    expect(body(doubling)).toContain('memory');
  });
});

describe('what lint sees', () => {
  it('lists the fields that a text names, each once, without the template own variables', () => {
    const text =
      '{% assign x = company %}{{ x }} {{ first_name | default: nick }} {% if first_name %}{% endif %}';
    expect(renderer.inspect(text, 'body')).toEqual({
      fields: ['company', 'first_name', 'nick'],
      problem: null,
    });
  });

  it('forgets the oldest texts rather than growing without end', () => {
    for (let index = 0; index < 5_100; index += 1)
      expect(renderer.inspect(`v${index}`, 'subject').problem).toBeNull();
    expect(subject('For {{ company }}')).toBe('For Kestrel');
  });
});
