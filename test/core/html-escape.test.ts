import { expect, test } from 'vitest';

import { escapeHtml } from '../../src/core/html-escape.ts';

test('hardening 42, 131: a name with HTML in it stays a name, in a text and in an attribute', () => {
  expect(escapeHtml(`<img src="x" onerror='a&b'>`)).toBe(
    '&lt;img src=&quot;x&quot; onerror=&#39;a&amp;b&#39;&gt;',
  );
  expect(escapeHtml('Zoë = 100 % / `fine`')).toBe('Zoë = 100 % / `fine`');
});
