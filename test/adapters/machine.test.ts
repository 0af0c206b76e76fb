import { mkdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createMachine } from '../../src/adapters/machine.ts';
import type { MachinePaths } from '../../src/adapters/machine.ts';
import type { MachineIdentity } from '../../src/ports.ts';
import { temporaryDirectory } from '../helpers/state.ts';

const ROUTE_HEAD = 'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n';
const DEFAULT_BY_ETH0 = 'eth0\t00000000\t010200C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n';

interface MachineFiles {
  readonly machineId?: string;
  readonly instanceId?: string;
  readonly routes?: string;
  readonly bootId?: string;
  /** MAC address by interface. */
  readonly interfaces?: Readonly<Record<string, string>>;
}

/** A machine whose files say what the test wants; what is left out is not there. */
function machineWith(files: MachineFiles): ReturnType<typeof createMachine> {
  const directory = temporaryDirectory();
  const paths: MachinePaths = {
    machineId: join(directory, 'machine-id'),
    instanceId: join(directory, 'instance-id'),
    routes: join(directory, 'route'),
    bootId: join(directory, 'boot_id'),
    interfaces: join(directory, 'net'),
  };
  for (const part of ['machineId', 'instanceId', 'routes', 'bootId'] as const) {
    const text = files[part];
    if (text !== undefined) writeFileSync(paths[part], text);
  }
  for (const [name, address] of Object.entries(files.interfaces ?? {})) {
    mkdirSync(join(paths.interfaces, name), { recursive: true });
    writeFileSync(join(paths.interfaces, name, 'address'), `${address}\n`);
  }
  return createMachine(paths);
}

function identityWith(files: MachineFiles): MachineIdentity {
  return machineWith(files).identity();
}

const WHOLE: MachineFiles = {
  machineId: '4b6a0d1f2e3c4b5a69788796a5b4c3d2\n',
  instanceId: 'i-0abc\n',
  routes: ROUTE_HEAD + DEFAULT_BY_ETH0,
  interfaces: { eth0: '52:54:00:12:34:56', eth1: '52:54:00:99:99:99' },
};

describe('A15: what names a machine', () => {
  test('is three hashes that do not give away what they were made of', () => {
    const identity = identityWith(WHOLE);
    const hashes = [identity.machineIdHash, identity.instanceIdHash, identity.macHash];
    for (const hash of hashes) expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(new Set(hashes).size).toBe(3);
    expect(JSON.stringify(identity)).not.toMatch(/4b6a0d1f|i-0abc|52:54/);
    expect(identity.hostName).toBe(hostname());
  });

  test('is the same on every run, white space and case of the files aside', () => {
    const upper = {
      ...WHOLE,
      machineId: '4B6A0D1F2E3C4B5A69788796A5B4C3D2',
      interfaces: { eth0: '52:54:00:12:34:56 ' },
    };
    expect(identityWith(upper)).toEqual(identityWith(WHOLE));
  });

  test('differs on a clone that kept its machine id but got another card or instance', () => {
    const original = identityWith(WHOLE);
    const clone = identityWith({ ...WHOLE, instanceId: 'i-0def', interfaces: { eth0: '52:54:00:00:00:01' } });
    expect(clone.machineIdHash).toBe(original.machineIdHash);
    expect(clone.instanceIdHash).not.toBe(original.instanceIdHash);
    expect(clone.macHash).not.toBe(original.macHash);
  });

  test('one value in two places is not one hash: a machine id is never taken for an instance id', () => {
    const identity = identityWith({ machineId: 'abc', instanceId: 'abc' });
    expect(identity.machineIdHash).not.toBe(identity.instanceIdHash);
  });

  test('is null where there is nothing to read, so that it is not compared', () => {
    const nothing = { machineIdHash: null, instanceIdHash: null, macHash: null };
    expect(identityWith({})).toMatchObject(nothing);
    expect(identityWith({ machineId: '\n', instanceId: '', routes: '', interfaces: {} })).toMatchObject(
      nothing,
    );
    expect(
      identityWith({
        machineId: 'uninitialized\n',
        instanceId: 'nocloud',
        routes: ROUTE_HEAD + DEFAULT_BY_ETH0,
        interfaces: { eth0: '00:00:00:00:00:00' },
      }),
    ).toMatchObject(nothing);
  });
});

describe('A15: the card that counts is the one of the default route', () => {
  function cardOf(routes: string): string | null {
    return identityWith({ ...WHOLE, routes: ROUTE_HEAD + routes }).macHash;
  }

  test.each([
    [
      'a route to one network is no default route',
      'eth1\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n',
      null,
    ],
    [
      'a half default (VPN, 0.0.0.0/1) is none',
      'eth1\t00000000\t0\t0003\t0\t0\t0\t00000080\t0\t0\t0\n',
      null,
    ],
    ['a route that is down does not count', 'eth1\t00000000\t0\t0002\t0\t0\t0\t00000000\t0\t0\t0\n', null],
    ['an interface without a card has none', 'wg0\t00000000\t0\t0001\t0\t0\t0\t00000000\t0\t0\t0\n', null],
    [
      'a name is never a way out of the folder',
      '../eth1\t00000000\t0\t0001\t0\t0\t0\t00000000\t0\t0\t0\n',
      null,
    ],
    ['half a line is no route', 'eth0\t00000000\n', null],
  ])('%s', (_, routes, expected) => {
    expect(cardOf(routes)).toBe(expected);
  });

  test('of several the smallest metric wins, then the name, whatever the order of the lines', () => {
    const cheaper = 'eth1\t00000000\t0\t0003\t0\t0\t50\t00000000\t0\t0\t0\n';
    const equal = 'eth1\t00000000\t0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n';
    const eth0 = cardOf(DEFAULT_BY_ETH0);
    const eth1 = cardOf(cheaper);
    expect(eth0).not.toBe(eth1);
    expect(cardOf(DEFAULT_BY_ETH0 + cheaper)).toBe(eth1);
    expect(cardOf(cheaper + DEFAULT_BY_ETH0)).toBe(eth1);
    expect(cardOf(DEFAULT_BY_ETH0 + equal)).toBe(eth0);
    expect(cardOf(equal + DEFAULT_BY_ETH0)).toBe(eth0);
  });
});

test('A5: the boot id is read anew each time, and is null where the system has none', () => {
  expect(machineWith({ bootId: '81d99e12-a226-4271-b5b0-960a86ee5011\n' }).bootId()).toBe(
    '81d99e12-a226-4271-b5b0-960a86ee5011',
  );
  expect(machineWith({}).bootId()).toBeNull();
});

test('this machine can be asked without a fault', () => {
  const machine = createMachine();
  expect(machine.identity()).toEqual(machine.identity());
  expect(machine.bootId()).toBe(machine.bootId());
});
