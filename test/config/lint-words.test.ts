import { describe, expect, it } from 'vitest';

import { formatProblem } from '../../src/config/sequence-problem.ts';
import { briefly, lintFiles, oneSequence } from './definition-samples.ts';

async function lint(step: string): Promise<readonly string[]> {
  return briefly(await lintFiles(oneSequence({ files: { 'sequences/s/one.md': step } })));
}

async function messages(step: string): Promise<string> {
  const problems = await lintFiles(oneSequence({ files: { 'sequences/s/one.md': step } }));
  return problems.map(formatProblem).join('\n');
}

function words(count: number): string {
  return Array.from({ length: count }, () => 'word').join(' ');
}

describe('subjects that a list of mails would cut off, or that shout (issue 4)', () => {
  it('a subject over 60 characters is told with its length and a fix', async () => {
    expect(await lint(`Subject: ${'a'.repeat(60)}\n\nAny news?`)).toEqual([]);
    expect(await messages(`Subject: ${'a'.repeat(61)}\n\nAny news?`)).toBe(
      'sequences/s/one.md:1:10  warning  about 61 characters; beyond 60 a subject is cut off; put what matters into the first 40',
    );
  });

  it('characters are counted as people see them, and a template as what it will be', async () => {
    expect(await lint(`Subject: ${'山'.repeat(60)}\n\nAny news?`)).toEqual([]);
    const named = (letters: number) =>
      `Subject: ${'a'.repeat(letters)}{{ company | default: "what you do all day long" }}\n\nAny news?`;
    expect(await lint(named(50))).toEqual([]);
    expect(await lint(named(51))).toEqual(['one.md:1:10 long_subject']);
  });

  it.each([
    ['READ THIS NOW PLEASE', 'one.md:1:10 shouting'],
    ['One question!!', 'one.md:1:22 shouting'],
    ['Really?! One question', 'one.md:1:16 shouting'],
    ['How to earn $$$', 'one.md:1:22 shouting'],
  ])('%s', async (subject, expected) => {
    expect(await lint(`Subject: ${subject}\n\nAny news?`)).toEqual([expected]);
  });

  it.each([
    'GDPR',
    'ISO 9001: a question',
    'A question!',
    'NASA {{ company | default: "and you" }}',
    '山田太郎',
  ])('%s does not shout', async (subject) => {
    expect(await lint(`Subject: ${subject}\n\nAny news?`)).toEqual([]);
  });
});

describe('phrases that make filters and readers think of bulk mail (issue 4)', () => {
  it('are told with place and fix, in subject and body, each once', async () => {
    const step =
      'Subject: Act now\n\nAny news?\nIt is risk-free, and I mean risk-free.\nClick  here: is it so?';
    expect(await lint(step)).toEqual([
      'one.md:1:10 trigger_phrase',
      'one.md:4:7 trigger_phrase',
      'one.md:5:1 trigger_phrase',
    ]);
    expect(await messages(step)).toContain(
      'one.md:4:7  warning  "risk-free" makes readers and filters think of bulk mail; say what you mean in words of your own',
    );
  });

  it('the longest phrase is the one that is told, whatever its case and its apostrophe', async () => {
    expect(await messages('Subject: A\n\nSATISFACTION Guaranteed, or what?')).toContain(
      '"satisfaction guaranteed"',
    );
    expect(await lint('Subject: A\n\nDon’t miss it, will you?')).toEqual(['one.md:3:1 trigger_phrase']);
  });

  it('words that only contain one, templates and addresses are none', async () => {
    const body =
      'Is the breadwinner urgently sought? {{ company | default: "act now" }} [See](https://example.com/click here)';
    expect(await lint(`Subject: Winners\n\n${body}`)).not.toContain(
      expect.stringContaining('trigger_phrase'),
    );
    expect(await lint('Subject: Factual nowadays\n\nAny news?')).toEqual([]);
  });
});

describe('D3: words against the length of the step', () => {
  it.each([
    ['short', 40, 100],
    ['medium', 120, 220],
    ['long', 280, 450],
  ])('Length: %s is %i to %i words', async (length, least, most) => {
    const step = (count: number) => `Subject: A\nLength: ${length}\nMode: fixed\n\n${words(count - 1)} why?`;
    expect(await lint(step(least))).toEqual([]);
    expect(await lint(step(most))).toEqual([]);
    expect(await lint(step(least - 1))).toEqual(['one.md:2:9 short_body']);
    expect(await lint(step(most + 1))).toEqual(['one.md:5:1 long_body']);
    expect(await messages(step(most + 1))).toContain(`${most + 1} words; Length: ${length} ends at ${most}`);
  });

  it('a fixed text without a Length may be as short as it likes', async () => {
    expect(await lint('Subject: A\nMode: fixed\n\nWhy?')).toEqual([]);
  });

  it('what a model will fill in is not too short yet', async () => {
    expect(await lint('Subject: A\nLength: long\n\nHello {{ ai }}')).toEqual([]);
  });
});
