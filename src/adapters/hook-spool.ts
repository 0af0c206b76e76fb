import { createHash } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writevSync,
} from 'node:fs';
import { join } from 'node:path';

import type { Instant } from '../core/model.ts';
import { syncFolder } from './durable-file.ts';

export const HOOK_PROVIDERS = ['resend', 'mailgun', 'stream'] as const;
export type HookProvider = (typeof HOOK_PROVIDERS)[number];

/** One webhook whose signature held, exactly as it came. */
export interface HookEvent {
  readonly provider: HookProvider;
  /** The provider's own id, covered by the signature; the same on every attempt to deliver it. */
  readonly eventId: string;
  readonly receivedAt: Instant;
  readonly body: Uint8Array;
}

/** An event as it lies in the spool; `file` is its name there. */
export interface SpooledHook extends HookEvent {
  readonly file: string;
}

/** The inbox of webhooks: the public page writes, `sync` reads and removes. */
export interface HookSpool {
  /**
   * Returns when the event is on the disk; `known` when one with this id lies there already (E7). Throws what the file system throws:
   * then the provider must be told to try again.
   */
  record(event: HookEvent): 'recorded' | 'known';
  /** Whether an event with this id lies there. */
  knows(provider: HookProvider, eventId: string): boolean;
  /**
   * What lies there, of one provider or of all, in the order of names, at most `limit` of them; files that are not whole events are
   * left alone.
   */
  list(limit: number, provider?: HookProvider): readonly SpooledHook[];
  /** Removes what the state has. One that is gone already is no fault. */
  remove(files: readonly string[]): void;
}

const FILE_NAME = /^(?:resend|mailgun|stream)\.[0-9a-f]{32}\.hook$/;
const FILE_MODE = 0o644;
const LINE_FEED = 0x0a;
const ID_CHARACTERS = 32;

/**
 * The inbox in this folder. A file is one line of JSON about the event, a line feed, then its body byte for byte. Its name comes from
 * the provider's id of the event, so that the same event twice is one file, across restarts too (hardening 134).
 */
export function createHookSpool(folder: string): HookSpool {
  return {
    record: (event) => record(folder, event),
    knows: (provider, eventId) => isThere(join(folder, fileName(provider, eventId))),
    list: (limit, provider) => list(folder, limit, provider),
    remove: (files) => {
      for (const file of files.filter((name) => FILE_NAME.test(name)))
        rmSync(join(folder, file), { force: true });
    },
  };
}

function fileName(provider: HookProvider, eventId: string): string {
  const id = createHash('sha256').update(eventId).digest('hex').slice(0, ID_CHARACTERS);
  return `${provider}.${id}.hook`;
}

/** Whole, then visible: a file is made under a name that no reader looks at, synced, and linked to its own. */
function record(folder: string, event: HookEvent): 'recorded' | 'known' {
  const path = join(folder, fileName(event.provider, event.eventId));
  if (isThere(path)) {
    // Whoever linked it may have died before the folder was synced.
    syncFolder(folder);
    return 'known';
  }
  const writing = `${path}.${String(process.pid)}.new`;
  try {
    writeSynced(writing, event);
    linkSync(writing, path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    return 'known';
  } finally {
    rmSync(writing, { force: true });
  }
  syncFolder(folder);
  return 'recorded';
}

function writeSynced(path: string, { provider, eventId, receivedAt, body }: HookEvent): void {
  const head = Buffer.from(`${JSON.stringify({ provider, eventId, receivedAt })}\n`);
  const descriptor = openSync(path, 'w', FILE_MODE);
  try {
    const written = writevSync(descriptor, [head, body]);
    if (written !== head.length + body.length) throw new Error('the disk took only a part of it');
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

function list(folder: string, limit: number, provider?: HookProvider): readonly SpooledHook[] {
  const names = isThere(folder) ? readdirSync(folder) : [];
  const hooks: SpooledHook[] = [];
  const own = names.filter((name) => FILE_NAME.test(name) && name.startsWith(provider ?? ''));
  for (const file of own.sort()) {
    if (hooks.length >= limit) break;
    const hook = parse(file, readFileSync(join(folder, file)));
    if (hook !== null) hooks.push(hook);
  }
  return hooks;
}

function parse(file: string, bytes: Buffer): SpooledHook | null {
  const end = bytes.indexOf(LINE_FEED);
  const provider = HOOK_PROVIDERS.find((name) => file.startsWith(`${name}.`));
  if (end === -1 || provider === undefined) return null;
  const head = headOf(bytes.toString('utf8', 0, end));
  if (head === null) return null;
  return { provider, ...head, body: bytes.subarray(end + 1), file };
}

function headOf(text: string): Pick<HookEvent, 'eventId' | 'receivedAt'> | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Not one of ours, whatever its name: the reader says so by leaving it where it is.
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const fields = new Map<string, unknown>(Object.entries(value));
  const [eventId, receivedAt] = [fields.get('eventId'), fields.get('receivedAt')];
  if (typeof eventId !== 'string' || typeof receivedAt !== 'number') return null;
  return { eventId, receivedAt };
}
