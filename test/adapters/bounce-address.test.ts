import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { createBounceAddresses } from '../../src/adapters/bounce-address.ts';

const ID = 'm-abcdefghijklmnop';
const addresses = createBounceAddresses('bounces@mail.example.com', 'a secret of this test');

function tokenOf(address: string): string {
  return /\+([^@]+)@/.exec(address)?.[1] ?? '';
}

describe('E4: an address that says which mail came back', () => {
  test('names its message, also where a relay has changed its case', () => {
    const address = addresses.of(ID);
    expect(address).toMatch(/^bounces\+m-[a-z0-9-]+@mail\.example\.com$/);
    expect(addresses.messageIdOf(tokenOf(address))).toBe(ID);
    expect(addresses.messageIdOf(tokenOf(address).toUpperCase())).toBe(ID);
  });

  test('fits into the local part of an address', () => {
    expect(addresses.of(ID).split('@')[0]?.length).toBeLessThanOrEqual(64);
  });

  test('of another message, or signed with another secret, names nothing', () => {
    const mac = tokenOf(addresses.of(ID)).slice(-8);
    expect(addresses.messageIdOf(`m-ponmlkjihgfedcba-${mac}`)).toBeNull();
    const foreign = createBounceAddresses('bounces@mail.example.com', 'another secret of this test');
    expect(addresses.messageIdOf(tokenOf(foreign.of(ID)))).toBeNull();
  });

  test('a code with letters outside ASCII names nothing, and does not end the reading of a mailbox', () => {
    expect(addresses.messageIdOf(`${ID}-\u00e9\u00e9\u00e9\u00e9abcd`)).toBeNull();
  });

  test('nothing that a stranger writes names a message', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), (text) => {
        expect(addresses.messageIdOf(text)).toBeNull();
      }),
    );
  });
});
