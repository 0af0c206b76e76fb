import { chmodSync, lstatSync, readFileSync, type Stats } from 'node:fs';

/** One file as the disk has it. */
export interface FileMode {
  readonly path: string;
  /** The last nine bits. */
  readonly mode: number;
  readonly userId: number;
  readonly bytes: number;
  readonly changedAt: number;
}

/** Null when there is none, or none that we may see. A link is never followed. */
export function fileMode(path: string): FileMode | null {
  const stats = statsOf(path);
  if (stats === null) return null;
  return { path, mode: stats.mode & 0o777, userId: stats.uid, bytes: stats.size, changedAt: stats.mtimeMs };
}

/** Takes bits away from a file's mode; false where only its owner might. A link is left alone. */
export function narrowMode(path: string, mode: number): boolean {
  if (statsOf(path)?.isFile() !== true) return false;
  try {
    chmodSync(path, mode);
    return true;
  } catch (error) {
    if (isRefusal(error)) return false;
    throw error;
  }
}

/** The name of this system, such as `Debian GNU/Linux 12 (bookworm)`; the kernel's where it does not say. */
export function systemName(): string {
  try {
    const name = /^PRETTY_NAME="?([^"\n]*)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
    return name ?? process.platform;
  } catch (error) {
    if (isRefusal(error)) return process.platform;
    throw error;
  }
}

function statsOf(path: string): Stats | null {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) ?? null;
  } catch (error) {
    if (isRefusal(error)) return null;
    throw error;
  }
}

function isRefusal(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    /^(?:EACCES|EPERM|ENOENT|ENOTDIR|EROFS)$/.test(String(error.code))
  );
}
