import { describe, expect, test } from 'vitest';

import { htmlToText } from '../../../src/core/inbound/html-text.ts';

const OPTIONS = { decodeReferences: (text: string) => text.replaceAll('&lt;', '<'), charactersMax: 10_000 };

describe('hardening 144: a reply in HTML alone is read', () => {
  test.each([
    ['<p>Please stop.</p><p>Kim</p>', 'Please stop.\n\nKim'],
    ['Yes<br>Kim', 'Yes\nKim'],
    ['<div>Yes</div><div>Kim</div>', 'Yes\nKim'],
    ['<style>p{}</style><script>alert("no")</script><b>Yes</b>', 'Yes'],
    ['<div>Yes</div><blockquote><div>Unsubscribe?</div></blockquote>', 'Yes\n> Unsubscribe?'],
    ['a < b &lt; c', 'a < b < c'],
    ['<!-- hidden --> Yes <!-- for ever', 'Yes'],
    ['Yes <a href="x', 'Yes'],
    ['Yes <script>never ends', 'Yes'],
  ])('%s', (html, text) => {
    expect(htmlToText(html, OPTIONS)).toBe(text);
  });
});

describe('E4, hardening 144: what a reader of the HTML sees, and nothing else, is what the person wrote', () => {
  test.each([
    ['no tag', 'Please stop.', 'Please stop.'],
    ['nothing', '', ''],
    ['tags inside a line', 'Please <b>do <i class="x">not</i></b> write.', 'Please do not write.'],
    ['tags in capitals', '<P>Yes</P><STYLE>no</Style>Kim', 'Yes\nKim'],
    ['a closed tag of XHTML', 'Yes<br/>Kim<br />Rivers', 'Yes\nKim\nRivers'],
    ['a comment between tags', 'Yes<!-- <div>no</div> -->, Kim', 'Yes, Kim'],
    ['a comment that ends with its beginning', 'Yes<!-->, Kim', 'Yes, Kim'],
    ['the comments of Outlook', 'Yes<!--[if mso]>no<![endif]-->, <![if !mso]>Kim<![endif]>', 'Yes, Kim'],
    ['a document type', '<!DOCTYPE html><html><body>Yes</body></html>', 'Yes'],
    ['a processing instruction', '<?xml version="1.0"?>Yes', 'Yes'],
    ['signs that begin no tag', 'a <3 you! <- b </> <', 'a <3 you! <- b </> <'],
    ['a sign right before a tag', '1 << 2<br>3', '1 << 2\n3'],
    ['a sign at the end', 'a <', 'a <'],
    ['a tag of a long name', 'Yes<verylongnameofatagthatnobodyknows>Kim', 'YesKim'],
    [
      'a tag of a program, longer than what is looked at',
      `Yes<o:p x="${'/'.repeat(60)}">Kim</o:p>`,
      'YesKim',
    ],
    ['a closing tag of what is hidden, alone', 'Yes</style>, Kim', 'Yes, Kim'],
    ['a hidden part whose end is written with a space', '<title>no</title >Yes', 'Yes'],
    ['white space', '<div>  Yes \r\n\t Kim </div><div> Rivers </div>', 'Yes Kim\nRivers'],
    ['one empty line where the writer made more', 'a<br><br><br>b', 'a\n\nb'],
    ['empty lines in two places', 'a<br><br>b<br><br><br>c', 'a\n\nb\n\nc'],
    ['blocks without words', '<div>a</div><div></div><div> </div><div>b</div>', 'a\nb'],
    ['empty lines around all of it', '<br><br>a<br><br>', 'a'],
    ['paragraphs', '<p>a</p><p>b</p>', 'a\n\nb'],
    ['a paragraph behind words', 'a<p>b', 'a\nb'],
    ['references, in the text alone', '<b title="&lt;">a &lt; b</b>', 'a < b'],
  ])('%s: %s', (_, html, text) => {
    expect(htmlToText(html, OPTIONS)).toBe(text);
  });

  test.each(['style', 'script', 'head', 'title', 'template'])('%s is never shown', (name) => {
    expect(htmlToText(`<div>Yes</div><${name} a="b"><div>stop</div></${name}><b>Kim</b>`, OPTIONS)).toBe(
      'Yes\nKim',
    );
  });

  test.each([
    ...['br', 'p', 'div', 'tr', 'table', 'li', 'ul', 'ol', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6'],
    ...['hr', 'pre', 'section', 'article'],
  ])('%s begins a line', (name) => {
    expect(htmlToText(`Yes<${name}>Kim`, OPTIONS)).toBe('Yes\nKim');
  });

  test.each(['b', 'span', 'a', 'td', 'font', 'h7', 'divs'])('%s begins none', (name) => {
    expect(htmlToText(`Yes<${name}>Kim`, OPTIONS)).toBe('YesKim');
  });

  test('letters that grow in lower case move nothing: a Turkish mail keeps its words', () => {
    const html = 'İİİİİİİİ<style>p{}</style>Beni <b>listeden</b> çıkarın.<script>no</script> İyi günler';
    expect(htmlToText(html, OPTIONS)).toBe('İİİİİİİİBeni listeden çıkarın. İyi günler');
  });

  test('hardening 136: no more is read than is asked for', () => {
    expect(htmlToText('<b>Yes</b> no', { ...OPTIONS, charactersMax: 10 })).toBe('Yes');
    expect(htmlToText('<b>Yes</b> no', { ...OPTIONS, charactersMax: 0 })).toBe('');
  });
});

describe('hardening 143: our own words in a quote stay behind "> "', () => {
  test.each([
    ['a quote and an answer below', '<blockquote>Old</blockquote>Yes', '> Old\nYes'],
    [
      'a quote in a quote',
      'a<blockquote>b<blockquote>c</blockquote>d</blockquote>e',
      'a\n> b\n> > c\n> d\ne',
    ],
    ['an empty line in a quote', '<blockquote>a<br><br>b</blockquote>', '> a\n\n> b'],
    ['an end without a beginning', 'Yes</blockquote>Kim<blockquote>Old</blockquote>', 'Yes\nKim\n> Old'],
    [
      'more quotes than anybody reads',
      `${'<blockquote>'.repeat(22)}a${'</blockquote>'.repeat(20)}b`,
      `${'> '.repeat(20)}a\nb`,
    ],
  ])('%s', (_, html, text) => {
    expect(htmlToText(html, OPTIONS)).toBe(text);
  });
});
