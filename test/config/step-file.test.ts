import { describe, expect, it } from 'vitest';

import { formatProblem } from '../../src/config/sequence-problem.ts';
import { parseStepFile } from '../../src/config/step-file.ts';

function parse(text: string) {
  return parseStepFile({ file: 'one.md', text });
}

function complaints(text: string): readonly string[] {
  return parse(text).problems.map(formatProblem);
}

describe('D3: a subject is typed as it is read', () => {
  it.each([
    '{company}: a quick thought',
    '{{ first_name }}, quick question',
    'Case study #4 for you',
    "It's been a week",
    '[{company}] next steps',
    'Yes',
    '1.10 is out',
    '@{company} — one idea',
    'C:\\reports vs. the cloud',
    '"Quoted", as he said',
    '50% off? No: 100% honest',
    '* a star, & an ampersand, | a pipe',
    '- not a list, > not a quote',
    'Grüße 👋 aus Köln, 日本から',
    '09:00 or 17:00: no \\n, no \\t, `no code`',
  ])('D3: %s', (subject) => {
    const { copy, problems } = parse(`Subject: ${subject}\n\nText?\n`);
    expect(problems).toEqual([]);
    expect(copy?.subject).toBe(subject);
  });

  it('D3: white space around a value is no part of it, and the space behind the colon may be missing', () => {
    expect(parse('Subject:Hello  \t\n\nText').copy?.subject).toBe('Hello');
    // D6: a reply may do without; definitions.test.ts tells who may not.
    expect(parse('Preheader: A\n\nText').copy?.subject).toBe('');
    expect(parse('subject \t:   Hello\n\nText').copy?.subject).toBe('Hello');
  });
});

describe('headers of a step', () => {
  it('have defaults that make no model call', () => {
    expect(parse('Subject: A\n\nText').copy).toEqual({
      subject: 'A',
      preheader: null,
      mode: 'fixed',
      length: 'medium',
      briefing: null,
      continuesThread: true,
      bodyMarkdown: 'Text',
    });
  });

  it('take every known name, and a briefing over several lines as one', () => {
    const text = [
      'SUBJECT: A',
      'Preheader: B',
      'mode: Assist',
      'Length: long',
      'Briefing: One number:',
      '    say 38,',
      '\tthen stop.',
      'Continue: no',
      '',
      'Text',
    ].join('\n');
    expect(parse(text).copy).toEqual({
      subject: 'A',
      preheader: 'B',
      mode: 'assist',
      length: 'long',
      briefing: 'One number: say 38, then stop.',
      continuesThread: false,
      bodyMarkdown: 'Text',
    });
  });

  it.each([['{{ ai }}'], ['{{ai}}'], ['{{- ai -}}'], ['{{ ai | strip }}']])(
    'mean a model when the body has a gap (%s) and no Mode is given',
    (gap) => expect(parse(`Subject: A\n\nHello ${gap}`).copy?.mode).toBe('ai'),
  );

  it('keep the mode that is written, gap or not', () => {
    expect(parse('Subject: A\nMode: fixed\n\nHello {{ ai }}').copy?.mode).toBe('fixed');
    expect(parse('Subject: A\n\nHello {{ aim }}').copy?.mode).toBe('fixed');
  });
});

describe('the body of a step', () => {
  it('keeps what looks like a header and drops only the empty lines around it', () => {
    const { copy, places } = parse('Subject: A\n \t\n\n\nNote: this is text\n\n    code\n\n\n');
    expect(copy?.bodyMarkdown).toBe('Note: this is text\n\n    code');
    expect(places.body).toEqual({ text: 'Note: this is text\n\n    code', line: 5, column: 1 });
  });
});

describe('what is refused, with the place and the way out', () => {
  it.each([
    ['Subjekt: A\n\nText', ['one.md:1:1  error  unknown header "Subjekt"; did you mean Subject?']],
    ['Subject: A\nCc: b@example.com\n\nText', ['one.md:2:1  error  unknown header "Cc"']],
    ['Subject: A\nSubject: B\n\nText', ['one.md:2:1  error  a second Subject; keep one of them']],
    [
      'Subject: A\nMode: manual\n\nText',
      ['one.md:2:7  error  Mode is "manual", expected one of fixed, ai, assist'],
    ],
    ['Subject: A\nLength: longer\n\nText', ['did you mean long?']],
    ['Subject: A\nContinue: maybe\n\nText', ['expected one of yes, no']],
    ['Subject:\n\nText', ['one.md:1:9  error  Subject must be 1 to 500 characters']],
    [`Subject: ${'a'.repeat(501)}\n\nText`, ['Subject must be 1 to 500 characters']],
    ['Subject: A\u2028Bcc: b@example.com\n\nText', ['without control or direction characters']],
    ['Subject: A\n continued\n\nText', ['one.md:2:1  error  this line begins with white space']],
    [
      'Subject: A\nHello {{ first_name }},\n\nText',
      ['is no header line; a header is "Name: value"; put an empty line'],
    ],
    ['Subject: A\n\n \n', ['one.md:2:1  error  the step has no text']],
    ['Subject: A', ['the step has no text']],
    ['\nSubject: A\n\nText', ['one.md:1:1  error  the file does not begin with its headers']],
    ['---\nsubject: A\n---\n\nText', ['no "---" lines']],
  ])('%j', (text, expected) => {
    const { copy } = parse(text);
    const said = complaints(text);
    expect(copy).toBeNull();
    expect(said).toHaveLength(expected.length);
    expected.forEach((part, index) => expect(said[index]).toContain(part));
  });

  it('tells everything that is wrong with a file at once', () => {
    expect(complaints('Subjekt: A\nMode: x\n\n').map((line) => line.slice(0, 12))).toEqual([
      'one.md:1:1  ',
      'one.md:3:1  ',
      'one.md:2:7  ',
    ]);
  });
});
