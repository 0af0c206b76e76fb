import { lstatSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import type { PageAct } from '../core/page-act.ts';
import { createActWriter, createOptOutSpool } from './spool.ts';

/** Stops that the spool could not take: kept elsewhere and offered to it again until it takes them (hardening 132). */
export interface AsideSpool {
  keep(act: PageAct, cause: unknown): void;
  /** Offers everything to the spool again. Throws nothing. */
  offerAgain(): void;
  readonly isEmpty: boolean;
}

export interface AsideOptions {
  /** Another folder, on another file system where there is one; null to keep them in memory alone. */
  readonly folder: string | null;
  /** The spool itself. */
  readonly record: (act: PageAct) => unknown;
  readonly say: (priority: 2 | 6, text: string) => void;
}

/** So many readers at once on one full disk; the journal still names those beyond. */
const KEPT_MAX = 10_000;

/**
 * Only stops: an undo that was not written down is answered with 503 and forgotten, since offered again later it could turn back a
 * stop that came after it. Every stop is named in the journal as well, so that it is not lost even with both folders.
 */
export function createAsideSpool({ folder, record, say }: AsideOptions): AsideSpool {
  const kept = new Map<string, PageAct>();
  const writer = folder === null ? null : createActWriter(folder);
  const forget = (act: PageAct): void => {
    kept.delete(act.leadId);
    if (folder === null) return;
    const files = createOptOutSpool(folder)
      .acts()
      .filter(({ leadId }) => leadId === act.leadId);
    for (const { file } of files) rmSync(join(folder, file), { force: true });
  };
  if (folder !== null) for (const act of createOptOutSpool(folder).acts()) kept.set(act.leadId, act);
  return {
    keep(act, cause) {
      if (act.act !== 'stop') return;
      if (kept.size < KEPT_MAX) kept.set(act.leadId, act);
      const where = writer !== null && tried(() => writer.record(act)) === null ? folder : 'memory';
      say(
        2,
        `${act.leadId} opted out and the spool could not take it (${wordOf(cause)}); kept in ${String(where)}`,
      );
    },
    offerAgain() {
      for (const act of kept.values()) {
        const trouble = tried(() => {
          record(act);
          forget(act);
        });
        // What the spool does not take from one it takes from none.
        if (trouble !== null) return;
        say(6, `${act.leadId} opted out: the spool has it now`);
      }
    },
    get isEmpty() {
      return kept.size === 0;
    },
  };
}

/**
 * Makes a folder that nobody else can have prepared, or finds the one made before; null where that cannot be had: a folder of somebody
 * else in a place where everybody may write is a trap.
 */
export function privateFolder(path: string): string | null {
  const trouble = tried(() => mkdirSync(path, { recursive: true, mode: 0o700 }));
  if (trouble !== null) return null;
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats?.isDirectory() === true && stats.uid === process.getuid?.() ? path : null;
}

/** Null when it went well, else what it threw: here every trouble means the same. */
function tried(work: () => unknown): unknown {
  try {
    work();
    return null;
  } catch (error) {
    return error ?? new Error('unknown');
  }
}

function wordOf(cause: unknown): string {
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') return cause.code;
  return cause instanceof Error ? cause.message : String(cause);
}
