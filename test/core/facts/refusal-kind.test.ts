import { describe, expect, test } from 'vitest';

import { refusalKind } from '../../../src/core/facts/refusal-kind.ts';

type Refusal = Parameters<typeof refusalKind>[0];

function kindOf(text: string, rest: Partial<Refusal> = {}): string {
  return refusalKind({ text, status: null, isPermanent: true, ...rest });
}

describe('E4: what a refusal means for the address', () => {
  test.each([
    ['550 5.1.1 The email account that you tried to reach does not exist', 'hard_bounce'],
    ['552 5.2.2 mailbox full', 'soft_bounce'],
    ['550 5.7.1 Message rejected as spam', 'block'],
    ['554 computer says no', 'soft_bounce'],
  ])('%j is a %s', (text, kind) => {
    expect(kindOf(text)).toBe(kind);
  });

  test('words that condemn an address count for a bad day only, where whoever tells of it will try again', () => {
    expect(kindOf('550 5.1.1 no such user', { isPermanent: false })).toBe('soft_bounce');
    expect(kindOf('552 5.2.2 mailbox full', { isPermanent: false })).toBe('soft_bounce');
    expect(kindOf('550 5.7.1 Message rejected as spam', { isPermanent: false })).toBe('block');
  });

  test('a provider’s own status decides where the words say nothing', () => {
    expect(kindOf('554 computer says no', { status: '5.1.1' })).toBe('hard_bounce');
    expect(kindOf('554 computer says no', { status: '5.7.1' })).toBe('block');
  });

  test('words that filters use as well condemn only where the recipient was refused: nobody dies of a body', () => {
    const words = '554 user unknown';
    expect(kindOf(words, { command: 'rcpt' })).toBe('hard_bounce');
    expect(kindOf(words, { command: 'data' })).toBe('block');
    expect(kindOf(words, { command: 'mail' })).toBe('block');
  });

  test('the refused step that the words name is heeded where nobody knows it better', () => {
    const words = '554 user unknown (in reply to end of DATA command)';
    expect(kindOf(words)).toBe('block');
    expect(kindOf(words, { command: 'rcpt' })).toBe('hard_bounce');
  });
});
