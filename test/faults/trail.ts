import type { AuditEntry } from '../../src/core/audit/entry.ts';
import { verifyTrail } from '../../src/core/audit/verify.ts';
import { inState } from './stages.ts';

const ENTRIES =
  'SELECT number, at, kind, actor, subject, detail, previous_hash AS previousHash, hash FROM audit ORDER BY number';

/** Each names what stands in the state without its entry, or as an entry of what never was. */
const ONE_WITHOUT_THE_OTHER: Readonly<Record<string, string>> = {
  'an attempt without its entry': `SELECT m.id || ' ' || a.event FROM attempts a JOIN messages m ON m.row_id = a.message_row_id
    WHERE NOT EXISTS (SELECT 1 FROM audit WHERE subject = m.id AND kind = 'send_' || a.event
      AND detail ->> 'attempt' = a.attempt)`,
  'an entry without its attempt': `SELECT e.subject || ' ' || e.kind FROM audit e
    WHERE e.kind IN ('send_claimed', 'send_accepted', 'send_refused', 'send_unknown', 'send_withdrawn')
      AND NOT EXISTS (SELECT 1 FROM attempts a JOIN messages m ON m.row_id = a.message_row_id
        WHERE m.id = e.subject AND e.kind = 'send_' || a.event AND e.detail ->> 'attempt' = a.attempt)`,
  'an approval without its entry': `SELECT id FROM messages m
    WHERE state IN ('approved', 'sending', 'sent', 'uncertain')
      AND NOT EXISTS (SELECT 1 FROM audit WHERE subject = m.id AND kind IN ('approved', 'released'))`,
  'an entry without its approval': `SELECT m.id FROM messages m JOIN audit e ON e.subject = m.id AND e.kind = 'approved'
    WHERE m.state = 'pending_approval'`,
  'an erasure without its entry': `SELECT lead_id FROM erasures r
    WHERE NOT EXISTS (SELECT 1 FROM audit WHERE subject = r.lead_id AND kind = 'lead_erased')`,
  'an entry without its erasure': `SELECT subject FROM audit e WHERE kind = 'lead_erased'
      AND NOT EXISTS (SELECT 1 FROM erasures WHERE lead_id = e.subject)`,
};

/** A13: what is wrong with the trail of this state by itself, and where a decision stands without its entry or the other way round. */
export function trailProblems(folder: string): readonly string[] {
  return inState(folder, (db) => {
    const entries = db.prepare<[], AuditEntry>(ENTRIES).all();
    const stateId = String(db.prepare('SELECT state_id FROM state_header').pluck().get());
    const { faults } = verifyTrail({ entries, stateId, outside: [], hashAt: () => null });
    const halves = Object.entries(ONE_WITHOUT_THE_OTHER).flatMap(([what, sql]) =>
      db
        .prepare<[], string>(sql)
        .pluck()
        .all()
        .map((which) => `${what}: ${which}`),
    );
    return [...faults.map(({ number, detail }) => `entry ${String(number)}: ${detail}`), ...halves];
  });
}
