import { existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';

/** statfs(2) magic numbers of file systems that a state should not live on, with what goes wrong there. */
const RISKY: ReadonlyMap<number, string> = new Map([
  [0x6969, 'a network file system (NFS): locks and syncs cannot be relied on'],
  [0xff534d42, 'a network file system (CIFS): locks and syncs cannot be relied on'],
  [0xfe534d42, 'a network file system (SMB): locks and syncs cannot be relied on'],
  [0x517b, 'a network file system (SMB): locks and syncs cannot be relied on'],
  [0x01021997, 'a shared file system (9p): locks and syncs cannot be relied on'],
  [0x01021994, 'held in memory (tmpfs): it is gone after a reboot'],
  [0x858458f6, 'held in memory (ramfs): it is gone after a reboot'],
]);

/**
 * A remark when the folder of the state, or the nearest one above it that exists, is on a file system that cannot
 * keep it (hardening 83); null when there is nothing to say.
 */
export function statePlaceRemark(stateDir: string): string | null {
  let folder = stateDir;
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
  return describeFileSystem(stateDir, statfsSync(folder).type);
}

/** As statePlaceRemark, for a file system whose number is known. */
export function describeFileSystem(stateDir: string, type: number): string | null {
  // Node hands the number over with its sign on some platforms.
  const risk = RISKY.get(type >>> 0);
  return risk === undefined ? null : `the state in ${stateDir} is on ${risk}`;
}
