import { describe, expect, it } from 'vitest';

import type { LintOptions } from '../../src/config/lint.ts';
import { formatProblem } from '../../src/config/sequence-problem.ts';
import { briefly, lintFiles, NO_KNOWLEDGE, oneSequence } from './definition-samples.ts';
import type { Files } from './definition-samples.ts';

const HEADERS = 'Subject: A question\nMode: fixed\n\n';

/** A sequence whose only step has this body; the body begins on line 4. */
function withBody(body: string): Files {
  return oneSequence({ files: { 'sequences/s/one.md': `${HEADERS}${body}\n` } });
}

async function lintBody(body: string, options?: LintOptions): Promise<readonly string[]> {
  return briefly(await lintFiles(withBody(body), options));
}

async function lintMessages(files: Files, options?: LintOptions): Promise<string> {
  return (await lintFiles(files, options)).map(formatProblem).join('\n');
}

describe('hardening 47 and 48: no brace and no foreign name ever leaves', () => {
  it.each([
    ['Hello {first_name}, any news?', 'one.md:4:7 single_braces'],
    ['Hello { First Name }, any news?', 'one.md:4:7 single_braces'],
    ['Any news?\n\nFrom {company}', 'one.md:6:6 single_braces'],
    ['Hello {{ first_name, any news?', 'one.md:4:7 template_syntax'],
    ['Hello {{ first_name }, any news?', 'one.md:4:7 template_syntax'],
    ['Hello first_name }}, any news?', 'one.md:4:18 template_syntax'],
    ['{% if company %}Any news?', 'one.md:4:1 template_syntax'],
    ['Any news?\n{{ 7*7 }}', 'one.md:5:6 template_syntax'],
    ['Any news?\n{{ company | shout }}', 'one.md:5:1 template_syntax'],
    ['Any news? {% include "x" %}', 'one.md:4:11 template_syntax'],
    ['Any news? {{ "now" | date: "%Y" }}', 'one.md:4:11 template_syntax'],
    ['Any news? {{ unknown_token }}', 'one.md:4:14 unknown_field'],
    ['Any news? {{ __proto__ }}', 'one.md:4:14 unknown_field'],
    ['Any news? {{ constructor.constructor }}', 'one.md:4:14 unknown_field'],
    ['Any news? {{ ai }}', 'one.md:4:14 unknown_field'],
    ['Any news? {{ email.constructor }}', 'one.md:4:14 field_part'],
    ['Any news? {% if toString %}x{% endif %}', 'one.md:4:17 unknown_field'],
  ])('%j', async (body, expected) => {
    expect(await lintBody(body)).toEqual([expected]);
  });

  it('hardening 48: code in a template is refused', async () => {
    const problems = await lintBody('Any news? {{ constructor.constructor("return 1")() }}');
    expect(problems).toEqual([expect.stringContaining('template_syntax')]);
  });

  it.each([
    ['{first_name}', 'did you mean {{ first_name }}?'],
    ['{FirstName}', 'did you mean {{ first_name }}?'],
    ['{firm}', 'a field is written {{ first_name }}'],
    ['{{ fisrt_name }}', 'did you mean {{ first_name }}?'],
    ['{{ budget }}', 'a further column is known once leads with it are imported'],
    ['{{ company | upcas }}', 'did you mean upcase?'],
    ['{{ ai }}', 'it can stand in the body of a step with Mode: ai or assist only'],
  ])('hardening 47: %s names what was probably meant', async (text, expected) => {
    expect(await lintMessages(withBody(`Any news? ${text}`))).toContain(expected);
  });

  it('looks into subject, preheader and briefing, and points into folded lines', async () => {
    const step = [
      'Subject: News for {company}',
      'Preheader:  {{ nothing }}',
      'Briefing: Say {{ notes }}',
      '    and {{ nothing }} else',
      '',
      'Any news?',
    ].join('\n');
    expect(briefly(await lintFiles(oneSequence({ files: { 'sequences/s/one.md': step } })))).toEqual([
      'one.md:1:19 single_braces',
      'one.md:2:16 unknown_field',
      'one.md:4:12 unknown_field',
    ]);
  });

  it('knows the further columns of stored leads, by the name that templates use', async () => {
    const body = 'Any news? {{ job_title | default: "" }}';
    expect(await lintBody(body)).toEqual(['one.md:4:14 unknown_field']);
    expect(await lintBody(body, { ...NO_KNOWLEDGE, customFields: ['Job Title'] })).toEqual([]);
  });
});

describe('D3: fields that a lead may lack', () => {
  it.each([
    ['{{ first_name }}', ['one.md:4:11 may_be_empty']],
    ['{{ first_name | upcase }} {{ first_name }}', ['one.md:4:11 may_be_empty']],
    ['{{ first_name | default: "there" }}', []],
    ['{{ first_name | upcase | default: "there" }}', []],
    ['{% if first_name %}{{ first_name }}{% endif %}', []],
    ['{{ email }}', []],
  ])('%s', async (text, expected) => {
    expect(await lintBody(`Any news? ${text}`)).toEqual(expected);
  });
});

describe('hardening 53 and 54: links', () => {
  it.each([
    ['[x](javascript:alert(1))', 'link_scheme'],
    ['[x](JavaScript:alert(1))', 'link_scheme'],
    ['[x](&#106;avascript:alert(1))', 'link_scheme'],
    ['[x](javascript&colon;alert(1))', 'link_scheme'],
    ['[x](data:text/html,hi)', 'link_scheme'],
    ['![x](data:image/png;base64,AAAA)', 'link_scheme'],
    ['<vbscript:x>', 'link_scheme'],
    ['[a [b] c](javascript:x)', 'link_scheme'],
    ['[![A plan](https://example.com/a.png)](javascript:x)', 'link_scheme'],
    ['[![](https://example.com/a.png)](https://example.com)', 'image_alt'],
    ['<a href="javascript:x">x</a>', 'link_scheme'],
    ['[x]\n\n[x]: javascript:x', 'link_scheme'],
    ['[x](file:///etc/passwd)', 'link_scheme'],
    ['[x](/about)', 'link_target'],
    ['[x](www.example.com)', 'link_target'],
    ['[x](http://localhost/a)', 'link_private'],
    ['http://192.168.1.1/track', 'link_private'],
    ['http://user@10.0.0.1/', 'link_private'],
    ['http://[::1]/', 'link_private'],
    ['![](https://example.com/a.png)', 'image_alt'],
    ['<img src="https://example.com/a.png">', 'image_alt'],
    ['<img src="https://example.com/a.png" alt="">', 'image_alt'],
  ])('%s', async (text, code) => {
    const problems = await lintBody(`Any news?\n\n${text}`);
    expect(problems).toEqual([expect.stringMatching(new RegExp(`one\\.md:\\d+:\\d+ ${code}$`))]);
  });

  it.each([
    '[x](https://example.com/a?b=c&d=e#f)',
    '[x](https://example.com/?who={{ email | url_encode }})',
    '<https://example.com>',
    'https://example.com/a(b)',
    '[write](mailto:ada@example.com) ',
    '[call](tel:+49123)',
    '`[x](javascript:x)`',
    '![A plan](https://example.com/a.png)',
    '<img alt="A plan" src="https://example.com/a.png">',
    '[x]({{ website | default: "https://example.com" }})',
  ])('%s is fine', async (text) => {
    const options = { ...NO_KNOWLEDGE, customFields: ['website'] };
    expect(await lintBody(`Any news?\n\n${text}`, options)).toEqual([]);
  });

  it('one link is enough, and the same one twice is one', async () => {
    const [one, other] = ['https://example.com/a', 'https://example.com/b'];
    expect(await lintBody(`See ${one} or [here](${one}).`)).toEqual([]);
    expect(await lintBody(`See ${one}\n\nor [here](${other}).`)).toEqual(['one.md:6:4 many_links']);
  });
});

describe('advice on words (cli.md 3.6)', () => {
  it('a mail with no link and no question gives the reader nothing to do', async () => {
    expect(await lintBody('Hello.')).toEqual(['one.md:4:1 no_question']);
    expect(await lintBody('Hello. ![Really?](https://example.com/?a=b)')).toEqual([]);
    expect(await lintBody('See https://example.com')).toEqual([]);
  });

  it('a body over 220 words is too long; templates, links and marks are no words', async () => {
    const words = (count: number) => Array.from({ length: count }, () => 'word').join(' ');
    expect(await lintBody(`${words(219)} why? {{ email }} — * - [](https://example.com)`)).toEqual([]);
    expect(await lintBody(`${words(220)} why?`)).toEqual(['one.md:4:1 long_body']);
  });

  it.each(['Re: your question', 'RE: your question', 'Fwd: your question', 'AW: Ihre Frage', 'Re[2]: yours'])(
    'the first mail is no answer: %s',
    async (subject) => {
      const files = { 'sequences/s/one.md': `Subject: ${subject}\n\nAny news?` };
      expect(briefly(await lintFiles(oneSequence({ files })))).toEqual(['one.md:1:10 false_reply']);
    },
  );

  it('a later step in the thread may look like an answer, and words that begin with re are none', async () => {
    const steps = '[[step]]\nid = "one"\nafter = "1d"\n[[step]]\nid = "two"\nafter = "1d"\n';
    const files = {
      'sequences/s/one.md': 'Subject: Research: a question\n\nAny news?',
      'sequences/s/two.md': 'Subject: Re: Research: a question\n\nAny news?',
    };
    expect(await lintFiles(oneSequence({ steps, files }))).toEqual([]);
  });

  it('two equal subjects in a row look like the same mail', async () => {
    const steps = ['one', 'two', 'three'].map((id) => `[[step]]\nid = "${id}"\nafter = "1d"\n`).join('');
    const files = {
      'sequences/s/one.md': 'Subject: One question\n\nAny news?',
      'sequences/s/two.md': 'Subject: one question\n\nAny news?',
      'sequences/s/three.md': 'Subject: Another question\n\nAny news?',
    };
    expect(briefly(await lintFiles(oneSequence({ steps, files })))).toEqual(['two.md:1:10 equal_subjects']);
  });
});

describe('D3: words that a model would write', () => {
  const files = { 'sequences/s/one.md': 'Subject: A\nMode: ai\n\nHello {{ ai }}' };

  const head = 'status = "active"\n[trigger]\ntags = ["x"]';

  it('wait while no model is set up, which is told where the sequence is active', async () => {
    const problems = await lintFiles(oneSequence({ head, files }));
    expect(problems.map((problem) => [problem.severity, problem.code, problem.line])).toEqual([
      ['warning', 'no_model', 2],
    ]);
    expect(await lintFiles(oneSequence({ files }))).toEqual([]);
    expect(await lintFiles(oneSequence({ head, files }), { ...NO_KNOWLEDGE, hasModel: true })).toEqual([]);
  });

  it('are announced by their gap when no Mode is given', async () => {
    const gap = { 'sequences/s/one.md': 'Subject: A\n\nHello {{ ai }}' };
    expect(briefly(await lintFiles(oneSequence({ head, files: gap })))).toEqual(['one.md:3:1 no_model']);
  });

  it.each(['Hello', 'Hello {{ ai }} and {{ ai }}'])('have one gap: not %j', async (body) => {
    const wrong = { 'sequences/s/one.md': `Subject: A\nMode: ai\n\n${body}` };
    expect(briefly(await lintFiles(oneSequence({ files: wrong })))).toContain('one.md:4:1 one_gap');
  });

  it('cannot stand in a subject', async () => {
    const subject = { 'sequences/s/one.md': 'Subject: {{ ai }}\n\nHello {{ ai }}' };
    expect(briefly(await lintFiles(oneSequence({ files: subject })))).toContain('one.md:1:13 unknown_field');
  });
});

describe('advice on mechanics', () => {
  it('hardening 63: a sequence without steps enrolls nobody', async () => {
    expect(briefly(await lintFiles({ 'sequences/s/sequence.toml': '' }))).toEqual([
      'sequence.toml:1:1 empty_sequence',
    ]);
  });

  it('an active drip that no lead can match is probably not finished', async () => {
    expect(briefly(await lintFiles(oneSequence({ head: 'status = "active"' })))).toEqual([
      'sequence.toml:1:1 no_trigger',
    ]);
    const nurture = oneSequence({ head: 'status = "active"\nkind = "nurture"' });
    expect(await lintFiles(nurture)).toEqual([]);
  });

  it('C2: a gap without days does nothing', async () => {
    expect(briefly(await lintFiles(oneSequence({ head: 'gap = "watermark"' })))).toEqual([
      'sequence.toml:2:1 gap_without_day',
    ]);
  });

  it('B1: a where line on a field that no lead has', async () => {
    const head = '[trigger]\nwhere = { contry = "DE", job_title = "CTO" }';
    expect(await lintMessages(oneSequence({ head }), { ...NO_KNOWLEDGE, customFields: ['Job Title'] })).toBe(
      'sequences/s/sequence.toml:3:11  warning  no stored lead has a field "contry"; did you mean country?',
    );
  });

  it('C3: a window that never meets the hours is refused, for sequence and step', async () => {
    const hours = { weekdays: [1, 2, 3, 4, 5], startMinute: 540, endMinute: 1020 } as const;
    const files = oneSequence({
      head: '[send]\nwindow = { start = "18:00", end = "20:00", tz = "lead" }',
      steps: '[[step]]\nid = "one"\nafter = "1d"\nwindow = { tz = "lead", weekdays = [6, 7] }\n',
    });
    const problems = await lintFiles(files, { ...NO_KNOWLEDGE, hours });
    expect(briefly(problems)).toEqual(['sequence.toml:3:1 window', 'sequence.toml:7:1 window']);
    expect(problems.every((problem) => problem.severity === 'error')).toBe(true);
    expect(await lintFiles(files)).toEqual([]);
  });

  it('hardening 58: a sender of another domain is refused', async () => {
    const brand = { postalAddress: '1 Mill Lane', domains: ['example.com'] };
    const from = (address: string) => oneSequence({ head: `[send]\nfrom = "Ada <${address}>"` });
    const options = { ...NO_KNOWLEDGE, brand };
    expect(await lintFiles(from('ada@example.com'), options)).toEqual([]);
    expect(briefly(await lintFiles(from('ada@example.org'), options))).toEqual([
      'sequence.toml:3:1 from_domain',
    ]);
  });

  it('D10, hardening 55: a missing postal address is told once for the workspace', async () => {
    const brand = { postalAddress: null, domains: ['example.com'] };
    expect(await lintMessages({}, { ...NO_KNOWLEDGE, brand })).toContain(
      'brand.toml  warning  no postal address',
    );
  });

  it('what is archived is left in peace', async () => {
    const files = { 'sequences/s/one.md': 'Subject: Re: {company}\n\nHello {{ nothing }}' };
    expect(await lintFiles(oneSequence({ head: 'status = "archived"', files }))).toEqual([]);
  });
});

describe('B2: ties that the name decides', () => {
  const active = (lines: string) =>
    `status = "active"\n[trigger]\n${lines}\n[[step]]\nid = "one"\nafter = "1d"\n`;
  const both = async (first: string, second: string) => {
    const copy = 'Subject: A\n\nAny news?';
    const files = {
      'sequences/a/sequence.toml': active(first),
      'sequences/a/one.md': copy,
      'sequences/b/sequence.toml': active(second),
      'sequences/b/one.md': copy,
    };
    return briefly(await lintFiles(files));
  };
  const tie = ['sequences/b/sequence.toml:3:1 priority_tie'];

  it.each([
    ['form = ["x"]', 'form = ["x"]'],
    ['source = ["web"]', 'source = ["Web"]'],
    ['source = ["form:*"]', 'source = ["form:contact*"]'],
    ['platform = ["inbound"]', 'platform = ["inbound", "other"]'],
    ['where = { country = "DE" }', 'where = { country = "de" }'],
  ])('B2: %s and %s are warned of', async (first, second) => {
    expect(await both(first, second)).toEqual(tie);
  });

  it.each([
    ['form = ["x"]', 'form = ["X"]'],
    ['source = ["web"]', 'source = ["web*"]'],
    ['source = ["web"]', 'source = ["web"]\npriority = 1'],
    ['source = ["web"]', 'source = ["web"]\nallow_parallel = true'],
    ['tags = ["a"]', 'platform = ["a"]'],
  ])('B2: %s and %s are not', async (first, second) => {
    expect(await both(first, second)).toEqual([]);
  });
});
