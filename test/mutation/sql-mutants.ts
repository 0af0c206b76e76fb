/** One wrong word in what the claim path says in SQL, and what it would cost somebody if no test noticed. */
export interface SqlMutant {
  /** In `src/store`. */
  readonly file: string;
  /** Occurs once in that file. */
  readonly from: string;
  readonly to: string;
  readonly costs: string;
}

type Rows = readonly (readonly [from: string, to: string, costs: string])[];

const of = (file: string, rows: Rows): readonly SqlMutant[] =>
  rows.map(([from, to, costs]) => ({ file, from, to, costs }));

export const SQL_MUTANTS: readonly SqlMutant[] = [
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
  ...of('senders.ts', [
    [
      'sum(claimed_at >= ?) AS on_day',
      'sum(claimed_at > ?) AS on_day',
      'D6: the mail of midnight is not of the day',
    ],
    [
      'sum(claimed_at > ?) AS in_24_hours',
      'sum(claimed_at >= ?) AS in_24_hours',
      'D6: 24 hours are a moment longer',
    ],
    [
      'WHERE claimed_at >= ? AND ${LEFT} AND sender IS NOT NULL GROUP',
      'WHERE claimed_at > ? AND ${LEFT} AND sender IS NOT NULL GROUP',
      'D6: the first mail of the day is not counted',
    ],
    ['AND sender IS NOT NULL GROUP', 'GROUP', 'D6: mails of no mailbox are one'],
    ['operator_day < ? AND dry', 'operator_day <= ? AND dry', 'D6: a mailbox is warm a day too early'],
    ['AND dry <= ? GROUP', 'AND dry >= ? GROUP', 'D6: only rehearsals warm a mailbox up'],
    ['count(DISTINCT operator_day)', 'count(*)', 'D6: a rehearsed day warms twice'],
    ['FROM senders WHERE paused_at IS NOT NULL', 'FROM senders', 'D6: a resumed mailbox stays paused'],
    [
      'pause_reason = excluded.pause_reason\n         WHERE senders.paused_at IS NULL',
      'pause_reason = excluded.pause_reason',
      'D6: the operator hears of one pause again and again',
    ],
    [' AND paused_at IS NOT NULL`', '`', 'D6: a record begins anew without a person'],
    [
      'judged_from_at = ?\n',
      'judged_from_at = coalesce(judged_from_at, ?)\n',
      'D6: a mailbox is paused again for what a person looked at',
    ],
    [
      'SET sender = ? WHERE row_id = ? AND sender IS NOT ?',
      'SET sender = ? WHERE row_id = ? AND sender IS NULL AND ? <> 0',
      'D6: a lead never gets another mailbox',
    ],
    [
      'SET sender = ? WHERE row_id = ? AND',
      'SET sender = ? WHERE row_id >= ? AND',
      'D6: other leads change their mailbox',
    ],
    ['AND e.at >= ? AND m.sender', 'AND e.at > ? AND m.sender', 'D6: the window loses its first moment'],
    [' AND m.counts = 1\n', '\n', 'D9: a rehearsal costs a mailbox its name'],
    [
      'WHERE claimed_at >= from_at GROUP',
      'WHERE claimed_at > from_at GROUP',
      'D6: the window loses its first mail',
    ],
    ['WHERE claimed_at >= from_at GROUP', 'GROUP', 'D6: what a person looked at counts again'],
    ['count(DISTINCT bounced)', 'count(bounced)', 'D6: a bounce that is told twice counts twice'],
    ['count(DISTINCT complained)', 'count(complained)', 'D6: a complaint that is told twice counts twice'],
    ['count(DISTINCT refused)', 'count(refused)', 'D6: a refused mail counts twice'],
    [
      "e.kind IN ('hard_bounce', 'complaint')",
      "e.kind IN ('hard_bounce', 'soft_bounce', 'complaint')",
      'D6: a full mailbox costs another its name',
    ],
    [
      'WHERE claimed_at >= ? AND ${LEFT} AND sender = ?`',
      'WHERE claimed_at > ? AND ${LEFT} AND sender = ?`',
      'D6: a rate is of too few mails',
    ],
    [
      'WHERE s.address = m.sender), 0)',
      'WHERE s.address <> m.sender), 0)',
      'D6: one look at a mailbox clears another',
    ],
  ]),
  ...of('transport-waits.ts', [
    ['AND until_at > ?', 'AND until_at >= ?', 'D7: a provider waits a run too long'],
    ['AND until_at > ?', 'AND ? IS NOT NULL', 'D7: a provider is left alone for ever'],
    ['WHERE transport = ? AND', 'WHERE transport <> ? AND', 'D7: another provider is left alone'],
    [
      'DO UPDATE SET until_at = excluded.until_at',
      'DO UPDATE SET until_at = max(until_at, excluded.until_at)',
      'D7: an old wait outlives a newer one',
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
      'WHERE operator_day = ?) AS on_day',
      'WHERE operator_day >= ?) AS on_day',
      'A6: days are counted together',
    ],
    [
      'WHERE made_at > ?) AS in_24_hours',
      'WHERE made_at >= ?) AS in_24_hours',
      'A6: 24 hours are a moment longer',
    ],
    [
      'AND job = ? AND counts_in_mean = 1) AS made',
      'AND job = ?) AS made',
      'A8: a held batch raises its own line',
    ],
    [
      'WHERE operator_day = ? AND job = ? AND counts_in_mean = 1) AS made',
      "WHERE operator_day = ? AND ? <> '' AND counts_in_mean = 1) AS made",
      'A8: one engine is judged by both',
    ],
    [
      'WHERE released_day = ? AND job = ?) AS released',
      "WHERE released_day = ? AND ? <> '') AS released",
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
  ...of('asking.ts', [
    ['AND o.text_hash = m.text_hash\n', '\n', 'D1: a provider is asked with other words, and sends them'],
    [
      "WHERE m.state = 'uncertain' AND m.key_used_at > ? AND o.transport = ? AND o.payload IS NOT NULL\n",
      'WHERE m.key_used_at > ? AND o.transport = ? AND o.payload IS NOT NULL\n',
      'D1: a settled mail is sent again',
    ],
    [
      'm.key_used_at > ? AND o.transport = ? AND o.payload IS NOT NULL\n',
      'm.key_used_at >= ? AND o.transport = ? AND o.payload IS NOT NULL\n',
      'D1: a forgotten key sends the mail again',
    ],
    [
      'AND o.transport = ? AND o.payload IS NOT NULL\n',
      'AND ? IS NOT NULL AND o.payload IS NOT NULL\n',
      'D1: another provider sends the mail again',
    ],
    [' AND o.payload IS NOT NULL\n', '\n', 'D1: there is no request to repeat'],
    [
      "AND a.event = 'claimed' ORDER BY a.row_id DESC",
      'ORDER BY a.row_id DESC',
      'D1: an answer names the account',
    ],
    [
      'ORDER BY a.row_id DESC LIMIT 1',
      'ORDER BY a.row_id LIMIT 1',
      'D1: another account sends the mail again',
    ],
    [
      "a.transport || ' ' || a.account",
      "a.transport || ' ' || coalesce(a.account, 'team')",
      'D1: a claim of no account is asked about',
    ],
    [
      'ORDER BY m.key_used_at, m.row_id LIMIT',
      'ORDER BY m.row_id LIMIT',
      'D1: the oldest key is forgotten first',
    ],
    [
      "WHERE state = 'uncertain' AND key_used_at IS NOT NULL",
      'WHERE key_used_at IS NOT NULL',
      'D1: a claim under way loses its key',
    ],
    [
      "WHERE m.state = 'uncertain' AND m.key_used_at > ? AND o.transport = ? AND o.payload IS NOT NULL)",
      'WHERE m.key_used_at > ? AND o.transport = ? AND o.payload IS NOT NULL)',
      'P2: every run asks for nothing',
    ],
  ]),
  ...of('holds.ts', [
    ["`state = 'held' AND hold_cause", '`hold_cause', 'a message that is not held is released'],
    ["AND hold_cause = 'operator' AND", 'AND', 'A8: a held batch releases itself'],
    ['held_until <= ?`', 'held_until < ?`', 'a hold is a moment too long'],
    ['held_until <= ?`', 'coalesce(held_until, 0) <= ?`', 'a hold without a date ends by itself'],
    ['ORDER BY row_id LIMIT ?', 'ORDER BY row_id DESC LIMIT ?', 'the newest hold ends first'],
  ]),
  ...of('review.ts', [
    ['AND counts_in_mean = 0\n', '\n', 'A8: what send held raises the line of the day'],
    [
      '\n       AND revision = (SELECT revision FROM messages WHERE row_id = draft_log.message_row_id)',
      '',
      'A8: a discarded revision raises the line',
    ],
    [
      "state = 'held' AND held_run_id >= ?",
      'held_run_id >= ?',
      'A8: a batch that was released long ago is found',
    ],
  ]),
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

/** The text of the file with this one change. Throws where the fragment is not there, or not the only one: the table is behind the source. */
export function mutated({ file, from, to }: SqlMutant, text: string): string {
  const parts = text.split(from);
  if (parts.length === 2) return parts.join(to);
  throw new Error(`${file} has ${String(parts.length - 1)} of: ${from}`);
}
