import { of, type SqlMutant } from './mutant.ts';

/** Whom anything is for, and what the schema itself refuses. */
export const ENROLLMENTS: readonly SqlMutant[] = [
  ...of('enrollments.ts', [
    [
      "state IN ('sent', 'uncertain', 'rejected', 'skipped')",
      "state IN ('sent', 'rejected', 'skipped')",
      'D1: a mail in doubt is sent again',
    ],
    [
      "state IN ('sent', 'uncertain', 'rejected', 'skipped')",
      "state IN ('sent', 'uncertain', 'skipped')",
      'D11: a rejected step comes again',
    ],
    [
      "state IN ('sent', 'uncertain', 'rejected', 'skipped')",
      "state IN ('sent', 'uncertain', 'rejected')",
      'C5: a step that was passed over comes again',
    ],
    [
      "IN ('reserved', 'pending_approval', 'approved', 'held')",
      "IN ('reserved', 'pending_approval', 'held')",
      'B6: who opted out gets what was approved',
    ],
    [
      "IN ('reserved', 'pending_approval', 'approved', 'held')",
      "IN ('reserved', 'pending_approval', 'approved')",
      'B6: who opted out gets what was held',
    ],
    [
      "IN ('reserved', 'pending_approval', 'approved', 'held')",
      "IN ('pending_approval', 'approved', 'held')",
      'B6: who opted out gets what is being written',
    ],
    [
      "IN ('reserved', 'pending_approval', 'approved', 'held')",
      "IN ('reserved', 'pending_approval', 'approved', 'held', 'sending')",
      'D1: a mail under way is called cancelled',
    ],
    [
      "ended_at = ?, verdict_reason = NULL, verdict_until = NULL\n       WHERE row_id = ? AND status IN ('pending', 'active')`",
      'ended_at = ?, verdict_reason = NULL, verdict_until = NULL\n       WHERE row_id = ?`',
      'B5: an enrollment ends twice',
    ],
    [
      "verdict_reason = NULL, verdict_until = NULL\n     WHERE row_id = ? AND status IN ('pending', 'active')`",
      'verdict_reason = NULL, verdict_until = NULL\n     WHERE row_id = ?`',
      'B5: an ended enrollment is due again',
    ],
    [
      'retry_at = NULL, failed_attempts = 0, last_error = NULL, verdict',
      'retry_at = NULL, last_error = NULL, verdict',
      'B5: the failures of one step end the next',
    ],
    [
      'due_at = coalesce(?, due_at), next_due_at = ?\n     WHERE row_id = ? AND status IN',
      'due_at = coalesce(due_at, ?), next_due_at = ?\n     WHERE row_id = ? AND status IN',
      'C6: a new time is not kept',
    ],
  ]),
  ...of('sequence-enrollments.ts', [
    [
      "IN ('reserved', 'pending_approval', 'approved', 'held')",
      "IN ('reserved', 'pending_approval', 'held')",
      'C5: a removed step is sent',
    ],
    [
      "IN ('reserved', 'pending_approval', 'approved', 'held')",
      "IN ('reserved', 'pending_approval', 'approved', 'held', 'uncertain')",
      'D1: a doubt is called cancelled',
    ],
    [
      'WHERE enrollment_row_id = ? AND step_row_id = ? AND state',
      'WHERE enrollment_row_id = ? AND ? IS NOT NULL AND state',
      'C5: the drafts of other steps are withdrawn',
    ],
  ]),
  ...of('candidates.ts', [
    [' AND NOT (${EXPIRED})\n', '\n', 'A17: a preview shows less than the run does'],
    [
      'ORDER BY m.row_id LIMIT 1) AS waiting',
      'ORDER BY m.row_id DESC LIMIT 1) AS waiting',
      'A7: another message is named',
    ],
    ['AND m.state IN (${WAITING_LIST}) AND', 'AND', 'A7: a lead that ever got a mail gets two at once'],
    [
      'e.is_first_step = ? AND e.next_due_at <= ?',
      'e.is_first_step = ? AND e.next_due_at < ?',
      'A6: a step is a run late',
    ],
    ['ORDER BY e.next_due_at, e.row_id', 'ORDER BY e.row_id', 'A6: who waited longest goes on waiting'],
    [
      "WHERE e.row_id = +? AND e.status IN ('pending', 'active') AND",
      'WHERE e.row_id = +? AND',
      'B6: a mail of an ended enrollment leaves',
    ],
    [
      "CASE m.state WHEN 'rejected' THEN m.ended_at ELSE 0 END",
      '0',
      'B7: a lead gets a follow-up right after a rejection',
    ],
    [
      'coalesce(m.drafted_at, 0), coalesce(m.sent_at, 0),',
      'coalesce(m.drafted_at, 0),',
      'B7: a lead gets a follow-up right after a mail',
    ],
    [
      'WHERE m.lead_row_id = l.row_id AND m.counts = 1) AS last',
      'WHERE m.lead_row_id = l.row_id) AS last',
      'D9: a rehearsal keeps a follow-up waiting',
    ],
    [
      "WHERE e.lead_row_id = l.row_id AND e.status IN ('pending', 'active') LIMIT 1) AS in_flight",
      'WHERE e.lead_row_id = l.row_id LIMIT 1) AS in_flight',
      'A7: a lead that is done is never cold',
    ],
    [
      "WHERE e.lead_row_id = l.row_id AND e.status IN ('pending', 'active') LIMIT 1) AS in_flight",
      "WHERE e.lead_row_id = l.row_id AND e.status IN ('active') LIMIT 1) AS in_flight",
      'A7: both engines write to a new lead',
    ],
    [
      'WHERE s.email_key = l.email_key) AS suppressed_reason',
      'WHERE s.email_key = l.email) AS suppressed_reason',
      'B6: a suppressed address is written to',
    ],
    [
      'WHERE l.nurture_due_at <= ? AND l.nurture_due_at IS NOT NULL\n  ORDER BY l.nurture_due_at, l.row_id',
      'WHERE l.nurture_due_at <= ? AND l.nurture_due_at IS NOT NULL\n  ORDER BY l.row_id',
      'B7: who is cold longest goes on waiting',
    ],
  ]),
  ...of('migrations/0001-initial.sql', [
    ['  UNIQUE (enrollment_row_id, step_row_id),\n', '', 'D1: a step has two mails'],
    [
      "OR (trim(subject) <> '' AND trim(body_markdown) <> '' AND",
      "OR (trim(body_markdown) <> '' AND",
      'D4: a mail without a subject',
    ],
    ["trim(body_markdown) <> '' AND text_hash", 'text_hash', 'D4: a mail without words'],
    ['\n  UNIQUE (message_row_id, attempt, event)', '\n  CHECK (attempt > 0)', 'D1: one attempt ends twice'],
    [
      'CREATE TRIGGER attempts_append_only_delete BEFORE DELETE ON attempts',
      'CREATE TRIGGER attempts_append_only_delete BEFORE DELETE ON attempts WHEN 0',
      'D1: the ledger forgets',
    ],
    ['OR new.attempt IS NOT old.attempt OR new.event', 'OR new.event', 'D1: the ledger is rewritten'],
  ]),
];
