import type { StateDatabase } from './database.ts';

/** The hash of the definition files as they were when they were last applied; null before the first time. */
export function appliedFilesHash(db: StateDatabase): string | null {
  const row = db
    .prepare<[], { hash: string | null }>('SELECT applied_files_hash AS hash FROM state_header')
    .get();
  return row?.hash ?? null;
}

/** Remembers which files are active now (C5). In the transaction that makes them so. */
export function rememberAppliedFiles(db: StateDatabase, hash: string): void {
  db.prepare<[string]>('UPDATE state_header SET applied_files_hash = ?').run(hash);
}
