import { describe, expect, test } from 'vitest';

import { readCopy } from '../../../src/core/writing/copy-answer.ts';
import { copyPrompt, type CopyTask } from '../../../src/core/writing/copy-task.ts';

/** D3, hardening 148: the copy that a model proposes for a step becomes the words of all its mails, so that it is judged before anybody sees it. */

const GOOD_TEXT = `Hello {{ first_name | default: "there" }},

you asked how long it takes to match invoices without anybody typing. For a firm of your size we begin with one step of the work, watch it for a week with the people who do it, and take out what nobody needs. Most are surprised by how much that is.

Which step of the work would you look at first?

{{ signature }}`;
const GOOD = `Subject: A question about your invoices
Preheader: One step of the work, looked at for a week

${GOOD_TEXT}`;
const TASK: CopyTask = {
  mode: 'fixed',
  length: 'short',
  hasSubject: true,
  purpose: 'Web leads',
  place: 'mail 1 of 3',
  campaign:
    'Owners of firms with ten to fifty people, who asked about automation since January of this year.',
  voice: 'Plain and specific.',
  briefing: 'Ask about their invoices. The list is at https://example.com/audit and costs $20.',
  previous: null,
  present: { subject: 'Hello', bodyMarkdown: 'Hi, about {{ tags | default: "it" }}: shall we talk?' },
  fields: ['first_name', 'company', 'signature'],
};

const body = (text: string): string => `Subject: Your invoices\n\n${text}`;
const padded = (text: string): string => body(GOOD_TEXT.replace('Which step', `${text} Which step`));
const problemOf = (text: string, task: Partial<CopyTask> = {}): string | null => {
  const read = readCopy(text, { ...TASK, ...task });
  return read.kind === 'fit' ? null : read.problem;
};

test('the headers and the text of a proposal that passes', () => {
  expect(readCopy(GOOD.replaceAll('\n', '\r\n'), TASK)).toEqual({
    kind: 'fit',
    copy: {
      subject: 'A question about your invoices',
      preheader: 'One step of the work, looked at for a week',
      briefing: TASK.briefing,
      bodyMarkdown: GOOD_TEXT,
    },
  });
});

describe('hardening 148: what does not pass, and why', () => {
  test.each([
    ['no headers', GOOD_TEXT, 'does not begin as it was asked to'],
    ['a fence', `\`\`\`\n${GOOD}\n\`\`\``, 'does not begin as it was asked to'],
    ['JSON', '{"subject": "x", "body": "y"}', 'does not begin as it was asked to'],
    ['talk before it', `Here is your email:\n\n${GOOD}`, 'does not begin as it was asked to'],
    ['headers that decide more', `Subject: x\nMode: ai\n\n${GOOD_TEXT}`, 'does not begin as it was asked to'],
    [
      'a header that looks like one of a mail',
      `Subject: x\nBcc: boss@evil.example\n\n${GOOD_TEXT}`,
      'does not begin',
    ],
    ['no text', 'Subject: Your invoices', 'no text below'],
    ['a refusal', body("I'm sorry, but I can't help with that. ".repeat(10)), 'talks about itself'],
    ['an invented link', padded('See https://evil.example/offer.'), 'a link or address that nobody gave it'],
    ['an invented price', padded('It costs $499 a month.'), 'a price that nobody gave it'],
    ['an unsubscribe link', padded('[Unsubscribe](https://x.example/u).'), 'a link or address'],
    ['a link to nowhere that anybody named', padded('Look [here](//evil.zone/x).'), 'a link or address'],
    ['a number to call', padded('[Call us](tel:+4930123456).'), 'a link or address'],
    ['too few words', body('Hi, shall we talk?'), 'words; Length: short means 40 to 100'],
    ['too many words', body(`${GOOD_TEXT} ${GOOD_TEXT}`), 'words; Length: short'],
    [
      'a field that does not exist',
      padded('{{ middle_name | default: "x" }}'),
      'field that it was not given',
    ],
    [
      'what strangers wrote',
      padded('{{ notes | default: "x" }}'),
      'field that it was not given: {{ notes }}',
    ],
    ['the address of the lead', padded('{{ email }}'), 'field that it was not given: {{ email }}'],
    ['a gap in fixed copy', padded('{{ ai }}'), 'field that it was not given: {{ ai }}'],
    ['Liquid that does not parse', padded('{{ first_name | default }'), 'Liquid beyond a field'],
    [
      'Liquid that builds a link',
      padded('{{ "ht" | append: "tps://evil.example" }}'),
      'Liquid beyond a field',
    ],
    ['a tag', padded('{% if company %}x{% endif %}'), 'Liquid beyond a field'],
    ['a link in a default', padded('{{ company | default: "https://evil.example" }}'), 'a link or address'],
    ['a heading', padded('\n\n# Our offer\n\n'), 'is no prose'],
    ['characters that nobody sees', padded('a\u200bb'), 'cannot be seen'],
    [
      'an escape sequence where a header was asked for',
      `\u001b[2JSubject: x\n\n${GOOD_TEXT}`,
      'cannot be seen',
    ],
    ['a header of two lines', 'Subject: x\n y\n\ntext', 'does not begin as it was asked to'],
    ['two subjects', `Subject: x\nSubject: y\n\n${GOOD_TEXT}`, 'does not begin as it was asked to'],
    ['a link in the subject', `Subject: See evil.example\n\n${GOOD_TEXT}`, 'a link or address'],
    ['a subject without an end', `Subject: ${'word '.repeat(40)}\n\n${GOOD_TEXT}`, 'its Subject has'],
    ['its instructions', padded(TASK.campaign ?? ''), 'repeats its instructions'],
    ['a default that is a field', padded('{{ company | default: first_name }}'), 'Liquid beyond a field'],
    ['a second filter', padded('{{ company | default: "x" | append: "y" }}'), 'Liquid beyond a field'],
    ['an end of Liquid alone', padded('so }} it goes'), 'Liquid beyond a field'],
  ])('%s', (_, text, says) => {
    expect(problemOf(text)).toMatch(new RegExp(says.replaceAll(/[{}$[\]()]/g, '\\$&')));
  });

  test.each(['{{ ', '[a](', 'a.', '| default: "', '{% ', '1,', '[the '])(
    'twenty thousand times %j is judged at once',
    (part) => {
      expect(problemOf(`Subject: x\n\n${part.repeat(20_000)}`)).not.toBeNull();
    },
  );
});

describe('what people gave may stand', () => {
  test.each([
    'The list is at https://example.com/audit for $20.',
    'Read [the list](https://example.com/audit).',
    'About {{ tags | default: "it" }}.',
    "For {{ company | default: 'your firm' }}.",
    'For {{- company -}}.',
  ])('%s', (text) => {
    expect(problemOf(padded(text))).toBeNull();
  });
});

describe('what is left out, cut or given back', () => {
  const unfit = (problem: string) => ({ kind: 'unfit', problem });

  test.each(['', ' \r\n\t'])('a model that wrote %j wrote nothing', (text) => {
    expect(readCopy(text, TASK)).toEqual(unfit('the model wrote nothing'));
  });

  test('headers stand trimmed, and one that was not written is none', () => {
    expect(readCopy(`\nSubject:  Yours \n \t\n\n${GOOD_TEXT}\n\n`, TASK)).toEqual({
      kind: 'fit',
      copy: { subject: 'Yours', preheader: null, briefing: TASK.briefing, bodyMarkdown: GOOD_TEXT },
    });
    expect(readCopy(GOOD.replace(/^Subject.*\n/, ''), { ...TASK, hasSubject: false })).toMatchObject({
      copy: { subject: '' },
    });
  });

  test('the line that is wrong is quoted, and cut for the terminal', () => {
    expect(readCopy(GOOD_TEXT.replace('Hello', 'H'.repeat(50)), TASK)).toEqual(
      unfit(`it does not begin as it was asked to: "${'H'.repeat(40)}"`),
    );
    expect(problemOf('Subject: Yours\nPreheader: x')).toBe('it has no text below its headers');
    expect(problemOf(`Subject: Yours\n${GOOD_TEXT}`)).toMatch(
      /^it does not begin as it was asked to: "Hello/,
    );
  });

  test.each([
    ['Subject', 150],
    ['Preheader', 200],
  ])('a %s has at most %i characters', (header, most) => {
    const of = (length: number): string =>
      `${header === 'Subject' ? '' : 'Subject: x\n'}${header}: ${'a'.repeat(length)}\n\n${GOOD_TEXT}`;
    expect(problemOf(of(most))).toBeNull();
    expect(problemOf(of(most + 1))).toBe(`its ${header} has ${String(most + 1)} characters`);
  });

  test('the preheader is judged like the text', () => {
    expect(problemOf(`Subject: x\nPreheader: See evil.example\n\n${GOOD_TEXT}`)).toContain(
      'a link or address',
    );
  });

  test('too few words are counted for people', () => {
    expect(problemOf(body('Hi, shall we talk?'))).toBe('the mail has 4 words; Length: short means 40 to 100');
  });

  test('a field without a default stands for a word, so that a sentence is judged as it is read', () => {
    expect(problemOf(padded('Look at https://{{ company }}.example/x'))).toContain('https://Name.example/x');
  });
});

describe('hardening 148: a link is ours from wherever people wrote it', () => {
  const LINKED = padded('The list is at list.example today.');

  test.each([
    ['purpose', { purpose: 'About list.example' }],
    ['campaign', { campaign: 'About list.example' }],
    ['voice', { voice: 'About list.example' }],
    ['briefing', { briefing: 'About list.example' }],
    ['subject of the mail before', { previous: { subject: 'On list.example', excerpt: 'x' } }],
    ['mail before', { previous: { subject: 'x', excerpt: 'On list.example' } }],
    ['present subject', { present: { subject: 'On list.example', bodyMarkdown: 'x' } }],
    ['present text', { present: { subject: 'x', bodyMarkdown: 'On list.example' } }],
  ])('%s', (_, changes) => {
    expect(problemOf(LINKED)).toContain('a link or address');
    expect(problemOf(LINKED, changes)).toBeNull();
  });
});

describe('D3: the fields of a proposal', () => {
  test('one in the present subject may stay', () => {
    const present = { subject: 'For {{ tags }}', bodyMarkdown: 'Hi' };
    expect(problemOf(padded('About {{ tags | default: "it" }}.'), { present })).toBeNull();
  });

  test('a step without a file has none but those that it was given', () => {
    expect(problemOf(padded('For {{ company | default: "you" }}.'), { present: null })).toBeNull();
    expect(problemOf(padded('For {{ tags | default: "you" }}.'), { present: null })).toBe(
      'it uses a field that it was not given: {{ tags }}',
    );
  });

  test('a gap in the present text does not stay when the step becomes fixed', () => {
    const present = { subject: 'Hi', bodyMarkdown: 'Hi\n\n{{ ai }}' };
    expect(problemOf(padded('{{ ai }}'), { present })).toBe(
      'it uses a field that it was not given: {{ ai }}',
    );
  });
});

describe('D3: copy with a gap', () => {
  const AI = { mode: 'ai', briefing: null } as const;
  const frame = 'Hi {{ first_name }},\n\n{{ ai }}\n\nTom';

  test('has a briefing for whoever fills it, and leaves it room', () => {
    const said = 'Subject: Yours\nBriefing: One number from their industry.\n\n';
    expect(readCopy(`${said}${frame}`, { ...TASK, ...AI })).toMatchObject({
      copy: { briefing: 'One number from their industry.' },
    });
    expect(problemOf(`Subject: Yours\n\n${frame}`, AI)).toBe('it has no Briefing');
    expect(problemOf(`${said}${GOOD_TEXT}\n\n{{ ai }}`, AI)).toMatch(/around {{ ai }} has \d+ words/);
    expect(problemOf(`${said.replace('One number', 'See evil.example')}${frame}`, AI)).toContain('a link');
  });

  test.each([
    [40, null],
    [41, 'the text around {{ ai }} has 41 words; Length: short leaves it 40'],
  ])('%i words around it: %s', (count, problem) => {
    const text = `Subject: Yours\n\n${'word '.repeat(count)}\n\n{{ ai }}`;
    expect(problemOf(text, { mode: 'ai' })).toBe(problem);
  });

  test('a briefing of ours is not judged as the words of a model', () => {
    const briefing = 'Say "as an AI" never; see [the list](x).';
    expect(problemOf(`Subject: Yours\n\n${frame}`, { mode: 'ai', briefing })).toBeNull();
  });

  test('one that has a briefing keeps it', () => {
    expect(problemOf(`Subject: Yours\nBriefing: Mine.\n\n${frame}`, { mode: 'ai' })).toContain(
      'does not begin',
    );
  });

  test('a reply under the subject of its thread gets none', () => {
    expect(problemOf(GOOD, { hasSubject: false })).toContain('does not begin');
    expect(problemOf(GOOD.replace(/^Subject.*\n/, ''), { hasSubject: false })).toBeNull();
    expect(copyPrompt({ ...TASK, hasSubject: false }).system).not.toContain('Subject: at most');
  });
});
