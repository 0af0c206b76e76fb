import { describe, expect, test } from 'vitest';

import {
  parseAuditHead,
  parseMachineIdentity,
  parseStamp,
  stampOf,
  type Stamp,
} from '../../src/core/state-identity.ts';

const MACHINE = { machineIdHash: 'a', instanceIdHash: null, macHash: 'c', hostName: 'mail-1' };
const HEAD = { number: 3, hash: '0123456789abcdef'.repeat(4) };
const STAMP: Stamp = { stateId: 's-one', machine: MACHINE, lastClockAt: 5, writeCounter: 0, audit: HEAD };

describe('A14, A15: the stamp beside a state', () => {
  test('comes back as it was written, with or without the end of its trail; a later version may say more', () => {
    const { audit: _audit, ...bare } = STAMP;
    for (const stamp of [STAMP, bare]) {
      expect(parseStamp(JSON.parse(JSON.stringify({ ...stamp, later: 1 })))).toStrictEqual(stamp);
    }
    expect(parseStamp({ ...STAMP, audit: { number: 3 } })).toStrictEqual(bare);
  });

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'stamp'],
    ['a list', [STAMP]],
    ['no machine', { ...STAMP, machine: null }],
    ['half a machine', { ...STAMP, machine: { ...MACHINE, macHash: 5 } }],
    ['no state', { ...STAMP, stateId: '' }],
    ['a number for a state', { ...STAMP, stateId: 7 }],
    ['a clock before 1970', { ...STAMP, lastClockAt: -1 }],
    ['a clock between milliseconds', { ...STAMP, lastClockAt: 0.5 }],
    ['a clock in words', { ...STAMP, lastClockAt: '5' }],
    ['a count below zero', { ...STAMP, writeCounter: -1 }],
    ['a count that no number can hold', { ...STAMP, writeCounter: 2 ** 53 }],
    ['no count', { ...STAMP, writeCounter: null }],
  ])('%s is no stamp, and so a doubt rather than a guess', (_name, value) => {
    expect(parseStamp(value)).toBeNull();
  });

  test('a machine is read whole or not at all', () => {
    expect(parseMachineIdentity({ ...MACHINE, later: 1 })).toStrictEqual(MACHINE);
    const bare = { machineIdHash: null, instanceIdHash: null, macHash: null, hostName: '' };
    expect(parseMachineIdentity(bare)).toStrictEqual(bare);
    for (const name of ['machineIdHash', 'instanceIdHash', 'macHash', 'hostName'])
      expect(parseMachineIdentity({ ...MACHINE, [name]: 5 }), name).toBeNull();
    expect([parseMachineIdentity([]), parseMachineIdentity({ ...MACHINE, hostName: null })]).toEqual([
      null,
      null,
    ]);
  });

  test('the end of a trail is a number and a whole hash', () => {
    expect(parseAuditHead({ ...HEAD, later: 1 })).toStrictEqual(HEAD);
    const { number, hash } = HEAD;
    for (const value of [
      null,
      [number, hash],
      { number: -1, hash },
      { number: '3', hash },
      { number, hash: hash.toUpperCase() },
      { number, hash: hash.slice(1) },
      { number, hash: `${hash}0` },
      { number, hash: `x${hash}` },
      { number, hash: 5 },
    ])
      expect(parseAuditHead(value), JSON.stringify(value)).toBeNull();
  });

  test('says of a state what it is, whose, and how far it has come, and no more', () => {
    const { audit, ...bare } = STAMP;
    const header = {
      ...bare,
      ...{ createdAt: 1, boundAt: 2, restoredAt: null, wentLiveAt: 3, personNeededSinceAt: null },
    };
    expect(stampOf(header)).toStrictEqual(bare);
    expect(stampOf(header, audit)).toStrictEqual(STAMP);
  });
});
