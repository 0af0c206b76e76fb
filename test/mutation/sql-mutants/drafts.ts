import { of, type SqlMutant } from './mutant.ts';

/** How a step is taken, written, given back, and put back by the journal. */
export const DRAFTS: readonly SqlMutant[] = [
  ...of('reservations.ts', [
    [
      "WHERE state = 'reserved' AND job = ?) AS found",
      "WHERE state = 'reserved' AND ? IS NOT NULL) AS found",
      'each job writes for the other',
    ],
    ["m.state = 'reserved' AND m.job = ?`", 'm.job = ?`', 'D1: drafts that were written are undone'],
    [
      "m.state = 'reserved' AND m.job = ?`",
      "m.state = 'reserved' AND ? IS NOT NULL`",
      'the run of another job is undone while it writes',
    ],
    [
      'WHERE row_id = ? AND watermark_at = ?',
      'WHERE row_id = ? AND ? IS NOT NULL',
      'A2: a later distance is lost',
    ],
    [
      'WHERE row_id = ? AND watermark_at = ?',
      'WHERE row_id >= ? AND watermark_at = ?',
      "A2: other leads' distance is lost",
    ],
    [
      'message_row_id = ? AND revision = ?',
      'message_row_id = ? AND ? IS NOT NULL',
      'A6: an earlier draft uses no cap up',
    ],
    ['revision = revision - 1, ', '', 'D11: a draft that was never made has a number'],
    ["WHERE row_id = ? AND status = 'pending'", 'WHERE row_id = ?', 'B7: a live follow-up is forgotten'],
    [
      'AND NOT EXISTS (SELECT 1 FROM messages WHERE enrollment_row_id = enrollments.row_id)',
      '',
      'B7: an enrollment with a draft is forgotten',
    ],
    ['max(0, nurture_count - 1)', 'nurture_count - 1', 'B7: a count goes below none'],
    [
      "DO UPDATE SET state = 'skipped', note",
      'DO UPDATE SET note',
      'A16: a step that was passed over is offered again',
    ],
  ]),
  ...of('expiry.ts', [
    [
      "IN ('pending_approval', 'approved', 'held')",
      "IN ('pending_approval', 'approved')",
      'D2: what is held never expires',
    ],
    [
      "IN ('pending_approval', 'approved', 'held')",
      "IN ('pending_approval', 'held')",
      'D2: an old approval is sent',
    ],
    [
      "IN ('pending_approval', 'approved', 'held')",
      "IN ('approved', 'held')",
      'D2: an old draft can be approved',
    ],
    [
      "IN ('pending_approval', 'approved', 'held')",
      "IN ('pending_approval', 'approved', 'held', 'uncertain')",
      'D1: a mail in doubt is written anew',
    ],
    [
      "IN ('pending_approval', 'approved', 'held')",
      "IN ('pending_approval', 'approved', 'held', 'sending')",
      'D1: a mail on its way is written anew',
    ],
    ['max(coalesce(edited_at, 0), ', 'max(', 'D2: an edit makes nothing fresh'],
    ['coalesce(drafted_at, 0), ', '', 'D2: every draft is too old'],
    [', coalesce(held_until, 0)) < ?', ', 0) < ?', 'D2: time on hold ages a draft'],
    ['coalesce(held_until, 0)) < ?', 'coalesce(held_until, 0)) <= ?', 'D2: a draft expires a moment early'],
    [
      "state = 'expired', ended_at = ?, note",
      "state = 'discarded', ended_at = ?, note",
      'D2: nobody learns that it expired',
    ],
    [
      'WHERE row_id = ? AND state = ?`',
      'WHERE row_id >= ? AND state = ?`',
      'D2: fresh drafts expire with an old one',
    ],
    ['ORDER BY row_id LIMIT ?', 'ORDER BY row_id DESC LIMIT ?', 'D2: the oldest expire last'],
  ]),
  ...of('drafts.ts', [
    [
      "WHERE row_id = @messageRowId AND state = 'reserved'",
      'WHERE row_id = @messageRowId',
      'D2: late words bring a withdrawn draft back',
    ],
    [
      'held_by_job = iif(@holdCause IS NULL, NULL, job), held_run_id',
      'held_by_job = NULL, held_run_id',
      'A8: a held batch stops nobody',
    ],
    [
      "state IN ('expired', 'discarded')",
      "state IN ('expired', 'discarded', 'rejected')",
      'D11: a rejected step is written again',
    ],
    [
      "state IN ('expired', 'discarded')",
      "state IN ('expired', 'discarded', 'uncertain')",
      'D1: a mail in doubt is written again',
    ],
    [
      "state IN ('expired', 'discarded')",
      "state IN ('expired')",
      'D11: a discarded step is never written again',
    ],
    [
      "state IN ('expired', 'discarded')",
      "state IN ('discarded')",
      'D11: an expired step is never written again',
    ],
    [
      'SET watermark_at = max(coalesce(watermark_at, 0), ?)\n     WHERE row_id IN',
      'SET watermark_at = ?\n     WHERE row_id IN',
      'A2: a clock that went back takes distance away',
    ],
    [
      'SET watermark_at = max(coalesce(watermark_at, 0), ?)',
      'SET watermark_at = max(watermark_at, ?)',
      'A2: the first draft keeps no distance',
    ],
    [
      "SET state = 'reserved', revision = revision + 1",
      "SET state = 'reserved', revision = revision",
      'A6: a new revision uses no cap up',
    ],
    [
      'approved_at = NULL, approved_by = NULL,\n       approved_boot_id = NULL, leaves_at = NULL',
      'approved_by = NULL,\n       approved_boot_id = NULL, leaves_at = NULL',
      'D11: an approval of other words lives on',
    ],
    ['edited_at = NULL, ', '', 'D2: an edit of other words keeps a draft fresh'],
    ['held_until = NULL, ', '', 'D2: an old hold keeps a draft fresh'],
    [
      'leaves_at = NULL, ended_at = NULL, released = 0',
      'leaves_at = NULL, ended_at = NULL',
      'A8: a new revision is not judged',
    ],
    [
      'previous_watermark_at = ?, hold_cause = NULL',
      'previous_watermark_at = coalesce(?, previous_watermark_at), hold_cause = NULL',
      'A2: an undone revision puts an old distance back',
    ],
    ['SET counts_in_mean = 0 WHERE', 'SET counts_in_mean = 1 WHERE', 'A8: a held batch raises its own line'],
    [
      '\n         AND revision = (SELECT revision FROM messages WHERE row_id = draft_log.message_row_id)',
      '',
      'A8: earlier days lose what they made',
    ],
    ["\n       AND status IN ('pending', 'active')`", '`', 'B5: an ended enrollment lives again'],
    [
      "SET status = 'active', verdict_reason = NULL, verdict_until = NULL",
      "SET status = 'active'",
      'A13: an old verdict stands beside a draft',
    ],
    [
      'SELECT max(row_id) AS last FROM messages',
      'SELECT count(*) AS last FROM messages',
      'A6: a draft is logged for another message',
    ],
  ]),
  ...of('forgotten-sends.ts', [
    ['state = excluded.state, note', 'note', 'A15: what left after the backup leaves again'],
    ['DO UPDATE SET id = excluded.id, ', 'DO UPDATE SET ', 'A15: the answer to a mail finds nothing'],
    [
      'subject = coalesce(subject, excluded.subject)',
      'subject = excluded.subject',
      'A15: known words are lost',
    ],
    ['claimed_at = excluded.claimed_at, ', '', 'A6: what the journal tells uses no cap up'],
    [
      'ended_at = NULL,\n       key_used_at = NULL',
      'ended_at = NULL',
      'A15: a provider is asked about it, and may send it',
    ],
    ["WHERE row_id = ? AND status = 'pending'", 'WHERE row_id = ?', 'B5: an ended enrollment lives again'],
    [
      "SET status = 'active' WHERE row_id = ?",
      "SET status = 'active' WHERE row_id >= ?",
      'B5: enrollments without a mail are active',
    ],
    [
      'SET watermark_at = max(coalesce(watermark_at, 0), ?)',
      'SET watermark_at = coalesce(watermark_at, ?)',
      'A2: what left after the backup keeps no distance',
    ],
    [
      'SET watermark_at = max(coalesce(watermark_at, 0), ?)',
      'SET watermark_at = ?',
      'A2: the past takes distance away',
    ],
    [
      'made_at = excluded.made_at,\n       operator_day = excluded.operator_day',
      'made_at = made_at',
      'A6: a draft counts on the wrong day',
    ],
    ['SET revision = revision + 1, reserved_at', 'SET reserved_at', 'A6: a draft made anew uses no cap up'],
    [
      'dry = ?, ended_at = NULL, key_used_at = NULL, subject',
      'dry = ?, ended_at = NULL, subject',
      'A15: a provider is asked about it, and may send it',
    ],
    [
      'claimed_at = ?, sent_at = ?, dry = ?, ended_at',
      'sent_at = ?, claimed_at = ?, dry = ?, ended_at',
      'A6: a doubt uses no cap up',
    ],
  ]),
  ...of('volume.ts', [
    [
      'WHERE operator_day = ?) AS onOperatorDay',
      'WHERE operator_day >= ?) AS onOperatorDay',
      'A6: days are counted together',
    ],
    [
      'WHERE made_at > ?) AS inLast24Hours',
      'WHERE made_at >= ?) AS inLast24Hours',
      'A6: 24 hours are a moment longer',
    ],
    [
      'AND job = ? AND counts_in_mean = 1) AS madeToday',
      'AND job = ?) AS madeToday',
      'A8: a held batch raises its own line',
    ],
    [
      'WHERE operator_day = ? AND job = ? AND counts_in_mean = 1) AS madeToday',
      "WHERE operator_day = ? AND ? <> '' AND counts_in_mean = 1) AS madeToday",
      'A8: one engine is judged by both',
    ],
    [
      'WHERE released_day = ? AND job = ?) AS releasedToday',
      "WHERE released_day = ? AND ? <> '') AS releasedToday",
      'A8: one engine gets room from the other',
    ],
    [
      'g.operator_day = d.operator_day AND g.job = d.job AND g.counts_in_mean = 1',
      'g.operator_day = d.operator_day AND g.job = d.job',
      'A8: a held batch raises the mean',
    ],
    ['AND g.job = d.job AND', 'AND', "A8: the other engine's drafts raise the mean"],
    [
      'd.job = ? AND d.operator_day < ?',
      'd.job = ? AND d.operator_day <= ?',
      'A8: today is part of its own mean',
    ],
    ['ORDER BY d.operator_day DESC', 'ORDER BY d.operator_day', 'A8: the mean is of the oldest days'],
  ]),
];
