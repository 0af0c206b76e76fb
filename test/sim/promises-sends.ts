import { closedAt, isOperatingDay } from './openings.ts';
import type { Promised } from './promised.ts';
import { excluded } from './promises-drafts.ts';
import { doubtsBefore } from './promises-runs.ts';
import { DAY_MS, wallAt } from './rules.ts';
import type { FreshClaim, View } from './view.ts';

/** What may never happen to a mail, each judged for the deliveries that the command just began. */
export const SEND_PROMISES: readonly Promised[] = [
  { name: 'A6 sends per run and day', broken: brokenSendCaps },
  { name: 'D6 no sender above its cap', broken: brokenSenderCaps },
  { name: 'D6 a lead keeps its sender', broken: brokenSenders },
  {
    name: 'A10 pause holds mail back',
    broken: ({ claims, tick }) => (tick.isStopped ? claims.map(name) : []),
  },
  { name: 'A11 mail keeps to the operator’s days', broken: brokenOperatorsDay },
  { name: 'A11 C3 mail keeps to the lead’s hours', broken: eachClaim(brokenHours) },
  { name: 'A4 A5 A15 doubts hold approvals back', broken: eachClaim(brokenDoubt) },
  {
    name: 'B6 no mail to who must not be written to',
    // What the server said at the door came after the claim, and is known from then on.
    broken: eachClaim((view, { leadRowId, at }) => excluded(view, leadRowId, at)),
  },
  { name: 'D1 what is uncertain is a person’s to settle', broken: eachClaim(brokenSettling) },
  { name: 'E4 D10 what came back is heeded', broken: brokenHearing },
  { name: 'A2 two mails to one lead keep the watermark', broken: eachClaim(brokenWatermark) },
  {
    name: 'D2 D7 only what a person approved, after the undo, before it expires',
    broken: eachClaim(brokenApproval),
  },
];

function eachClaim(rule: (view: View, claim: FreshClaim) => string | null): Promised['broken'] {
  return (view) =>
    view.claims.flatMap((claim) => {
      const why = rule(view, claim);
      return why === null ? [] : [`${name(claim)}: ${why}`];
    });
}

function name(claim: FreshClaim): string {
  return `${claim.messageId} to lead ${claim.leadRowId}`;
}

function brokenSendCaps({ rules, claims, tick, rows }: View): readonly string[] {
  if (claims.length === 0) return [];
  const all = rows(`SELECT claimed_at FROM messages WHERE state IN ('sending', 'sent', 'uncertain')`).map(
    (row) => Number(row['claimed_at']),
  );
  const today = wallAt(tick.at, rules.operatorZone).isoDate;
  const onDay = all.filter((at) => wallAt(at, rules.operatorZone).isoDate === today).length;
  const inDay = all.filter((at) => at > tick.at - DAY_MS).length;
  return [
    ...(claims.length > rules.sendsPerRun ? [`${claims.length} in one run`] : []),
    ...(Math.max(onDay, inDay) > rules.sendsPerDay ? [`${Math.max(onDay, inDay)} on one day`] : []),
  ];
}

/** Counted by the address that the bytes were made for (a state that was restored has no bytes), day by day in the operator's zone and over the last 24 hours. */
function brokenSenderCaps({ rules, claims, tick, rows }: View): readonly string[] {
  if (claims.length === 0) return [];
  const today = wallAt(tick.at, rules.operatorZone).isoDate;
  return Object.entries(rules.senders).flatMap(([address, rule]) => {
    const all = rows(
      `SELECT m.claimed_at FROM messages m LEFT JOIN outgoing_mail o ON o.message_row_id = m.row_id
       WHERE m.state IN ('sending', 'sent', 'uncertain') AND lower(coalesce(o.sender, m.sender)) = lower(?)`,
      address,
    ).map((row) => Number(row['claimed_at']));
    const days = all.map((at) => wallAt(at, rules.operatorZone).isoDate);
    const before = new Set(days.filter((day) => day < today)).size;
    const { dailyCap, rampStart = dailyCap, rampStep = 0 } = rule;
    const cap = Math.min(dailyCap, rampStart + rampStep * before);
    const inDay = all.filter((at) => at > tick.at - DAY_MS).length;
    const used = Math.max(days.filter((day) => day === today).length, inDay);
    return used > cap ? [`${used} from ${address}, whose cap of the day is ${cap}`] : [];
  });
}

function brokenSenders({ claims, rows }: View): readonly string[] {
  if (claims.length === 0) return [];
  return rows(
    `SELECT m.lead_row_id AS lead, group_concat(DISTINCT lower(o.sender)) AS senders
     FROM messages m JOIN outgoing_mail o ON o.message_row_id = m.row_id
     WHERE m.state IN ('sending', 'sent', 'uncertain') GROUP BY m.lead_row_id HAVING count(DISTINCT lower(o.sender)) > 1`,
  ).map(({ lead, senders }) => `lead ${lead} hears from ${senders}`);
}

function brokenOperatorsDay({ rules, claims }: View): readonly string[] {
  return claims.filter(({ at }) => !isOperatingDay(wallAt(at, rules.operatorZone).isoDate, rules)).map(name);
}

function brokenHours({ rules, rows }: View, claim: FreshClaim): string | null {
  const [row] = rows(
    `SELECT l.zone, s.definition_json AS step, q.definition_json AS sequence
     FROM messages m JOIN leads l ON l.row_id = m.lead_row_id JOIN steps s ON s.row_id = m.step_row_id
       JOIN sequences q ON q.row_id = s.sequence_row_id WHERE m.row_id = ?`,
    claim.messageRowId,
  );
  return row === undefined ? 'nothing is known of it' : closedAt(claim.at, row, rules);
}

function brokenDoubt(view: View, claim: FreshClaim): string | null {
  const { soft, hard } = doubtsBefore(view, 'send');
  if (hard.length > 0) return `over ${hard.join(', ')}`;
  if (soft.includes('gap')) return 'over a gap';
  const [row] = view.rows(
    'SELECT approved_at, approved_boot_id FROM messages WHERE row_id = ?',
    claim.messageRowId,
  );
  const isOlder = Number(row?.['approved_at'] ?? 0) < Number(view.before.header['bound_at']);
  if (soft.includes('no_checkpoint') && isOlder) return 'approved before the state was adopted';
  return row?.['approved_boot_id'] === view.tick.bootId ? null : 'approved on another boot';
}

/** After an unknown only a person's "not sent" allows another attempt, and then it was approved again. */
function brokenSettling({ rows }: View, claim: FreshClaim): string | null {
  const [unknown] = rows(
    `SELECT o.at, m.approved_at FROM attempts o JOIN messages m ON m.row_id = o.message_row_id
     WHERE o.message_row_id = ? AND o.event = 'unknown'
       AND o.row_id < (SELECT max(c.row_id) FROM attempts c WHERE c.message_row_id = o.message_row_id AND c.event = 'claimed')
       AND (m.approved_at IS NULL OR m.approved_at < o.at)`,
    claim.messageRowId,
  );
  return unknown === undefined
    ? null
    : 'nobody knows whether it left before, and no person said that it did not';
}

/** Not what the state says, but what it was told: an opt-out that it has lost is lost all the same. */
function brokenHearing({ tick, drafts, claims, rows }: View): readonly string[] {
  if (tick.heard.size === 0) return [];
  const leads = [...drafts, ...claims].map(({ leadRowId }) => leadRowId);
  return leads.flatMap((rowId) => {
    const email = String(rows('SELECT email FROM leads WHERE row_id = ?', rowId)[0]?.['email']).toLowerCase();
    return tick.heard.has(email) ? [`${tick.command} wrote to ${email}, who is not to be written to`] : [];
  });
}

function brokenWatermark({ rules, rows }: View, claim: FreshClaim): string | null {
  const [row] = rows(
    `SELECT max(coalesce(sent_at, claimed_at)) AS at FROM messages
     WHERE lead_row_id = ? AND row_id <> ? AND state IN ('sending', 'sent', 'uncertain')`,
    claim.leadRowId,
    claim.messageRowId,
  );
  const last = row?.['at'] ?? null;
  if (last === null || claim.at - Number(last) >= rules.watermarkMs) return null;
  return `${((claim.at - Number(last)) / 3_600_000).toFixed(1)} h after the mail before it`;
}

function brokenApproval({ rules, before, rows }: View, claim: FreshClaim): string | null {
  const was = before.messageStates.get(claim.messageId);
  // Left by a killed run, found unsent and sent by this one.
  if (was !== 'approved' && was !== 'sending') return `it was ${was ?? 'not there'}`;
  const [row] = rows(
    'SELECT drafted_at, edited_at, held_until, leaves_at FROM messages WHERE row_id = ?',
    claim.messageRowId,
  );
  if (Number(row?.['leaves_at'] ?? 0) > claim.at) return 'before its undo was over';
  const freshAt = Math.max(
    Number(row?.['drafted_at']),
    Number(row?.['edited_at'] ?? 0),
    Number(row?.['held_until'] ?? 0),
  );
  return freshAt + rules.draftExpiryMs < claim.at ? 'it had expired' : null;
}
