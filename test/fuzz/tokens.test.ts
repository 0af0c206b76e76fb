import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { isSignedTap, readTapData, tapData } from '../../src/adapters/tap-signature.ts';
import { createUnsubscribeTokens } from '../../src/adapters/unsubscribe-token.ts';
import { broken, FUZZ_MS, settings } from './fuzz.ts';

const NOW = Date.UTC(2026, 10, 22);
const OURS = 'k'.repeat(40);
const OTHERS = 'f'.repeat(40);
const LEAD = 'l-aaaaaaaaaaaaaaaa';
const WORDS = ['.', '..', '=', '-', '_', '/', '+', '\n', ' ', '%00', 'eyJhbGciOiJub25lIn0', 'A'];

describe('links', () => {
  const tokens = createUnsubscribeTokens({ current: OURS, old: ['o'.repeat(40)] });

  test(
    'no change of a token, and no token of another secret, opens anything',
    async () => {
      const sign = (secret: string): Promise<string> =>
        createUnsubscribeTokens({ current: secret, old: [] }).sign({
          leadId: LEAD,
          purpose: 'unsubscribe',
          now: NOW,
        });
      const good = await Promise.all([sign(OURS), sign('o'.repeat(40))]);
      const seeds = [...good, await sign(OTHERS)];
      await fc.assert(
        fc.asyncProperty(broken(seeds, WORDS), async (bytes) => {
          const token = bytes.toString('latin1');
          const verdict = await tokens.verify(token, 'unsubscribe', NOW);
          expect(verdict.kind).toBe(good.includes(token) ? 'valid' : 'refused');
        }),
        settings(300),
      );
    },
    FUZZ_MS,
  );

  test(
    'parts of one token behind parts of another open nothing',
    async () => {
      const signed = await Promise.all(
        [LEAD, 'l-bbbbbbbbbbbbbbbb'].map((leadId) =>
          tokens.sign({ leadId, purpose: 'unsubscribe', now: NOW }),
        ),
      );
      const parts = signed.flatMap((token) => token.split('.'));
      const joined = fc.array(fc.constantFrom(...parts, '', 'e30'), { minLength: 1, maxLength: 4 });
      await fc.assert(
        fc.asyncProperty(joined, async (list) => {
          const token = list.join('.');
          const verdict = await tokens.verify(token, 'unsubscribe', NOW);
          expect(verdict.kind === 'valid').toBe(signed.includes(token));
        }),
        settings(200),
      );
    },
    FUZZ_MS,
  );
});

test('no change of what a button hands back is taken for our signature', () => {
  const tap = { id: 'b-aaaaaaaaaaaaaaaa', chat: '1', action: 'approve', subject: 'm-1', hash: '9f3c21' };
  const data = tapData(OURS, tap);
  fc.assert(
    fc.property(broken([data, tapData(OTHERS, tap)], WORDS), (bytes) => {
      const text = bytes.toString('latin1');
      const read = readTapData(text);
      const isOurs = read !== null && isSignedTap(OURS, { ...tap, id: read.id }, read.signature);
      expect(isOurs).toBe(text === data);
    }),
    settings(300),
  );
  const changed = fc.record({
    id: fc.constant(tap.id),
    chat: fc.constantFrom('1', '-1', '11'),
    action: fc.constantFrom('approve', 'reject'),
    subject: fc.constantFrom('m-1', 'm-2', 'm-1","9f3c21'),
    hash: fc.constantFrom('9f3c21', '', 'm-1'),
  });
  fc.assert(
    fc.property(changed, (other) => {
      const { signature = '' } = readTapData(data) ?? {};
      expect(isSignedTap(OURS, other, signature)).toBe(JSON.stringify(other) === JSON.stringify(tap));
    }),
    settings(50),
  );
});
