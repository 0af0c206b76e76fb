import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { renderHtml } from '../../../src/adapters/mail/markdown-html.ts';
import { readMarkdown } from '../../../src/adapters/mail/markdown-reader.ts';
import { renderText } from '../../../src/adapters/mail/markdown-text.ts';
import { escapeMarkdown, settleLineStarts } from '../../../src/core/markdown-escape.ts';
import { cleanText } from '../../../src/core/template-text.ts';

async function render(markdown: string): Promise<{ html: string; text: string }> {
  const tokens = await readMarkdown(markdown);
  return { html: renderHtml(tokens), text: renderText(tokens) };
}

describe('D5: the same Markdown becomes HTML and a text that reads as if it had been typed', () => {
  test.each([
    ['paragraphs', 'one\n\ntwo', '<p>one</p>\n<p>two</p>\n', 'one\n\ntwo'],
    [
      'emphasis',
      'a **b** and *c* and `d`',
      '<p>a <strong>b</strong> and <em>c</em> and <code>d</code></p>\n',
      'a b and c and d',
    ],
    ['a heading', '# Title\n\nx', '<h1>Title</h1>\n<p>x</p>\n', 'Title\n\nx'],
    ['a hard break', 'Best,  \nAnna', '<p>Best,<br>\nAnna</p>\n', 'Best,\nAnna'],
    ['a wrapped line', 'one\ntwo', '<p>one\ntwo</p>\n', 'one\ntwo'],
    ['a list', '- a\n- b', '<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n', '- a\n- b'],
    ['a numbered list', '3. a\n4. b', '<ol start="3">\n<li>a</li>\n<li>b</li>\n</ol>\n', '3. a\n4. b'],
    ['a list in a list', '- a\n  1. b', '<ul>\n<li>a<ol>\n<li>b</li>\n</ol></li>\n</ul>\n', '- a\n  1. b'],
    ['a loose list', '- a\n\n- b', '<ul>\n<li><p>a</p></li>\n<li><p>b</p></li>\n</ul>\n', '- a\n\n- b'],
    ['a quotation', '> a\n> b', '<blockquote>\n<p>a\nb</p>\n</blockquote>\n', '> a\n> b'],
    ['a rule', 'a\n\n***\n\nb', '<p>a</p>\n<hr>\n<p>b</p>\n', 'a\n\n* * *\n\nb'],
    ['code', '```sh\na < b\n```', '<pre><code>a &lt; b</code></pre>\n', 'a < b'],
    [
      'a link',
      '[our page](https://a.example/x?a=1&b=2 "t")',
      '<p><a href="https://a.example/x?a=1&amp;b=2">our page</a></p>\n',
      'our page (https://a.example/x?a=1&b=2)',
    ],
    [
      'a link whose words are its address',
      '<https://a.example/x> or [a.example](https://a.example) or <me@a.example>',
      '<p><a href="https://a.example/x">https://a.example/x</a> or <a href="https://a.example/">a.example</a> or <a href="mailto:me@a.example">me@a.example</a></p>\n',
      'https://a.example/x or a.example or me@a.example',
    ],
    [
      'an image',
      '![our team](https://a.example/t.png)',
      '<p><img src="https://a.example/t.png" alt="our team"></p>\n',
      'our team',
    ],
    [
      'character references',
      '5&nbsp;&euro; &#8594; &amp;copy; &unheardof;',
      '<p>5\u00a0€ → &amp;copy; &amp;unheardof;</p>\n',
      '5\u00a0€ → &copy; &unheardof;',
    ],
  ])('%s', async (_, markdown, html, text) => {
    expect(await render(markdown)).toEqual({ html, text });
  });
});

describe('hardening 42, 53: what could hurt a reader stays words', () => {
  test.each([
    ['a tag', 'a <b onclick="x()">b</b>', 'a &lt;b onclick=&quot;x()&quot;&gt;b&lt;/b&gt;'],
    ['a block of HTML', '<script>\nalert(1)\n</script>', '&lt;script&gt;\nalert(1)\n&lt;/script&gt;'],
    ['javascript:', '[x](javascript:alert(1))', 'x'],
    ['javascript: in disguise', '[x](&#106;avascript:alert(1)) [y](<java\tscript:1>)', 'x y'],
    ['data:', '[x](data:text/html,hi)', 'x'],
    ['file:', '[x](file:///etc/passwd)', 'x'],
    ['a path without a host', '[x](/u/1)', 'x'],
    ['an image from inside the mail', '![x](data:image/png;base64,AA==)', 'x'],
    [
      'a bare address, which may come from a lead',
      'www.a.example https://a.example',
      'www.a.example https://a.example',
    ],
  ])('%s', async (_, markdown, html) => {
    expect((await render(markdown)).html).toBe(`<p>${html}</p>\n`);
  });

  test('quotes in an address end no attribute', async () => {
    const { html } = await render('[x](https://a.example/?"onmouseover="alert(1))');
    expect(html).toBe('<p><a href="https://a.example/?%22onmouseover=%22alert(1)">x</a></p>\n');
  });

  test('a comment for colleagues reaches nobody', async () => {
    expect(await render('a <!-- secret --> b\n\n<!-- secret -->\n\nc')).toEqual({
      html: '<p>a  b</p>\n<p>c</p>\n',
      text: 'a  b\n\nc',
    });
  });

  test('control characters written as references are not sent', async () => {
    expect((await render('a&#7;b&#0;c')).text).toBe('a b\ufffdc');
  });

  test('every tag in the HTML of any Markdown is one of ours, and every link has an allowed scheme', async () => {
    const ours =
      /<\/?(?:p|strong|em|a|img|code|pre|br|hr|ul|ol|li|blockquote|h[1-6])(?: (?:href|src)="(?:https?:\/\/|mailto:)[^"<>]*"| alt="[^"<>]*"| start="\d+")*>/g;
    const pieces = fc.constantFrom(
      ...'[ ] ( ) < > ! * _ ` # - " \' & ; : /'.split(' '),
      ' ',
      '\n',
      'javascript:',
      'https://a.example',
      '<a href=',
      'x',
      '&lt;',
      '1.',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(pieces, { maxLength: 40 }), async (parts) => {
        const { html } = await render(parts.join(''));
        expect(html.replace(ours, '')).not.toMatch(/[<>]/);
      }),
      { seed: 42, numRuns: 400 },
    );
  });
});

test('hardening 42, 46: the value of a lead comes out as the same characters in the text part', async () => {
  const signs = '* _ ` # + - . ) [ ] ( < > ! ~ | = & ; : \\ " \' /'.split(' ');
  const value = fc.string({ unit: fc.constantFrom('a', '1', ' ', ...signs), maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(value, async (raw) => {
      const clean = cleanText(raw).trim();
      fc.pre(clean !== '');
      const { text } = await render(
        settleLineStarts(`Hi ${escapeMarkdown(clean)}, and\n\n${escapeMarkdown(clean)}`),
      );
      expect(text).toBe(`Hi ${clean}, and\n\n${clean}`);
    }),
    { seed: 46, numRuns: 500 },
  );
});
