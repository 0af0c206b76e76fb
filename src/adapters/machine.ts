import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { hmacSha256 } from '../core/sha256.ts';
import type { Machine, MachineIdentity } from '../ports.ts';

/** Where Linux says what machine this is. */
export interface MachinePaths {
  readonly machineId: string;
  /** What cloud-init kept of the provider's answer; the network is never asked. */
  readonly instanceId: string;
  readonly routes: string;
  readonly interfaces: string;
  readonly bootId: string;
}

const LINUX_PATHS: MachinePaths = {
  machineId: '/etc/machine-id',
  instanceId: '/var/lib/cloud/data/instance-id',
  routes: '/proc/net/route',
  interfaces: '/sys/class/net',
  bootId: '/proc/sys/kernel/random/boot_id',
};

/** machine-id(5) must not leave the machine in the clear; this key keeps our hashes apart from other programs'. */
const HASH_KEY = 'headgate machine identity 1';

/** A cloned disk keeps its machine id, so the cloud's instance id and the network card are asked as well (A15). */
export function createMachine(paths: Partial<MachinePaths> = {}): Machine {
  const places = { ...LINUX_PATHS, ...paths };
  let identity: MachineIdentity | undefined;
  return {
    // A process never changes its machine, and a run asks twice.
    identity: () => (identity ??= identify(places)),
    bootId: () => readLine(places.bootId),
  };
}

function identify(places: MachinePaths): MachineIdentity {
  return {
    machineIdHash: hashOf('machine-id', readLine(places.machineId), UNSET_MACHINE_IDS),
    instanceIdHash: hashOf('instance-id', readLine(places.instanceId), UNSET_INSTANCE_IDS),
    macHash: hashOf('mac', defaultRouteMac(places), UNSET_MACS),
    hostName: hostname(),
  };
}

/** What stands in these places before first boot, or where there is no such thing. */
const UNSET_MACHINE_IDS = ['uninitialized'];
const UNSET_INSTANCE_IDS = ['iid-datasource-none', 'nocloud'];
const UNSET_MACS = ['00:00:00:00:00:00'];

function hashOf(part: string, value: string | null, unset: readonly string[]): string | null {
  if (value === null || unset.includes(value.toLowerCase())) return null;
  return hmacSha256(HASH_KEY, `${part}:${value.toLowerCase()}`);
}

function defaultRouteMac(places: MachinePaths): string | null {
  const routes = readText(places.routes);
  const name = routes === null ? null : defaultRouteInterface(routes);
  return name === null ? null : readLine(join(places.interfaces, name, 'address'));
}

const ROUTE_UP = 0x1;

/**
 * The interface of the default route in the text of /proc/net/route (columns: interface, destination, gateway,
 * flags, references, use, metric, mask, …; numbers but the metric in hexadecimal). The smallest metric wins, then
 * the name, so that the answer does not depend on the order of the lines.
 */
function defaultRouteInterface(routes: string): string | null {
  const candidates = routes
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([name, destination, , flags, , , , mask]) => {
      const isUp = (Number.parseInt(flags ?? '0', 16) & ROUTE_UP) !== 0;
      return isUp && destination === '00000000' && mask === '00000000' && isInterfaceName(name ?? '');
    })
    .map((columns) => ({ name: columns[0] ?? '', metric: Number(columns[6]) }))
    .sort((left, right) => left.metric - right.metric || (left.name < right.name ? -1 : 1));
  return candidates[0]?.name ?? null;
}

/** It becomes part of a path. */
function isInterfaceName(name: string): boolean {
  return /^[^/\s]{1,15}$/.test(name) && name !== '.' && name !== '..';
}

function readLine(path: string): string | null {
  const text = readText(path)?.trim() ?? '';
  return text === '' ? null : text;
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // Not there or not for us: a part that cannot be read is not compared (A15).
    return null;
  }
}
