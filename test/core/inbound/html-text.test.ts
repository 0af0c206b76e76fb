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
