import type { Instant } from '../core/model.ts';
import type { StateDatabase } from './database.ts';

/**
 * What somebody does to a state past every command: by hand, by a script, by a fault. Stories do it to a copy of their own, to show the
 * guard that stands behind all others. Nothing else may call these (test/architecture.test.ts).
 */
export interface Mishaps {
  readonly suppress: (emailKey: string) => void;
  readonly optOut: (emailKey: string) => void;
  readonly hold: (emailKey: string, until: Instant) => void;
  readonly mistake: (emailKey: string) => void;
  readonly moveTo: (emailKey: string, zone: string) => void;
  readonly readdress: (emailKey: string, email: string) => void;
  /** Nurture takes a lead that is under way for one gone cold. */
  readonly chill: (emailKey: string) => void;
  /** What is approved was drafted so much earlier. */
  readonly age: (ms: number) => void;
  /** What is approved can be undone for so much longer. */
  readonly keepUndoable: (ms: number) => void;
  readonly pauseSequence: (id: string) => void;
  readonly pauseSenders: (at: Instant) => void;
}

/** Each in a transaction of its own. */
export function mishapsOn(db: StateDatabase): Mishaps {
  const run = (sql: string, ...values: readonly (string | number)[]): void => {
    db.write(() => db.prepare<(string | number)[]>(sql).run(...values));
  };
  return {
    suppress: (key) => {
      run(`INSERT INTO suppressions (email_key, reason, added_at) VALUES (?, 'bounced', 0)`, key);
    },
    optOut: (key) => {
      run('UPDATE leads SET opted_out = 1 WHERE email_key = ?', key);
    },
    hold: (key, until) => {
      run('UPDATE leads SET held_until = ? WHERE email_key = ?', until, key);
    },
    mistake: (key) => {
      run(`UPDATE leads SET attribution = 'mismatch' WHERE email_key = ?`, key);
    },
    moveTo: (key, zone) => {
      run('UPDATE leads SET zone = ? WHERE email_key = ?', zone, key);
    },
    readdress: (key, email) => {
      run('UPDATE leads SET email = ?, email_key = ? WHERE email_key = ?', email, email, key);
    },
    chill: (key) => {
      run('UPDATE leads SET nurture_due_at = 0 WHERE email_key = ?', key);
    },
    age: (ms) => {
      run(`UPDATE messages SET drafted_at = drafted_at - ? WHERE state = 'approved'`, ms);
    },
    keepUndoable: (ms) => {
      run(`UPDATE messages SET leaves_at = leaves_at + ? WHERE state = 'approved'`, ms);
    },
    pauseSequence: (id) => {
      run(
        `UPDATE sequences SET status = 'paused', definition_json = json_set(definition_json, '$.status', 'paused') WHERE id = ?`,
        id,
      );
    },
    pauseSenders: (at) => {
      run(
        `INSERT INTO senders (address, paused_at, pause_reason) SELECT DISTINCT sender, ?, 'by hand' FROM leads WHERE sender IS NOT NULL
         ON CONFLICT (address) DO UPDATE SET paused_at = excluded.paused_at, pause_reason = excluded.pause_reason`,
        at,
      );
    },
  };
}
