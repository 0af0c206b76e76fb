import { describe, expect, it } from 'vitest';

import { canonicalJson, combinedHash, definitionHash, sha256, textHash } from '../../src/core/text-hash.ts';
import { sequenceDefinition, stepDefinition } from '../helpers/definitions.ts';

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

  it('C5: a sequence is another one when a word of it changed, and the same whatever order its keys came in', () => {
    const { id, ...rest } = sequenceDefinition('web', [stepDefinition('a'), stepDefinition('b')]);
    const definition = { id, ...rest };
    expect(definitionHash({ ...rest, id })).toBe(definitionHash(definition));
    expect(definitionHash({ ...definition, id: 'other' })).not.toBe(definitionHash(definition));
    const reversed = { ...definition, steps: [...definition.steps].reverse() };
    expect(definitionHash(reversed)).not.toBe(definitionHash(definition));
  });

  it('D5: is the documented one, so that a button of yesterday names the same words after an update', () => {
    expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(textHash({ subject: 'a', preheader: null, bodyMarkdown: 'b' })).toBe(sha256('["a",null,"b"]'));
    expect(
      combinedHash([
        { id: 'b', hash: '2' },
        { id: 'a', hash: '1' },
      ]),
    ).toBe(sha256('a 1\nb 2'));
    expect(canonicalJson({ b: [2, 1], a: null, c: { z: 'x', y: [{ q: 1, p: 2 }] } })).toBe(
      '{"a":null,"b":[2,1],"c":{"y":[{"p":2,"q":1}],"z":"x"}}',
    );
  });
});
