import type { Instant } from '../core/model.ts';
import type { WebKey } from '../core/web-key.ts';
import type { StateDatabase } from './database.ts';

interface KeyRow {
  readonly kind: WebKey['kind'];
  readonly person: string;
  readonly boot_id: string;
  readonly made_at: number;
  readonly ends_at: number;
}

/** F6: keeps what a key opens under the hash of its secret. Those that have ended go. */
export function addWebKey(db: StateDatabase, hash: string, key: WebKey): void {
  db.assertInWrite();
  db.prepare<[Instant, string]>('DELETE FROM web_keys WHERE ends_at <= ? OR boot_id <> ?').run(
    key.madeAt,
    key.bootId,
  );
  db.prepare<[string, string, string, string, number, number]>(
    'INSERT INTO web_keys (hash, kind, person, boot_id, made_at, ends_at) VALUES (?, ?, ?, ?, ?, ?)',
  ).run(hash, key.kind, key.person, key.bootId, key.madeAt, key.endsAt);
}

/** The key of this kind with this hash; null when there is none. Whether it still opens anything is for the caller to judge. */
export function webKey(db: StateDatabase, kind: WebKey['kind'], hash: string): WebKey | null {
  const row = db
    .prepare<[string, string], KeyRow>(
      'SELECT kind, person, boot_id, made_at, ends_at FROM web_keys WHERE hash = ? AND kind = ?',
    )
    .get(hash, kind);
  if (row === undefined) return null;
  const { person, boot_id: bootId, made_at: madeAt, ends_at: endsAt } = row;
  return { kind, person, bootId, madeAt, endsAt };
}

/** A link that is spent, a session that is left: false when it was gone already. */
export function dropWebKey(db: StateDatabase, hash: string): boolean {
  db.assertInWrite();
  return db.prepare<[string]>('DELETE FROM web_keys WHERE hash = ?').run(hash).changes === 1;
}

/** Everybody is signed out. */
export function dropAllWebKeys(db: StateDatabase): void {
  db.assertInWrite();
  db.prepare<[]>('DELETE FROM web_keys').run();
}
