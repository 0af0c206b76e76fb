import { describe, expect, it } from 'vitest';

import { canonicalJson, combinedHash, textHash } from '../../src/core/text-hash.ts';

describe('the hash that an approval is bound to', () => {
  it('changes when a word moves from one part to another, so that nobody approves a rearranged mail', () => {
    const first = textHash({ subject: 'ab', preheader: null, bodyMarkdown: 'c' });
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    expect(textHash({ subject: 'a', preheader: null, bodyMarkdown: 'bc' })).not.toBe(first);
    expect(textHash({ subject: 'ab', preheader: '', bodyMarkdown: 'c' })).not.toBe(first);
    expect(textHash({ subject: 'ab', preheader: null, bodyMarkdown: 'c' })).toBe(first);
  });

  it('A17: does not depend on the order of keys or of the listing, so that a plan is stale only for a real change', () => {
    expect(canonicalJson({ b: 1, a: [{ d: null, c: 2 }] })).toBe('{"a":[{"c":2,"d":null}],"b":1}');
    const left = { id: 'a', hash: '1' };
    const right = { id: 'b', hash: '2' };
    expect(combinedHash([left, right])).toBe(combinedHash([right, left]));
    expect(combinedHash([left])).not.toBe(combinedHash([left, right]));
  });
});
