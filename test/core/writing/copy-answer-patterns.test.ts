import { describe, expect, test } from 'vitest';

import { readCopy } from '../../../src/core/writing/copy-answer.ts';
import type { CopyTask } from '../../../src/core/writing/copy-task.ts';

/** D3, hardening 148: how a model may write the headers and fields of a step's copy; what it gets wrong is quoted to the person who asked. */

const WORDS = 'We look at one step of the work with the people who do it. '.repeat(4);
const TASK: CopyTask = {
  mode: 'fixed',
  length: 'short',
  hasSubject: true,
  purpose: 'Web leads',
  place: 'mail 1 of 3',
  campaign: null,
  voice: null,
  briefing: null,
  previous: null,
  present: null,
  fields: ['company', 'größe_2'],
};

const problemOf = (text: string): string | null => {
  const read = readCopy(text, TASK);
  return read.kind === 'fit' ? null : read.problem;
};
const problemOfWords = (words: string): string | null => problemOf(`Subject: Yours\n\n${words} ${WORDS}`);

describe('hardening 148: headers', () => {
  test.each([
    ['with a space', 'Subject: Your invoices'],
    ['without any', 'Subject:Your invoices'],
    ['with several', 'Subject:   Your invoices'],
    ['with a tab', 'Subject:\tYour invoices'],
    ['with white space at the end', 'Subject: Your invoices \t'],
  ])('a Subject %s is the subject of the mail, whole', (_, header) => {
    const read = readCopy(`${header}\nPreheader:One step\n\n${WORDS}`, TASK);
    expect(read).toMatchObject({ copy: { subject: 'Your invoices', preheader: 'One step' } });
  });

  test.each([
    ['one that stands behind other words', 'My Subject: Yours'],
    ['one behind a space', 'Re: Subject: Yours'],
    ['one in small letters', 'subject: Yours'],
    ['one without a colon', 'Subject Yours'],
    ['one with a space before the colon', 'Subject : Yours'],
    ['one that says nothing', 'Subject:'],
  ])('%s is no header', (_, header) => {
    expect(problemOf(`${header}\nPreheader: x\n\n${WORDS}`)).toBe(
      `it does not begin as it was asked to: "${header}"`,
    );
  });

  test('one of spaces alone is none: the mail would leave without a subject', () => {
    expect(problemOf(`Subject:  \t\nPreheader: x\n\n${WORDS}`)).toBe('it has no Subject');
    expect(problemOf(`Subject: Yours\nPreheader: \n\n${WORDS}`)).toBeNull();
  });

  test('a second header behind a carriage return is not dropped unseen', () => {
    expect(problemOf(`Subject: Yours\rBcc: boss@evil.example\n\n${WORDS}`)).toMatch(
      /^it does not begin as it was asked to: "Subject: Yours\r/,
    );
  });
});

describe('D3: a field and its default, in every way that people write them', () => {
  test.each([
    ...['{{company}}', '{{ company }}', '{{   company   }}', '{{-company-}}', '{{- company -}}'],
    ...['{{company|default:"you"}}', "{{company|default:'you'}}", '{{ company | default: "" }}'],
    ...['{{  company  |  default  :  "you"  }}', "{{\tcompany\n|\tdefault :\t'you'\t}}"],
    ...['{{ größe_2 }}', `{{ company | default: "${'a'.repeat(200)}" }}`, '{{ company | default: "it\'s" }}'],
  ])('%j is one', (field) => {
    expect(problemOfWords(`For ${field}.`)).toBeNull();
  });

  test.each([
    ['{{ ht | append: "x" }}', '{{ ht | append: "x" }}'],
    ['{{ company | default: "x" }', '{{ company | default: "x" }'],
    ['{{ company | upcase }}', '{{ company | upcase }}'],
    ['{{ 2company }}', '{{ 2company }}'],
    ['{{ company.name }}', '{{ company.name }}'],
    ['{{ company | default: "a{b" }}', '{{ company | default: "a{b" }}'],
    [`{{ company | default: "${'a'.repeat(201)}" }}`, `{{ company | default: "${'a'.repeat(39)}`],
    ['{{}}', '{{}}'],
    ['{{', '{{ We look at one step of the work with the people who do it'],
    ['{% if company %}', '{% if company %}'],
    ['{%- if company %}', '{%- if company %}'],
    ['{%%}', '{%%}'],
    ['{%', '{% We look at one step of the work with the people who do it'],
    ['so }} goes', '}}'],
    ['so %} goes', '%}'],
  ])('%s is Liquid that could put together a link, and is quoted', (words, quoted) => {
    const problem = problemOfWords(words);
    expect(problem).toContain('it has Liquid beyond a field and its default: ');
    expect(problem?.split('default: "').slice(1).join('default: "')).toContain(
      JSON.stringify(quoted).slice(1, -1),
    );
  });

  test('a quote of Liquid ends at its end, after sixty characters, or with its line', () => {
    expect(problemOfWords('{% if company %} so')).toBe(
      'it has Liquid beyond a field and its default: "{% if company %}"',
    );
    expect(problemOfWords(`{{ ${'b'.repeat(70)}`)).toBe(
      `it has Liquid beyond a field and its default: "{{ ${'b'.repeat(59)}"`,
    );
    expect(problemOfWords('{{ b\nso')).toBe('it has Liquid beyond a field and its default: "{{ b"');
    expect(problemOfWords('{% b\nso')).toBe('it has Liquid beyond a field and its default: "{% b"');
  });
});
