import { of, type SqlMutant } from './mutant.ts';

/** What a mailbox may still send, whom a provider wants to wait, and who is asked about a doubt. */
export const SENDERS: readonly SqlMutant[] = [
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
];
