import { of, type SqlMutant } from './mutant.ts';

/** What stands in the queue of send, what left, and from whom. */
export const AT_THE_DOOR: readonly SqlMutant[] = [
  ...of('messages.ts', [
    [
      "WHERE state = 'approved' ORDER BY approved_at, row_id",
      "WHERE state IN ('approved', 'held') ORDER BY approved_at, row_id",
      'D2: what is held gets into the queue of send',
    ],
    ['ORDER BY approved_at, row_id', 'ORDER BY approved_at DESC, row_id', 'A6: the longest approved waits'],
    ['ORDER BY approved_at, row_id', 'ORDER BY row_id', 'A6: the queue goes by drafting'],
    ['ORDER BY approved_at, row_id', 'ORDER BY approved_at, row_id DESC', 'A6: of one moment the last first'],
    ['WHERE row_id = ? AND state = ?`', 'WHERE row_id = ? AND ? IS NOT NULL`', 'D1: two runs claim one mail'],
    ['AND NOT (${EXPIRED})) AS found', ') AS found', 'A8: a hold that expires today stops the job for ever'],
    ['AND held_by_job = ? AND NOT', 'AND ? IS NOT NULL AND NOT', 'A8: a hold of drip stops send'],
    ["AND hold_cause = 'blast_radius' AND", 'AND', 'A8: a hold by hand stops a job'],
    ["WHERE state = 'held' AND hold_cause", 'WHERE hold_cause', 'A8: a released batch stops the job'],
    ['m.state = ? AND m.row_id > ?', 'm.state = ? AND m.row_id >= ?', 'a page is read twice, for ever'],
    [
      "AND state = 'sent' ORDER BY sent_at DESC",
      'ORDER BY sent_at DESC',
      'D6: an answer quotes what may not have left',
    ],
    ['ORDER BY sent_at DESC LIMIT 1', 'ORDER BY sent_at LIMIT 1', 'D6: an answer quotes the first mail'],
    [
      'WHERE m.run_id = ? OR m.held_run_id = ?',
      'WHERE m.run_id = ? AND m.held_run_id = ?',
      'A8: a run loses what it held',
    ],
    [
      'WHERE m.lead_row_id = ? ORDER BY',
      'WHERE m.lead_row_id >= ? ORDER BY',
      "B6: another lead's drafts end",
    ],
    [
      "'SELECT count(*) AS count FROM messages WHERE state = ?'",
      "'SELECT count(*) AS count FROM messages WHERE state <> ?'",
      'counts by state are wrong',
    ],
  ]),
  ...of('at-door.ts', [
    ['AND row_id <> m.row_id', '', 'A2: a retry waits for itself'],
    ['AND ${LEFT}) AS last_sent_at', ') AS last_sent_at', 'A2: a refused mail keeps the next one waiting'],
    [
      'max(coalesce(sent_at, claimed_at))',
      'min(coalesce(sent_at, claimed_at))',
      'A2: the distance counts from the first mail',
    ],
    [
      'coalesce(sent_at, claimed_at)',
      'coalesce(claimed_at, sent_at)',
      'A2: the distance counts from the claim',
    ],
    ['coalesce(sent_at, claimed_at)', 'sent_at', 'A2: a mail in doubt keeps no distance'],
    [
      'WHERE lead_row_id = m.lead_row_id',
      'WHERE enrollment_row_id = m.enrollment_row_id AND lead_row_id = -1',
      'A2: two mails at once to one lead',
    ],
  ]),
  ...of('sends.ts', [
    ['`counts = 1 AND state IN', '`state IN', 'D9: a rehearsal uses up the caps of the real day'],
    ["IN ('sending', 'sent', 'uncertain')", "IN ('sending', 'sent')", 'A6: a mail in doubt uses no cap up'],
    [
      "IN ('sending', 'sent', 'uncertain')",
      "IN ('sent', 'uncertain')",
      'A6: a mail on its way uses no cap up',
    ],
    [
      "IN ('sending', 'sent', 'uncertain')",
      "IN ('sending', 'sent', 'uncertain', 'failed')",
      'A6: a refusal uses a cap up',
    ],
    [
      'claimed_at >= ? AND ${LEFT}) AS on_day',
      'claimed_at > ? AND ${LEFT}) AS on_day',
      'A6: the mail of midnight is not of the day',
    ],
    [
      'claimed_at > ? AND ${LEFT}) AS in_24_hours',
      'claimed_at >= ? AND ${LEFT}) AS in_24_hours',
      'A6: 24 hours are a moment longer',
    ],
    [
      'WHERE claimed_at > ? AND ${LEFT}) AS in_24_hours',
      'WHERE claimed_at > ?) AS in_24_hours',
      'A6: what stayed uses a cap up',
    ],
    [
      'claimed_at >= ? AND claimed_at < ?',
      'claimed_at > ? AND claimed_at < ?',
      'A8: a day loses its first moment',
    ],
    [
      'claimed_at >= ? AND claimed_at < ?',
      'claimed_at >= ? AND claimed_at <= ?',
      'A8: a mail counts on two days',
    ],
    ['AND released <= ?', 'AND released >= ?', 'A8: only what a person released is judged'],
    ['AND operator_day < ? ORDER BY', 'AND operator_day <= ? ORDER BY', 'A8: today is part of its own mean'],
    [
      'ORDER BY operator_day DESC LIMIT ?',
      'ORDER BY operator_day LIMIT ?',
      'A8: the mean is of the oldest days',
    ],
    [
      'WHERE job = ? AND operator_day <',
      "WHERE job <> ? || 'x' AND operator_day <",
      'A8: the mean is of other jobs',
    ],
    [
      'AND text_hash = ? AND transport = ?',
      'AND ? IS NOT NULL AND transport = ?',
      'D5: edited words leave as they were',
    ],
    [
      'AND text_hash = ? AND transport = ?',
      'AND text_hash = ? AND ? IS NOT NULL',
      'D5: bytes made for another transport leave',
    ],
    [
      'WHERE outgoing_mail.text_hash <> excluded.text_hash OR outgoing_mail.transport',
      'WHERE outgoing_mail.transport',
      'D5: edited words leave as they were',
    ],
    ['OR outgoing_mail.transport <> excluded.transport\n', '\n', 'D5: another transport keeps the old bytes'],
    [
      '\n       OR outgoing_mail.sender <> excluded.sender',
      '',
      'D6: a mail keeps the name of another mailbox',
    ],
    [
      'WHERE outgoing_mail.text_hash <> excluded.text_hash OR',
      'WHERE 1 OR',
      'D1: a second attempt has other bytes',
    ],
    [
      "AND event = 'claimed' ORDER BY attempt DESC",
      'ORDER BY attempt DESC',
      'D1: a doubt is settled by the wrong transport',
    ],
    [
      'ORDER BY attempt DESC LIMIT 1',
      'ORDER BY attempt LIMIT 1',
      'D1: a doubt is settled by the first transport',
    ],
    [
      'conversation_id = ? WHERE message_row_id = ?',
      'conversation_id = ? WHERE message_row_id >= ?',
      'D6: an answer is matched to another mail',
    ],
  ]),
  ...of('send-list.ts', [
    ['m.attempts > 0 OR m.state IN', 'm.state IN', 'F4: a mail that was refused is not listed'],
    [
      "m.state IN ('sent', 'uncertain')",
      "m.state IN ('sent')",
      'F4: a doubt that the journal told of is not listed',
    ],
    [
      "m.state IN ('sent', 'uncertain')",
      "m.state IN ('uncertain')",
      'F4: a mail that the journal told of is not listed',
    ],
    ['LEFT JOIN outgoing_mail', 'JOIN outgoing_mail', 'F4: a mail without its bytes is not listed'],
    ['v.message_row_id = m.row_id AND', '', "F4: other mails' answers are counted"],
    ["'opened' AND v.is_machine = 0", "'opened'", 'E5: programs count as readers'],
    ['DESC, m.row_id DESC LIMIT', 'DESC, m.row_id LIMIT', 'F4: of one moment the older first'],
    [
      'coalesce(m.sent_at, m.claimed_at, m.row_id) DESC',
      'coalesce(m.claimed_at, m.sent_at, m.row_id) DESC',
      'F4: the list goes by the claim',
    ],
  ]),
  ...of('send-now.ts', [
    ["AND status IN ('pending', 'active') AND", 'AND', 'B5: an ended enrollment is asked'],
    [' AND next_step_row_id IS NOT NULL`', '`', 'C6: a step is asked for that there is not'],
    ["status IN ('pending', 'active')", "status IN ('active')", 'C6: a new enrollment cannot be asked'],
    ['sent_now_at >= anchor_at', 'sent_now_at > anchor_at', 'C6: what was asked for at once loses its time'],
    ['WHERE row_id = ? AND status', 'WHERE row_id >= ? AND status', 'C6: everybody is written to now'],
  ]),
];
